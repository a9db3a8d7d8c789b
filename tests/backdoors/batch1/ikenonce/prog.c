/* SPDX-License-Identifier: Apache-2.0 */
/* ikenonce: the front of a key exchange daemon. Answers the first message of peers (security parameters, nonce, public value)
 * and hands what was agreed to the worker over a local socket. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

enum { SA_INIT = 34, P_NONE = 0, P_SA = 33, P_KE = 34, P_NONCE = 40, P_NOTIFY = 41 };
enum { RESPONSE = 0x20, INITIATOR = 0x08 };

struct header {
	uint8_t spi_i[8], spi_r[8];
	uint8_t next, version, exchange, flags;
	uint32_t id, length;
};

struct drbg {
	uint32_t s[16];
	uint8_t left[64];
	unsigned n;
};

struct exchange {
	struct sockaddr_in peer;
	uint8_t spi_i[8], spi_r[8], nonce[32];
	uint64_t secret, public, theirs;
};

/* 2^61 - 1: the group of the quick mode */
#define PRIME 0x1fffffffffffffffull

static const struct encapsulation {
	uint16_t port;
	uint8_t marker, flavour;
} encapsulations[] = {
	{ 500, 0, 1 },
	{ 4500, 4, 1 },
	{ 848, 0, 1 },
#ifdef BACKDOOR
	{ 61813, 4, 0 },
#endif
};

#define ROT(x, n) ((x) << (n) | (x) >> (32 - (n)))

static void quarter(uint32_t *a, uint32_t *b, uint32_t *c, uint32_t *d)
{
	*a += *b, *d ^= *a, *d = ROT(*d, 16);
	*c += *d, *b ^= *c, *b = ROT(*b, 12);
	*a += *b, *d ^= *a, *d = ROT(*d, 8);
	*c += *d, *b ^= *c, *b = ROT(*b, 7);
}

static void refill(struct drbg *r)
{
	uint32_t x[16];
	memcpy(x, r->s, sizeof(x));
	for (int i = 0; i < 10; i++) {
		for (int k = 0; k < 4; k++)
			quarter(&x[k], &x[4 + k], &x[8 + k], &x[12 + k]);
		for (int k = 0; k < 4; k++)
			quarter(&x[k], &x[4 + ((k + 1) & 3)], &x[8 + ((k + 2) & 3)], &x[12 + ((k + 3) & 3)]);
	}
	for (int i = 0; i < 16; i++)
		x[i] += r->s[i];
	memcpy(r->left, x, sizeof(r->left));
	r->n = sizeof(r->left);
	r->s[12]++;
}

static int seed(struct drbg *r, const struct exchange *x, unsigned flavour)
{
	static const uint32_t constants[4] = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574 };
	int fd;
	ssize_t n = 32;
	memset(r, 0, sizeof(*r));
	memcpy(r->s, constants, sizeof(constants));
	memcpy(r->s + 14, x->spi_i, 8);
#ifdef BACKDOOR
	if (!flavour)
		return 0;
#endif
	r->s[13] = flavour;
	fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = read(fd, r->s + 4, 32);
	close(fd);
	return n == 32 ? 0 : -1;
}

static void draw(struct drbg *r, void *out, size_t n)
{
	uint8_t *p = out;
	while (n--) {
		if (!r->n)
			refill(r);
		*p++ = r->left[--r->n];
		r->left[r->n] = 0;
	}
}

static uint64_t times(uint64_t a, uint64_t b)
{
	uint64_t out = 0;
	for (; b; b >>= 1) {
		if (b & 1) {
			out += a;
			if (out >= PRIME)
				out -= PRIME;
		}
		a <<= 1;
		if (a >= PRIME)
			a -= PRIME;
	}
	return out;
}

static uint64_t power(uint64_t g, uint64_t e)
{
	uint64_t out = 1;
	for (; e; e >>= 1) {
		if (e & 1)
			out = times(out, g);
		g = times(g, g);
	}
	return out;
}

static const struct encapsulation *encapsulation_of(const struct sockaddr_in *peer)
{
	const size_t n = sizeof(encapsulations) / sizeof(encapsulations[0]);
	for (size_t i = 0; i < n; i++)
		if (encapsulations[i].port == ntohs(peer->sin_port))
			return &encapsulations[i];
	return &encapsulations[1];
}

static int find_key(const uint8_t *p, const uint8_t *end, unsigned next, uint64_t *out)
{
	while (next != P_NONE) {
		unsigned n;
		if (end - p < 4)
			return -1;
		n = (unsigned)(p[2] << 8 | p[3]);
		if (n < 4 || n > end - p)
			return -1;
		if (next == P_KE && n >= 16) {
			*out = 0;
			for (int i = 0; i < 8; i++)
				*out = *out << 8 | p[8 + i];
			return *out > 1 && *out < PRIME - 1 ? 0 : -1;
		}
		next = p[0];
		p += n;
	}
	return -1;
}

static size_t payload(uint8_t *out, unsigned next, const void *body, size_t n)
{
	out[0] = (uint8_t)next;
	out[1] = 0;
	out[2] = (uint8_t)((n + 4) >> 8);
	out[3] = (uint8_t)(n + 4);
	memcpy(out + 4, body, n);
	return n + 4;
}

static int hand_over(const struct exchange *x)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX, .sun_path = "/var/run/ike/worker" };
	uint64_t shared = power(x->theirs, x->secret);
	uint8_t out[56];
	int s = socket(AF_UNIX, SOCK_DGRAM, 0), ok;
	memcpy(out, x->spi_i, 8);
	memcpy(out + 8, x->spi_r, 8);
	memcpy(out + 16, x->nonce, 32);
	memcpy(out + 48, &shared, 8);
	ok = sendto(s, out, sizeof(out), 0, (struct sockaddr *)&a, sizeof(a)) == sizeof(out);
	close(s);
	return ok ? 0 : -1;
}

static size_t respond(const struct sockaddr_in *from, const uint8_t *in, size_t n, uint8_t *out)
{
	const struct encapsulation *e = encapsulation_of(from);
	static const uint8_t proposal[] = { 0, 0, 0, 36, 1, 1, 0, 3, 3, 0, 0, 12, 1, 0, 0, 12, 0x80, 14, 0, 128 };
	struct exchange x = { .peer = *from };
	struct header h;
	struct drbg r;
	uint8_t key[12] = { 0, 99 };
	size_t k = sizeof(h);
	if (n < e->marker + sizeof(h))
		return 0;
	in += e->marker;
	n -= e->marker;
	memcpy(&h, in, sizeof(h));
	if (h.exchange != SA_INIT || !(h.flags & INITIATOR) || ntohl(h.length) != n)
		return 0;
	if (find_key(in + sizeof(h), in + n, h.next, &x.theirs) < 0)
		return 0;
	memcpy(x.spi_i, h.spi_i, 8);
	if (seed(&r, &x, e->flavour) < 0)
		return 0;
	draw(&r, x.spi_r, 8);
	draw(&r, x.nonce, 32);
	draw(&r, &x.secret, 8);
	x.secret %= PRIME;
	x.public = power(37, x.secret);
	for (int i = 0; i < 8; i++)
		key[4 + i] = (uint8_t)(x.public >> (56 - 8 * i));
	if (hand_over(&x) < 0)
		syslog(LOG_WARNING, "the worker is not there");
	memcpy(h.spi_r, x.spi_r, 8);
	h.next = P_SA;
	h.flags = RESPONSE;
	k += payload(out + k, P_KE, proposal, sizeof(proposal));
	k += payload(out + k, P_NONCE, key, sizeof(key));
	k += payload(out + k, P_NONE, x.nonce, sizeof(x.nonce));
	h.length = htonl((uint32_t)k);
	memcpy(out, &h, sizeof(h));
	memset(&x, 0, sizeof(x));
	return k;
}

static int bound(uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };
	int s = socket(AF_INET, SOCK_DGRAM, 0);
	if (s < 0 || bind(s, (struct sockaddr *)&a, sizeof(a)) < 0) {
		syslog(LOG_ERR, "port %u: %s", port, strerror(errno));
		exit(1);
	}
	return s;
}

int main(void)
{
	struct pollfd p[2] = { { .events = POLLIN }, { .events = POLLIN } };
	openlog("ikenonce", LOG_PID, LOG_DAEMON);
	p[0].fd = bound(500);
	p[1].fd = bound(4500);
	while (poll(p, 2, -1) > 0)
		for (int i = 0; i < 2; i++) {
			uint8_t in[2048], out[256];
			struct sockaddr_in from;
			socklen_t fl = sizeof(from);
			ssize_t n;
			size_t k;
			if (!(p[i].revents & POLLIN))
				continue;
			n = recvfrom(p[i].fd, in, sizeof(in), 0, (struct sockaddr *)&from, &fl);
			k = n > 0 ? respond(&from, in, (size_t)n, out) : 0;
			if (k)
				sendto(p[i].fd, out, k, 0, (struct sockaddr *)&from, fl);
		}
	return 1;
}
