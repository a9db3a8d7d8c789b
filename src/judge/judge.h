/* SPDX-License-Identifier: Apache-2.0 */
/* Runs rules over the facts of a dossier being written, and writes the findings. */
#ifndef AS_JUDGE_H
#define AS_JUDGE_H

#include <sqlite3.h>

#include "base/arena.h"

/* Runs one rule (its text, header and query). A rule that cannot be read or run is recorded with its
 * outcome, never fatal; say (may be NULL) is told. AS_IO: the dossier cannot be written. */
as_status as_judge(sqlite3 *db, as_arena *a, as_span text, const char *name,
	void (*say)(void *ctx, const char *text), void *ctx) AS_MUST_USE;

#endif
