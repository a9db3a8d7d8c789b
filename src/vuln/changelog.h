/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_VULN_CHANGELOG_H
#define AS_VULN_CHANGELOG_H

#include "vuln/hit.h"

/* The query of what changelogs in the image state, for as_fixed; NULL: it fails. The caller finalizes it. */
sqlite3_stmt *as_changes(sqlite3 *dossier);

/* Whether a package's changelog in the image says that a vulnerability is fixed in the version that is installed:
 * of the entries up to that version, the newest that speaks of it counts. The sentence in the arena; p NULL: it
 * does not say so. */
as_span as_fixed(sqlite3_stmt *q, as_arena *a, const as_packet *k, as_span cve);

#endif
