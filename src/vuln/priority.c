/* SPDX-License-Identifier: Apache-2.0 */
/* How much a match presses: a few plain conditions on CVSS, EPSS, KEV and reach, each of which is named in the
 * sentence. */
#include "vuln/hit.h"

#include "dossier/db.h"

/* 4: urgent ... 1: low; one less where it is not sure that it is affected. */
static const char priorities[] =
	"UPDATE vulnerability_match AS m SET (priority, because) = (SELECT CASE max(1, CASE"
	"   WHEN v.kev IS NOT NULL THEN 4"
	"   WHEN m.reach = 'network' AND (v.cvss >= 9 OR (v.cvss >= 7 AND v.epss >= 0.1)) THEN 4"
	"   WHEN v.epss >= 0.1 OR (v.cvss >= 7 AND coalesce(m.reach, 'started') IN ('network', "
	"'started',"
	"    'setuid')) THEN 3"
	"   WHEN v.cvss >= 7 OR v.cvss IS NULL OR (v.cvss >= 4 AND coalesce(m.reach, 'started') IN "
	"('network',"
	"    'started', 'setuid')) THEN 2 ELSE 1 END - (m.verdict = 'possibly'))"
	"   WHEN 4 THEN 'urgent' WHEN 3 THEN 'high' WHEN 2 THEN 'medium' ELSE 'low' END,"
	"  coalesce('known to be exploited since ' || v.kev || ', ', '') || iif(v.cvss IS NULL, "
	"'no CVSS"
	" score', printf('CVSS %.1f', v.cvss)) || iif(v.epss IS NULL, '',"
	"   printf(', %.1f %% to be exploited within 30 days', 100 * v.epss)) || '; ' || CASE "
	"m.reach WHEN 'network' THEN"
	"   'reached over the network: ' || m.chain WHEN 'started' THEN 'in use: ' || m.chain WHEN "
	"'setuid'"
	"   THEN m.chain WHEN 'used' THEN 'not seen to start: ' || m.chain WHEN 'present' THEN "
	"'nothing was"
	" seen to use it: ' || m.chain ELSE 'whether it is used is not known' END || CASE "
	"m.verdict WHEN"
	"   'possibly' THEN '; not sure that it is affected' ELSE '' END || CASE v.disputed WHEN 1 "
	"THEN"
	"   '; disputed' ELSE '' END FROM vulnerability AS v WHERE v.cve = m.cve) WHERE verdict <> "
	"'not'";

as_status as_match_priority(sqlite3 *dossier) { return as_db_run(dossier, priorities); }
