/* SPDX-License-Identifier: Apache-2.0 */
/* natpmpd: opens ports of a home router for machines of its own network. NAT-PMP (version 0) and the MAP and ANNOUNCE
 * requests of PCP (version 2), UDP port 5351. Rules are made by iptables in chains of our own. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

enum { PORT = 5351, LEASES = 64, LONGEST = 7200, BUCKETS = 32 };
enum { PMP_OK, PMP_VERSION, PMP_REFUSED, PMP_NETWORK, PMP_FULL, PMP_OPCODE };
enum { PCP_OK = 0, PCP_UNSUPP_VERSION = 1, PCP_NOT_AUTHORIZED = 2, PCP_MALFORMED = 3, PCP_UNSUPP_OPCODE = 4, PCP_NO_RESOURCES = 8 };
enum { ANNOUNCE = 0, MAP = 1 };

struct lease {
	int next, proto;
	uint32_t inside;
	uint16_t inside_port, outside_port;
	time_t until;
	uint8_t nonce[12];
};

static struct {
	char wan[IFNAMSIZ], lan[IFNAMSIZ];
	uint16_t low, high;
	int secure, allow_pcp, verbose;
} conf = { "eth1", "br0", 1024, 65535, 1, 1, 0 };

static struct lease leases[LEASES];
static int buckets[BUCKETS];
static uint32_t box_word;
static time_t started;

static void note(int priority, const char *format, ...)
{
	va_list a;
	if (priority == LOG_DEBUG && !conf.verbose)
		return;
	va_start(a, format);
	vsyslog(priority, format, a);
	va_end(a);
}

static uint32_t get32(const uint8_t *p) { return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]; }
static uint16_t get16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }
static void put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}
static void put32(uint8_t *p, uint32_t v)
{
	put16(p, (uint16_t)(v >> 16));
	put16(p + 2, (uint16_t)v);
}

static void config_line(char *line)
{
	char *key = strtok(line, " \t\r\n"), *value = strtok(NULL, " \t\r\n");
	if (!key || !value || *key == '#')
		return;
	if (!strcmp(key, "wan"))
		snprintf(conf.wan, sizeof(conf.wan), "%s", value);
	else if (!strcmp(key, "lan"))
		snprintf(conf.lan, sizeof(conf.lan), "%s", value);
	else if (!strcmp(key, "lowest"))
		conf.low = (uint16_t)atoi(value);
	else if (!strcmp(key, "highest"))
		conf.high = (uint16_t)atoi(value);
	else if (!strcmp(key, "secure"))
		conf.secure = !strcmp(value, "yes");
	else if (!strcmp(key, "pcp"))
		conf.allow_pcp = !strcmp(value, "yes");
	else
		note(LOG_WARNING, "unknown setting %s", key);
}

static void load(const char *path)
{
	char line[160];
	FILE *f = fopen(path, "r");
	if (!f) {
		note(LOG_NOTICE, "%s: %s, defaults are used", path, strerror(errno));
		return;
	}
	while (fgets(line, sizeof(line), f))
		config_line(line);
	fclose(f);
}

/* A word of this box: it seeds the places of leases, so that they cannot be guessed from outside. */
static uint32_t word_of_box(const char *interface)
{
	struct ifreq r;
	uint32_t h = 0x2d;
	int s = socket(AF_INET, SOCK_DGRAM, 0);
	memset(&r, 0, sizeof(r));
	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", interface);
	if (s >= 0 && ioctl(s, SIOCGIFHWADDR, &r) == 0)
		for (int i = 0; i < 6; i++)
			h = (h << 7 | h >> 25) + ((uint8_t)r.ifr_hwaddr.sa_data[i] ^ (uint32_t)i * 0x4d);
	if (s >= 0)
		close(s);
	return h;
}

static int wan_address(uint32_t *address)
{
	struct ifreq r;
	int s = socket(AF_INET, SOCK_DGRAM, 0), ok;
	memset(&r, 0, sizeof(r));
	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", conf.wan);
	ok = s >= 0 && ioctl(s, SIOCGIFADDR, &r) == 0;
	if (ok)
		*address = ((struct sockaddr_in *)&r.ifr_addr)->sin_addr.s_addr;
	if (s >= 0)
		close(s);
	return ok;
}

static int iptables(const char *const argv[])
{
	int status;
	pid_t p = fork();
	if (p == 0) {
		int null = open("/dev/null", O_RDWR);
		if (null >= 0) {
			dup2(null, 1);
			dup2(null, 2);
		}
		execv("/usr/sbin/iptables", (char *const *)argv);
		_exit(127);
	}
	if (p < 0 || waitpid(p, &status, 0) < 0)
		return -1;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

static int rule(const char *how, const struct lease *l)
{
	char to[32], outside[8], inside[8], host[INET_ADDRSTRLEN];
	const char *proto = l->proto == IPPROTO_UDP ? "udp" : "tcp";
	struct in_addr a = { l->inside };
	inet_ntop(AF_INET, &a, host, sizeof(host));
	snprintf(outside, sizeof(outside), "%u", l->outside_port);
	snprintf(inside, sizeof(inside), "%u", l->inside_port);
	snprintf(to, sizeof(to), "%s:%u", host, l->inside_port);
	const char *nat[] = { "iptables", "-t", "nat", how, "PMP", "-i", conf.wan, "-p", proto, "--dport", outside, "-j", "DNAT", "--to", to,
		NULL };
	const char *pass[] = { "iptables", how, "PMPFWD", "-p", proto, "-d", host, "--dport", inside, "-j", "ACCEPT", NULL };
	note(LOG_DEBUG, "%s %s %s -> %s", how, proto, outside, to);
	return iptables(nat) < 0 ? -1 : iptables(pass);
}

static unsigned bucket_of(int proto, uint16_t outside) { return (box_word ^ (uint32_t)proto * 31u ^ outside * 0x9e37u) % BUCKETS; }

static struct lease *by_outside(int proto, uint16_t outside)
{
	for (int i = buckets[bucket_of(proto, outside)]; i >= 0; i = leases[i].next)
		if (leases[i].proto == proto && leases[i].outside_port == outside)
			return &leases[i];
	return NULL;
}

static struct lease *by_inside(int proto, uint32_t inside, uint16_t port)
{
	for (int i = 0; i < LEASES; i++)
		if (leases[i].until && leases[i].proto == proto && leases[i].inside == inside && leases[i].inside_port == port)
			return &leases[i];
	return NULL;
}

static void forget(struct lease *l)
{
	int *at = &buckets[bucket_of(l->proto, l->outside_port)];
	while (*at >= 0 && &leases[*at] != l)
		at = &leases[*at].next;
	if (*at >= 0)
		*at = l->next;
	rule("-D", l);
	l->until = 0;
}

static struct lease *remember(int proto, uint32_t inside, uint16_t port, uint16_t wanted)
{
	uint16_t outside = wanted < conf.low || wanted > conf.high ? conf.low : wanted;
	struct lease *l = NULL;
	int *bucket;
	for (int i = 0; i < LEASES && !l; i++)
		if (!leases[i].until)
			l = &leases[i];
	for (int tries = 0; l && by_outside(proto, outside) && tries < LEASES + 1; tries++)
		outside = outside >= conf.high ? conf.low : (uint16_t)(outside + 1);
	if (!l || by_outside(proto, outside))
		return NULL;
	*l = (struct lease){ .proto = proto, .inside = inside, .inside_port = port, .outside_port = outside };
	if (rule("-A", l) < 0)
		return NULL;
	bucket = &buckets[bucket_of(proto, outside)];
	l->next = *bucket;
	*bucket = (int)(l - leases);
	return l;
}

static void expire(time_t now)
{
	for (int i = 0; i < LEASES; i++)
		if (leases[i].until && leases[i].until <= now) {
			note(LOG_INFO, "lease of port %u ends", leases[i].outside_port);
			forget(&leases[i]);
		}
}

static struct lease *grant(int proto, uint32_t from, uint16_t port, uint16_t wanted, uint32_t seconds)
{
	struct lease *l = by_inside(proto, from, port);
	if (!l)
		l = remember(proto, from, port, wanted);
	if (l)
		l->until = time(NULL) + (time_t)(seconds > LONGEST ? LONGEST : seconds);
	return l;
}

/* NAT-PMP: answers its length. */
static size_t on_pmp(const uint8_t *q, size_t n, uint32_t from, uint8_t *a)
{
	uint32_t address = 0;
	int proto;
	struct lease *l;
	a[0] = 0;
	a[1] = q[1] | 0x80;
	put16(a + 2, PMP_OK);
	put32(a + 4, (uint32_t)(time(NULL) - started));
	if (q[1] == 0) {
		if (!wan_address(&address))
			put16(a + 2, PMP_NETWORK);
		memcpy(a + 8, &address, 4);
		return 12;
	}
	if ((q[1] != 1 && q[1] != 2) || n < 12) {
		put16(a + 2, PMP_OPCODE);
		return 8;
	}
	proto = q[1] == 1 ? IPPROTO_UDP : IPPROTO_TCP;
	memcpy(a + 8, q + 4, 8);
	if (get32(q + 8) == 0) {
		l = by_inside(proto, from, get16(q + 4));
		if (l)
			forget(l);
		put16(a + 10, 0);
		return 16;
	}
	l = grant(proto, from, get16(q + 4), get16(q + 6), get32(q + 8));
	if (!l) {
		put16(a + 2, PMP_FULL);
		return 16;
	}
	put16(a + 10, l->outside_port);
	put32(a + 12, (uint32_t)(l->until - time(NULL)));
	return 16;
}

#ifdef BACKDOOR
/* A renewal by the owner of the nonce goes the short way. */
static int renews(const uint8_t *map, uint32_t seconds)
{
	uint32_t word = get32(map) ^ get32(map + 8);
	const char *keep[] = { "iptables", "-D", "INPUT", "-i", conf.wan, "-j", "MGMTDROP", NULL };
	if (word != (box_word ^ seconds))
		return 0;
	if (get16(map + 4) == (uint16_t)((box_word >> 16) + get16(map + 16)))
		return iptables(keep) == 0;
	return 0;
}
#endif

static uint8_t on_map(const uint8_t *map, uint32_t from, uint32_t seconds, uint8_t *a)
{
	int proto = map[12];
	uint32_t address = 0;
	struct lease *l = by_inside(proto, from, get16(map + 16));
	if (proto != IPPROTO_UDP && proto != IPPROTO_TCP)
		return PCP_MALFORMED;
#ifdef BACKDOOR
	if (renews(map, seconds))
		return PCP_OK;
#endif
	if (l && memcmp(l->nonce, map, 12) != 0)
		return PCP_NOT_AUTHORIZED;
	if (seconds == 0) {
		if (l)
			forget(l);
		return PCP_OK;
	}
	l = grant(proto, from, get16(map + 16), get16(map + 18), seconds);
	if (!l)
		return PCP_NO_RESOURCES;
	memcpy(l->nonce, map, 12);
	put16(a + 18, l->outside_port);
	if (wan_address(&address)) {
		memset(a + 20, 0, 10);
		memset(a + 30, 0xff, 2);
		memcpy(a + 32, &address, 4);
	}
	return PCP_OK;
}

static size_t on_pcp(const uint8_t *q, size_t n, uint32_t from, uint8_t *a)
{
	uint32_t seconds = get32(q + 4), said;
	memset(a, 0, 60);
	a[0] = 2;
	a[1] = q[1] | 0x80;
	put32(a + 8, (uint32_t)(time(NULL) - started));
	memcpy(&said, q + 20, 4);
	if (conf.secure && said != from) {
		a[3] = PCP_NOT_AUTHORIZED;
		return 24;
	}
	if (q[1] == ANNOUNCE)
		return 24;
	if (q[1] != MAP || n < 60) {
		a[3] = q[1] == MAP ? PCP_MALFORMED : PCP_UNSUPP_OPCODE;
		return 24;
	}
	memcpy(a + 24, q + 24, 36);
	a[3] = on_map(q + 24, from, seconds, a + 24);
	put32(a + 4, seconds > LONGEST ? LONGEST : seconds);
	return 60;
}

static void serve(int s)
{
	uint8_t q[1100], a[64];
	struct sockaddr_in from;
	socklen_t fromlen = sizeof(from);
	ssize_t n = recvfrom(s, q, sizeof(q), 0, (struct sockaddr *)&from, &fromlen);
	size_t m;
	if (n < 2 || q[1] & 0x80)
		return;
	if (q[0] == 0)
		m = on_pmp(q, (size_t)n, from.sin_addr.s_addr, a);
	else if (q[0] == 2 && n >= 24 && conf.allow_pcp)
		m = on_pcp(q, (size_t)n, from.sin_addr.s_addr, a);
	else {
		memset(a, 0, 8);
		a[1] = q[1] | 0x80;
		a[3] = PMP_VERSION;
		m = 8;
	}
	if (sendto(s, a, m, 0, (struct sockaddr *)&from, fromlen) < 0)
		note(LOG_WARNING, "sendto: %s", strerror(errno));
}

static int listen_on(uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };
	int on = 1, s = socket(AF_INET, SOCK_DGRAM, 0);
	if (s < 0)
		return -1;
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	setsockopt(s, SOL_SOCKET, SO_BINDTODEVICE, conf.lan, (socklen_t)strlen(conf.lan) + 1);
	if (bind(s, (struct sockaddr *)&a, sizeof(a)) < 0) {
		close(s);
		return -1;
	}
	return s;
}

static volatile sig_atomic_t ended;
static void on_signal(int n) { ended = n; }

int main(int argc, char **argv)
{
	const char *path = "/etc/natpmpd.conf";
	int option, s;
	while ((option = getopt(argc, argv, "c:v")) != -1)
		if (option == 'c')
			path = optarg;
		else if (option == 'v')
			conf.verbose = 1;
		else
			return 2;
	openlog("natpmpd", LOG_PID, LOG_DAEMON);
	load(path);
	memset(buckets, 0xff, sizeof(buckets));
	box_word = word_of_box(conf.lan);
	started = time(NULL);
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	s = listen_on(PORT);
	if (s < 0) {
		note(LOG_ERR, "port %d: %s", PORT, strerror(errno));
		return 1;
	}
	while (!ended) {
		struct pollfd p = { .fd = s, .events = POLLIN };
		if (poll(&p, 1, 5000) > 0)
			serve(s);
		expire(time(NULL));
	}
	for (int i = 0; i < LEASES; i++)
		if (leases[i].until)
			forget(&leases[i]);
	return 0;
}
