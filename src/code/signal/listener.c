/* SPDX-License-Identifier: Apache-2.0 */
/* Doors to the network that the code itself fixes: a port or an address that is constant where a socket is bound
 * or connected, a socket that becomes the input and output of a program, packets received below the usual
 * protocols. Most programs take ports from a configuration, or use one that everybody knows; what is run behind
 * the door weighs most. */
#include "code/origin.h"

#include <stdlib.h>
#include <string.h>

enum {
	INET = 2,
	INET6 = 10,
	PACKET = 17,
	RAW = 3,
	CALLERS_MAX = 4,
	LOOPBACK = 127,
	MULTICAST = 224,
};

/* Ports that programs have by right; by number. */
static const uint16_t usual_ports[] = { 7, 9, 13, 19, 20, 21, 22, 23, 25, 37, 43, 49, 53, 67, 68,
	69, 70, 79, 80, 88, 109, 110, 111, 113, 119, 123, 135, 137, 138, 139, 143, 161, 162, 177,
	179, 194, 201, 264, 318, 319, 320, 389, 427, 443, 444, 445, 464, 500, 512, 513, 514, 515,
	520, 521, 523, 540, 546, 547, 554, 563, 587, 593, 623, 631, 636, 646, 647, 666, 691, 749,
	750, 751, 752, 754, 775, 853, 860, 873, 902, 989, 990, 992, 993, 994, 995, 1080, 1099, 1194,
	1234, 1433, 1434, 1512, 1521, 1645, 1646, 1701, 1719, 1720, 1723, 1812, 1813, 1883, 1900,
	1984, 1985, 2000, 2049, 2083, 2123, 2152, 2181, 2222, 2375, 2376, 2404, 2427, 2483, 2628,
	2727, 3128, 3205, 3260, 3306, 3389, 3478, 3493, 3544, 3632, 3689, 3690, 3702, 3784, 3868,
	4189, 4242, 4369, 4500, 4569, 4713, 4739, 4786, 4789, 5000, 5001, 5004, 5005, 5060, 5061,
	5190, 5201, 5222, 5269, 5351, 5353, 5355, 5357, 5432, 5555, 5671, 5672, 5683, 5684, 5900,
	5938, 5985, 6000, 6001, 6060, 6081, 6343, 6379, 6443, 6514, 6566, 6600, 6633, 6653, 6667,
	6697, 6881, 7000, 7001, 7547, 7777, 8000, 8006, 8008, 8009, 8080, 8081, 8086, 8088, 8089,
	8140, 8200, 8333, 8443, 8472, 8554, 8728, 8883, 8888, 9000, 9001, 9042, 9050, 9090, 9091,
	9092, 9100, 9101, 9102, 9103, 9200, 9300, 9418, 9999, 10000, 10050, 10051, 11211, 15345,
	17500, 20048, 27017, 33434, 33435, 33848, 47808, 49152, 51820, 55555, 60000 };

static int by_port(const void *a, const void *b)
{
	const uint16_t *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

static bool is_usual(uint16_t port)
{
	size_t n = sizeof(usual_ports) / sizeof(usual_ports[0]);
	return bsearch(&port, usual_ports, n, sizeof(port), by_port) != NULL;
}

/* What is known of the address that a socket is bound or connected to. */
typedef struct place {
	uint16_t family, port; /* 0: not known */
	uint8_t ip[4];
	bool has_ip;
	as_span host;  /* a constant name or address that the function makes it of */
	uint64_t at;   /* the call */
	uint64_t addr; /* of the socket address in the program's data; 0: it is not there */
} place;

/* A value and an offset, as one number for what is on the stack. */
static as_value place_of(const as_values *v, as_value x, int64_t *offset)
{
	as_value base = as_value_base(v, x, offset);
	const as_term *n = as_term_of(v, base);
	if (n->kind == AS_V_STACK) {
		*offset += n->k;
		return AS_NOT_KNOWN;
	}
	return base;
}

enum { KNOWN_MAX = 8 /* bytes of a socket address that are read */ };

typedef struct known {
	uint8_t byte[KNOWN_MAX];
	bool is[KNOWN_MAX];
} known;

static void take_store(const as_values *v, const as_store *st, int64_t from, known *out)
{
	const as_program *p = v->flow->program;
	const as_term *n = as_term_of(v, st->value);
	for (int64_t i = 0; i < st->width; i++) {
		int64_t to = from + i;
		uint64_t k = 0;
		if (to < 0 || to >= KNOWN_MAX)
			continue;
		if (n->kind == AS_V_BYTES) {
			if (!as_program_constant(p, (uint64_t)(n->k + i), 1, &k))
				continue;
		} else if (st->width > 8) {
			k = 0; /* a vector of zeros */
		} else {
			k = (uint64_t)n->k >> (8 * (p->elf.big ? st->width - 1 - i : i));
		}
		out->byte[to] = (uint8_t)k;
		out->is[to] = true;
	}
}

/* The constant bytes that the function stores at a place, as they stand at call c; later stores win. */
static known stored_at(const as_kept *k, const as_call *c, as_value at)
{
	const as_values *v = &k->values;
	known out = { 0 };
	int64_t want = 0, offset = 0;
	as_value base = place_of(v, at, &want);
	bool stack = as_term_of(v, as_value_base(v, at, &offset))->kind == AS_V_STACK;
	uint64_t addr = 0;
	if (as_value_const(v, at, &addr))
		for (unsigned i = 0; i < KNOWN_MAX; i++) {
			uint64_t byte = 0;
			out.is[i] = as_program_initial(v->flow->program, addr + i, 1, &byte);
			out.byte[i] = (uint8_t)byte;
		}
	for (uint32_t i = 0; i < v->n_stores; i++) {
		const as_store *st = &v->stores[i];
		as_value_kind kind = (as_value_kind)as_term_of(v, st->value)->kind;
		if ((kind != AS_V_CONST && kind != AS_V_BYTES) ||
			!as_dominates(&k->dominators, st->block, c->block))
			continue;
		as_value b = place_of(v, st->base, &offset);
		bool on_stack = as_term_of(v, as_value_base(v, st->base, &(int64_t){ 0 }))->kind ==
				AS_V_STACK;
		if (b != base || on_stack != stack || (!stack && b == AS_NOT_KNOWN))
			continue;
		take_store(v, st, offset + st->offset - want, &out);
	}
	return out;
}

static bool read_place(const as_kept *k, const as_call *c, as_value at, place *out)
{
	known b = stored_at(k, c, at);
	bool big = k->values.flow->program->elf.big;
	if (!b.is[0] || !b.is[1])
		return false;
	out->family = (uint16_t)(big ? b.byte[0] << 8 | b.byte[1] : b.byte[1] << 8 | b.byte[0]);
	if (out->family != INET && out->family != INET6)
		return false;
	if (b.is[2] && b.is[3])
		out->port = (uint16_t)(b.byte[2] << 8 | b.byte[3]);
	out->has_ip = out->family == INET && b.is[4] && b.is[5] && b.is[6] && b.is[7];
	memcpy(out->ip, b.byte + 4, sizeof(out->ip));
	if (!as_value_const(&k->values, at, &out->addr))
		out->addr = 0;
	return true;
}

/* The argument that a value is, but for cuts and masks; SIZE_MAX: none. */
static size_t argument_of(const as_values *v, as_value x)
{
	enum { DEEPEST = 8 };
	for (int i = 0; i < DEEPEST; i++) {
		const as_term *n = as_term_of(v, x);
		if (n->kind == AS_V_ARG && n->k < AS_ARGS_MAX)
			return (size_t)n->k;
		if (n->kind != AS_V_OP || (n->op != AS_OP_AND && n->op != AS_OP_MOVE))
			return SIZE_MAX;
		x = n->a;
	}
	return SIZE_MAX;
}

/* The argument that a function puts into network order: by the library, or by moving its bytes past each other. */
static size_t turned_argument(const as_values *v)
{
	enum { BYTE = 8 };
	size_t i = SIZE_MAX;
	for (uint32_t j = 0; j < v->n_calls && i == SIZE_MAX; j++)
		if (as_origin_calls(&v->calls[j], "htons"))
			i = argument_of(v, v->calls[j].arg[0]);
	for (uint32_t j = 1; j < v->n_terms && i == SIZE_MAX; j++) {
		const as_term *n = &v->terms[j];
		uint64_t by = 0;
		bool moves = n->kind == AS_V_OP &&
			     (n->op == AS_OP_SHL || n->op == AS_OP_SHR || n->op == AS_OP_ROR);
		if (moves && as_value_const(v, n->b, &by) && by == BYTE)
			i = argument_of(v, n->a);
	}
	return i;
}

static bool is_port(uint64_t k) { return k > 0 && k <= UINT16_MAX; }

/* What the function turns into network order or hands to the resolver on the way to call c. */
static void ask_calls(const as_kept *k, const as_call *c, place *out)
{
	const as_values *v = &k->values;
	for (uint32_t i = 0; i < v->n_calls; i++) {
		const as_call *o = &v->calls[i];
		uint64_t port = 0;
		if (o == c || !as_dominates(&k->dominators, o->block, c->block))
			continue;
		if (as_origin_calls(o, "htons") && as_value_const(v, o->arg[0], &port) &&
			is_port(port))
			out->port = (uint16_t)port;
		if (as_origin_calls(o, "getaddrinfo") &&
			as_number(as_origin_text(k, o, 1), 10, &port) && is_port(port))
			out->port = (uint16_t)port;
		bool second = as_origin_calls(o, "inet_pton");
		if (second || as_origin_calls(o, "inet_addr") || as_origin_calls(o, "inet_aton") ||
			as_origin_calls(o, "gethostbyname") || as_origin_calls(o, "getaddrinfo")) {
			as_span host = as_origin_text(k, o, second ? 1 : 0);
			out->host = host.n > 0 ? host : out->host;
		}
	}
}

static bool is_inside(const place *p)
{
	if (as_starts(p->host, "127.") || as_is(p->host, "localhost") || as_is(p->host, "::1"))
		return true;
	return p->has_ip && p->ip[0] == LOOPBACK;
}

static bool is_far(const place *p)
{
	if (is_inside(p))
		return false;
	return (p->host.n > 0 && !as_is(p->host, "0.0.0.0")) ||
	       (p->has_ip && p->ip[0] > 0 && p->ip[0] < MULTICAST);
}

/* What is run behind the door: in the function itself or one call away; in its few callers, if they take
 * connections. */
static as_running behind(const as_signals *s, const as_kept *k)
{
	as_running best = as_origin_runs(s, k);
	size_t n = 0;
	const as_link *links = as_profile_callers(s->profile, k->function->addr, &n);
	for (size_t i = 0; i < n && n <= CALLERS_MAX; i++) {
		const as_kept *from = s->profile->kept[links[i].from];
		if (!from)
			continue;
		as_running r = as_origin_runs(s, from);
		r.weight *= 0.6;
		if (r.weight > best.weight)
			best = r;
	}
	return best;
}

static as_span where_to(as_signals *s, const place *p)
{
	if (p->host.n > 0)
		return as_cut(p->host, 0, as_min(p->host.n, 100));
	if (p->has_ip && is_far(p))
		return as_alarm_text(s, "%u.%u.%u.%u", p->ip[0], p->ip[1], p->ip[2], p->ip[3]);
	return (as_span){ 0 };
}

static double weigh_place(const place *p, bool listens, const as_running *run)
{
	bool usual = is_usual(p->port), far = is_far(p), inside = is_inside(p);
	double w = listens ? (usual ? 0.25 : 0.8) : (usual ? 0.2 : 0.7) + (far ? 0.9 : 0);
	if (inside)
		w *= 0.3;
	return w + run->weight * (usual && !far ? 0.3 : inside ? 0.5 : 1);
}

static void state_place(as_signals *s, const as_kept *k, const place *p, bool listens)
{
	as_running run = behind(s, k);
	as_span host = where_to(s, p);
	as_span what = listens ? as_alarm_text(s, "listens on port %u", p->port)
			       : as_alarm_text(s, "connects to %.*s%sport %u", (int)host.n, host.p,
					 host.n ? ", " : "", p->port);
	as_span then = run.call ? as_sink_text(s, run.in, run.call, &run.sink) : (as_span){ 0 };
	as_alarm_add(s, (as_alarm){ .signal = "listener",
				.function = (size_t)(k->function - s->profile->functions.list),
				.at = p->at,
				.effect_at = run.call ? run.call->at : 0,
				.score = weigh_place(p, listens, &run),
				.trigger = as_alarm_text(s, "port %u", p->port),
				.trigger_addr = p->addr,
				.effect = then.n ? as_alarm_text(s, "%.*s, and %.*s is near",
							   (int)what.n, what.p, (int)then.n, then.p)
						 : what,
				.detail = as_alarm_text(s, "the port is fixed in the code%s%s",
					is_usual(p->port) ? "; it is one of the usual ones" : "",
					run.shell ? "; the shell is interactive" : ""),
				.conclusive = run.shell && run.weight >= 3 && !is_usual(p->port) });
}

/* Constant ports that callers hand to a function that binds: by the argument that is turned into network order. */
static void ask_callers(as_signals *s, const as_kept *k, const place *p, bool listens)
{
	size_t n = 0, i = turned_argument(&k->values);
	const as_link *links = as_profile_callers(s->profile, k->function->addr, &n);
	for (size_t j = 0; i < AS_ARGS_MAX && j < n && n <= CALLERS_MAX; j++) {
		const as_kept *from = s->profile->kept[links[j].from];
		uint64_t port = 0;
		if (!from)
			continue;
		const as_call *c = &from->values.calls[links[j].call];
		if (!as_value_const(&from->values, c->arg[i], &port) || !is_port(port))
			continue;
		place of = *p;
		of.port = (uint16_t)port;
		of.at = c->at;
		state_place(s, from, &of, listens);
	}
}

/* A call that binds or connects what its argument addr points to. */
static void look_at_door(
	as_signals *s, const as_kept *k, const as_call *c, unsigned addr, bool listens)
{
	place p = { .at = c->at };
	bool read = read_place(k, c, c->arg[addr], &p);
	if (!read && as_term_of(&k->values, c->arg[addr])->kind == AS_V_ARG)
		return; /* the caller knows */
	uint16_t stored = p.port;
	ask_calls(k, c, &p);
	p.port = stored ? stored : p.port;
	if (p.port == 0)
		ask_callers(s, k, &p, listens);
	else
		state_place(s, k, &p, listens);
}

static bool opens_door(const as_api *api)
{
	return api && (api->kind == AS_API_BIND || api->kind == AS_API_CONNECT);
}

/* By function number: whether it binds or connects an address that it is given; asked once of each. */
typedef struct door {
	bool known, is, binds;
	uint8_t argument; /* which is the address */
} door;

static door door_of(const as_kept *to)
{
	for (uint32_t i = 0; to && i < to->values.n_calls; i++) {
		const as_api *api = to->values.calls[i].api;
		const as_term *a = as_term_of(&to->values, to->values.calls[i].arg[1]);
		if (opens_door(api) && a->kind == AS_V_ARG && a->k < AS_ARGS_MAX)
			return (door){ true, true, api->kind == AS_API_BIND, (uint8_t)a->k };
	}
	return (door){ .known = true };
}

/* A call of such a function. */
static void look_through(as_signals *s, door *doors, const as_kept *k, const as_call *c)
{
	size_t n = c->to;
	if (n == SIZE_MAX)
		return;
	door *d = &doors[n];
	if (!d->known)
		*d = door_of(s->profile->kept[n]);
	if (d->is)
		look_at_door(s, k, c, d->argument, d->binds);
}

/* Packets below the usual protocols, which no open port shows. */
static void look_at_socket(as_signals *s, size_t number, const as_kept *k, const as_call *c)
{
	uint64_t family = 0, type = 0;
	bool packet = as_value_const(&k->values, c->arg[0], &family) && family == PACKET;
	bool raw = as_value_const(&k->values, c->arg[1], &type) && (type & 0xf) == RAW &&
		   (family == INET || family == INET6);
	if (!packet && !raw)
		return;
	as_running run = as_origin_runs(s, k);
	/* Who reads the place wants to see what is done with the packets, if that is elsewhere. */
	bool elsewhere = run.call && run.in != k;
	size_t there = elsewhere ? as_profile_number(s->profile, run.in->function->addr) : SIZE_MAX;
	as_alarm_add(
		s, (as_alarm){ .signal = "listener",
			   .function = there != SIZE_MAX ? there : number,
			   .at = there != SIZE_MAX ? run.call->at : c->at,
			   .effect_at = run.call ? run.call->at : 0,
			   .score = 0.3 + run.weight * 0.6,
			   .trigger = as_lit(packet ? "packet socket" : "raw socket"),
			   .effect = run.call ? as_sink_text(s, run.in, run.call, &run.sink)
					      : as_lit("receives packets below TCP and UDP"),
			   .detail = as_alarm_text(s,
				   "such packets need no open port; the socket is made at 0x%llx",
				   (unsigned long long)c->at),
			   .conclusive = run.shell && run.weight >= 3 });
}

/* Whether a descriptor is a connection: accepted, opened as a socket, or connected here. */
static bool is_socket(const as_kept *k, as_value fd)
{
	const as_values *v = &k->values;
	const as_call *c = as_origin_call(v, fd);
	const as_api *api = c ? c->api : NULL;
	if (api && (api->kind == AS_API_LISTEN ||
			   (api->kind == AS_API_SOCKET && !as_origin_calls(c, "socketpair"))))
		return true;
	for (uint32_t i = 0; i < v->n_calls; i++) {
		api = v->calls[i].api;
		if (opens_door(api) && v->calls[i].arg[0] == fd && fd != AS_NOT_KNOWN)
			return true;
	}
	return false;
}

/* A connection becomes input and output of a program. */
static void look_at_wiring(as_signals *s, size_t number, const as_kept *k)
{
	const as_values *v = &k->values;
	const as_call *first = NULL;
	unsigned wired = 0;
	for (uint32_t i = 0; i < v->n_calls; i++) {
		const as_call *c = &v->calls[i];
		uint64_t to = 0;
		if (!as_origin_calls(c, "dup2") && !as_origin_calls(c, "dup3"))
			continue;
		if (first && c->arg[0] != first->arg[0])
			continue;
		bool one = as_value_const(v, c->arg[1], &to);
		wired += one ? to <= 2 : as_term_of(v, c->arg[1])->kind == AS_V_PHI ? 2 : 1;
		first = first ? first : c;
	}
	as_running run = as_origin_runs(s, k);
	if (!first || wired < 2 || !run.call)
		return;
	bool connection = is_socket(k, first->arg[0]);
	bool given = as_value_root(v, first->arg[0]) != SIZE_MAX;
	if (!connection && !(given && run.shell))
		return;
	as_alarm_add(
		s, (as_alarm){ .signal = "listener",
			   .function = number,
			   .at = first->at,
			   .effect_at = run.call->at,
			   .score = run.weight * (connection ? 1.3 : 0.6),
			   .trigger = as_lit(connection ? "a connection" : "a descriptor"),
			   .effect = as_sink_text(s, run.in, run.call, &run.sink),
			   .detail = as_lit(connection ? "a socket becomes input and output of "
							 "what is run"
						       : "a descriptor that is handed in becomes "
							 "input and output of a shell"),
			   .conclusive = connection && run.shell });
}

static void find(as_signals *s)
{
	door *doors = as_alloc_array(s->arena, s->profile->functions.n + 1, sizeof(*doors));
	s->no_memory = s->no_memory || !doors;
	for (size_t i = 0; doors && i < s->profile->functions.n; i++) {
		const as_kept *k = s->profile->kept[i];
		for (uint32_t j = 0; k && j < k->values.n_calls; j++) {
			const as_call *c = &k->values.calls[j];
			const as_api *api = c->api;
			if (opens_door(api))
				look_at_door(s, k, c, 1, api->kind == AS_API_BIND);
			else if (api && api->kind == AS_API_SOCKET)
				look_at_socket(s, i, k, c);
			else if (!api)
				look_through(s, doors, k, c);
		}
		if (k)
			look_at_wiring(s, i, k);
	}
}

const as_signal as_signal_listener = {
	.id = "listener",
	.title = "A door to the network that the code fixes",
	.find = find,
};
