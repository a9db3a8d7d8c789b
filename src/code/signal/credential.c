/* SPDX-License-Identifier: Apache-2.0 */
/* A constant that is taken for a secret: what is compared with it is treated as a password (asked for without
 * echo, hashed, wiped, also compared with what varies), and the constant gets past the check that everything else
 * must pass. */
#include "code/outcome.h"
#include "code/signal.h"

#include <math.h>

typedef struct reasons {
	double sum;
	unsigned n;
	as_span text;
} reasons;

static void add(as_signals *s, reasons *r, double weight, const char *why)
{
	r->sum += weight;
	r->n++;
	r->text = r->text.n ? as_alarm_text(s, "%.*s; %s", (int)r->text.n, r->text.p, why)
			    : as_lit(why);
}

/* The value, or what it was loaded from: the buffer rather than a byte of it. */
static as_value object_of(const as_values *v, as_value x)
{
	int64_t offset = 0;
	as_value base = as_value_base(v, x, &offset);
	const as_term *n = as_term_of(v, base);
	return n->kind == AS_V_LOAD && n->width == 1 ? as_value_base(v, n->a, &offset) : base;
}

static bool from_call(
	const as_signals *s, const as_values *v, as_value x, as_api_kind kind, const char *name)
{
	const as_term *n = as_term_of(v, x);
	for (uint32_t i = 0; n->kind == AS_V_RESULT && i < v->n_calls; i++) {
		const as_api *api = as_api_of(s->profile->program, v->calls[i].goal);
		if (v->calls[i].op == (uint32_t)n->k && api)
			return name ? as_has(as_lit(api->name), name) : api->kind == kind;
	}
	return false;
}

/* What else is done with the value in this function. */
static void look_at_uses(as_signals *s, const as_kept *k, const as_test *t, reasons *r)
{
	const as_values *v = &k->values;
	as_value secret = object_of(v, t->input);
	bool wiped = false, varies = false, judged = false;
	if (secret == AS_NOT_KNOWN)
		return;
	for (uint32_t i = 0; i < v->n_calls; i++) {
		const as_call *c = &v->calls[i];
		const as_api *api = as_api_of(s->profile->program, c->goal);
		for (unsigned a = 0; a < 3; a++) {
			if (object_of(v, c->arg[a]) != secret || i == t->call)
				continue;
			wiped = wiped || (api && api->kind == AS_API_WIPE);
			judged = judged || (api && api->kind == AS_API_CRYPT);
			bool other_constant =
				as_value_string(v, c->arg[a ? 0 : 1]).p || c->text[a ? 0 : 1].n > 0;
			varies = varies ||
				 (api && api->kind == AS_API_COMPARE && a < 2 && !other_constant);
		}
	}
	if (wiped)
		add(s, r, 2.5, "what is compared is wiped afterwards, as secrets are");
	if (judged)
		add(s, r, 2.5, "it is also hashed or given to the password check");
	if (varies)
		add(s, r, 2.5, "it is also compared with something that is not constant");
}

static bool has_call_of(const as_signals *s, const as_kept *k, as_api_kind kind)
{
	for (uint32_t i = 0; i < k->values.n_calls; i++) {
		const as_api *api = as_api_of(s->profile->program, k->values.calls[i].goal);
		if (api && api->kind == kind)
			return true;
	}
	return false;
}

static unsigned calls_under(const as_kept *k, uint32_t block)
{
	unsigned n = 0;
	for (uint32_t i = 0; block != AS_NO_BLOCK && i < k->values.n_calls; i++)
		n += as_dominates(&k->dominators, block, k->values.calls[i].block);
	return n;
}

/* The equal side does nothing, while the other must pass a further check. */
static void look_at_sides(
	as_signals *s, size_t number, const as_kept *k, const as_test *t, reasons *r)
{
	enum { FEW = 3 };
	if (t->equal == AS_NO_BLOCK || t->unequal == AS_NO_BLOCK)
		return;
	uint32_t blocks = k->dominators.leave[t->equal] - k->dominators.enter[t->equal] + 1;
	bool bypass =
		blocks <= FEW && calls_under(k, t->equal) == 0 && calls_under(k, t->unequal) > 0;
	as_outcome o = as_outcome_of(k, t);
	if (bypass)
		add(s, r, 1.5, "the equal side skips a check that the other side makes");
	if (o.known && o.n_other > 0 && o.answer != 0)
		add(s, r, o.only ? 1.5 : 1, "being equal decides what the function answers");
	(void)number;
}

/* Whether a number was computed from input rather than read: a hash, a checksum, halves put together. */
static bool is_computed(const as_signals *s, const as_kept *k, as_value x, int depth)
{
	const as_values *v = &k->values;
	int64_t offset = 0;
	const as_term *n = as_term_of(v, as_value_base(v, x, &offset));
	if (n->kind == AS_V_RESULT) {
		for (uint32_t i = 0; i < v->n_calls; i++)
			if (v->calls[i].op == (uint32_t)n->k)
				return as_profile_number(s->profile, v->calls[i].goal) != SIZE_MAX;
		return false;
	}
	if (n->kind == AS_V_OP)
		return n->op == AS_OP_XOR || n->op == AS_OP_MUL || n->op == AS_OP_ROR ||
		       n->op == AS_OP_SUB;
	/* What a loop leaves behind. */
	return n->kind == AS_V_PHI && depth == 0 && n->b == AS_NOT_KNOWN &&
	       (uint64_t)n->k >> 32 != 0;
}

/* A number that decides what the function answers, on a side that does nothing else. */
static void look_at_number(
	as_signals *s, size_t number, const as_kept *k, const as_test *t, unsigned n_numbers)
{
	enum { FEW = 4 };
	if (t->kind != AS_TEST_NUMBER || t->equal == AS_NO_BLOCK || t->unequal == AS_NO_BLOCK)
		return;
	as_outcome o = as_outcome_of(k, t);
	uint32_t blocks = k->dominators.leave[t->equal] - k->dominators.enter[t->equal] + 1;
	if (!o.known || o.n_other == 0 || blocks > FEW)
		return;
	bool computed = is_computed(s, k, t->input, 0);
	double score = (o.only ? 1.5 : 1.0) * (computed ? 2 : 0.7) /
		       sqrt((double)(n_numbers ? n_numbers : 1));
	score *= as_test_rareness(s, t);
	as_alarm_add(s,
		(as_alarm){ .signal = "credential",
			.function = number,
			.at = t->at,
			.score = score,
			.trigger = as_alarm_text(s, "0x%llx", (unsigned long long)t->number),
			.effect = as_alarm_text(
				s, "the function answers %lld", (long long)(int32_t)o.answer),
			.detail = computed ? as_lit("a number computed from the input is compared; "
						    "being equal alone decides the answer")
					   : as_lit("being equal to the number alone decides the "
						    "answer") });
}

static double weight_of(const as_test *t)
{
	as_span s = t->text;
	if (t->kind == AS_TEST_NUMBER || t->kind == AS_TEST_SEARCH || s.n < 4)
		return 0;
	bool odd = as_at(s, 0) == '-' || as_at(s, 0) == '/' || as_has(s, "%") || as_has(s, " ") ||
		   as_ends(s, "=");
	double w = s.n <= 5 ? 0.5 : s.n >= 8 ? 1.25 : 1;
	return odd ? w * 0.3 : t->built ? w * 1.5 : w;
}

static void look(as_signals *s, size_t number, const as_kept *k, const as_test *t, double chain)
{
	const as_values *v = &k->values;
	reasons r = { 0 };
	double w = weight_of(t) * as_test_rareness(s, t);
	if (w <= 0)
		return;
	as_value input = object_of(v, t->input);
	if (from_call(s, v, input, AS_API_CRYPT, NULL) ||
		from_call(s, v, input, AS_API_INPUT, "getpass"))
		add(s, &r, 4,
			"what is compared comes from asking for a password, or from hashing one");
	look_at_uses(s, k, t, &r);
	look_at_sides(s, number, k, t, &r);
	if (r.n > 0 && has_call_of(s, k, AS_API_CRYPT))
		add(s, &r, 1.5, "the function checks passwords");
	if (r.n == 0)
		return;
	as_alarm_add(s, (as_alarm){ .signal = "credential",
				.function = number,
				.at = t->at,
				.score = r.sum * w * chain * (t->unsure ? 0.7 : 1),
				.trigger = t->text,
				.trigger_addr = t->addr,
				.effect = as_lit("passes a check"),
				.detail = r.text,
				.conclusive = r.n >= 3 && w >= 1 });
}

static void find(as_signals *s)
{
	for (size_t i = 0; i < s->profile->functions.n; i++) {
		const as_kept *k = s->profile->kept[i];
		const as_tests *all = &s->tests[i];
		unsigned texts = 0, numbers = 0;
		for (size_t j = 0; k && j < all->n; j++) {
			texts += all->list[j].text.n > 0;
			numbers += all->list[j].kind == AS_TEST_NUMBER;
		}
		for (size_t j = 0; k && j < all->n; j++)
			look_at_number(s, i, k, &all->list[j], numbers);
		for (size_t j = 0; k && j < all->n; j++)
			look(s, i, k, &all->list[j], 1 / sqrt((double)(texts ? texts : 1)));
	}
}

const as_signal as_signal_credential = {
	.id = "credential",
	.title = "A constant passes for a secret",
	.find = find,
};
