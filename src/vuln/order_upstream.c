/* SPDX-License-Identifier: Apache-2.0 */
/* Versions as makers write them. A version becomes a list of tokens, which are compared one by one; a list
 * that ends is
 * compared as if an END stood there. Trailing zeros of a run of numbers are left out, so that 1.0 and 1.0.0 are one:
 *   1.0.2zd        1 0 2 LETTERS(zd)
 *   4.2.8p1-beta1  4 2 8 AFTER(p) 1 BETA 1
 *   2023.07-rc4    2023 7 CANDIDATE 4
 * Lists compared by a total order of tokens are totally ordered themselves. */
#include "vuln/order.h"

#include "vuln/version.h"

/* In the order of time: a number continues the release, so it comes last. */
typedef enum rank {
	DEVELOPMENT,
	ALPHA,
	BETA,
	PREVIEW,
	CANDIDATE,
	END,
	LETTERS,
	AFTER,
	REVISION,
	NUMBER
} rank;

typedef struct token {
	rank rank;
	as_span text;
} token;

typedef struct style {
	bool builds; /* a3, b05 after a number are builds, no alpha and beta */
	bool kernel; /* after a dash only words that come before a release count */
} style;

enum { TOKENS = AS_VERSION_MAX + 1 };

typedef struct list {
	token at[TOKENS];
	size_t n;
	size_t zeros; /* numbers at the end that are 0 */
} list;

static const struct {
	const char *word;
	rank rank;
} words[] = { { "dev", DEVELOPMENT }, { "snapshot", DEVELOPMENT }, { "alpha", ALPHA },
	{ "test", ALPHA }, { "beta", BETA }, { "pre", PREVIEW }, { "preview", PREVIEW },
	{ "prerelease", PREVIEW }, { "rc", CANDIDATE }, { "cr", CANDIDATE }, { "p", AFTER },
	{ "pl", AFTER }, { "patch", AFTER }, { "patchlevel", AFTER }, { "post", AFTER },
	{ "sp", AFTER }, { "r", AFTER }, { "rev", AFTER }, { "update", AFTER }, { "build", AFTER },
	{ "git", AFTER }, { "hotfix", AFTER } };

static bool known(as_span word, rank *out)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (as_is_nocase(word, words[i].word)) {
			*out = words[i].rank;
			return true;
		}
	return false;
}

static as_span letters_at(as_span s, size_t at)
{
	size_t end = at;
	while (end < s.n && as_is_letter(s.p[end]))
		end++;
	return as_cut(s, at, end - at);
}

static void add(list *l, rank as, as_span text)
{
	if (as == NUMBER && as_all(text, '0')) {
		l->zeros++;
		return; /* only if a number follows does it say something */
	}
	for (; as == NUMBER && l->zeros > 0 && l->n < TOKENS; l->zeros--)
		l->at[l->n++] = (token){ NUMBER, as_lit("0") };
	l->zeros = 0;
	if (l->n < TOKENS)
		l->at[l->n++] = (token){ as, text };
}

/* What a word at offset at means. False: it is the name of a flavour, and nothing counts from there on. */
static bool add_word(list *l, as_span s, size_t at, as_span word, const style *how)
{
	bool number_before = at > 0 && as_is_digit(s.p[at - 1]);
	bool number_after = as_is_digit(as_at(s, at + word.n));
	uint8_t before = at > 0 ? s.p[at - 1] : '.';
	bool dash = before == '-' || before == '_' || before == ' ' || before == '~';
	rank means = LETTERS;
	bool is_known = known(word, &means);
	if (!is_known && word.n == 1 && number_after && (number_before || dash) && !how->builds) {
		uint8_t c = as_lower(word.p[0]);
		means = c == 'a' ? ALPHA : c == 'b' ? BETA : LETTERS;
	}
	if (dash && ((!is_known && means == LETTERS) || (how->kernel && means > END)))
		return false;
	add(l, means, means == LETTERS ? word : (as_span){ 0 });
	return true;
}

/* "v1.2", "release-1.2": the word is no part of it. */
static size_t prefix_of(as_span s)
{
	static const char *const names[] = { "v", "ver", "version", "r", "rel", "release", "n",
		"fw" };
	as_span word = letters_at(s, 0);
	size_t at = word.n;
	if (at == 0)
		return 0;
	while (at < s.n && at < word.n + 2 &&
		(s.p[at] == '-' || s.p[at] == '_' || s.p[at] == '.' || s.p[at] == ' '))
		at++;
	if (!as_is_digit(as_at(s, at)))
		return 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (as_is_nocase(word, names[i]))
			return at;
	return 0;
}

static void read(list *l, as_span s, const style *how)
{
	bool after_word = false;
	l->n = l->zeros = 0;
	for (size_t at = prefix_of(s); at < s.n;) {
		as_span digits = as_order_run(s, at);
		as_span word = letters_at(s, at);
		uint8_t before = at > 0 ? s.p[at - 1] : '.';
		bool revision = digits.n > 0 && before == '-' && !after_word && l->n + l->zeros > 0;
		if (s.p[at] == '+' || (revision && how->kernel))
			return;
		if (revision)
			add(l, REVISION, (as_span){ 0 });
		if (digits.n > 0) {
			add(l, NUMBER, digits);
		} else if (word.n > 0 && !add_word(l, s, at, word, how)) {
			return;
		}
		after_word = word.n > 0 || (after_word && digits.n == 0);
		at += digits.n + word.n + (digits.n + word.n == 0);
	}
}

static int compare_text(as_span a, as_span b)
{
	for (size_t i = 0; i < a.n && i < b.n; i++)
		if (as_lower(a.p[i]) != as_lower(b.p[i]))
			return as_lower(a.p[i]) < as_lower(b.p[i]) ? -1 : 1;
	return (a.n > b.n) - (a.n < b.n);
}

/* What the numbers that both begin with decide, where they do: most pairs need no more. 0: they do not. A zero
 * counts only if a number follows. */
static int compare_first(as_span a, as_span b)
{
	as_span x = as_order_run(a, 0), y = as_order_run(b, 0);
	return as_all(x, '0') || as_all(y, '0') ? 0 : as_order_digits(x, y);
}

static int compare(as_span a, as_span b, const style *how)
{
	list x, y;
	a = as_cut(a, 0, as_min(a.n, AS_VERSION_MAX));
	b = as_cut(b, 0, as_min(b.n, AS_VERSION_MAX));
	int first = compare_first(a, b);
	if (first != 0)
		return first;
	read(&x, a, how);
	read(&y, b, how);
	for (size_t i = 0; i < x.n || i < y.n; i++) {
		token s = i < x.n ? x.at[i] : (token){ .rank = END };
		token t = i < y.n ? y.at[i] : (token){ .rank = END };
		int by = s.rank != t.rank   ? (s.rank < t.rank ? -1 : 1)
			 : s.rank == NUMBER ? as_order_digits(s.text, t.text)
					    : compare_text(s.text, t.text);
		if (by != 0)
			return by;
	}
	return 0;
}

int as_order_upstream(as_span a, as_span b) { return compare(a, b, &(style){ 0 }); }
int as_order_firmware(as_span a, as_span b) { return compare(a, b, &(style){ .builds = true }); }
int as_order_kernel(as_span a, as_span b) { return compare(a, b, &(style){ .kernel = true }); }

as_span as_order_run(as_span s, size_t at)
{
	size_t end = at;
	while (end < s.n && as_is_digit(s.p[end]))
		end++;
	return as_cut(s, at, end - at);
}

static as_span without_zeros(as_span s)
{
	size_t at = 0;
	while (at < s.n && s.p[at] == '0')
		at++;
	return as_from(s, at);
}

int as_order_digits(as_span a, as_span b)
{
	a = without_zeros(a);
	b = without_zeros(b);
	if (a.n != b.n)
		return a.n < b.n ? -1 : 1;
	int by = a.n > 0 ? memcmp(a.p, b.p, a.n) : 0;
	return (by > 0) - (by < 0);
}
