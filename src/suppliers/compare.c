/* SPDX-License-Identifier: Apache-2.0 */
#include "suppliers/compare.h"

#include <math.h>

enum {
	TYPO_FROM = 5,   /* letters of a word in which one may be wrong */
	TYPOS_FROM = 9,  /* two */
	TYPO_WORD = 40,  /* letters of words that are compared so */
	ABBREVIATED = 4, /* letters that an abbreviation has at least */
};

#define COMMON 6.0f /* the weight of a word that some fifty of 19,000 organizations have */
#define RARE 7.0f   /* some twenty */

/* What kind of likeness it is, and its score: the share of pairs of that kind that were one organization in the
 * labelled set of bench/screen (300 entities, seed 5), rounded down, and not above what a set so small can tell. */
typedef enum kind { SAME, SAME_BUT_FORM, OTHER_FORM, OTHER_ORDER } kind;
static const struct {
	double score;
	const char *reason;
} kinds[] = {
	[SAME] = { 0.99, "the same name" },
	[SAME_BUT_FORM] = { 0.97, "the same name, one without a legal form" },
	[OTHER_FORM] = { 0.95, "the same name with another legal form" },
	[OTHER_ORDER] = { 0.95, "the same words in another order" },
};
/* The same for names that share some of their words, by what share of their weight that is; between rows it is
 * interpolated. One name may be all of the other's beginning: then the rest, which only one has, tells them apart. */
typedef struct step {
	double share, score;
} step;
static const step contained[] = { { 0, 0 }, { 0.5, 0.1 }, { 0.7, 0.3 }, { 0.78, 0.6 }, { 0.9, 0.9 },
	{ 1, 0.95 } };
static const step overlapping[] = { { 0, 0 }, { 0.4, 0.05 }, { 0.5, 0.3 }, { 0.6, 0.6 },
	{ 0.8, 0.8 }, { 1, 0.9 } };

/* How many letters are to be put in, taken out, changed or swapped with the next to make a into b; more than
 * max: max + 1. */
static size_t edits(as_span a, as_span b, size_t max)
{
	uint8_t row[3][TYPO_WORD + 1];
	if (a.n > TYPO_WORD || b.n > TYPO_WORD || a.n > b.n + max || b.n > a.n + max)
		return max + 1;
	for (size_t j = 0; j <= b.n; j++)
		row[0][j] = (uint8_t)j;
	for (size_t i = 1; i <= a.n; i++) {
		uint8_t *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];
		now[0] = (uint8_t)i;
		for (size_t j = 1; j <= b.n; j++) {
			unsigned best = last[j - 1] + (unsigned)(a.p[i - 1] != b.p[j - 1]);
			best = (unsigned)as_min(best, as_min(last[j], now[j - 1]) + 1u);
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1])
				best = (unsigned)as_min(best, before[j - 2] + 1u);
			now[j] = (uint8_t)best;
		}
	}
	return (size_t)as_min(row[a.n % 3][b.n], max + 1);
}

/* Whether two words are one when ae, oe, ue and aa are a, o, u and a: how umlauts are written without them. */
static bool same_vowels(as_span a, as_span b)
{
	size_t i = 0, j = 0;
	for (; i < a.n && j < b.n; i++, j++) {
		if (a.p[i] != b.p[j])
			return false;
		bool vowel = a.p[i] == 'a' || a.p[i] == 'o' || a.p[i] == 'u';
		bool first = vowel &&
			     (as_at(a, i + 1) == 'e' || (a.p[i] == 'a' && as_at(a, i + 1) == 'a'));
		bool second = vowel &&
			      (as_at(b, j + 1) == 'e' || (b.p[j] == 'a' && as_at(b, j + 1) == 'a'));
		if (first != second) {
			i += first;
			j += second;
		}
	}
	return i == a.n && j == b.n;
}

/* Whether one is the beginning of the other, or both begin alike ("tech", "technology", "technologies"). */
static bool is_abbreviation(as_span a, as_span b)
{
	size_t alike = 0, least = (size_t)as_min(a.n, b.n);
	while (alike < least && a.p[alike] == b.p[alike])
		alike++;
	return alike >= ABBREVIATED && (alike == least || (alike + 3 >= a.n && alike + 3 >= b.n));
}

/* How well one word stands for another: 0 not at all, 1 it is the same. */
static double match(const as_name_word *a, const as_name_word *b)
{
	if (as_same(a->text, b->text))
		return 1;
	if (same_vowels(a->text, b->text))
		return 0.97;
	bool common = a->weight < COMMON && b->weight < COMMON;
	if (common && is_abbreviation(a->text, b->text))
		return 0.9;
	size_t least = (size_t)as_min(a->text.n, b->text.n);
	size_t max = least >= TYPOS_FROM ? 2 : least >= TYPO_FROM;
	size_t n = max > 0 && !common ? edits(a->text, b->text, max) : 3;
	return n == 1 ? 0.85 : n == 2 && max == 2 ? 0.7 : 0;
}

typedef struct pairing {
	bool asked[AS_NAME_WORDS], listed[AS_NAME_WORDS]; /* words that have found another */
	double shared, missed_asked, missed_listed;       /* weights */
	double worst;                                     /* of the matches */
	float rarest;                                     /* the weight of the rarest shared word */
} pairing;

/* Each word of asked takes the word of listed that is most like it and still free. */
static void pair_words(const as_name *asked, const as_name *listed, pairing *p)
{
	for (size_t i = 0; i < asked->n; i++) {
		double best = 0;
		size_t at = 0;
		for (size_t j = 0; j < listed->n; j++) {
			double m = p->listed[j] ? 0 : match(&asked->word[i], &listed->word[j]);
			if (m > best) {
				best = m;
				at = j;
			}
		}
		if (best <= 0)
			continue;
		p->asked[i] = p->listed[at] = true;
		p->shared += best * (double)fminf(asked->word[i].weight, listed->word[at].weight);
		p->worst = fmin(p->worst, best);
		p->rarest = fmaxf(p->rarest, asked->word[i].weight);
	}
}

/* A word that is two of the other name ("TP Link", "TPLink"): long's word at i, other's at j and the next. */
static bool is_two(const as_name *one, size_t i, const as_name *other, size_t j)
{
	as_span a = other->word[j].text, b = other->word[j + 1].text, whole = one->word[i].text;
	return whole.n == a.n + b.n && as_same(as_cut(whole, 0, a.n), a) &&
	       as_same(as_from(whole, a.n), b);
}

static void join_words(
	const as_name *one, bool *of_one, const as_name *other, bool *of_other, pairing *p)
{
	for (size_t i = 0; i < one->n; i++)
		for (size_t j = 0; j + 1 < other->n && !of_one[i]; j++) {
			if (of_other[j] || of_other[j + 1] || !is_two(one, i, other, j))
				continue;
			of_one[i] = of_other[j] = of_other[j + 1] = true;
			p->shared += (double)one->word[i].weight;
			p->rarest = fmaxf(p->rarest, one->word[i].weight);
		}
}

/* A word that tells about as much as any must be there: "Technology" and "Shenzhen" alone say nothing. */
static bool meets_heavy(const as_name *n, const bool *met)
{
	float heaviest = 0, heaviest_met = 0;
	for (size_t i = 0; i < n->n; i++) {
		heaviest = fmaxf(heaviest, n->word[i].weight);
		heaviest_met = met[i] ? fmaxf(heaviest_met, n->word[i].weight) : heaviest_met;
	}
	return heaviest_met >= 0.75f * heaviest;
}

/* Whether asked is listed and more: what daughters are called ("Hytera Austria"), but others, too. */
static bool begins_with(const as_name *asked, const as_name *listed)
{
	return asked->core.n > listed->core.n && asked->n > 1 &&
	       as_same(asked->word[0].text, listed->word[0].text) &&
	       as_same(as_cut(asked->core, 0, listed->core.n), listed->core);
}

static double score_of(const step *scale, double share)
{
	size_t i = 1;
	while (scale[i].share < 1 && share > scale[i].share)
		i++;
	double part = (share - scale[i - 1].share) / (scale[i].share - scale[i - 1].share);
	return scale[i - 1].score + part * (scale[i].score - scale[i - 1].score);
}

static as_likeness by_words(const as_name *asked, const as_name *listed)
{
	pairing p = { .worst = 1 };
	pair_words(asked, listed, &p);
	join_words(asked, p.asked, listed, p.listed, &p);
	join_words(listed, p.listed, asked, p.asked, &p);
	for (size_t i = 0; i < asked->n; i++)
		p.missed_asked += p.asked[i] ? 0 : (double)asked->word[i].weight;
	for (size_t j = 0; j < listed->n; j++)
		p.missed_listed += p.listed[j] ? 0 : (double)listed->word[j].weight;
	if (p.shared <= 0 || !meets_heavy(listed, p.listed) || !meets_heavy(asked, p.asked))
		return (as_likeness){ 0 };
	bool all = p.missed_asked <= 0 && p.missed_listed <= 0;
	if (all && p.worst >= 1 && asked->n == listed->n)
		return (as_likeness){ kinds[OTHER_ORDER].score, kinds[OTHER_ORDER].reason, false };
	if (all)
		return (as_likeness){ 0.75 + 0.2 * p.worst, "the same words, spelt otherwise",
			false };
	double share = p.shared / (p.shared + p.missed_asked + 0.6 * p.missed_listed);
	bool part = p.missed_asked <= 0 || p.missed_listed <= 0;
	double score = score_of(part ? contained : overlapping, share);
	if (begins_with(asked, listed) && p.rarest >= RARE)
		return (as_likeness){ fmax(score, 0.45), "it begins with the listed name", false };
	if (p.rarest < RARE)
		score /= 2; /* "Semiconductor Manufacturing" is of many */
	const char *reason = p.missed_asked <= 0    ? "its words are part of the listed name"
			     : p.missed_listed <= 0 ? "the listed name is part of it"
						    : "they share their rarest words";
	return (as_likeness){ score, reason, false };
}

as_likeness as_name_compare(const as_name *asked, const as_name *listed)
{
	if (asked->n == 0 || listed->n == 0)
		return (as_likeness){ 0 };
	if (!as_same(asked->core, listed->core))
		return by_words(asked, listed);
	kind k = as_same(asked->forms, listed->forms)          ? SAME
		 : asked->forms.n == 0 || listed->forms.n == 0 ? SAME_BUT_FORM
							       : OTHER_FORM;
	return (as_likeness){ kinds[k].score, kinds[k].reason, k == SAME };
}
