/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_VULN_CHANGELOG_H
#define AS_VULN_CHANGELOG_H

#include "vuln/hit.h"

/* The query of what the changelogs of installed packages state, for as_fixed; NULL: it fails. The caller finalizes
 * it. A changelog is that of a package if its newest entry is about the installed version of the same source, and it
 * stands in the same root: /usr/share/doc/ beside /var/lib/dpkg/. */
sqlite3_stmt *as_changes(as_matcher *m);

/* Whether a package's changelog in the image says that a vulnerability is fixed in the version that is installed:
 * its newest entry that says anything of it counts. The sentence in the arena; p NULL: it does not say so. */
as_span as_fixed(sqlite3_stmt *q, as_arena *a, const as_packet *k, as_span cve);

#endif
