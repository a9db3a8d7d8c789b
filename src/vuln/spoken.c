/* SPDX-License-Identifier: Apache-2.0 */
/* A small grammar over words, versions and comparisons. What does not fit it to the last word is not understood: a
 * wrong range is worse than none.
 *    text   one [("," | ";" | "||" | "and" | "or") one]...
 *    one    [before|up to|...] version | [from|after] version [to|before|...] version
 *           | version and|or earlier|later | comparison version [comparison version]... | all versions
 * Comparisons that follow each other, also with a comma, hold together. A piece without blanks is a word, a version, or
 * a range of two: 1.0-1.4, 1.0..1.4, 1.0~1.4, 1.0+. */
#include "vuln/spoken.h"

#include <string.h>

#include "base/ascii.h"
#include "base/cur.h"
#include "vuln/order.h"

enum { TOKENS = 96 };

typedef enum means {
	NOTHING, /* the end, or a word that is not known */
	VERSION,
	COMPARISON,
	BREAK, /* , ; || */
	JOINT, /* and, or */
	NOISE, /* version, the */
	ALL,   /* all, any */
	BELOW, /* before, prior, earlier, older */
	UPTO,  /* through, to, until, - */
	ABOVE, /* later, newer, above */
	FROM,  /* from, since, starting */
	AFTER, /* after: the version itself is not meant */
	UP,    /* up: "up to", "and up" */
	THAN,  /* than, with: after another word */
	INCLUDED,
	EXCLUDED,
	NOT,
	BUT, /* but: before "not including", else what it leaves out is not understood */
} means;

static const struct {
	const char *word;
	means means;
} words[] = { { "and", JOINT }, { "or", JOINT }, { "&", JOINT }, { "version", NOISE },
	{ "versions", NOISE }, { "ver", NOISE }, { "ver.", NOISE }, { "v.", NOISE }, { "v", NOISE },
	{ "release", NOISE }, { "releases", NOISE }, { "the", NOISE }, { "all", ALL },
	{ "any", ALL }, { "every", ALL }, { "*", ALL }, { "before", BELOW }, { "prior", BELOW },
	{ "below", BELOW }, { "earlier", BELOW }, { "older", BELOW }, { "lower", BELOW },
	{ "previous", BELOW }, { "less", BELOW }, { "under", BELOW }, { "through", UPTO },
	{ "thru", UPTO }, { "to", UPTO }, { "until", UPTO }, { "till", UPTO }, { "upto", UPTO },
	{ "-", UPTO }, { "\xe2\x80\x93", UPTO }, { "later", ABOVE }, { "newer", ABOVE },
	{ "above", ABOVE }, { "higher", ABOVE }, { "greater", ABOVE }, { "onward", ABOVE },
	{ "onwards", ABOVE }, { "on", ABOVE }, { "upward", ABOVE }, { "upwards", ABOVE },
	{ "from", FROM }, { "since", FROM }, { "starting", FROM }, { "between", FROM },
	{ "after", AFTER }, { "up", UP }, { "than", THAN }, { "with", THAN },
	{ "including", INCLUDED }, { "inclusive", INCLUDED }, { "included", INCLUDED },
	{ "incl.", INCLUDED }, { "excluding", EXCLUDED }, { "exclusive", EXCLUDED },
	{ "excluded", EXCLUDED }, { "not", NOT }, { "but", BUT }, { "..", UPTO }, { "~", UPTO },
	{ "\xe2\x80\x94", UPTO } };

typedef struct token {
	means means;
	as_span text; /* of a version or a comparison */
} token;

typedef struct reader {
	token at[TOKENS + 1]; /* the last one ends them */
	size_t n, i;
	as_spoken *out;
	size_t n_out;
} reader;

/* Brackets around words are blanks; those of an interval, [1.0,2.0), are not understood. */
static bool is_blank(as_span s, size_t at)
{
	return s.p[at] <= ' ' || s.p[at] == ')' ||
	       (s.p[at] == '(' && as_is_letter(as_at(s, at + 1)));
}

/* How long the comparison is that begins there, without further '='; 0: none. */
static size_t operator_at(as_span s, size_t at)
{
	uint8_t b = as_at(s, at);
	as_span next = as_cut(s, at, 3);
	if (as_is(next, "\xe2\x89\xa4") || as_is(next, "\xe2\x89\xa5"))
		return next.n;
	return b == '<' || b == '>' || b == '=';
}

/* Where the token that begins at offset at ends. */
static size_t end_of(as_span s, size_t at)
{
	uint8_t first = s.p[at];
	size_t is_operator = operator_at(s, at), end = at + as_max(is_operator, 1);
	if (first == ',' || first == ';')
		return end;
	if (is_operator || first == '|') {
		while (end < s.n && is_operator < 3 && s.p[end] == (first == '|' ? '|' : '='))
			end++;
		return end;
	}
	while (end < s.n && !is_blank(s, end) && !operator_at(s, end) && s.p[end] != ',' &&
		s.p[end] != ';' && s.p[end] != '|')
		end++;
	return end;
}

static means word_means(as_span s)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (as_is_nocase(s, words[i].word))
			return words[i].means;
	return NOTHING;
}

/* Where the number of a version begins, after what may stand before it: v1.2, r1234. SIZE_MAX: it begins as none. */
static size_t number_at(as_span s)
{
	static const char *const before[] = { "", "v", "r", "ver", "rev", "version", "release",
		"build" };
	size_t n = 0;
	while (as_is_letter(as_at(s, n)))
		n++;
	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++)
		if (as_is_digit(as_at(s, n)) && as_is_nocase(as_cut(s, 0, n), before[i]))
			return n;
	return SIZE_MAX;
}

/* Where numbers with a dot between any two end; at if there are none. *n: how many there are. */
static size_t numbers_end(as_span s, size_t at, size_t *n)
{
	for (*n = 0; as_is_digit(as_at(s, at)); at++) {
		++*n;
		at += as_order_run(s, at).n;
		if (as_at(s, at) != '.' || !as_is_digit(as_at(s, at + 1)))
			return at;
	}
	return at;
}

/* 2.x, 2.x.x and v2.* are the branch 2; the rest is a version. */
static bool is_branch(as_span v, as_span *stem)
{
	size_t n = v.n, fields, at = number_at(v);
	while (n > 2 && v.p[n - 2] == '.' && (as_lower(v.p[n - 1]) == 'x' || v.p[n - 1] == '*'))
		n -= 2;
	bool is = n < v.n && at < n && numbers_end(v, at, &fields) == n;
	*stem = is ? as_cut(v, at, n - at) : v;
	return is;
}

/* Two numbers or more, and a letter and a number after them at most: 1.0, 1.0.2f, v7.2p1. */
static bool is_dotted(as_span s)
{
	size_t fields = 0, at = number_at(s);
	if (at == SIZE_MAX)
		return false;
	at = numbers_end(s, at, &fields);
	if (as_is_letter(as_at(s, at)))
		at = at + 1 + as_order_run(s, at + 1).n;
	return fields > 1 && at == s.n;
}

/* Whether b is no build of a (12.2-58.32, 2.6.32-754.35.1) but a later version: what they begin with is near. */
static bool are_near(as_span a, as_span b)
{
	enum { NEAR = 9 };
	uint64_t x = 0, y = 0;
	size_t at = number_at(a), to = number_at(b), n, k;
	as_span from = as_order_run(a, at), end = as_order_run(b, to);
	(void)numbers_end(a, at, &n);
	(void)numbers_end(b, to, &k);
	return as_number(from, 10, &x) && as_number(end, 10, &y) &&
	       (x == y || (n == k && y > x && y - x <= NEAR));
}

/* Cuts s where a text stands in it. */
static bool cut_at(as_span s, const char *joint, as_span *a, as_span *b)
{
	size_t n = strlen(joint), at = as_find(s, as_bytes(joint, n), 0);
	*a = as_cut(s, 0, as_min(at, s.n));
	*b = at == SIZE_MAX ? (as_span){ 0 } : as_from(s, at + n);
	return at != SIZE_MAX;
}

/* A number or a word between the marks of a version: no x, which is any, and none of the words above. */
static bool is_field(as_span s)
{
	size_t x = 0, at = 0;
	while (as_lower(as_at(s, x)) == 'x')
		x++;
	while (as_is_digit(as_at(s, at)))
		at++;
	means m = word_means(as_from(s, at));
	return s.n > 0 && x < s.n && (m == NOTHING || m == NOISE);
}

/* The name of a commit. */
static bool is_hash(as_span s)
{
	enum { SHORTEST = 7 };
	bool digit = false;
	for (size_t i = 0; i < s.n; i++) {
		digit = digit || as_is_digit(s.p[i]);
		if (!as_is_hex(s.p[i]))
			return false;
	}
	return s.n >= SHORTEST && digit;
}

static bool is_of(uint8_t b, const char *set) { return b && strchr(set, b); }

/* Whether s is one version and can be nothing else: 1.2.3-rc1, 1.0.1f, 2.0p1, v1.2, r1234, 15.0(2)SG11a. */
static bool is_single(as_span s)
{
	as_span a, b;
	size_t at = number_at(s);
	if (at == SIZE_MAX)
		return is_hash(s);
	if (cut_at(s, "-", &a, &b) && is_dotted(a) && is_dotted(b))
		return false;
	while (at < s.n) {
		size_t end = at;
		while (as_is_alnum(as_at(s, end)))
			end++;
		if (!is_field(as_cut(s, at, end - at)))
			return false;
		uint8_t mark = as_at(s, end);
		if (end == s.n || (mark == ')' && end + 1 == s.n))
			return true;
		if (!is_of(mark, "._-+:~()") || (mark == '~' && !as_is_letter(as_at(s, end + 1))))
			return false;
		at = end + 1;
		at += mark == ')' && is_of(as_at(s, at), ".-_");
	}
	return false;
}

static token token_of(as_span s)
{
	uint8_t first = as_at(s, 0);
	as_span stem;
	if (first == ',' || first == ';' || first == '|')
		return (token){ BREAK, s };
	if (operator_at(s, 0) == 3)
		return (token){ COMPARISON, as_lit(s.p[2] == 0xa4 ? "<=" : ">=") };
	if (operator_at(s, 0))
		return (token){ COMPARISON, s };
	means m = word_means(s);
	if (m == NOTHING && (is_single(s) || is_branch(s, &stem)))
		m = VERSION;
	return (token){ m, s };
}

/* A range of one piece: both versions, or the only one. False: it is none. */
static bool read_pair(as_span s, as_span *a, as_span *b)
{
	if (as_at(s, s.n - 1) == '+') {
		*a = as_cut(s, 0, s.n - 1);
		*b = (as_span){ 0 };
		return is_single(*a);
	}
	if (cut_at(s, "-", a, b) && is_dotted(*a) && is_dotted(*b))
		return are_near(*a, *b);
	if (cut_at(s, "~", a, b))
		return is_dotted(*a) && is_dotted(*b);
	return (cut_at(s, "\xe2\x80\x93", a, b) || cut_at(s, "\xe2\x80\x94", a, b) ||
		       cut_at(s, "..", a, b)) &&
	       is_single(*a) && is_single(*b);
}

static bool add(reader *r, token t)
{
	if (r->n == TOKENS || t.means == NOTHING)
		return false;
	if (t.means != NOISE)
		r->at[r->n++] = t;
	return true;
}

/* A token, or those of a range of one piece. */
static bool add_piece(reader *r, as_span s)
{
	as_span a, b;
	if (s.n > 2 && s.p[s.n - 1] == '.' && as_is_digit(s.p[s.n - 2]))
		s.n--; /* a sentence ends */
	token t = token_of(s);
	if (t.means != NOTHING || !read_pair(s, &a, &b))
		return add(r, t);
	if (!add(r, (token){ VERSION, a }))
		return false;
	if (!b.p)
		return add(r, (token){ .means = ABOVE });
	return add(r, (token){ .means = UPTO }) && add(r, (token){ VERSION, b });
}

/* False: it is too long, or has a word that is not known. */
static bool tokenize(reader *r, as_span s)
{
	for (size_t at = 0; at < s.n;) {
		if (is_blank(s, at)) {
			at++;
			continue;
		}
		size_t end = end_of(s, at);
		if (!add_piece(r, as_cut(s, at, end - at)))
			return false;
		at = end;
	}
	r->at[r->n] = (token){ 0 };
	return r->n > 0;
}

static means peek(const reader *r) { return r->at[r->i].means; }
static means ahead(const reader *r) { return r->i < r->n ? r->at[r->i + 1].means : NOTHING; }

static bool accept(reader *r, means m)
{
	bool is = peek(r) == m;
	r->i += is;
	return is;
}

/* "and including", "but not including", "excluding": whether what they stand by is outside; otherwise: what holds if
 * nothing of that stands there. */
static bool is_outside(reader *r, bool otherwise)
{
	size_t back = r->i;
	if (!accept(r, JOINT))
		(void)accept(r, BUT);
	bool not = accept(r, NOT);
	if (accept(r, INCLUDED))
		return not ;
	if (accept(r, EXCLUDED))
		return !not ;
	r->i = back;
	return otherwise;
}

/* "before", "prior to", "up to and including", "through". False: none of them stands here. */
static bool read_side(reader *r, bool *outside)
{
	size_t back = r->i;
	(void)accept(r, UP);
	if (accept(r, BELOW)) {
		if (!accept(r, THAN))
			(void)accept(r, UPTO);
		*outside = is_outside(r, true);
		return true;
	}
	if (accept(r, UPTO)) {
		*outside = accept(r, BELOW) || is_outside(r, false);
		return true;
	}
	r->i = back;
	return false;
}

static bool read_version(reader *r, as_span *v)
{
	if (peek(r) != VERSION)
		return false;
	*v = r->at[r->i++].text;
	return true;
}

/* Nothing lies between them. */
static bool is_empty(const as_version_range *x)
{
	int order = x->from.p && x->to.p ? as_order_upstream(x->from, x->to) : -1;
	return order > 0 || (order == 0 && (x->after_from || x->before_to));
}

static bool put(reader *r, const as_version_range *range, bool branch)
{
	as_span stem;
	if (r->n_out == AS_SPOKEN_MAX)
		return false;
	if (!branch && (is_branch(range->from, &stem) || is_branch(range->to, &stem)))
		return false; /* where a branch as an end of a range begins or ends is not plain */
	if (is_empty(range))
		return false; /* the ends are mixed up */
	r->out[r->n_out++] = (as_spoken){ .range = *range, .branch = branch };
	return true;
}

/* One or more comparisons, which hold together until one would undo another. */
static bool read_comparisons(reader *r)
{
	as_version_range x = { 0 };
	for (;;) {
		as_span op = r->at[r->i].text, v = { 0 };
		bool below = as_at(op, 0) == '<', same = as_at(op, op.n - 1) == '=';
		r->i++;
		bool exactly = as_at(op, 0) == '=';
		if (!read_version(r, &v) || (exactly && (x.from.p || x.to.p)))
			return false;
		if (below || exactly)
			x = (as_version_range){ x.from, v, x.after_from, !same };
		if (!below)
			x = (as_version_range){ v, x.to, !same, x.before_to };
		size_t back = r->i;
		bool more = peek(r) == COMPARISON ||
			    ((accept(r, JOINT) || accept(r, BREAK)) && peek(r) == COMPARISON &&
				    !as_starts(r->at[back].text, "|") &&
				    !as_is_nocase(r->at[back].text, "or"));
		bool next_below = as_at(r->at[r->i].text, 0) == '<';
		if (!more || exactly || (next_below ? x.to.p : x.from.p)) {
			r->i = back;
			return put(r, &x, false);
		}
	}
}

static bool ends_here(means m) { return m == NOTHING || m == BREAK || m == JOINT; }

/* What stands after a version: an end, "and later", or nothing. */
static bool read_rest(reader *r, as_version_range *x, as_span v)
{
	size_t back = r->i;
	bool outside = false;
	as_span end = { 0 };
	if (accept(r, JOINT) || peek(r) == ABOVE || (peek(r) == BELOW && ends_here(ahead(r)))) {
		if (accept(r, BELOW)) {
			*x = (as_version_range){ .to = v };
			return peek(r) != VERSION;
		}
		if (accept(r, ABOVE) || accept(r, UP) ||
			(peek(r) == AFTER && ahead(r) != VERSION && accept(r, AFTER))) {
			x->from = v;
			return true;
		}
		r->i = back;
	}
	x->from = v;
	if (!read_side(r, &outside))
		return true;
	if (!read_version(r, &end))
		return false;
	x->to = end;
	x->before_to = is_outside(r, outside);
	return true;
}

/* After "from", "between" or "after". */
static bool read_from(reader *r, bool after)
{
	as_span v = { 0 }, end = { 0 };
	as_version_range x = { .after_from = after };
	bool outside = false;
	if (!accept(r, THAN))
		(void)accept(r, FROM);
	if (!read_version(r, &v))
		return false;
	x.from = v;
	size_t back = r->i;
	/* "between 1 and 2", "from 1 and before 2", "from 1, before 2" */
	bool joined = accept(r, JOINT);
	if (peek(r) == BREAK && (ahead(r) == BELOW || ahead(r) == UPTO || ahead(r) == UP))
		joined = accept(r, BREAK);
	if (joined && (accept(r, ABOVE) || accept(r, UP)))
		return put(r, &x, false);
	if (accept(r, ABOVE))
		return put(r, &x, false);
	if (!read_side(r, &outside) && !joined)
		return put(r, &x, false);
	if (!read_version(r, &end)) {
		r->i = back;
		return put(r, &x, false);
	}
	x.to = end;
	x.before_to = is_outside(r, outside);
	return put(r, &x, false);
}

static bool read_one(reader *r)
{
	as_version_range x = { 0 };
	bool outside = false, all = accept(r, ALL);
	as_span v = { 0 }, stem;
	if (peek(r) == COMPARISON)
		return read_comparisons(r);
	if (accept(r, FROM))
		return read_from(r, false);
	if (accept(r, AFTER))
		return read_from(r, true);
	if (read_side(r, &outside)) {
		if (!read_version(r, &v))
			return false;
		x = (as_version_range){ .to = v, .before_to = is_outside(r, outside) };
		return put(r, &x, false);
	}
	if (!read_version(r, &v))
		return all && put(r, &x, false);
	size_t before = r->i;
	if (!read_rest(r, &x, v))
		return false;
	if (r->i > before)
		return put(r, &x, false);
	bool branch = is_branch(v, &stem);
	x = (as_version_range){ .from = stem, .to = stem };
	return put(r, &x, branch);
}

bool as_spoken_nothing(as_span text)
{
	static const char *const none[] = { "", "-", "n/a", "na", "n.a.", "none", "unknown",
		"unspecified", "not specified", "undefined", "not applicable", "tbd", "?", "null" };
	text = as_trim(text);
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		if (as_is_nocase(text, none[i]))
			return true;
	return false;
}

/* "1.0 and later, before 2.0" may mean either end, or both. */
static bool is_doubtful(const reader *r)
{
	bool from = false, to = false, either = false;
	for (size_t i = 0; i < r->n; i++)
		either = either || as_starts(r->at[i].text, "|");
	for (size_t i = 0; i < r->n_out; i++) {
		const as_version_range *x = &r->out[i].range;
		from = from || (x->from.p && !x->to.p && !r->out[i].branch);
		to = to || (!x->from.p && x->to.p);
	}
	return from && to && !either;
}

size_t as_spoken_read(as_span text, as_spoken out[AS_SPOKEN_MAX])
{
	reader r = { .out = out };
	text = as_trim(text);
	if (as_spoken_nothing(text))
		return 0;
	if (is_single(text)) {
		out[0] = (as_spoken){ .range = { .from = text, .to = text } };
		return 1;
	}
	if (!tokenize(&r, text))
		return 0;
	bool ok = read_one(&r);
	while (ok && r.i < r.n) {
		bool apart = accept(&r, BREAK);
		apart = accept(&r, JOINT) || apart;
		ok = apart && read_one(&r);
	}
	return ok && !is_doubtful(&r) ? r.n_out : 0;
}
