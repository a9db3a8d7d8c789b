/* SPDX-License-Identifier: Apache-2.0 */
/* Marks: what a user looked at in an earlier review and explained. A text of tab-separated lines: rule, fingerprint,
 * signal, trigger, effect, sha256, subject, author, date, reason; '#' begins a comment. A mark of a place in code has
 * a fingerprint and no sha256, any other a sha256 and no fingerprint. Fields are as the dossier has them. */
#ifndef AS_DOSSIER_MARK_H
#define AS_DOSSIER_MARK_H

#include <sqlite3.h>

#include "base/span.h"

/* Reads marks into the table mark. Lines that are none are told to say, and left out. AS_IO: the dossier failed. */
as_status as_marks_add(
	sqlite3 *db, as_span text, void (*say)(void *ctx, const char *text), void *ctx) AS_MUST_USE;
/* Ties findings' places to the marks that explain them. AS_IO as above. */
as_status as_marks_apply(sqlite3 *db) AS_MUST_USE;

#endif
