/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the matching share: the image, the index, and the hits so far. */
#ifndef AS_VULN_HIT_H
#define AS_VULN_HIT_H

#include "vuln/image.h"
#include "vuln/index.h"

/* Who says it; of several on one vulnerability and component the first counts. */
typedef enum as_teller {
	AS_BY_VEX,          /* the maker, about this product */
	AS_BY_DISTRIBUTION, /* the tracker of the distribution, about its package */
	AS_BY_OSV,          /* the ecosystem, about its package */
	AS_BY_NVD,          /* configurations of CPE names */
	AS_BY_CVE           /* the CVE List, by vendor and product */
} as_teller;

typedef struct as_hit {
	uint32_t part; /* index in the image's parts */
	as_teller by;
	as_fit verdict;
	as_span cve; /* or another id */
	as_span why, range;
	const char *order;
	int64_t record; /* in the index */
} as_hit;

typedef struct as_matcher {
	sqlite3 *dossier, *index;
	as_arena *arena;
	as_image image;
	as_hit *hits; /* owned */
	size_t n_hits, cap;
	bool cut;               /* there are more hits than are kept */
	char why[AS_INDEX_WHY]; /* for why the index cannot be read, in words; empty: it can */
	struct as_built *built; /* which options build what of the kernel; NULL: not asked yet */
} as_matcher;

/* Prepares a question to the index, and takes the next row of its answer (false: there is none; the question is
 * ready to be asked again). A failure of the index is kept in m->why: then what was found is not all. */
sqlite3_stmt *as_ask(as_matcher *m, const char *sql);
bool as_answer(as_matcher *m, sqlite3_stmt *q);
/* Says that what the index packs (pack.h) is damaged: what was found is not all. */
void as_damaged(as_matcher *m);
/* Keeps a hit. AS_NOMEM. */
as_status as_hit_add(as_matcher *m, const as_hit *hit) AS_MUST_USE;
/* "from 1.0.2 to before 1.0.2zd"; "exactly 1.0.1n"; "every version". In the arena. */
as_span as_range_text(as_arena *a, as_span exactly, const as_version_range *r);

/* Each looks for hits of its kind. AS_IO, AS_NOMEM. */
as_status as_match_cpe(as_matcher *m) AS_MUST_USE;
as_status as_match_packages(as_matcher *m) AS_MUST_USE;
as_status as_match_distribution(as_matcher *m) AS_MUST_USE;
/* What of the image speaks against a hit on a kernel or on BusyBox: what has the fault is not built in. The
 * sentence in the
 * arena; p NULL: nothing speaks against it. files: where in the source the fault is, one a line. */
as_span as_absent(as_matcher *m, const as_part *part, as_span files, as_span summary);
/* Whether as_absent can say anything on a part of this image. Pure. */
bool as_may_be_absent(const as_matcher *m, const as_part *part);

void as_built_free(struct as_built *b);
/* How much what is affected presses: columns of vulnerability_match, out of the others. AS_IO. */
as_status as_match_priority(sqlite3 *dossier) AS_MUST_USE;

#endif
