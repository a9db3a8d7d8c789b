/* SPDX-License-Identifier: Apache-2.0 */
/* What the dossier tells of a place in code beyond the finding: the path, pseudo-code, the listing, what speaks
 * against it; and what objdump must be told to show the same. */
#ifndef AS_REPORT_STORY_H
#define AS_REPORT_STORY_H

#include "report/see.h"
#include "report/write_json.h"

/* Which story: of the signal at an offset of an object. */
typedef struct as_story_key {
	int64_t object, function, site;
	bool found; /* false: this place has none */
} as_story_key;

/* The story of what stands at offset at of an object. */
as_story_key as_story_find(sqlite3 *db, int64_t object, int64_t at);
/* Writes it as text for a terminal. AS_IO if the dossier failed. */
as_status as_story_write(sqlite3 *db, as_story_key key, as_out *out) AS_MUST_USE;
/* Writes it as a member "story". AS_IO as above. */
as_status as_story_json(sqlite3 *db, as_story_key key, as_json *j) AS_MUST_USE;
/* Fills in what of the code is to be disassembled. AS_IO as above. */
as_status as_story_ranges(sqlite3 *db, as_story_key key, as_see *what) AS_MUST_USE;

#endif
