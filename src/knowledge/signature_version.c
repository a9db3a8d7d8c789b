/* SPDX-License-Identifier: Apache-2.0 */
#include "knowledge/signature_version.h"

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
		bool is = v.p[i] >= '0' && v.p[i] <= '9';
		if (!is && (i == 0 || (!digit && v.p[i - 1] == '.')))
			return false;
		if (v.p[i] == '.' && i > 0 && !digit)
			return false;
		if (v.p[i] >= 'A' && v.p[i] <= 'Z' && v.p[i] != 'P')
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

bool as_is_plausible(const as_signature_component *c, const as_range *range, as_span version)
{
	const as_version_order *order = as_version_order_of(as_lit("upstream"));
	bool like = c->n_releases == 0;
	if (!is_version(version))
		return false;
	for (unsigned r = 0; r < c->n_releases && !like; r++)
		like = alike(version, c->release[r]);
	if (!like)
		return false;
	if (range->newer_than.n > 0 && order->compare(version, range->newer_than) <= 0)
		return false;
	return range->older_than.n == 0 || order->compare(version, range->older_than) < 0;
}

static bool is_release(const as_signature_component *c, as_span version)
{
	for (unsigned r = 0; r < c->n_releases; r++)
		if (as_same(c->release[r], version))
			return true;
	return false;
}

bool as_choose_bare(const as_stated_version *bare, size_t n, const as_signature_component *c,
	const as_range *range, bool sure, as_stated *chosen)
{
	for (size_t i = 0; i < n; i++)
		if (is_release(c, bare[i].version) && as_is_plausible(c, range, bare[i].version))
			as_state_version(chosen, bare[i].version, bare[i].text);
	bool known = chosen->n > 0;
	for (size_t i = 0; i < n && !known && sure; i++)
		if (as_is_plausible(c, range, bare[i].version))
			as_state_version(chosen, bare[i].version, bare[i].text);
	if (chosen->n > 1)
		chosen->n = 0; /* cannot be told */
	return chosen->n == 1;
}
