/* SPDX-License-Identifier: Apache-2.0 */
/* What the documents of VEX share: each match of a vulnerability and a component as a statement. */
#ifndef AS_REPORT_VEX_H
#define AS_REPORT_VEX_H

#include "base/own.h"
#include "report/common.h"

/* The table stated, for a statement that selects from it: cve, component, version, name, purl, cpe (as the best
 * witness has them, or NULL), summary, why, status (the words of OpenVEX), justification (NULL: there is none, or
 * somebody else's statement has it in why), fixed (1: a version without it is known), action (NULL unless
 * affected), mark (base/own.h). What was matched is "affected" with what to do; what cannot be decided
 * "under_investigation". */
#define AS_SQL_STATED                                                                              \
	"WITH named AS MATERIALIZED (SELECT what, release, own_name AS name, own_purl AS purl, "   \
	"own_cpe AS cpe FROM software_witness WHERE "                                              \
	"nth = 1),"                                                                                \
	" matched AS (SELECT m.*, coalesce(m.range LIKE '%before %', 0) AS fixed FROM "            \
	"fault AS m),"                                                                             \
	" told AS (SELECT m.cve, m.component, m.version, coalesce(n.name, m.component) AS "        \
	"name, n.purl, n.cpe,"                                                                     \
	" v.summary, coalesce(nullif(m.why, ''), 'matched') AS why,"                               \
	" CASE m.verdict WHEN 'affected' THEN 'affected' WHEN 'not' THEN 'not_affected'"           \
	"  ELSE 'under_investigation' END AS status,"                                              \
	" CASE WHEN m.verdict = 'not' AND m.source <> 'vex' THEN 'vulnerable_code_not_present' "   \
	"END AS justification, m.fixed,"                                                           \
	" CASE WHEN m.verdict = 'affected' THEN iif(m.fixed, 'Update the component, or take over " \
	"the fix',"                                                                                \
	"  'No version without it is known here: ask the maker for a fix')"                        \
	"  || coalesce(' (' || m.priority || ': ' || m.because || ')', '') END AS action"          \
	" FROM matched AS m JOIN vulnerability AS v ON v.cve = m.cve"                              \
	" LEFT JOIN named AS n ON n.what = m.component AND n.release = m.version),"                \
	" stated AS (SELECT *, '" AS_OWN_MARK "' || status || coalesce(', ' || justification, '')" \
	" AS mark FROM told)"

/* Whether there is anything to state. Both formats want at least one statement, so that without one there is no
 * document. AS_IO. */
as_status as_vex_any(sqlite3 *db, bool *any) AS_MUST_USE;
/* Appends the package URL of a component (as_purl_of), from three columns of stated that stand side by side from i on:
 * purl, component, version. */
void as_vex_purl(as_buf *b, sqlite3_stmt *st, int i);

#endif
