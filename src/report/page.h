/* SPDX-License-Identifier: Apache-2.0 */
/* A page that is one file and needs no network: its style, script and data stand in it. */
#ifndef AS_PAGE_H
#define AS_PAGE_H

#include "report/report.h"

typedef struct as_page {
	/* Files of web/. The frame is HTML with @@POLICY@@, @@STYLE@@, @@SCRIPT@@ and @@DATA@@ where they go; scripts
	 * in the order in which they need each other; NULL ends both lists. */
	const char *frame;
	const char *const *scripts, *const *styles;
	as_span library; /* a script that goes first; may be empty */
	/* Writes one JSON text without '<'. */
	as_status (*data)(sqlite3 *db, as_out *out);
} as_page;

/* Writes the page. Nothing of the data becomes markup: it is one JSON text, which scripts write with textContent only.
 * The policy in the page's head allows this very script and style (by their hashes) and nothing from anywhere else.
 * Status as of data, or of the writer. */
as_status as_page_write(const as_page *page, sqlite3 *db, as_out *out) AS_MUST_USE;

#endif
