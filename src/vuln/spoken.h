/* SPDX-License-Identifier: Apache-2.0 */
/* Ranges of versions as people write them: "before 2.3", "1.0 through 1.4 and 2.x", "< 1.61.0", "all versions". */
#ifndef AS_VULN_SPOKEN_H
#define AS_VULN_SPOKEN_H

#include "vuln/version.h"

enum { AS_SPOKEN_MAX = 32 /* ranges that one text may tell */ };

typedef struct as_spoken {
	as_version_range range; /* both ends open: every version */
	bool branch;            /* range.from is all of a branch: "2" for 2.x */
} as_spoken;

/* The ranges that a text tells; any of them will do. 0: it is not understood, or tells no version ("n/a",
 * "unspecified", "see the advisory", "tool-1.0"), or its ends are mixed up. Borrows; pure. */
size_t as_spoken_read(as_span text, as_spoken out[AS_SPOKEN_MAX]) AS_MUST_USE;

/* Whether a text only says that no version is told: empty, "n/a", "unspecified", "unknown", "-". Pure. */
bool as_spoken_nothing(as_span text);

#endif
