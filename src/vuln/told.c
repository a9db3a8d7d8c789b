/* SPDX-License-Identifier: Apache-2.0 */
/* What the feeds say of a vulnerability in the same words: its row, CVSS, CWE. */
#include "base/text.h"
#include "vuln/feed.h"

void as_told_row(as_feed *f, const as_told *t)
{
	as_row_of(f, AS_INDEX_vulnerability);
	as_cell_text(f, t->cve);
	as_cell_text(f, t->status);
	as_cell_int(f, t->disputed);
	as_cell_int(f, t->rejected);
	as_cell_text(f, t->published);
	as_cell_text(f, t->modified);
	as_cell_text(f, as_feed_summary(f, t->summary));
	as_cell_text(f, t->cvss_version);
	as_cell_text(f, t->cvss_vector);
	as_cell_real(f, t->has_score, t->score);
	as_cell_text(f, t->severity);
	as_cell_text(f, t->cwe);
	as_cell_word(f, as_kind_name(f->kind));
}

/* One of the index's words for a severity, whatever its case; NULL for another. */
static const char *severity_word(as_span s)
{
	static const char *const words[] = { "none", "low", "medium", "high", "critical" };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (as_is_nocase(s, words[i]))
			return words[i];
	return NULL;
}

void as_told_cvss(as_feed *f, as_told *t, const as_value *cvss, as_span severity, unsigned rank,
	unsigned *best)
{
	double score = 0;
	bool has = as_take_real(f, cvss, "baseScore", &score);
	as_span version = as_take_text(f, cvss, "version"),
		vector = as_take_text(f, cvss, "vectorString");
	as_span own = as_take_text(f, cvss, "baseSeverity");
	if (!has || rank >= *best)
		return;
	const char *word = severity_word(own.n ? own : severity);
	*best = rank;
	t->cvss_version = version;
	t->cvss_vector = vector;
	t->has_score = true;
	t->score = score;
	t->severity = word ? as_lit(word) : (as_span){ 0 };
}

void as_told_cwe(as_feed *f, as_told *t, as_span cwe)
{
	enum { CWE_MAX = 20, LIST_MAX = 200 /* bytes */ };
	if (!as_starts(cwe, "CWE-") || cwe.n > CWE_MAX || t->cwe.n > LIST_MAX ||
		as_find_byte(cwe, ' ', 0) != SIZE_MAX)
		return;
	for (size_t i = 0;; i++) {
		as_span one = as_word(t->cwe, i);
		if (one.n == 0)
			break;
		if (as_same(one, cwe))
			return;
	}
	t->cwe = as_feed_join(f, t->cwe, " ", cwe);
}
