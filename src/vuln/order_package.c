/* SPDX-License-Identifier: Apache-2.0 */
/* The orders of package managers, as their own documents describe them:
 *   dpkg  https://www.debian.org/doc/debian-policy/ch-controlfields.html#version
 *   rpm   https://rpm-software-management.github.io/rpm/manual/dependencies.html, rpm-version(7)
 *   apk   https://wiki.alpinelinux.org/wiki/Package_policies, apk-package(5) */
#include "base/ascii.h"
#include "vuln/order.h"

#include "vuln/version.h"

static as_span bounded(as_span s) { return as_cut(s, 0, as_min(s.n, AS_VERSION_MAX)); }
static int sign(int v) { return (v > 0) - (v < 0); }

/* Takes "12:" from the front of s. */
static as_span take_epoch(as_span *s)
{
	as_span epoch = as_order_run(*s, 0);
	if (as_at(*s, epoch.n) != ':')
		return (as_span){ 0 };
	*s = as_from(*s, epoch.n + 1);
	return epoch;
}

/* Takes what follows the last dash from the end of s; *has: there was one. */
static as_span take_revision(as_span *s, bool *has)
{
	for (size_t i = s->n; i > 0; i--)
		if (s->p[i - 1] == '-') {
			as_span revision = as_from(*s, i);
			*s = as_cut(*s, 0, i - 1);
			*has = true;
			return revision;
		}
	*has = false;
	return (as_span){ 0 };
}

/* Where a byte stands among what is no digit: ~, the end, letters, the others. */
static int place_of(as_span s, size_t at)
{
	if (at >= s.n || as_is_digit(s.p[at]))
		return 0;
	if (s.p[at] == '~')
		return -1;
	return as_is_letter(s.p[at]) ? s.p[at] : s.p[at] + 256;
}

static int compare_debian(as_span a, as_span b)
{
	size_t i = 0, j = 0;
	while (i < a.n || j < b.n) {
		while ((i < a.n && !as_is_digit(a.p[i])) || (j < b.n && !as_is_digit(b.p[j]))) {
			int x = place_of(a, i), y = place_of(b, j);
			if (x != y)
				return x < y ? -1 : 1;
			i++;
			j++;
		}
		as_span x = as_order_run(a, i), y = as_order_run(b, j);
		int by = as_order_digits(x, y);
		if (by != 0)
			return by;
		i += x.n;
		j += y.n;
	}
	return 0;
}

int as_order_dpkg(as_span a, as_span b)
{
	bool has_a, has_b;
	a = bounded(a);
	b = bounded(b);
	int by = as_order_digits(take_epoch(&a), take_epoch(&b));
	as_span x = take_revision(&a, &has_a), y = take_revision(&b, &has_b);
	by = by != 0 ? by : compare_debian(a, b);
	return by != 0 ? by : compare_debian(x, y);
}

static bool counts(uint8_t c) { return as_is_alnum(c) || c == '~' || c == '^'; }

static as_span segment(as_span s, size_t at, bool digits)
{
	size_t end = at;
	while (end < s.n && (digits ? as_is_digit(s.p[end]) : as_is_letter(s.p[end])))
		end++;
	return as_cut(s, at, end - at);
}

/* Decides by ~ and ^ at the two offsets; 2: neither stands there, 3: both do. */
static int marks(as_span a, size_t i, as_span b, size_t j)
{
	uint8_t x = as_at(a, i), y = as_at(b, j);
	if (x == '~' || y == '~')
		return x == y ? 3 : x == '~' ? -1 : 1;
	if (x != '^' && y != '^')
		return 2;
	if (x == y)
		return 3;
	if (i >= a.n || j >= b.n)
		return i >= a.n ? -1 : 1;
	return x == '^' ? -1 : 1;
}

static int compare_text(as_span a, as_span b)
{
	int by = memcmp(a.p, b.p, as_min(a.n, b.n));
	return by != 0 ? sign(by) : (a.n > b.n) - (a.n < b.n);
}

static int compare_rpm(as_span a, as_span b)
{
	size_t i = 0, j = 0;
	for (;;) {
		while (i < a.n && !counts(a.p[i]))
			i++;
		while (j < b.n && !counts(b.p[j]))
			j++;
		int by = marks(a, i, b, j);
		if (by < 2)
			return by;
		if (by == 3) {
			i++;
			j++;
			continue;
		}
		if (i >= a.n || j >= b.n)
			return (i < a.n) - (j < b.n);
		bool digits = as_is_digit(a.p[i]);
		as_span x = segment(a, i, digits), y = segment(b, j, digits);
		if (y.n == 0)
			return digits ? 1 : -1;
		by = digits ? as_order_digits(x, y) : compare_text(x, y);
		if (by != 0)
			return by;
		i += x.n;
		j += y.n;
	}
}

int as_order_rpm(as_span a, as_span b)
{
	bool has_a, has_b;
	a = bounded(a);
	b = bounded(b);
	int by = as_order_digits(take_epoch(&a), take_epoch(&b));
	as_span x = take_revision(&a, &has_a), y = take_revision(&b, &has_b);
	by = by != 0 ? by : compare_rpm(a, b);
	if (by != 0 || has_a != has_b)
		return by != 0 ? by : has_a - has_b;
	return compare_rpm(x, y);
}

/* apk's tokens, the later ones first: digits, letter, suffix after the release, -r, end, suffix before it. */
typedef enum kind { BEFORE, END, REVISION, AFTER, LETTER, FRACTION, NUMBER } kind;

typedef struct token {
	kind kind;
	as_span text; /* digits, letter */
	size_t suffix;
} token;

static const char *const suffixes[] = { "alpha", "beta", "pre", "rc", "cvs", "svn", "git", "hg",
	"p" };
enum {
	SUFFIXES = sizeof(suffixes) / sizeof(suffixes[0]),
	RELEASE = 4 /* the first that comes after */
};

/* The next token of s at *at, which moves on; what is no version ends it. */
static token next(as_span s, size_t *at)
{
	uint8_t c = as_at(s, *at);
	bool first = *at == 0;
	if (as_is_digit(c) || (c == '.' && as_is_digit(as_at(s, *at + 1)))) {
		as_span digits = as_order_run(s, *at + (c == '.'));
		*at += digits.n + (c == '.');
		bool fraction = !first && digits.n > 1 && digits.p[0] == '0';
		return (token){ fraction ? FRACTION : NUMBER, digits, 0 };
	}
	as_span word = segment(s, *at + 1, false);
	if (as_is_letter(c) && word.n == 0) {
		*at += 1;
		return (token){ LETTER, as_cut(s, *at - 1, 1), 0 };
	}
	if (c == '-' && as_is(word, "r")) {
		*at += 2;
		return (token){ REVISION, (as_span){ 0 }, 0 };
	}
	for (size_t i = 0; c == '_' && i < SUFFIXES; i++)
		if (as_is(word, suffixes[i])) {
			*at += 1 + word.n;
			return (token){ i < RELEASE ? BEFORE : AFTER, (as_span){ 0 }, i };
		}
	*at = s.n;
	return (token){ END, (as_span){ 0 }, 0 };
}

int as_order_apk(as_span a, as_span b)
{
	size_t i = 0, j = 0;
	a = bounded(a);
	b = bounded(b);
	for (;;) {
		token x = next(a, &i), y = next(b, &j);
		int by = 0;
		if (x.kind != y.kind)
			return x.kind < y.kind ? -1 : 1;
		if (x.kind == NUMBER)
			by = as_order_digits(x.text, y.text);
		else if (x.kind == LETTER || x.kind == FRACTION)
			by = compare_text(x.text, y.text);
		else if (x.suffix != y.suffix)
			by = x.suffix < y.suffix ? -1 : 1;
		if (by != 0 || x.kind == END)
			return by;
	}
}
