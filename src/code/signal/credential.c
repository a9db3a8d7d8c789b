/* SPDX-License-Identifier: Apache-2.0 */
/* A constant that is taken for a secret: what is compared with it is treated as a password (asked for without
 * echo, hashed, wiped, also compared with what varies), and the constant gets past the check that everything else
 * must pass. */
#include "code/mention.h"
#include "code/outcome.h"
#include "code/rival.h"

#include <math.h>

static const double LOOKED_UP = 0.3; /* from this score on the program is searched for the text */

typedef struct reasons {
	double sum;
	unsigned n;
	bool secret; /* what is compared is treated as a secret */
	as_span text;
} reasons;

static void add(as_signals *s, reasons *r, double weight, const char *why)
{
	r->sum += weight;
	r->n++;
	r->text = r->text.n ? as_alarm_text(s, "%.*s; %s", (int)r->text.n, r->text.p, why)
			    : as_lit(why);
}

static bool from_call(const as_values *v, as_value x, as_api_kind kind, const char *name)
{
	const as_term *n = as_term_of(v, x);
	for (uint32_t i = 0; n->kind == AS_V_RESULT && i < v->n_calls; i++) {
		const as_api *api = v->calls[i].api;
		if (v->calls[i].op == (uint32_t)n->k && api)
			return name ? as_has(as_lit(api->name), name) : api->kind == kind;
	}
	return false;
}

/* What else is done with the value in this function. */
static void look_at_uses(as_signals *s, const as_kept *k, const as_test *t, reasons *r)
{
	const as_values *v = &k->values;
	as_value secret = as_rival_object(v, t->input);
	bool wiped = false, judged = false;
	for (uint32_t i = 0; secret != AS_NOT_KNOWN && i < v->n_calls; i++) {
		const as_api *api = v->calls[i].api;
		for (unsigned a = 0; api && a < 3; a++) {
			if (as_rival_object(v, v->calls[i].arg[a]) != secret || i == t->call)
				continue;
			wiped = wiped || api->kind == AS_API_WIPE;
			judged = judged || api->kind == AS_API_CRYPT;
		}
	}
	if (wiped)
		add(s, r, 2.5, "what is compared is wiped afterwards, as secrets are");
	if (judged)
		add(s, r, 2.5, "it is also hashed or given to the password check");
	r->secret = r->secret || wiped || judged;
	as_rival rival = as_rival_of(s, k, t);
	r->secret = r->secret || rival == AS_RIVAL_AGREES;
	if (rival == AS_RIVAL_AGREES)
		add(s, r, 2.5,
			"it is also compared with something that is not constant, and being equal "
			"to that leads to the same");
	else if (rival == AS_RIVAL_OTHER)
		add(s, r, 0.7, "it is also compared with something that is not constant");
	else if (rival == AS_RIVAL_TABLE)
		add(s, r, 0.3, "it is also compared with the words of a table");
}

static bool has_call_of(const as_kept *k, as_api_kind kind)
{
	for (uint32_t i = 0; i < k->values.n_calls; i++) {
		const as_api *api = k->values.calls[i].api;
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
	bool sides = t->equal != AS_NO_BLOCK && t->unequal != AS_NO_BLOCK;
	if (!sides && !t->answers)
		return;
	uint32_t blocks =
		sides ? k->dominators.leave[t->equal] - k->dominators.enter[t->equal] + 1 : 0;
	bool bypass = sides && blocks <= FEW && calls_under(k, t->equal) == 0 &&
		      calls_under(k, t->unequal) > 0;
	as_outcome o = as_outcome_of(k, t);
	double much = r->secret ? 1 : 0.4; /* any parser has such sides */
	if (bypass)
		add(s, r, 1.5 * much, "the equal side skips a check that the other side makes");
	if (o.known && o.n_other > 0 && (o.answer != 0 || r->secret))
		add(s, r, (o.only ? 1.5 : 1) * much,
			"being equal decides what the function answers");
	(void)number;
}

/* How much a number weighs by how it comes about. */
static double how_made(const as_test *t)
{
	if (t->parts > 1)
		return t->parts > 2 ? 1.4 : 0.9;
	return t->computed == AS_COMPUTED_HASH ? 2 : t->computed == AS_COMPUTED_MIXED ? 1.4 : 0.5;
}

static as_span number_detail(as_signals *s, const as_test *t, bool decides)
{
	const char *made = t->parts > 1 ? "odd numbers, which must all be met, are compared"
			   : t->computed != AS_COMPUTED_NOT
				   ? "a number computed from the input is compared"
				   : "a number is compared";
	return as_alarm_text(s, "%s; being equal %s", made,
		decides ? "alone decides the answer" : "leads another way");
}

/* A number that decides what the function answers, on a side that does nothing else; or one that nobody reads. */
static void look_at_number(
	as_signals *s, size_t number, const as_kept *k, const as_test *t, unsigned n_numbers)
{
	enum { FEW = 4 };
	bool sides = t->equal != AS_NO_BLOCK && t->unequal != AS_NO_BLOCK;
	if (t->kind != AS_TEST_NUMBER || (!sides && !t->answers))
		return;
	as_outcome o = as_outcome_of(k, t);
	uint32_t blocks =
		sides ? k->dominators.leave[t->equal] - k->dominators.enter[t->equal] + 1 : 0;
	bool decides = o.known && o.n_other > 0 && blocks <= FEW;
	if (!decides && t->computed == AS_COMPUTED_NOT && t->parts < 2)
		return;
	double score = (!decides        ? (t->computed == AS_COMPUTED_HASH ? 0.8 : 0.5)
			       : o.only ? 1.5
					: 1.0) *
		       how_made(t) * as_test_rareness(s, t);
	as_alarm_add(
		s, (as_alarm){ .signal = "credential",
			   .function = number,
			   .at = t->at,
			   .score = score / sqrt((double)(n_numbers ? n_numbers : 1)),
			   .trigger = as_alarm_text(s, "0x%llx", (unsigned long long)t->number),
			   .effect = decides ? as_alarm_text(s, "the function answers %lld",
						       (long long)(int32_t)o.answer)
					     : as_lit("another way"),
			   .detail = number_detail(s, t, decides) });
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

/* Whether the function's own texts speak of logins and passwords. */
static bool speaks_of_logins(const as_kept *k)
{
	static const char *const words[] = { "assword", "asswd", "ASSW", "ogin", "LOGIN", "uthent",
		"AUTH", "redential", "ccess denied", "ermission denied" };
	const as_values *v = &k->values;
	for (uint32_t i = 0; i < v->n_refs; i++) {
		as_span text = as_program_string(v->flow->program, v->refs[i].addr);
		for (size_t j = 0; text.n > 0 && j < sizeof(words) / sizeof(words[0]); j++)
			if (as_has(text, words[j]))
				return true;
	}
	return false;
}

/* *logins: whether the function speaks of logins; -1: that was not asked yet. */
static void look(
	as_signals *s, size_t number, const as_kept *k, const as_test *t, double chain, int *logins)
{
	const as_values *v = &k->values;
	reasons r = { 0 };
	double w = weight_of(t) * as_test_rareness(s, t);
	if (w <= 0)
		return;
	as_value input = as_rival_object(v, t->input);
	if (from_call(v, input, AS_API_CRYPT, NULL) || from_call(v, input, AS_API_INPUT, "getpass"))
		add(s, &r, 4,
			"what is compared comes from asking for a password, or from hashing one");
	if (r.n == 0 && *logins < 0)
		*logins = speaks_of_logins(k);
	r.secret = r.n > 0 || *logins > 0;
	look_at_uses(s, k, t, &r);
	look_at_sides(s, number, k, t, &r);
	if (r.n > 0 && has_call_of(k, AS_API_CRYPT))
		add(s, &r, 1.5, "the function checks passwords");
	bool lone =
		r.n == 0 && chain >= 1 && t->equal != AS_NO_BLOCK && calls_under(k, t->equal) > 0;
	if (lone)
		add(s, &r, 0.35,
			"it is the only word that the function asks for, and leads to calls");
	if (r.n == 0)
		return;
	double score = r.sum * w * chain * (t->unsure ? 0.7 : 1);
	if (score >= LOOKED_UP || lone)
		score *= as_mention_factor(s, t->text, t->addr);
	as_alarm_add(s, (as_alarm){ .signal = "credential",
				.function = number,
				.at = t->at,
				.score = score,
				.trigger = t->text,
				.trigger_addr = t->addr,
				.effect = as_lit(lone ? "another way" : "passes a check"),
				.detail = r.text,
				.conclusive = r.n >= 3 && w >= 1 });
}

static void find(as_signals *s)
{
	for (size_t i = 0; i < s->profile->functions.n; i++) {
		const as_kept *k = s->profile->kept[i];
		const as_tests *all = &s->tests[i];
		unsigned texts = 0, numbers = 0;
		int logins = -1;
		for (size_t j = 0; k && j < all->n; j++) {
			texts += all->list[j].text.n > 0;
			numbers += all->list[j].kind == AS_TEST_NUMBER;
		}
		for (size_t j = 0; k && j < all->n; j++)
			look_at_number(s, i, k, &all->list[j], numbers);
		for (size_t j = 0; k && j < all->n; j++)
			look(s, i, k, &all->list[j], 1 / sqrt((double)(texts ? texts : 1)),
				&logins);
	}
}

const as_signal as_signal_credential = {
	.id = "credential",
	.title = "A constant passes for a secret",
	.find = find,
};
