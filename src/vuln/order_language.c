/* SPDX-License-Identifier: Apache-2.0 */
/* The orders of languages' registries:
 *   semver   https://semver.org/spec/v2.0.0.html#spec-item-11
 *   pep 440  https://packaging.python.org/en/latest/specifications/version-specifiers/ */
#include "vuln/order.h"

#include "vuln/version.h"

static as_span bounded(as_span s) { return as_cut(s, 0, as_min(s.n, AS_VERSION_MAX)); }

static int compare_text(as_span a, as_span b)
{
	int by = a.n && b.n ? memcmp(a.p, b.p, as_min(a.n, b.n)) : 0;
	return by != 0 ? (by > 0) - (by < 0) : (a.n > b.n) - (a.n < b.n);
}

static bool is_number(as_span s) { return s.n > 0 && as_order_run(s, 0).n == s.n; }

/* Cuts s at the first byte of either kind; *rest begins after it. */
static as_span cut_at(as_span s, uint8_t byte, as_span *rest)
{
	size_t at = as_find_byte(s, byte, 0);
	*rest = at == SIZE_MAX ? (as_span){ 0 } : as_from(s, at + 1);
	return at == SIZE_MAX ? s : as_cut(s, 0, at);
}

/* How fields between dots are compared: as numbers, of which missing ones are 0; or what ends first is
 * older, and numbers come
 * before words, or after them. */
typedef enum fields { NUMBERS, NUMBERS_FIRST, WORDS_FIRST } fields;

static int compare_fields(as_span a, as_span b, fields how)
{
	bool more_a = a.p != NULL, more_b = b.p != NULL;
	while (more_a || more_b) {
		as_span rest_a, rest_b;
		as_span x = cut_at(a, '.', &rest_a), y = cut_at(b, '.', &rest_b);
		bool num_x = is_number(x), num_y = is_number(y);
		int by = 0;
		if (how != NUMBERS && more_a != more_b)
			return more_b ? -1 : 1;
		if (how == NUMBERS || (num_x && num_y))
			by = as_order_digits(as_order_run(x, 0), as_order_run(y, 0));
		else if (num_x != num_y)
			by = num_x == (how == NUMBERS_FIRST) ? -1 : 1;
		if (by == 0 && !(num_x && num_y) && how != NUMBERS)
			by = compare_text(x, y);
		if (by != 0)
			return by;
		more_a = rest_a.p != NULL;
		more_b = rest_b.p != NULL;
		a = rest_a;
		b = rest_b;
	}
	return 0;
}

int as_order_semver(as_span a, as_span b)
{
	as_span build, before_a, before_b;
	a = cut_at(bounded(a), '+', &build);
	b = cut_at(bounded(b), '+', &build);
	a = as_from(a, as_at(a, 0) == 'v' && as_is_digit(as_at(a, 1)));
	b = as_from(b, as_at(b, 0) == 'v' && as_is_digit(as_at(b, 1)));
	a = cut_at(a, '-', &before_a);
	b = cut_at(b, '-', &before_b);
	int by = compare_fields(a, b, NUMBERS);
	if (by != 0)
		return by;
	if (!before_a.p || !before_b.p)
		return (before_a.p == NULL) - (before_b.p == NULL);
	return compare_fields(before_a, before_b, NUMBERS_FIRST);
}

/* The parts of a Python version; a part that is not there has p NULL. */
typedef struct python {
	as_span epoch, release, before_number, post, dev, local;
	int before; /* 1: a, 2: b, 3: rc; 0: none */
	bool ok;
} python;

static const struct {
	const char *word;
	int before; /* 4: post, 5: dev */
} words[] = { { "alpha", 1 }, { "beta", 2 }, { "preview", 3 }, { "pre", 3 }, { "post", 4 },
	{ "rev", 4 }, { "dev", 5 }, { "rc", 3 }, { "a", 1 }, { "b", 2 }, { "c", 3 }, { "r", 4 } };

static bool separates(uint8_t c) { return c == '.' || c == '-' || c == '_'; }

/* The word at offset *at of s, which moves behind it and its separators; 0: there is none. */
static int take_word(as_span s, size_t *at)
{
	size_t from = *at + separates(as_at(s, *at));
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		as_span word = as_cut(s, from, strlen(words[i].word));
		if (!as_is_nocase(word, words[i].word))
			continue;
		from += word.n;
		*at = from + (separates(as_at(s, from)) && as_is_digit(as_at(s, from + 1)));
		return words[i].before;
	}
	return 0;
}

static void read_suffixes(python *v, as_span s, size_t at)
{
	static const as_span zero = { (const uint8_t *)"0", 1 };
	while (at < s.n) {
		int what = take_word(s, &at);
		if (what == 0 && s.p[at] == '-' && as_is_digit(as_at(s, at + 1))) {
			what = 4; /* 1.0-1 is 1.0.post1 */
			at++;
		}
		as_span number = as_order_run(s, at);
		at += number.n;
		number = number.n ? number : zero;
		if (what == 4 && !v->post.p && !v->dev.p) {
			v->post = number;
		} else if (what == 5 && !v->dev.p) {
			v->dev = number;
		} else if (what > 0 && what < 4 && !v->before && !v->post.p && !v->dev.p) {
			v->before = what;
			v->before_number = number;
		} else {
			v->ok = false;
			return;
		}
	}
}

static python read_python(as_span s)
{
	python v = { .ok = true };
	as_span rest;
	s = as_trim(bounded(s));
	s = as_from(s, as_lower(as_at(s, 0)) == 'v');
	s = cut_at(s, '+', &v.local);
	if (as_find_byte(s, '!', 0) != SIZE_MAX) {
		v.epoch = cut_at(s, '!', &rest);
		s = rest;
	}
	size_t at = 0;
	while (as_is_digit(as_at(s, at)) ||
		(at > 0 && as_at(s, at) == '.' && as_is_digit(as_at(s, at + 1))))
		at++;
	v.release = as_cut(s, 0, at);
	v.ok = at > 0;
	if (v.ok)
		read_suffixes(&v, s, at);
	return v;
}

/* 0: a development version of the release itself, before its alphas; 4: the release or later. */
static int stage(const python *v) { return v->before ? v->before : v->dev.p && !v->post.p ? 0 : 4; }

/* A part that may be missing: absent says which way that counts. */
static int compare_part(as_span a, as_span b, int absent)
{
	if (!a.p || !b.p)
		return a.p == b.p ? 0 : a.p ? -absent : absent;
	return as_order_digits(a, b);
}

int as_order_pep440(as_span a, as_span b)
{
	python x = read_python(a), y = read_python(b);
	if (x.ok != y.ok)
		return x.ok ? 1 : -1;
	if (!x.ok)
		return as_order_upstream(a, b);
	int by = as_order_digits(x.epoch, y.epoch);
	by = by ? by : compare_fields(x.release, y.release, NUMBERS);
	by = by ? by : stage(&x) - stage(&y);
	by = by ? by : as_order_digits(x.before_number, y.before_number);
	by = by ? by : compare_part(x.post, y.post, -1);
	by = by ? by : compare_part(x.dev, y.dev, 1);
	return by ? by : compare_fields(x.local, y.local, WORDS_FIRST);
}
