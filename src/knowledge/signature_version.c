/* SPDX-License-Identifier: Apache-2.0 */
#include "knowledge/signature_version.h"

#include "base/ascii.h"
#include "base/text.h"
#include "vuln/version.h"

enum {
	MISFIT = 12, /* per cent of the texts found that a release may lack */
	HELD = 60,   /* per cent of what a release should hold that must be there */
	AHEAD = 3,   /* of the first number: how much higher than a known release's it may be */
};

void as_read_releases(as_signature_component *c, as_span text)
{
	for (as_span word; c->n_releases < AS_RELEASES_MOST; c->release[c->n_releases++] = word) {
		word = as_word(text, c->n_releases);
		if (word.n == 0)
			return;
	}
}

void as_state_formed(as_stated *s, as_span version, as_span text, size_t form)
{
	bool mixed = false;
	for (size_t i = 0; i < s->n && form != SIZE_MAX; i++)
		if (s->v[i].form == form && !as_same(s->v[i].version, version))
			s->v[i].mixed = mixed = true;
	for (size_t i = 0; i < s->n; i++)
		if (as_same(s->v[i].version, version) && (s->v[i].form == form || form == SIZE_MAX))
			return;
	s->more = s->more || s->n == AS_STATED_MOST;
	if (s->n < AS_STATED_MOST)
		s->v[s->n++] = (as_stated_version){ version, text, form, mixed };
}

void as_state_version(as_stated *s, as_span version, as_span text)
{
	as_state_formed(s, version, text, SIZE_MAX);
}

void as_spans_add(as_spans *s, unsigned lo, unsigned hi)
{
	s->n++;
	for (unsigned r = lo; r <= hi && r < AS_RELEASES_MOST; r++)
		s->by[r]++;
}

/* Whether too many of the texts found are none of a release. */
static bool misfits(const as_spans *found, unsigned r)
{
	return (unsigned)(found->n - found->by[r]) * 100 > found->n * (unsigned)MISFIT;
}

static bool fits(const as_spans *found, const as_spans *expected, unsigned r)
{
	return !misfits(found, r) && found->by[r] * 100u >= expected->by[r] * (unsigned)HELD;
}

/* The release that lacks fewest of the texts found; of these the one of whose texts most are there. */
static unsigned best_release(const as_spans *found, const as_spans *expected, unsigned n)
{
	unsigned best = 0;
	for (unsigned r = 1; r < n; r++) {
		uint64_t more = (uint64_t)found->by[r] * (expected->by[best] + 1u);
		uint64_t less = (uint64_t)found->by[best] * (expected->by[r] + 1u);
		if (found->by[r] > found->by[best] ||
			(found->by[r] == found->by[best] && more > less))
			best = r;
	}
	return best;
}

as_range as_spans_range(
	const as_spans *found, const as_spans *expected, const as_signature_component *c)
{
	as_range range = {
		.hi = c->n_releases ? c->n_releases - 1 : 0, .n = c->n_releases, .confidence = 900
	};
	if (found->n == 0 || c->n_releases < 2)
		return range;
	unsigned best = best_release(found, expected, c->n_releases);
	bool clear = fits(found, expected, best);
	if (misfits(found, best))
		return range; /* no known release: it may lie anywhere */
	/* Of a copy that was taken in only in part, texts that are missing tell nothing. */
	range.lo = range.hi = best;
	while (range.lo > 0 &&
		(clear ? fits(found, expected, range.lo - 1) : !misfits(found, range.lo - 1)))
		range.lo--;
	while (range.hi + 1 < c->n_releases &&
		(clear ? fits(found, expected, range.hi + 1) : !misfits(found, range.hi + 1)))
		range.hi++;
	range.confidence = clear ? 930 : 800;
	if (range.lo > 0)
		range.newer_than = c->release[range.lo - 1];
	if (range.hi + 1 < c->n_releases)
		range.older_than = c->release[range.hi + 1];
	range.n = range.hi - range.lo + 1;
	return range;
}

static size_t dots(as_span v)
{
	size_t n = 0;
	for (size_t i = 0; i < v.n; i++)
		n += v.p[i] == '.';
	return n;
}

/* Whether it is numbers and dots, with at most a letter or a word behind the last number: random bytes seldom
 * are. */
static bool is_version(as_span v)
{
	bool digit = false;
	for (size_t i = 0; i < v.n; i++) {
		bool is = as_is_digit(v.p[i]);
		if (!is && (i == 0 || (!digit && v.p[i - 1] == '.')))
			return false;
		if (v.p[i] == '.' && i > 0 && !digit)
			return false;
		if (as_is_upper(v.p[i]) && v.p[i] != 'P')
			return false;
		digit = is;
	}
	return true;
}

/* Whether two versions are of one kind: as many numbers, and the first of them hardly higher. */
static bool alike(as_span version, as_span release)
{
	uint64_t a = 0, b = 0;
	as_span first = as_field(version, '.', 0);
	if (dots(version) != dots(release) || !as_number(as_field(release, '.', 0), 10, &b))
		return false;
	return as_number(first, 10, &a) && a >= b && a <= b + AHEAD;
}

bool as_is_possible(const as_range *range, as_span version)
{
	const as_version_order *order = as_version_order_of(as_lit("upstream"));
	if (!is_version(version))
		return false;
	if (range->newer_than.n > 0 && order->compare(version, range->newer_than) <= 0)
		return false;
	return range->older_than.n == 0 || order->compare(version, range->older_than) < 0;
}

bool as_is_plausible(const as_signature_component *c, const as_range *range, as_span version)
{
	bool like = c->n_releases == 0;
	for (unsigned r = 0; r < c->n_releases && !like; r++)
		like = alike(version, c->release[r]);
	return like && as_is_possible(range, version);
}

static bool is_release(const as_signature_component *c, as_span version)
{
	for (unsigned r = 0; r < c->n_releases; r++)
		if (as_same(c->release[r], version))
			return true;
	return false;
}

/* text without what is no word at its end. */
static as_span to_word(as_span text)
{
	while (text.n > 0 && !as_is_alnum(text.p[text.n - 1]))
		text.n--;
	return text;
}

/* Without one of the words that stand between a name and its version. */
static as_span skip_between(as_span text)
{
	static const char *const between[] = { "version", "release", "ver", "rev", "v" };
	text = to_word(text);
	for (size_t i = 0; i < sizeof(between) / sizeof(between[0]); i++) {
		size_t n = strlen(between[i]);
		if (n <= text.n && as_is_nocase(as_from(text, text.n - n), between[i]) &&
			!as_is_alnum(as_at(text, text.n - n - 1)))
			return to_word(as_cut(text, 0, text.n - n));
	}
	return text;
}

/* Whether text is a name and nothing else that counts. */
static bool is_name(as_span text, as_span name)
{
	size_t i = 0, k = 0;
	while (i < text.n || k < name.n) {
		if (i < text.n && !as_is_alnum(text.p[i]))
			i++;
		else if (k < name.n && !as_is_alnum(name.p[k]))
			k++;
		else if (i == text.n || k == name.n || (text.p[i++] | 0x20) != (name.p[k++] | 0x20))
			return false;
	}
	return true;
}

bool as_is_called(as_span text, size_t at, as_span name)
{
	enum { NAME_LEAST = 2 };
	as_span before = as_cut(text, 0, at);
	return name.n >= NAME_LEAST && before.n > 0 &&
	       (is_name(before, name) || is_name(skip_between(before), name));
}

bool as_is_of_branch(const as_signature_component *c, as_span version)
{
	bool is = false;
	for (unsigned r = 0; r < c->n_releases && !is; r++)
		is = as_same(as_field(version, '.', 0), as_field(c->release[r], '.', 0)) &&
		     as_same(as_field(version, '.', 1), as_field(c->release[r], '.', 1));
	return is;
}

static bool has_letter(as_span v)
{
	bool has = false;
	for (size_t i = 0; i < v.n && !has; i++)
		has = as_is_letter(v.p[i]);
	return has;
}

bool as_is_near(const as_signature_component *c, as_span version)
{
	bool near = c->n_releases == 0, letters = c->n_releases == 0,
	     numbers_enough = c->n_releases == 0;
	uint64_t a = 0, b = 0;
	for (unsigned r = 0; r < c->n_releases; r++) {
		bool numbers = as_number(as_field(version, '.', 0), 10, &a) &&
			       as_number(as_field(c->release[r], '.', 0), 10, &b);
		bool same = as_same(as_field(version, '.', 0), as_field(c->release[r], '.', 0));
		near = near || same ||
		       (numbers && a >= b && a <= b + (uint64_t)AHEAD * 2 &&
			       dots(version) == dots(c->release[r]));
		numbers_enough = numbers_enough || dots(version) >= dots(c->release[r]);
		letters = letters || has_letter(version) || !has_letter(c->release[r]);
	}
	return near && letters && numbers_enough && !as_is_before_all(c, version);
}

bool as_is_before_all(const as_signature_component *c, as_span version)
{
	const as_version_order *order = as_version_order_of(as_lit("upstream"));
	return c->n_releases > 0 && order->compare(version, c->release[0]) < 0;
}

bool as_choose_bare(const as_stated_version *bare, size_t n, const as_signature_component *c,
	const as_range *range, bool sure, as_stated *chosen)
{
	for (size_t i = 0; i < n; i++)
		if (!bare[i].mixed && is_release(c, bare[i].version) &&
			as_is_plausible(c, range, bare[i].version))
			as_state_version(chosen, bare[i].version, bare[i].text);
	bool known = chosen->n > 0;
	for (size_t i = 0; i < n && !known && sure; i++)
		if (!bare[i].mixed && as_is_plausible(c, range, bare[i].version) &&
			!as_is_before_all(c, bare[i].version))
			as_state_version(chosen, bare[i].version, bare[i].text);
	if (chosen->n > 1)
		chosen->n = 0; /* cannot be told */
	return chosen->n == 1;
}
