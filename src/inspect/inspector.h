/* SPDX-License-Identifier: Apache-2.0 */
/* What an inspector is, and what the engine offers it. One file in ins/ and one line in
 * inspectors.def make an inspector; docs/inspectors.md walks through one. */
#ifndef AS_INSPECTOR_H
#define AS_INSPECTOR_H

#include "base/arena.h"
#include "base/cur.h"
#include "base/hash.h"
#include "base/text.h"
#include "facts.h" /* generated from model/facts.sql: one struct and one as_add_* per table */

typedef struct as_file {
	as_span data;
	const char *
		type; /* by content: "elf", "text", "text/script", "squashfs", "data", ... never NULL */
	as_span path; /* inside its container, with a leading slash; set only for inspectors with .paths */
	bool opened;          /* a container: what is in it stands in objects of its own */
	bool traits;          /* state also what a comparison with another build needs */
	struct as_yara *yara; /* the user's own rules, or NULL */
	as_arena *arena;      /* for this inspector alone: it is reset after it */
} as_file;

typedef struct as_inspector {
	const char *id, *title;
	/* Shell patterns of the paths this inspector reads (whole path, with leading slash; * matches
	 * slashes too), ends with NULL. With it the inspector is asked once for every distinct
	 * (bytes, path) that matches, and f->path is set. NULL: asked once for every distinct bytes,
	 * and f->path is empty, because equal bytes are examined once wherever they stand. */
	const char *const *paths;
	bool (*cares)(const as_file *f); /* cheap: type, size, first bytes; NULL: always */
	/* Bytes that are read at most; 0: all. Of a larger file the beginning is, and that is recorded: whoever
	 * pads a file must not silence its inspector. */
	uint64_t most;
	/* States what is there, never whether it is bad. AS_PARTIAL after as_unread and its kin. */
	as_status (*inspect)(as_facts *out, const as_file *f);
	const char *const *tables; /* the fact tables it writes; ends with NULL */
} as_inspector;

/* Records that part of the file could not be examined; text is constant. Returns AS_PARTIAL. We do not know how: */
as_status as_unread(as_facts *out, as_span where, const char *text);
/* The same, where there is more of it than is looked at. */
as_status as_beyond(as_facts *out, as_span where, const char *text);

/* Whether f->path is (or, without a leading slash in pattern, ends with /) the shell pattern. Pure. */
bool as_path_is(const as_file *f, const char *pattern);
/* Whether the file is to be read as text: of any kind (type "text" or "text/..."), a script whatever follows its
 * first lines, and, for inspectors with .paths, all: who reads /etc/passwd on the device skips the lines that are
 * none, and a few bytes of noise must hide no account. Pure. */
bool as_file_is_text(const as_file *f);

extern const as_inspector
	*const as_inspectors[]; /* ends with NULL; order gives bit numbers, nothing else */

#endif
