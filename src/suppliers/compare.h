/* SPDX-License-Identifier: Apache-2.0 */
/* Whether two names of organizations are one organization's. */
#ifndef AS_SUPPLIERS_COMPARE_H
#define AS_SUPPLIERS_COMPARE_H

#include "suppliers/name.h"

/* How alike two names are. */
typedef struct as_likeness {
	double score; /* 0 to 1: what share of pairs like this one is of one organization (./run bench screen) */
	const char *reason; /* constant words; NULL: not at all */
	bool same;          /* the same name, written otherwise at most */
} as_likeness;

/* asked: a name that is looked for; listed: one that is known. Not symmetric: words that only asked has speak more
 * against it than words that only listed has, for names are shortened. Pure. */
as_likeness as_name_compare(const as_name *asked, const as_name *listed);

#endif
