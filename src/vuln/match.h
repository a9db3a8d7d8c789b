/* SPDX-License-Identifier: Apache-2.0 */
/* Which known vulnerabilities an image has: the dossier's components against the index. */
#ifndef AS_VULN_MATCH_H
#define AS_VULN_MATCH_H

#include "vuln/index.h"

/* Fills the dossier's tables vulnerability, vulnerability_match and knowledge_source out of an index
 * (index.sql). The same dossier and index give the same rows. AS_IO: one of them fails; if it is the index, why has
 * the words, and the rows are not all there would be; else it is empty. AS_LIMIT: there are more matches than are
 * kept. AS_NOMEM. */
as_status as_vuln_match(sqlite3 *dossier, sqlite3 *index, char why[AS_INDEX_WHY]) AS_MUST_USE;

#endif
