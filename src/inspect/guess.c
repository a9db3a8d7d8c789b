/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/guess.h"

#include <string.h>

#include "base/cur.h"
#include "base/embed.h"
#include "inspect/verify.h"

enum { DEFAULTS_MAX = 20000 };

static as_span list_of_defaults(void)
{
	for (const as_embedded *e = as_embedded_knowledge; e->path; e++)
		if (as_is(as_lit(e->path), "credentials.tsv"))
			return as_bytes(e->data, e->n);
	return (as_span){ 0 };
}

static uint32_t mixed(as_span s)
{
	uint32_t h = 2166136261u;
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ s.p[i]) * 16777619u;
	return h;
}

/* Gives equal passwords equal numbers: an open-addressed table of entry indices plus one. */
static size_t number_distinct(as_default *d, size_t n, uint32_t *slots, size_t n_slots)
{
	size_t distinct = 0;
	for (size_t i = 0; i < n; i++) {
		size_t at = mixed(d[i].password) & (n_slots - 1);
		while (slots[at] != 0 && !as_same(d[slots[at] - 1].password, d[i].password))
			at = (at + 1) & (n_slots - 1);
		if (slots[at] == 0) {
			slots[at] = (uint32_t)i + 1;
			d[i].distinct = distinct++;
		} else {
			d[i].distinct = d[slots[at] - 1].distinct;
		}
	}
	return distinct;
}

static size_t load(as_arena *arena, as_span list, as_default *d, size_t max)
{
	size_t n = 0;
	as_cur c = as_cur_le(list, 0);
	for (as_span line; n < max && as_line(&c, &line);) {
		as_span password = as_field(line, '\t', 1);
		bool heading =
			as_is(as_field(line, '\t', 0), "user") && as_is(password, "password");
		if (!password.p || as_starts(line, "#") || heading)
			continue;
		as_span device = as_field(line, '\t', 2), source = as_field(line, '\t', 3);
		bool both = device.n > 0 && source.n > 0 && !as_is(device, "not stated");
		as_span from =
			both ? as_print(arena, "%.*s (%.*s)", (int)device.n, (const char *)device.p,
				       (int)source.n, (const char *)source.p)
			: source.n > 0 ? source
				       : device;
		as_span phrase = as_print(arena, "%.*s", (int)password.n, (const char *)password.p);
		d[n++] = (as_default){ .user = as_field(line, '\t', 0),
			.password = password,
			.from = from,
			.phrase = phrase.n == password.n ? (const char *)phrase.p : NULL };
	}
	return n;
}

as_guesser as_guesser_of(as_arena *arena)
{
	as_guesser g = { .arena = arena, .left = AS_GUESS_OBJECT_WORK };
	as_span list = list_of_defaults();
	size_t lines = 0;
	for (size_t at = 0; (at = as_find_byte(list, '\n', at)) != SIZE_MAX; at++)
		lines++;
	size_t max = (size_t)as_min(lines + 1, DEFAULTS_MAX), n_slots = 64;
	while (n_slots < 2 * max)
		n_slots *= 2;
	as_default *d = as_alloc_array(arena, max, sizeof(*d));
	uint32_t *slots = as_alloc_array(arena, n_slots, sizeof(*slots));
	if (!d || !slots)
		return g;
	g.n = load(arena, list, d, max);
	g.n_distinct = number_distinct(d, g.n, slots, n_slots);
	g.defaults = d;
	return g;
}

/* One hash under trial. */
typedef struct trial {
	as_guesser *g;
	as_verifier v;
	uint64_t left;
	bool *done; /* by number of the distinct password; NULL without memory */
	as_guess out;
} trial;

/* Tries one password; true when the trials are over (found, or the work is spent). */
static bool attempt(trial *t, const char *phrase, as_span from)
{
	if (!phrase)
		return false;
	if (t->v.price > t->left)
		return true;
	t->left -= t->v.price;
	t->g->left -= t->v.price;
	t->out.tried++;
	if (!as_verify(&t->v, phrase))
		return false;
	t->out.found = true;
	t->out.password = as_lit(phrase);
	t->out.from = from;
	return true;
}

static bool attempt_list(trial *t, as_span user, bool same_user)
{
	const as_guesser *g = t->g;
	for (size_t i = 0; i < g->n; i++) {
		const as_default *d = &g->defaults[i];
		if (t->done[d->distinct] || (same_user && !as_same(d->user, user)))
			continue;
		t->done[d->distinct] = true;
		if (attempt(t, d->phrase, d->from))
			return true;
	}
	return false;
}

as_guess as_guess_hash(as_guesser *g, as_span user, as_span realm, as_span secret)
{
	trial t = { .g = g, .left = as_min(g->left, AS_GUESS_HASH_WORK) };
	if (!as_verifier_of(&t.v, g->arena, as_hash_scheme(secret), user, realm, secret))
		return t.out;
	as_span name = as_print(g->arena, "%.*s", (int)user.n, (const char *)user.p);
	t.done = as_alloc_array(g->arena, g->n_distinct + 1, sizeof(*t.done));
	if (!name.p || !t.done || attempt(&t, "", as_lit("the empty password")))
		return t.out;
	if (name.n == user.n && attempt(&t, (const char *)name.p, as_lit("the account's own name")))
		return t.out;
	if (!attempt_list(&t, user, true))
		(void)attempt_list(&t, user, false);
	return t.out;
}

const as_default *as_default_password(const as_guesser *g, as_span user, as_span value)
{
	const as_default *any = NULL;
	for (size_t i = 0; value.n > 0 && i < g->n; i++) {
		const as_default *d = &g->defaults[i];
		if (!as_same(d->password, value))
			continue;
		if (user.n > 0 && as_same(d->user, user))
			return d;
		any = any ? any : d;
	}
	return any;
}
