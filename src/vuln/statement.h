/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_VULN_STATEMENT_H
#define AS_VULN_STATEMENT_H

#include "vuln/hit.h"

/* The query of VEX statements on the index, for as_stated; NULL: it fails. The caller finalizes it. */
sqlite3_stmt *as_statements(as_matcher *m);

/* Whether the index has a VEX statement on the hit's vulnerability and the part, by its package URL; one that
 * names its version goes before one that leaves it open, then the newest document counts. It decides the hit's verdict
 * and says why, in the arena. "under_investigation" states nothing. */
bool as_stated(sqlite3_stmt *q, as_matcher *m, const as_part *part, as_hit *hit);

#endif
