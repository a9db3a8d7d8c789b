/* SPDX-License-Identifier: Apache-2.0 */
/* How far an affected component can be reached: what holds it, what links with that, what of these starts,
 * listens or has root's
 * rights. Then how much it presses: a few plain conditions on CVSS, EPSS, KEV and reach, each of which is
 * named in the sentence. */
#include "vuln/hit.h"

#include "dossier/db.h"

/* Files that hold a component; how many links away (0: the file itself); lib: by which library it is linked. */
static const char holders[] =
	"CREATE TEMP TABLE need AS SELECT DISTINCT e.object, j.value AS soname FROM elf AS e,"
	"  json_each('[' || replace(json_quote(e.needed), ' ', '\",\"') || ']') AS j WHERE "
	"e.needed <> '';"
	"CREATE INDEX temp.need_by_soname ON need (soname, object);"
	"CREATE TEMP TABLE kept AS SELECT DISTINCT what, release, object FROM witness"
	"  WHERE method <> 'package';"
	"CREATE INDEX temp.kept_by_name ON kept (what, release);"
	"CREATE TEMP TABLE held AS WITH RECURSIVE wanted(component, version) AS (SELECT DISTINCT "
	"component,"
	"  version FROM vulnerability_match WHERE verdict <> 'not'),"
	" user(component, version, object, lib, depth) AS (SELECT w.component, w.version, "
	"k.object, NULL, 0"
	"   FROM wanted AS w JOIN kept AS k ON k.what = w.component AND k.release = w.version"
	"  UNION SELECT u.component, u.version, n.object, coalesce(u.lib, l.soname), u.depth + 1 "
	"FROM user AS"
	"   u JOIN elf AS l ON l.object = u.object AND l.soname IS NOT NULL JOIN need AS n ON "
	"n.soname ="
	"   l.soname WHERE u.depth < 4 LIMIT 500000)"
	" SELECT component, version, object, min(lib) AS lib, min(depth) AS depth FROM user GROUP "
	"BY"
	"  component, version, object";

/* Programs that start, and that listen: by the name they are started by, through symbolic links of that name. */
#define BASENAME(path) "replace(" path ", rtrim(" path ", replace(" path ", '/', '')), '')"
static const char runners[] = "CREATE TEMP TABLE begun AS SELECT " BASENAME(
	"program") " AS name, min(init) AS init,"
		   "  min(program) AS program FROM started WHERE runs IS NOT 0 AND program IS NOT "
		   "NULL GROUP BY 1;"
		   "CREATE TEMP TABLE heard AS SELECT daemon AS name, min(protocol) AS protocol, "
		   "min(port) AS port"
		   "  FROM listening WHERE runs IS NOT 0 AND loopback IS NOT 1 AND daemon IS NOT "
		   "NULL GROUP BY 1;"
		   "CREATE TEMP TABLE linked AS SELECT DISTINCT container, name, " BASENAME(
			   "target") " AS goal FROM place"
				     "  WHERE kind = 'symlink' AND name IN (SELECT name FROM begun "
				     "UNION SELECT name FROM heard);"
				     "CREATE TEMP TABLE program AS SELECT object, name, "
				     "max(coalesce(mode, 0) & 2048) AS setuid"
				     "  FROM place WHERE object IS NOT NULL AND kind = 'file' "
				     "GROUP BY object, name UNION"
				     "  SELECT min(f.object), s.name, 0 FROM linked AS s JOIN "
				     "place AS f ON f.container = s.container"
				     "  AND f.kind = 'file' AND f.name = s.goal WHERE f.object IS "
				     "NOT NULL GROUP BY s.container, s.name, s.goal;"
				     "CREATE INDEX temp.program_by_object ON program (object);"
				     "CREATE TEMP TABLE reached AS SELECT h.component, h.version, "
				     "h.depth, h.lib, p.name,"
				     "  CASE WHEN l.name IS NOT NULL THEN 4 WHEN b.name IS NOT "
				     "NULL THEN 3 WHEN p.setuid THEN 2"
				     "   WHEN e.role = 'program' AND h.depth > 0 THEN 1 ELSE 0 END "
				     "AS level,"
				     "  b.init, b.program, l.protocol, l.port FROM held AS h JOIN "
				     "program AS p ON p.object = "
				     "h.object"
				     "  LEFT JOIN elf AS e ON e.object = h.object LEFT JOIN begun "
				     "AS b ON b.name = p.name"
				     "  LEFT JOIN heard AS l ON l.name = p.name";

static const char chains[] = "CREATE TEMP TABLE best AS SELECT component, version, level,"
			     "  CASE level WHEN 4 THEN name || ' listens' || coalesce(' on ' || "
			     "protocol || ' ' || port, '')"
			     "   WHEN 3 THEN coalesce(init, 'the system') || ' starts ' || program "
			     "WHEN 2 THEN name || ' runs with"
			     " the rights of its owner (setuid)' WHEN 1 THEN name || ' links with "
			     "it' ELSE name || ' holds it' END"
			     "  || CASE WHEN level > 1 AND lib IS NOT NULL THEN ', and links ' || "
			     "CASE WHEN depth > 1 THEN 'through"
			     " others ' ELSE '' END || 'with ' || lib ELSE '' END AS chain,"
			     "  row_number() OVER (PARTITION BY component, version ORDER BY level "
			     "DESC, depth, name, port, program)"
			     "   AS nth FROM reached;"
			     "DELETE FROM best WHERE nth > 1;"
			     "UPDATE vulnerability_match SET reach = CASE b.level WHEN 4 THEN "
			     "'network' WHEN 3 THEN 'started' WHEN 2"
			     "  THEN 'setuid' WHEN 1 THEN 'used' ELSE 'present' END, chain = "
			     "b.chain FROM best AS b WHERE b.component"
			     "  = vulnerability_match.component AND b.version = "
			     "vulnerability_match.version AND verdict <> 'not';"
			     "UPDATE vulnerability_match SET reach = 'started', chain = 'the "
			     "kernel runs' WHERE component = 'linux'"
			     "  AND verdict <> 'not'";

/* 4: urgent ... 1: low; one less where it is not sure that it is affected. */
static const char priorities[] =
	"UPDATE vulnerability_match SET priority = CASE x.level WHEN 4 THEN 'urgent' WHEN 3 THEN "
	"'high' WHEN 2"
	"  THEN 'medium' ELSE 'low' END, because = x.because FROM (SELECT m.id, max(1, CASE"
	"   WHEN v.kev IS NOT NULL THEN 4"
	"   WHEN m.reach = 'network' AND (v.cvss >= 9 OR (v.cvss >= 7 AND v.epss >= 0.1)) THEN 4"
	"   WHEN v.epss >= 0.1 OR (v.cvss >= 7 AND coalesce(m.reach, 'started') IN ('network', "
	"'started',"
	"    'setuid')) THEN 3"
	"   WHEN v.cvss >= 7 OR v.cvss IS NULL OR (v.cvss >= 4 AND coalesce(m.reach, 'started') IN "
	"('network',"
	"    'started', 'setuid')) THEN 2 ELSE 1 END - (m.verdict = 'possibly')) AS level,"
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
	"   '; disputed' ELSE '' END AS because"
	"  FROM vulnerability_match AS m JOIN vulnerability AS v ON v.cve = m.cve WHERE m.verdict "
	"<> 'not')"
	"  AS x WHERE x.id = vulnerability_match.id";

static const char tidy[] =
	"DROP TABLE temp.need; DROP TABLE temp.kept; DROP TABLE temp.held; DROP TABLE"
	" temp.begun; DROP TABLE temp.heard; DROP TABLE temp.program; DROP TABLE"
	" temp.reached; DROP TABLE temp.best";

as_status as_match_reach(sqlite3 *dossier)
{
	static const char *const steps[] = { holders, runners, chains, priorities, tidy };
	as_status s = AS_OK;
	for (size_t i = 0; s == AS_OK && i < sizeof(steps) / sizeof(steps[0]); i++)
		s = as_db_run(dossier, steps[i]);
	return s;
}
