/* SPDX-License-Identifier: Apache-2.0 */
/* A secret that is computed when it is needed: input is compared with a text that the program makes itself, of the
 * date, of what the device is, or of nothing but constants, instead of reading it from somewhere. */
#include "code/origin.h"
#include "code/rival.h"
#include "code/steady.h"

enum { FEW = 3 /* arguments of a maker that are looked at */, CALLS_MAX = 600 };

/* What a text is made of, the strongest last. */
typedef enum made { MADE_NOT, MADE_COMPUTED, MADE_DEVICE, MADE_DATE } made;

/* What calls in a function ask for. */
typedef struct asks {
	bool date, device, reads;
} asks;

static bool names_device(as_span text)
{
	static const char *const words[] = { "/sys/class/net", "serial", "macaddr", "ethaddr",
		"hwaddr", "mac_addr", "MacAddr", "boardnum" };
	for (size_t i = 0; text.n > 0 && i < sizeof(words) / sizeof(words[0]); i++)
		if (as_has(text, words[i]))
			return true;
	return false;
}

static asks asked_in(const as_kept *k)
{
	enum { SIOCGIFHWADDR = 0x8927 };
	const as_values *v = &k->values;
	asks a = { 0 };
	for (uint32_t i = 0; i < v->n_calls; i++) {
		const as_call *c = &v->calls[i];
		const as_api *api = c->api;
		uint64_t request = 0;
		a.date = a.date || as_origin_calls(c, "time") || as_origin_calls(c, "gmtime") ||
			 as_origin_calls(c, "localtime") || as_origin_calls(c, "gettimeofday");
		a.device = a.device ||
			   (as_origin_calls(c, "ioctl") && as_value_const(v, c->arg[1], &request) &&
				   request == SIOCGIFHWADDR);
		a.reads =
			a.reads || (api && (api->kind == AS_API_INPUT || api->kind == AS_API_OPEN ||
						   api->kind == AS_API_SCAN));
	}
	for (uint32_t i = 0; i < v->n_refs && !a.device; i++)
		a.device = names_device(as_program_string(v->flow->program, v->refs[i].addr));
	return a;
}

/* Whether a value is made of the clock: of seconds, or of a field of the date. */
static bool is_clock(const as_signals *s, const as_kept *k, as_value x, int depth)
{
	enum { DEEPEST = 5 };
	const as_values *v = &k->values;
	const as_term *n = as_term_of(v, x);
	if (depth > DEEPEST || x == AS_NOT_KNOWN)
		return false;
	const as_call *c = n->kind == AS_V_RESULT ? as_origin_call(v, x)
			   : n->kind == AS_V_LOAD ? as_origin_call(v, n->a)
						  : NULL;
	if (c)
		return as_origin_calls(c, "time") || as_origin_calls(c, "gmtime") ||
		       as_origin_calls(c, "localtime") || as_origin_calls(c, "gmtime_r") ||
		       as_origin_calls(c, "localtime_r");
	return n->kind == AS_V_OP &&
	       (is_clock(s, k, n->a, depth + 1) || is_clock(s, k, n->b, depth + 1));
}

/* Whether a function mixes the clock with something, as no clock needs to be. */
static bool mixes_clock(const as_signals *s, const as_kept *k)
{
	const as_values *v = &k->values;
	for (uint32_t i = 1; i < v->n_terms; i++) {
		const as_term *n = &v->terms[i];
		bool mixes = n->kind == AS_V_OP && (n->op == AS_OP_MUL || n->op == AS_OP_XOR);
		if (mixes && (is_clock(s, k, n->a, 0) || is_clock(s, k, n->b, 0)))
			return true;
	}
	return false;
}

/* Whether the function writes single bytes through its first argument. */
static bool writes_bytes(const as_values *v, size_t argument)
{
	for (uint32_t i = 0; i < v->n_stores; i++)
		if (v->stores[i].width == 1 && as_value_root(v, v->stores[i].base) == argument)
			return true;
	return false;
}

/* What a function of the program's own makes of the buffer that it is handed as argument a of call c. */
static made made_by(const as_signals *s, const as_kept *k, const as_call *c, unsigned a)
{
	size_t n = c->to;
	const as_kept *to = n == SIZE_MAX ? NULL : s->profile->kept[n];
	if (!to)
		return MADE_NOT;
	asks q = asked_in(to);
	if (q.date && !q.reads && mixes_clock(s, to))
		return MADE_DATE;
	if (q.device)
		return MADE_DEVICE;
	for (unsigned i = 0; i < FEW; i++) { /* nothing else may come in */
		as_value_kind kind = (as_value_kind)as_term_of(&k->values, c->arg[i])->kind;
		bool used = i <= a || kind != AS_V_UNKNOWN;
		uint64_t number = 0;
		bool fixed = as_value_const(&k->values, c->arg[i], &number) &&
			     !as_program_region(k->flow.program, number);
		if (i != a && used && !fixed && i < to->flow.program->arch->n_args &&
			kind != AS_V_ENTRY && kind != AS_V_UNKNOWN)
			return MADE_NOT;
	}
	return !q.reads && writes_bytes(&to->values, a) ? MADE_COMPUTED : MADE_NOT;
}

/* What is printed: a number that was computed. */
static made printed_by(const as_signals *s, const as_kept *k, const as_call *c)
{
	const as_api *api = c->api;
	made best = MADE_NOT;
	if (!api || api->kind != AS_API_FORMAT || api->text < 1)
		return MADE_NOT;
	for (unsigned i = (unsigned)api->text + 1; i < AS_ARGS_MAX; i++) {
		bool computed = as_computed_of(s->profile, k, c->arg[i]) != AS_COMPUTED_NOT;
		/* times are printed for good reasons, too */
		made one = !computed ? MADE_NOT : asked_in(k).device ? MADE_DEVICE : MADE_COMPUTED;
		best = one > best ? one : best;
	}
	return best;
}

/* Whether input was mixed to get a value. A remainder may be but shifts and sums. */
static bool is_mixed(const as_signals *s, const as_kept *k, as_value x)
{
	enum { MANY = 4 };
	as_making m = as_making_of(s->profile, k, x);
	return (m.mixes > 0 || m.steps >= MANY) && (m.loop || m.leaves > 0);
}

/* Whether a value was computed, or was taken out of a constant table by something that was. */
static bool is_computed(const as_signals *s, const as_kept *k, as_value x)
{
	int64_t offset = 0;
	const as_term *n = as_term_of(&k->values, as_value_base(&k->values, x, &offset));
	return is_mixed(s, k, x) || (n->kind == AS_V_LOAD && is_mixed(s, k, n->a));
}

/* Whether the function itself puts computed bytes into the buffer, one after another. */
static bool fills(const as_signals *s, const as_kept *k, int64_t at)
{
	const as_values *v = &k->values;
	for (uint32_t i = 0; i < v->n_stores; i++) {
		const as_store *st = &v->stores[i];
		as_place p = as_place_of(v, st->base, st->offset);
		if (st->width == 1 && as_term_of(v, st->base)->kind != AS_V_STACK && p.at == at &&
			as_term_of(v, p.base)->kind == AS_V_STACK && is_computed(s, k, st->value))
			return true;
	}
	return false;
}

/* Whether a function, or one that it calls, reads what the device is called. */
static bool reads_device(const as_signals *s, const as_kept *k)
{
	if (asked_in(k).device)
		return true;
	for (uint32_t i = 0; i < k->values.n_calls && i < CALLS_MAX; i++) {
		const as_call *c = &k->values.calls[i];
		size_t n = c->to;
		const as_kept *to = n == SIZE_MAX ? NULL : s->profile->kept[n];
		asks q = to ? asked_in(to) : (asks){ 0 };
		if (q.device && q.reads)
			return true;
	}
	return false;
}

/* What the buffer on the stack that starts there holds when it is compared, by call until or otherwise. */
static made made_of(const as_signals *s, const as_kept *k, const as_call *until, int64_t at)
{
	const as_values *v = &k->values;
	made best = MADE_NOT;
	bool written = false;
	for (uint32_t i = 0; i < v->n_calls && i < CALLS_MAX; i++) {
		const as_call *c = &v->calls[i];
		const as_api *api = c->api;
		for (unsigned a = 0; c != until && a < AS_ARGS_MAX && !c->system; a++) {
			const as_term *to = as_term_of(v, c->arg[a]);
			if (to->kind != AS_V_STACK || to->k != at)
				continue;
			bool own = !api && c->to != SIZE_MAX;
			made one = own      ? made_by(s, k, c, a)
				   : a == 0 ? printed_by(s, k, c)
					    : MADE_NOT;
			best = one > best ? one : best;
			written = written || (api && one == MADE_NOT && (api->writes >> a & 1)) ||
				  (!api && one == MADE_NOT);
		}
	}
	asks q = asked_in(k);
	if (best < MADE_DEVICE && !written && fills(s, k, at) && reads_device(s, k))
		best = MADE_DEVICE;
	if (best == MADE_COMPUTED && q.device)
		best = MADE_DEVICE;
	if (best == MADE_NOT && !written && q.date && mixes_clock(s, k))
		return MADE_DATE; /* bytes are put there by the function itself */
	return written ? MADE_NOT : best;
}

static void state(as_signals *s, size_t number, uint64_t at, made m)
{
	static const double weights[] = { 0, 0.9, 1.6, 2 };
	static const char *const what[] = { "", "a text that the code computes",
		"a text computed from what the device is", "a text computed from the date" };
	as_alarm_add(s, (as_alarm){ .signal = "derived",
				.function = number,
				.at = at,
				.score = weights[m],
				.conclusive = m >= MADE_DEVICE,
				.trigger = as_lit(what[m]),
				.effect = as_lit("input is compared with it"),
				.detail = as_lit("what input must equal stands nowhere: it "
						 "is computed when it is needed") });
}

/* The two arguments that a call compares, by the library or by the program's own. False: it compares none. */
static bool sides_of(const as_signals *s, const as_call *c, unsigned sides[2])
{
	const as_api *api = c->api;
	size_t n = c->to;
	if (api && api->kind == AS_API_COMPARE) {
		as_api_sides(api, &sides[0], &sides[1]);
		return true;
	}
	if (api || n == SIZE_MAX || !s->comparators.is[n])
		return false;
	sides[0] = s->comparators.first[n];
	sides[1] = s->comparators.second[n];
	return sides[0] < AS_ARGS_MAX && sides[1] < AS_ARGS_MAX;
}

static void look_at(as_signals *s, size_t number, const as_kept *k, const as_call *c)
{
	unsigned sides[2];
	if (!sides_of(s, c, sides))
		return;
	for (unsigned side = 0; side < 2; side++) {
		unsigned mine = sides[side], other = sides[1 - side];
		const as_term *b = as_term_of(&k->values, c->arg[mine]);
		if (b->kind != AS_V_STACK || as_call_text(c, mine).n > 0 ||
			as_origin_text(k, c, other).p || c->arg[other] == AS_NOT_KNOWN)
			continue;
		made m = made_of(s, k, c, b->k);
		if (m == MADE_NOT)
			continue;
		state(s, number, c->at, m);
		return;
	}
}

/* Comparisons in the function itself that take as long however much is equal. */
static void look_at_steady(as_signals *s, size_t number, const as_kept *k)
{
	const as_values *v = &k->values;
	as_steady list[AS_STEADIES_MAX];
	size_t n = as_steadies_of(v, list);
	for (size_t i = 0; i < n * 2; i++) {
		as_steady *one = &list[i / 2];
		as_place *mine = i % 2 ? &one->second : &one->first;
		as_place *other = i % 2 ? &one->first : &one->second;
		made m = MADE_NOT;
		bool open =
			as_term_of(v, mine->base)->kind == AS_V_STACK && !as_place_text(v, other).p;
		if (one->computed)
			m = i % 2 && is_mixed(s, k, mine->base) && reads_device(s, k) ? MADE_DEVICE
										      : MADE_NOT;
		for (int back = 0; open && !one->computed && m == MADE_NOT && back <= AS_PEELED;
			back++)
			m = made_of(s, k, NULL, (int64_t)((uint64_t)mine->at - (uint64_t)back));
		uint32_t block = (uint32_t)((uint64_t)as_term_of(v, one->sum)->k >> 32);
		if (m != MADE_NOT && block < k->flow.n_blocks)
			state(s, number, k->flow.blocks[block].addr, m);
	}
}

static void find(as_signals *s)
{
	for (size_t i = 0; i < s->profile->functions.n; i++) {
		const as_kept *k = s->profile->kept[i];
		for (uint32_t j = 0; k && j < k->values.n_calls; j++)
			look_at(s, i, k, &k->values.calls[j]);
		if (k)
			look_at_steady(s, i, k);
	}
}

const as_signal as_signal_derived = {
	.id = "derived",
	.title = "A secret that is computed",
	.find = find,
};
