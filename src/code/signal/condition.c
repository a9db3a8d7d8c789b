/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions that a user of a service does not know of: from which port or address a packet comes, what time of day it
 * is, how often something was asked, whether a variable or file of an odd name is there; and secrets that are computed
 * when they are needed, from the date or what the device is. */
#include "code/mention.h"
#include "code/origin.h"

#include <math.h>

enum {
	DEEPEST = 8,
	CALLERS_MAX = 4,
	PASSED_MAX = 3,         /* functions that a value is followed through */
	FOLLOWED_MAX = 1 << 13, /* calls of one program that values are followed through */
	PORT_AT = 2,            /* bytes into a socket address */
	IP_AT = 4,
	FIELDS = 56, /* bytes of a broken-down time */
	WELL_KNOWN = 1024,
	LOOPBACK = 127
};

static const double STRONG = 3; /* effects from this weight on */

/* An effect in words, and where it is; 0: nowhere that is known. */
typedef struct reached {
	as_span text;
	uint64_t at;
	bool only; /* no ordinary program has such a condition */
} reached;

static void add(as_signals *s, const as_kept *k, uint64_t at, double score, as_span trigger,
	reached effect, const char *detail)
{
	as_alarm_add(s, (as_alarm){ .signal = "condition",
				.function = (size_t)(k->function - s->profile->functions.list),
				.at = at,
				.score = score,
				.trigger = trigger,
				.effect = effect.text,
				.effect_at = effect.at,
				.detail = as_lit(detail),
				.conclusive = effect.only });
}

/* A value without what only turns, cuts or moves its bytes. *turned: whether it brings them into another order. */
static as_value bare(const as_values *v, as_value x, bool *turned)
{
	*turned = false;
	for (int i = 0; i < DEEPEST; i++) {
		const as_term *n = as_term_of(v, x);
		const as_call *c = n->kind == AS_V_RESULT ? as_origin_call(v, x) : NULL;
		bool turns =
			n->kind == AS_V_OP &&
			(n->op == AS_OP_MOVE || n->op == AS_OP_AND || n->op == AS_OP_OR ||
				n->op == AS_OP_SHL || n->op == AS_OP_SHR || n->op == AS_OP_ROR);
		bool called = c && (as_origin_calls(c, "ntohs") || as_origin_calls(c, "ntohl"));
		*turned = *turned || called || (turns && (n->op == AS_OP_OR || n->op == AS_OP_ROR));
		if (called)
			x = c->arg[0];
		else if (turns)
			x = n->a;
		else
			return x;
	}
	return x;
}

/* A place in memory: base and offset; on the stack without base. */
typedef struct spot {
	as_value base; /* AS_NOT_KNOWN: the stack */
	int64_t at;
	bool known;
} spot;

static spot spot_of(const as_values *v, as_value x, int64_t more)
{
	spot p = { .known = x != AS_NOT_KNOWN };
	int64_t offset = 0;
	p.base = as_value_base(v, x, &offset);
	const as_term *n = as_term_of(v, p.base);
	p.at = offset + more;
	if (n->kind == AS_V_STACK) {
		p.at += n->k;
		p.base = AS_NOT_KNOWN;
	}
	return p;
}

/* Whether a place is offset bytes into the address of a sender that some call of the function fills in. */
static bool is_sender(const as_kept *k, spot p, int64_t offset)
{
	const as_values *v = &k->values;
	for (uint32_t i = 0; p.known && i < v->n_calls; i++) {
		const as_call *c = &v->calls[i];
		bool from = as_origin_calls(c, "recvfrom");
		if (!from && !as_origin_calls(c, "accept") && !as_origin_calls(c, "accept4") &&
			!as_origin_calls(c, "getpeername"))
			continue;
		spot q = spot_of(v, c->arg[from ? 4 : 1], offset);
		if (q.known && q.base == p.base && q.at == p.at)
			return true;
	}
	return false;
}

/* The same, where the place is in what an argument of the function points to. */
static bool is_callers_sender(const as_signals *s, const as_kept *k, spot p, int64_t offset)
{
	size_t n = 0;
	const as_term *a = as_term_of(&k->values, p.base);
	const as_link *links = as_profile_callers(s->profile, k->function->addr, &n);
	for (size_t i = 0; a->kind == AS_V_ARG && a->k < AS_ARGS_MAX && i < n && i < CALLERS_MAX;
		i++) {
		const as_kept *from = s->profile->kept[links[i].from];
		if (!from)
			continue;
		const as_values *v = &from->values;
		if (is_sender(from, spot_of(v, v->calls[links[i].call].arg[a->k], p.at), offset))
			return true;
	}
	return false;
}

/* An equality with a constant in one form: what is compared; AS_NOT_KNOWN: it is none. */
/* A constant, or one that a call turns into the order of the network. *k: as it stands in memory then. */
static bool is_constant(const as_values *v, as_value x, uint64_t *k)
{
	bool turned = false;
	const as_call *c = as_origin_call(v, bare(v, x, &turned));
	bool two = c && as_origin_calls(c, "htons"), four = c && as_origin_calls(c, "htonl");
	if (as_value_const(v, x, k))
		return true;
	if ((!two && !four) || !as_value_const(v, c->arg[0], k))
		return false;
	if (!v->flow->program->elf.big)
		*k = two ? __builtin_bswap16((uint16_t)*k) : __builtin_bswap32((uint32_t)*k);
	return true;
}

static as_value compared(const as_values *v, const as_decision *d, uint64_t *k)
{
	if ((d->cond != AS_EQ && d->cond != AS_NE) || d->test || d->select)
		return AS_NOT_KNOWN;
	if (is_constant(v, d->b, k))
		return d->a;
	return is_constant(v, d->a, k) ? d->b : AS_NOT_KNOWN;
}

static double weight_behind(as_signals *s, const as_kept *k, const as_decision *d, reached *effect)
{
	const as_call *c = NULL;
	as_sink sink = as_origin_behind(s, k, d, &c);
	*effect = (reached){ .text = c ? as_sink_text(s, k, c, &sink) : as_lit("another way"),
		.at = c ? c->at : 0 };
	return c ? sink.weight : 0;
}

/* Whether an address, or the upper part of one, belongs to networks that everybody knows: private, link-local, shared,
 * for measurements, of groups, of all (RFC 1918, 3927, 6598, 2544, 5771, 919). In the byte order of an address as a
 * number. */
static bool is_known_network(uint64_t a)
{
	return a >> 24 == 10 || a >> 20 == 0xac1 || a >> 16 == 0xc0a8 || a >> 16 == 0xa9fe ||
	       a >> 22 == 0x191 || a >> 17 == 0x6309 || a >> 28 >= 0xe;
}

/* Whether a port is that of a service everybody knows, or of a protocol that is spoken between equal ports. */
static bool is_known_port(uint64_t port)
{
	static const uint16_t ports[] = {
#define PORT(number) number,
#include "code/protocol_ports.def"
#undef PORT
	};
	bool known = port < WELL_KNOWN;
	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++)
		known = known || ports[i] == port;
	return known;
}

/* A field of a sender's address. */
typedef struct sender_field {
	bool port, ip; /* which; neither: it is none */
	bool turned;   /* its bytes were brought into the order of numbers */
} sender_field;

static sender_field field_loaded(const as_signals *s, const as_kept *k, const as_term *n)
{
	spot p = spot_of(&k->values, n->a, n->k);
	sender_field f = { .port = n->width == 2, .ip = n->width == 4 };
	int64_t at = f.port ? PORT_AT : IP_AT;
	bool is = (f.port || f.ip) && (is_sender(k, p, at) || is_callers_sender(s, k, p, at));
	return is ? f : (sender_field){ 0 };
}

/* What a value is of a sender's address, here or, where it is an argument, in the functions that call. */
static sender_field field_of(
	const as_signals *s, const as_kept *k, as_value x, int depth, size_t *left)
{
	bool turned = false;
	size_t n = 0;
	const as_term *t = as_term_of(&k->values, bare(&k->values, x, &turned));
	sender_field f = { 0 };
	if (t->kind == AS_V_LOAD)
		f = field_loaded(s, k, t);
	const as_link *links = as_profile_callers(s->profile, k->function->addr, &n);
	bool given = t->kind == AS_V_ARG && t->k < AS_ARGS_MAX && depth < PASSED_MAX;
	for (size_t i = 0; given && i < n && i<CALLERS_MAX && * left> 0 && !f.port && !f.ip; i++) {
		const as_kept *from = s->profile->kept[links[i].from];
		if (!from)
			continue;
		--*left;
		f = field_of(s, from, from->values.calls[links[i].call].arg[t->k], depth + 1, left);
	}
	f.turned = f.turned || turned;
	return f;
}

static void look_at_sender(as_signals *s, const as_kept *k, const as_decision *d, size_t *left)
{
	uint64_t number = 0;
	as_value x = compared(&k->values, d, &number);
	sender_field f = number > UINT8_MAX ? field_of(s, k, x, 0, left) : (sender_field){ 0 };
	if (!f.port && !f.ip)
		return;
	bool plain = f.turned || s->profile->program->elf.big;
	uint32_t ip = plain ? (uint32_t)number : __builtin_bswap32((uint32_t)number);
	uint16_t port = plain ? (uint16_t)number : __builtin_bswap16((uint16_t)number);
	if (f.ip && (ip >> 24 == LOOPBACK || number >> 24 == LOOPBACK))
		return;
	reached effect;
	double w = weight_behind(s, k, d, &effect);
	bool usual = f.ip ? is_known_network(ip) : is_known_port(port);
	effect.only = !usual;
	add(s, k, d->at, (usual ? 0.4 : 1.4) + 0.35 * w,
		f.port ? as_alarm_text(s, "source port %u", port)
		       : as_alarm_text(s, "source address %u.%u.%u.%u (0x%llx)", ip >> 24,
				 ip >> 16 & 255, ip >> 8 & 255, ip & 255,
				 (unsigned long long)number),
		effect,
		f.port ? "what comes from one port of the sender is treated differently"
		       : "what comes from one address is treated differently");
}

/* What of the clock a value was made of. */
typedef enum clock_part { CLOCK_NONE, CLOCK_SECONDS, CLOCK_FIELD } clock_part;

static bool breaks_down(const as_call *c)
{
	return as_origin_calls(c, "localtime") || as_origin_calls(c, "gmtime") ||
	       as_origin_calls(c, "localtime_r") || as_origin_calls(c, "gmtime_r");
}

/* Whether a place is a field of the broken-down time. */
static bool is_field(const as_kept *k, const as_term *n)
{
	const as_values *v = &k->values;
	const as_call *c = as_origin_call(v, n->a);
	spot p = spot_of(v, n->a, n->k);
	if (c && breaks_down(c))
		return true;
	for (uint32_t i = 0; p.known && i < v->n_calls; i++) {
		const as_call *o = &v->calls[i];
		spot q = spot_of(v, o->arg[1], 0);
		if (breaks_down(o) && as_term_of(v, o->arg[1])->kind == AS_V_STACK && q.known &&
			q.base == p.base && p.at >= q.at && p.at < q.at + FIELDS)
			return true;
	}
	return false;
}

static clock_part clock_in(const as_signals *s, const as_kept *k, as_value x, int depth)
{
	const as_values *v = &k->values;
	const as_term *n = as_term_of(v, x);
	if (depth > DEEPEST || x == AS_NOT_KNOWN)
		return CLOCK_NONE;
	if (n->kind == AS_V_RESULT) {
		const as_call *c = as_origin_call(v, x);
		return c && as_origin_calls(c, "time") ? CLOCK_SECONDS : CLOCK_NONE;
	}
	if (n->kind == AS_V_LOAD)
		return is_field(k, n) ? CLOCK_FIELD : CLOCK_NONE;
	if (n->kind != AS_V_OP)
		return CLOCK_NONE;
	clock_part a = clock_in(s, k, n->a, depth + 1);
	return a != CLOCK_NONE ? a : clock_in(s, k, n->b, depth + 1);
}

/* How many decisions of the function want one value of a field of the date. */
static unsigned count_fields(const as_signals *s, const as_kept *k)
{
	const as_values *v = &k->values;
	unsigned n = 0;
	for (uint32_t i = 0; i < v->n_decisions; i++) {
		uint64_t number = 0;
		as_value x = compared(v, &v->decisions[i], &number);
		n += x != AS_NOT_KNOWN && clock_in(s, k, x, 0) == CLOCK_FIELD;
	}
	return n;
}

static void look_at_clock(as_signals *s, const as_kept *k, const as_decision *d, bool asks)
{
	const as_values *v = &k->values;
	uint64_t number = 0;
	as_value x = asks ? compared(v, d, &number) : AS_NOT_KNOWN;
	clock_part part = x == AS_NOT_KNOWN ? CLOCK_NONE : clock_in(s, k, x, 0);
	if (part == CLOCK_NONE || number > INT32_MAX ||
		(part == CLOCK_SECONDS && (number == 0 || as_term_of(v, x)->kind != AS_V_OP)))
		return;
	reached effect;
	double w = weight_behind(s, k, d, &effect);
	bool several = part == CLOCK_FIELD && count_fields(s, k) > 1;
	add(s, k, d->at, (several ? 0.6 : 0.3) + 0.35 * w,
		as_alarm_text(s, "time %llu", (unsigned long long)number), effect,
		"something is done at one time of the day or year only");
}

/* A count that the program keeps for itself, and something happens when it is reached. */
static void look_at_count(as_signals *s, const as_kept *k, const as_decision *d)
{
	const as_values *v = &k->values;
	uint64_t number = 0, at = 0, to = 0;
	int64_t step = 0;
	as_value x = compared(v, d, &number);
	const as_term *n = as_term_of(v, as_value_base(v, x, &step));
	bool counts = false;
	if (number < 2 || number > 1000 || n->kind != AS_V_LOAD || !as_value_const(v, n->a, &at))
		return;
	for (uint32_t i = 0; i < v->n_stores && !counts; i++) {
		const as_store *st = &v->stores[i];
		const as_term *o = as_term_of(v, as_value_base(v, st->value, &step));
		counts = step == 1 && o->kind == AS_V_LOAD && o->a == n->a && o->k == n->k &&
			 as_value_const(v, st->base, &to) &&
			 to + (uint64_t)st->offset == at + (uint64_t)n->k;
	}
	reached effect;
	double w = counts ? weight_behind(s, k, d, &effect) : 0;
	if (w >= STRONG)
		add(s, k, d->at, 0.3 + 0.2 * w,
			as_alarm_text(s, "the count %llu", (unsigned long long)number), effect,
			"the effect is reached when something was counted so often");
}

/* How many different constants a variable of the program is compared with here, and given; up to 3 of each. */
static void count_states(const as_values *v, uint64_t at, unsigned *asked, unsigned *given)
{
	uint64_t seen[2][3], k = 0, to = 0;
	unsigned n[2] = { 0 };
	for (uint32_t i = 0; i < v->n_decisions + v->n_stores; i++) {
		bool store = i >= v->n_decisions;
		const as_store *st = store ? &v->stores[i - v->n_decisions] : NULL;
		as_value x = store ? st->value : compared(v, &v->decisions[i], &k);
		const as_term *from = as_term_of(v, store ? st->base : x);
		if (x == AS_NOT_KNOWN || (store && !as_value_const(v, x, &k)))
			continue;
		bool here = store ? from->kind == AS_V_CONST &&
					    (uint64_t)from->k + (uint64_t)st->offset == at
				  : from->kind == AS_V_LOAD && as_value_const(v, from->a, &to) &&
					    to + (uint64_t)from->k == at;
		unsigned j = 0;
		while (j < n[store] && seen[store][j] != k)
			j++;
		if (here && j == n[store] && j < 3)
			seen[store][n[store]++] = k;
	}
	*asked = n[0];
	*given = n[1];
}

/* An effect that is reached in one of several states that earlier input leads to. */
static void look_at_state(as_signals *s, const as_kept *k, const as_decision *d)
{
	enum { MOST = 64 };
	const as_values *v = &k->values;
	uint64_t number = 0, at = 0;
	unsigned asked = 0, given = 0;
	const as_term *n = as_term_of(v, compared(v, d, &number));
	if (number == 0 || number > MOST || n->kind != AS_V_LOAD || !as_value_const(v, n->a, &at))
		return;
	reached effect;
	double w = weight_behind(s, k, d, &effect);
	if (w < STRONG)
		return;
	count_states(v, at + (uint64_t)n->k, &asked, &given);
	if (asked >= 2 && given >= 2)
		add(s, k, d->at, 0.4 + 0.2 * w,
			as_alarm_text(s, "the state %llu", (unsigned long long)number), effect,
			"the effect is reached only after a sequence of inputs that the function "
			"keeps count of");
}

/* A variable of the environment, or a file, is there, and only then a strong effect is reached. */
static void look_at_presence(as_signals *s, const as_kept *k, const as_decision *d)
{
	const as_values *v = &k->values;
	int64_t offset = 0;
	uint64_t zero = 0;
	if (d->select || (d->test ? d->a != d->b : !as_value_const(v, d->b, &zero) || zero != 0))
		return;
	const as_term *n = as_term_of(v, as_value_base(v, d->a, &offset));
	const as_call *c = n->kind == AS_V_RESULT ? as_origin_call(v, d->a) : NULL;
	bool variable = c && (as_origin_calls(c, "getenv") || as_origin_calls(c, "secure_getenv"));
	bool file = c && (as_origin_calls(c, "access") || as_origin_calls(c, "stat") ||
				 as_origin_calls(c, "lstat"));
	as_span name = variable || file ? as_origin_text(k, c, 0) : (as_span){ 0 };
	if (name.n < 4 || as_reference_occurs(&s->reference, as_reference_key(name)) ||
		as_reference_compared(&s->reference, as_reference_key(name)))
		return;
	reached effect;
	double w = weight_behind(s, k, d, &effect);
	bool odd = file &&
		   (as_starts(name, "/tmp/") || as_starts(name, "/var/tmp/") || as_has(name, "/."));
	uint64_t addr = 0;
	(void)as_value_const(v, c->arg[0], &addr);
	if (w < STRONG)
		return;
	add(s, k, c->at, (0.4 + (odd ? 0.25 : 0.12) * w) * as_mention_factor(s, name, addr), name,
		effect,
		variable ? "only if that variable of the environment is set is the effect reached"
			 : "whether that file is there decides about the effect");
}

static bool asks_clock(const as_kept *k)
{
	for (uint32_t i = 0; i < k->values.n_calls; i++)
		if (as_origin_calls(&k->values.calls[i], "time") ||
			breaks_down(&k->values.calls[i]))
			return true;
	return false;
}

static void find(as_signals *s)
{
	size_t left = FOLLOWED_MAX;
	for (size_t i = 0; i < s->profile->functions.n; i++) {
		const as_kept *k = s->profile->kept[i];
		bool asks = k && asks_clock(k);
		for (uint32_t j = 0; k && j < k->values.n_decisions; j++) {
			const as_decision *d = &k->values.decisions[j];
			look_at_sender(s, k, d, &left);
			look_at_clock(s, k, d, asks);
			look_at_count(s, k, d);
			look_at_state(s, k, d);
			look_at_presence(s, k, d);
		}
	}
}

const as_signal as_signal_condition = {
	.id = "condition",
	.title = "A condition that users of the program do not know",
	.find = find,
};
