/* SPDX-License-Identifier: Apache-2.0 */
/* The figures were found by looking at what was told falsely of programs that nothing was learned from, and at what
 * copies in programs leave (docs/components.md). */
#include "knowledge/signature_weight.h"

enum {
	LEAST = 3,  /* texts of a part that must be there */
	SHARE = 30, /* per cent of them that must be */
	COPIED = 8, /* texts that must be there of a library that was linked only in part */
	COPIED_SHARE = 6,
	TABLES =
		8, /* pieces of tables: of an algorithm as much as of whose code it is, so most must be there */
	TABLES_SHARE = 66,
	SENTENCES =
		3, /* or else so many per cent of the texts, or of the names that a library offers: */
	WORDS_SHARE = 40,
	NAMES_SHARE = 90,
};

static bool is_share(const as_part_seen *p, unsigned share)
{
	return p->found * 100 >= p->of * share;
}

static bool is_enough(const as_part_seen *p)
{
	if (p->kind == AS_BY_TABLES)
		return p->found >= TABLES && is_share(p, TABLES_SHARE);
	return (p->found >= LEAST && is_share(p, SHARE)) ||
	       (p->library && p->found >= COPIED && is_share(p, COPIED_SHARE));
}

/* A few single words are of a format or a protocol as much as of the program that they were learned from, and names may
 * be of a third that both are made with: these need something of another kind beside them. */
bool as_part_tells(const as_part_seen *p)
{
	bool alone = p->kind == AS_BY_TABLES || p->sentences >= SENTENCES ||
		     is_share(p, p->kind == AS_BY_NAMES ? NAMES_SHARE : WORDS_SHARE);
	return is_enough(p) && (alone || (p->beside & ~p->kind) != 0);
}

/* As measured where as many files are of programs that were never seen as of such that were. */
int64_t as_part_confidence(const as_part_seen *p)
{
	bool beside = (p->beside & ~p->kind) != 0;
	if (p->kind == AS_BY_TABLES && !beside)
		return 700;
	if (!is_share(p, SHARE))
		return beside ? 900 : 800;
	if (beside)
		return 990;
	if (p->kind == AS_BY_NAMES)
		return 900;
	if (p->sentences < SENTENCES)
		return 850;
	if (p->found >= 8 && is_share(p, 50))
		return 990;
	return p->found >= 5 && is_share(p, 40) ? 980 : 900;
}
