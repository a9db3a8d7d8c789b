/* SPDX-License-Identifier: Apache-2.0 */
/* A small grammar over words, versions and comparisons. What does not fit it to the last word is not understood: a
 * wrong range is worse than none.
 *    text   one [("," | ";" | "||" | "and" | "or") one]...
 *    one    [before|up to|...] version | [from|after] version [to|before|...] version
 *           | version and|or earlier|later | comparison version [comparison version]... | all versions
 * Comparisons that follow each other, also with a comma, hold together. */
#include "vuln/spoken.h"

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
	{ "excluded", EXCLUDED }, { "not", NOT }, { "but", NOISE } };

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

static bool is_operator(uint8_t b) { return b == '<' || b == '>' || b == '='; }

/* Where the token that begins at offset at ends. */
static size_t end_of(as_span s, size_t at)
{
	uint8_t first = s.p[at];
	size_t end = at + 1;
	if (first == ',' || first == ';')
		return end;
	if (is_operator(first) || first == '|') {
		while (end < s.n && (first == '|' ? s.p[end] == '|' : s.p[end] == '='))
			end++;
		return end;
	}
	while (end < s.n && !is_blank(s, end) && !is_operator(s.p[end]) && s.p[end] != ',' &&
		s.p[end] != ';' && s.p[end] != '|')
		end++;
	return end;
}

static token token_of(as_span s)
{
	uint8_t first = as_at(s, 0);
	if (first == ',' || first == ';' || first == '|')
		return (token){ BREAK, s };
	if (is_operator(first))
		return (token){ COMPARISON, s };
	if (as_is_digit(first) || (as_lower(first) == 'v' && as_is_digit(as_at(s, 1))))
		return (token){ VERSION, s };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (as_is_nocase(s, words[i].word))
			return (token){ words[i].means, s };
	return (token){ NOTHING, s };
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
		token t = token_of(as_cut(s, at, end - at));
		if (r->n == TOKENS || t.means == NOTHING)
			return false;
		if (t.means != NOISE)
			r->at[r->n++] = t;
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
	(void)accept(r, JOINT);
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

/* 2.x and 2.* are the branch 2; the rest is a version. */
static bool is_branch(as_span v, as_span *stem)
{
	bool is = v.n > 2 && v.p[v.n - 2] == '.' &&
		  (as_lower(v.p[v.n - 1]) == 'x' || v.p[v.n - 1] == '*');
	*stem = is ? as_cut(v, 0, v.n - 2) : v;
	return is;
}

static bool put(reader *r, const as_version_range *range, bool branch)
{
	as_span stem;
	if (r->n_out == AS_SPOKEN_MAX)
		return false;
	if (!branch && (is_branch(range->from, &stem) || is_branch(range->to, &stem)))
		return false; /* where a branch as an end of a range begins or ends is not plain */
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

/* A text of one piece, which may be any version. */
static bool is_bare(as_span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || is_operator(s.p[i]) || s.p[i] == ',' || s.p[i] == ';' ||
			s.p[i] == '|')
			return false;
	return true;
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
	as_span stem;
	text = as_trim(text);
	if (as_spoken_nothing(text))
		return 0;
	if (is_bare(text) && token_of(text).means != ALL && !is_branch(text, &stem)) {
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
