/* SPDX-License-Identifier: Apache-2.0 */
/* Which known vulnerabilities an image has: the dossier's components against the index. */
#ifndef AS_VULN_MATCH_H
#define AS_VULN_MATCH_H

#include <sqlite3.h>

#include "base/status.h"

/* Fills the dossier's tables vulnerability, vulnerability_match and knowledge_source out of an index
 * (index.sql). The same dossier
 * and index give the same rows. AS_IO: one of them fails (sqlite3_errmsg says how); AS_NOMEM. */
as_status as_vuln_match(sqlite3 *dossier, sqlite3 *index) AS_MUST_USE;

#endif
