/* SPDX-License-Identifier: Apache-2.0 */
#include "report/views.h"

#include <stddef.h>
#include <string.h>

static const char summary[] =
	"WITH RECURSIVE" AS_SQL_SHARE
	" SELECT (SELECT value FROM meta WHERE name = 'version') AS version,"
	" (SELECT value FROM meta WHERE name = 'reviewed') AS reviewed,"
	" (SELECT json_group_array(json_object('name', p.name, 'size', o.size, 'sha256', o.sha256,"
	"   'type', o.type)) FROM place AS p LEFT JOIN object AS o ON o.id = p.object"
	"   WHERE p.parent IS NULL) AS \"inputs:json\","
	" (SELECT json_group_object(state, n) FROM (SELECT state, count(*) AS n FROM object"
	"   GROUP BY state)) AS \"objects:json\","
	" (SELECT json_group_object(class, n) FROM share) AS \"bytes:json\","
	" (SELECT count(*) FROM place WHERE kind = 'file') AS files,"
	" (SELECT count(*) FROM software_witness WHERE nth = 1) AS components,"
	" (SELECT json_group_object(verdict, n) FROM (SELECT CASE rank WHEN 2 THEN 'affected' WHEN "
	"1 THEN 'possibly' ELSE 'not' END AS verdict, count(*) AS n FROM (SELECT max(CASE verdict "
	"WHEN 'affected' THEN 2 WHEN 'possibly' THEN 1 ELSE 0 END) AS rank FROM fault GROUP BY "
	"cve) GROUP BY rank ORDER BY rank DESC)) AS \"vulnerabilities:json\","
	" (SELECT json_group_object(severity, n) FROM (SELECT severity, count(*) AS n FROM finding"
	"   WHERE verdict = 'holds' GROUP BY severity)) AS \"findings:json\","
	" (SELECT count(*) FROM finding WHERE verdict <> 'holds') AS undecided,"
	" (SELECT count(*) FROM finding WHERE verdict = 'holds' AND explained = n) AS explained,"
	" (SELECT count(*) FROM unexamined) AS unexamined";

/* Depth first: the recursive table is a stack when ordered by falling depth. The LIMIT keeps
 * SQLite from dropping that order where the table is joined. */
#define WALK                                                                                       \
	"WITH RECURSIVE walk(id, depth) AS (SELECT id, 0 FROM place WHERE parent IS NULL"          \
	" UNION ALL SELECT c.id, walk.depth + 1 FROM walk JOIN place AS c ON c.parent = walk.id"   \
	" ORDER BY 2 DESC, 1 LIMIT -1) "

static const char tree[] =
	WALK "SELECT w.depth, p.name, p.kind, o.type, o.size, o.sha256,"
	     " CASE WHEN p.mode IS NOT NULL THEN printf('%04o', p.mode) END AS mode,"
	     " p.target, p.path, p.container"
	     " FROM walk AS w CROSS JOIN place AS p ON p.id = w.id LEFT JOIN object AS o ON o.id = "
	     "p.object";

static const char tree_table[] = WALK
	"SELECT printf('%*s', 2 * w.depth, '') || p.name ||"
	"   CASE WHEN p.target IS NOT NULL THEN ' -> ' || p.target WHEN p.kind = 'dir' THEN '/'"
	"   ELSE '' END AS tree,"
	" o.size AS \"size:size\", coalesce(o.type, p.kind) AS type,"
	" CASE WHEN p.mode IS NOT NULL THEN printf('%04o', p.mode) END AS mode"
	" FROM walk AS w CROSS JOIN place AS p ON p.id = w.id LEFT JOIN object AS o ON o.id = "
	"p.object";

static const char files[] =
	"SELECT p.path, o.size AS \"size:size\", o.sha256 AS \"sha256:digest\","
	" CASE WHEN p.mode IS NOT NULL THEN printf('%04o', p.mode) END AS mode, o.type, p.container"
	" FROM place AS p LEFT JOIN object AS o ON o.id = p.object WHERE p.kind = 'file' ORDER BY "
	"p.id";

/* What it rests on: licences with the files that state them, and who is named as the maker of a part of the same
 * file. */
#define RESTING                                                                                    \
	AS_SQL_DECLARED                                                                            \
	", licences AS MATERIALIZED (SELECT component, json_group_array(json_object('spdx', "      \
	"spdx, 'text', text, 'method', method, 'path', path, 'container', container, 'sha256', "   \
	"sha256, 'offset', at, 'length', len)) AS list FROM (SELECT l.*, q.path, q.container, "    \
	"b.sha256 FROM said AS l LEFT JOIN place AS q ON q.id = (SELECT min(id) FROM place WHERE " \
	"object = l.object) LEFT JOIN object AS b ON b.id = l.object ORDER BY l.component, "       \
	"q.path, l.at, l.spdx, l.text) GROUP BY component),"                                       \
	" makers AS MATERIALIZED (SELECT object, json_group_array(json_object('name', name, "      \
	"'role', role, 'part', part, 'belongs_to', belongs_to, 'confidence', confidence / "        \
	"1000.0, 'text', evidence, 'offset', at, 'length', len)) AS list FROM (SELECT * FROM "     \
	"supplier ORDER BY object, name, role, at) GROUP BY object)"
#define RESTING_ON                                                                                 \
	" LEFT JOIN declared AS d ON d.component = r.what LEFT JOIN component_reach AS h ON "      \
	"h.component = r.what AND h.version = r.release"

static const char components[] = AS_SQL_WITNESSES RESTING
	" SELECT r.name, nullif(r.release, '') AS version, r.newer_than, r.older_than, "
	"d.expression AS licence, coalesce(nullif(r.vendor, ''), r.any_vendor) AS supplier, "
	"r.own_purl AS purl, coalesce(r.cpe, r.any_cpe) AS cpe, p.path, o.sha256 AS "
	"\"sha256:digest\","
	" r.confidence / 1000.0 AS confidence,"
	" (SELECT json_group_array(json_object('method', w.method, 'text', w.evidence,"
	"   'confidence', w.confidence / 1000.0, 'component', w.member, 'version', "
	"nullif(w.member_release, ''), 'path', q.path, 'container', q.container,"
	"   'sha256', b.sha256, 'offset', w.at, 'length', w.len)) FROM (SELECT * FROM ranked"
	"   WHERE what = r.what AND release = r.release ORDER BY nth) AS w"
	"   LEFT JOIN place AS q ON q.id = w.place LEFT JOIN object AS b ON b.id = w.object)"
	"   AS \"evidence:json\", " AS_SQL_MEMBERS " AS \"same:json\", " AS_SQL_OTHERS
	" AS \"other_versions:json\", coalesce(l.list, '[]') AS \"licences:json\", "
	"coalesce(m.list, '[]') AS \"suppliers:json\", h.reach, h.chain, " AS_SQL_STEPS(
		"r.what", "r.release") " AS \"steps:json\", p.container"
				       " FROM ranked AS r LEFT JOIN place AS p ON p.id = r.place "
				       "LEFT JOIN object AS o ON o.id = "
				       "r.object" RESTING_ON
				       " LEFT JOIN licences AS l ON l.component = r.what LEFT JOIN "
				       "makers AS m ON m.object = r.object"
				       " WHERE r.nth = 1 ORDER BY r.what, r.release";

/* What is one software is one row; below it, what it is seen as, and what else of it there is. */
static const char components_table[] = AS_SQL_WITNESSES AS_SQL_DECLARED
	" SELECT r.name, " AS_SQL_RELEASE " AS version, coalesce(d.expression, (SELECT 'as "
	"written: ' || min(text) FROM said WHERE component "
	"= r.what), 'not known') AS licence, coalesce(nullif(r.vendor, ''), r.any_vendor, 'not "
	"known') AS supplier,"
	" r.confidence / 1000.0 AS sure, h.reach, p.path,"
	" (SELECT count(*) FROM ranked AS w WHERE w.what = r.what AND w.release = "
	"r.release) AS witnesses, nullif(trim(coalesce((SELECT 'seen as ' || group_concat(each, "
	"', ') || '; ' FROM (SELECT iif(method = 'package', 'package ', '') || component || "
	"iif(version IN ('', head_version), '', ' ' || version) AS each FROM software WHERE head "
	"= r.what AND head_version = r.release ORDER BY method <> 'package', component) HAVING "
	"count(*) > 1), '') || coalesce((SELECT 'other versions: ' || group_concat(json_extract("
	"value, '$.id') || ' ' || json_extract(value, '$.version'), ', ') FROM "
	"json_each(" AS_SQL_OTHERS ") HAVING count(*) > 0), ''), '; '), '') AS \"seen as:below\""
	" FROM ranked AS r LEFT JOIN place AS p ON p.id = r.place" RESTING_ON
	" WHERE r.nth = 1 ORDER BY r.what, r.release";

static const char findings[] =
	"SELECT f.id, f.rule, f.kind, f.severity, f.confidence, f.title, f.verdict, f.cwe, f.why, "
	"f.fix, f.explained,"
	" (SELECT json_group_array(json_object('path', path, 'offset', at, 'length', len,"
	"   'sha256', sha256, 'container', container, 'subject', subject, 'note', note,"
	"   'verdict', verdict, 'explained', json(iif(reason IS NULL, NULL, json_object('reason', "
	"reason,"
	"   'by', author, 'date', date))))) FROM (SELECT p.path, fp.at, fp.len, o.sha256, "
	"p.container,"
	"   fp.subject, fp.note, fp.verdict, m.reason, m.author, m.date FROM" AS_SQL_PLACES
	"LEFT JOIN mark AS m ON m.id = fp.mark WHERE fp.finding = f.id ORDER BY fp.i, p.id))"
	"   AS \"places:json\""
	" FROM finding AS f ORDER BY f.verdict, " AS_SQL_RANK(
		"f.severity") " DESC, f.confidence DESC, f.id";

static const char findings_csv[] =
	"SELECT f.id, f.rule, f.kind, f.severity, f.confidence, f.title, fp.verdict, f.cwe,"
	" p.path, fp.at AS offset, fp.len AS length, o.sha256, p.container, fp.subject, fp.note,"
	" m.reason AS explained FROM finding AS f," AS_SQL_PLACES
	"LEFT JOIN mark AS m ON m.id = fp.mark WHERE fp.finding = f.id"
	" ORDER BY f.verdict, " AS_SQL_RANK(
		"f.severity") " DESC, f.confidence DESC, f.id, fp.i, p.id";

static const char findings_table[] =
	"SELECT CASE f.verdict WHEN 'holds' THEN f.severity ELSE 'open' END AS severity,"
	" f.confidence AS sure, f.id AS \"id:whole\", f.title || CASE f.explained WHEN "
	"0 THEN '' WHEN f.n THEN ' [explained]' ELSE ' [' || f.explained || ' explained]' END AS "
	"title, f.n AS places FROM finding AS f"
	" ORDER BY f.verdict, " AS_SQL_RANK("f.severity") " DESC, f.confidence DESC, f.id";

/* Components by their most urgent vulnerability, and within each the most urgent first. */
#define VULNERABLE                                                                                 \
	"WITH pressing AS (SELECT m.*, v.summary, v.cvss, v.cvss_version, v.vector, v.severity,"   \
	" v.cwe, v.kev, v.epss, v.percentile, v.published, v.modified, v.disputed,"                \
	" CASE m.priority WHEN 'urgent' THEN 4 WHEN 'high' THEN 3 WHEN 'medium' THEN 2"            \
	"  WHEN 'low' THEN 1 ELSE 0 END AS press FROM fault AS m JOIN"                             \
	"  vulnerability AS v ON v.cve = m.cve),"                                                  \
	" ordered AS (SELECT p.*, max(press) OVER w AS top, sum(press >= 3) OVER w AS many,"       \
	"  count(*) OVER w AS n FROM pressing AS p WINDOW w AS (PARTITION BY component, version))"
#define VULNERABLE_ORDER                                                                           \
	" ORDER BY x.top DESC, x.many DESC, x.component, x.version, x.press DESC, x.cvss DESC,"    \
	" x.cve"

static const char vulnerabilities[] = VULNERABLE
	" SELECT x.component, nullif(x.version, '') AS version, x.cve, x.verdict, x.priority, "
	"x.because,"
	" x.why, x.range, x.witness, x.version_order, x.source, x.reach, x.chain, "
	"iif(x.chain IS NULL, NULL, " AS_SQL_STEPS(
		"x.component", "x.version") ") AS \"steps:json\", x.cvss,"
					    " x.cvss_version, x.vector, x.severity, x.cwe, x.kev, "
					    "x.epss, x.percentile,"
					    " x.disputed AS \"disputed:bool\", x.published, "
					    "x.modified, x.summary, p.path,"
					    " x.at AS offset, x.len AS length, o.sha256, "
					    "p.container FROM ordered AS x LEFT JOIN place "
					    "AS"
					    " p ON p.id = (SELECT min(q.id) FROM place AS q WHERE "
					    "q.object = x.object) LEFT JOIN "
					    "object AS"
					    " o ON o.id = x.object" VULNERABLE_ORDER;

static const char vulnerabilities_table[] =
	VULNERABLE " SELECT x.component || coalesce(' ' || nullif(x.version, ''), '') AS component,"
		   " coalesce(x.priority, '-') AS priority, x.cve AS \"cve:whole\","
		   " iif(x.cvss IS NULL, NULL, printf('%.1f', x.cvss)) AS cvss,"
		   " CASE WHEN x.kev IS NOT NULL THEN 'exploited' WHEN x.epss IS NOT NULL THEN"
		   " printf('%.1f %%', 100 * x.epss) END AS exploited, x.verdict, x.reach, x.why "
		   "AS \"why:below\" FROM ordered AS"
		   " x" VULNERABLE_ORDER;

static const char credentials[] =
	"SELECT kind, name, user, value, scheme, guessed, placeholder AS \"placeholder:bool\", "
	"path,"
	" at AS offset, len AS length, sha256 AS \"sha256:digest\", container FROM ("
	"SELECT 0 AS t, a.source AS kind, NULL AS name, a.user, a.secret AS value, a.scheme, "
	"a.guessed,"
	" NULL AS placeholder, p.path, a.at, a.len, o.sha256, p.container, p.id FROM account AS "
	"a" AS_SQL_AT("a") " UNION ALL "
			   "SELECT 1, s.kind, s.name, s.user, s.value, s.format, s.guessed, "
			   "s.placeholder, p.path, s.at,"
			   " s.len, o.sha256, p.container, p.id FROM secret AS s" AS_SQL_AT(
				   "s") ") ORDER BY t, id, at, user, name";

static const char credentials_table[] =
	"SELECT kind, coalesce(user, name) AS name, value, scheme, guessed, path FROM ("
	"SELECT 0 AS t, a.source AS kind, NULL AS name, a.user, a.secret AS value, a.scheme, "
	"a.guessed,"
	" p.path, a.at, p.id FROM account AS a" AS_SQL_AT(
		"a") " UNION ALL "
		     "SELECT 1, s.kind, s.name, s.user, s.value, s.format, s.guessed, p.path, "
		     "s.at, p.id"
		     " FROM secret AS s" AS_SQL_AT("s") ") ORDER BY t, id, at, user, name";

#define KEYS                                                                                       \
	"SELECT k.part, k.algorithm, k.bits, k.format, k.parse, k.known, k.comment,"               \
	" NULL AS user, k.fingerprint, (SELECT count(DISTINCT c.sha256) FROM certificate AS c"     \
	"   WHERE c.fingerprint = k.fingerprint) AS certificates,"                                 \
	" p.path, k.at, k.len, o.sha256, p.container, p.id FROM \"key\" AS k" AS_SQL_AT(           \
		"k") " UNION ALL SELECT 'authorized', a.type, a.bits, 'openssh', 'ok', NULL, "     \
		     "a.comment, a.user,"                                                          \
		     " a.fingerprint, 0, p.path, a.at, a.len, o.sha256, p.container, p.id"         \
		     " FROM authorized_key AS a" AS_SQL_AT("a")

static const char keys[] =
	"SELECT part, algorithm, bits, format, parse, known, comment, user, fingerprint, "
	"certificates,"
	" path, at AS offset, len AS length, sha256 AS \"sha256:digest\", container FROM (" KEYS ")"
	" ORDER BY part = 'public', id, at";

static const char keys_table[] =
	"SELECT part, algorithm, bits, format, parse, path, fingerprint AS \"fingerprint:digest\","
	" coalesce(known, comment) AS remark FROM (" KEYS ") ORDER BY part = 'public', id, at";

#define HAS_KEY                                                                                    \
	"(SELECT count(*) FROM \"key\" AS k WHERE k.part = 'private' AND"                          \
	" k.fingerprint = c.fingerprint) > 0 AS \"private_key:bool\""

static const char certificates[] =
	"SELECT c.subject, c.issuer, c.serial, c.not_before, c.not_after, c.algorithm, c.bits, "
	"c.signature,"
	" c.ca AS \"ca:bool\", c.self_signed AS \"self_signed:bool\", c.names, c.fingerprint,"
	" c.sha256 AS certificate_sha256, c.bundle, " HAS_KEY
	", p.path, c.at AS offset, c.len AS length,"
	" o.sha256, p.container FROM certificate AS c" AS_SQL_AT("c") " ORDER BY p.id, c.at";

static const char certificates_table[] =
	"SELECT c.subject, substr(c.not_after, 1, 10) AS until, c.algorithm, c.bits, c.signature,"
	" c.ca AS \"ca:bool\", " HAS_KEY
	", p.path FROM certificate AS c" AS_SQL_AT("c") " ORDER BY p.id, c.at";

#define SERVICES                                                                                   \
	AS_SQL_LISTENING                                                                           \
	" SELECT 'listens' AS what, l.daemon AS name, l.service, l.protocol, l.port, "             \
	"l.address,"                                                                               \
	" l.cleartext, l.runs, NULL AS command, NULL AS user, NULL AS trigger, l.source,"          \
	" p.path, l.at, l.len, o.sha256, p.container, p.id FROM heard AS l" AS_SQL_AT(             \
		"l") " UNION ALL SELECT 'starts', a.name, NULL, NULL, NULL, NULL, NULL, "          \
		     "a.runs, "                                                                    \
		     "a.command,"                                                                  \
		     " a.user, a.trigger, a.init, a.path, a.at, a.len, o.sha256, "                 \
		     "a.container, "                                                               \
		     "a.place"                                                                     \
		     " FROM started AS a JOIN object AS o ON o.id = a.object"

static const char services[] =
	"SELECT what, name, service, protocol, port, address, cleartext AS \"cleartext:bool\","
	" runs AS \"runs:bool\", command, user, trigger, source, path, at AS offset, len AS length,"
	" sha256, container FROM (" SERVICES ") ORDER BY what, id, at, port";

static const char services_table[] =
	"SELECT what, name, service, CASE WHEN port IS NOT NULL THEN port || '/' || protocol END "
	"AS port,"
	" address, cleartext AS \"clear:bool\", runs AS \"runs:bool\", command, source, path"
	" FROM (" SERVICES ") ORDER BY what, id, at, port";

static const char elf[] =
	"SELECT p.path, e.role, e.machine, e.bits, e.endian, e.abi, e.linkage, e.type, e.interp,"
	" e.pie AS \"pie:bool\", e.nx AS \"nx:bool\", e.relro, e.canary AS \"canary:bool\", "
	"e.fortified,"
	" e.fortifiable, e.rpath, e.runpath, e.textrel AS \"textrel:bool\", e.wx, e.cfi,"
	" e.stripped AS \"stripped:bool\", e.soname, e.needed, e.build_id, e.compiler, o.size, "
	"o.sha256,"
	" p.container FROM elf AS e" AS_SQL_AT("e") " ORDER BY p.id";

static const char elf_table[] =
	"SELECT p.path, e.machine, e.role, e.pie AS \"pie:bool\", e.nx AS \"nx:bool\", e.relro,"
	" e.canary AS \"canary:bool\", CASE WHEN e.fortified + e.fortifiable > 0 THEN"
	"   iif(e.fortified = 0, 'none', iif(e.fortifiable = 0, 'all', e.fortified)) || ' of ' || "
	"(e.fortified + e.fortifiable) || ' checked' END AS fortify,"
	" coalesce(e.runpath, e.rpath) AS rpath FROM elf AS e" AS_SQL_AT("e") " ORDER BY p.id";

/* 0: the image, 1: components, 2: programs. */
#define QUALITY                                                                                    \
	"SELECT 0 AS t, 'image' AS scope, NULL AS what, NULL AS class, name, numerator, "          \
	"denominator, share,"                                                                      \
	" worse_than, 'all' AS compared_with, packages, 0 AS id FROM measure_image UNION ALL "     \
	"SELECT 1, 'component', component || COALESCE(' ' || version, ''), NULL, name, "           \
	"numerator, denominator, share, worse_than, 'all', packages, 0 FROM measure_component"     \
	" UNION ALL SELECT 2, 'program', p.path, m.class, m.name, m.numerator, m.denominator,"     \
	" m.share, m.worse_than, m.compared_with, m.packages, p.id FROM measure_rank AS m"         \
	" JOIN place AS p ON p.id = (SELECT min(q.id) FROM place AS q WHERE q.object = m.object)"

static const char quality[] =
	"SELECT scope, what, class, name AS measure, numerator, denominator, share, worse_than, "
	"compared_with,"
	" packages FROM (" QUALITY ") ORDER BY t, what, id, measure";

static const char quality_table[] =
	"SELECT coalesce(what, scope) AS what, name AS measure, numerator || ' of ' || denominator "
	"AS "
	"count, printf('%.1f %%', 100 * share) AS share,"
	" CASE WHEN worse_than IS NOT NULL THEN printf('%.0f %%', worse_than) END AS "
	"\"worse than\","
	" CASE WHEN worse_than IS NOT NULL THEN packages || ' packages' ||"
	" CASE compared_with WHEN 'all' THEN '' ELSE ' (' || compared_with || ')' END END AS "
	"\"compared with\""
	" FROM (" QUALITY ") WHERE t < 2 OR worse_than >= 75 ORDER BY t, what, id,"
	" worse_than IS NULL, worse_than DESC, measure";

/* Of each program the five functions to read first; programs by how much there is to read. */
#define CODE                                                                                       \
	"WITH ranked AS (SELECT *, ROW_NUMBER() OVER (PARTITION BY object ORDER BY total DESC,"    \
	" function) AS nth, MAX(evidence) OVER (PARTITION BY object) AS most FROM suspicion)"

static const char code[] = CODE
	" SELECT p.path, s.nth, printf('0x%x', s.function) AS function, s.name,"
	" round(s.evidence, 2) AS evidence, round(s.total, 2) AS total,"
	" nullif(s.signal, 'none') AS signal, s.trigger, s.effect, s.detail, s.at AS offset,"
	" s.len AS length, o.sha256 AS \"sha256:digest\", p.container"
	" FROM ranked AS s" AS_SQL_AT("s") " WHERE s.nth <= 5 ORDER BY s.most DESC, p.id, s.nth";

static const char code_table[] = CODE
	" SELECT p.path, coalesce(s.name, printf('0x%x', s.function)) AS function,"
	" printf('%.0f %%', s.total - 100 * s.firm) AS share, printf('%.1f', s.evidence) AS "
	"evidence,"
	" CASE WHEN s.signal = 'none' THEN"
	" coalesce(s.detail, 'nothing in particular') ELSE"
	" coalesce(s.trigger || ' -> ', '') || coalesce(s.effect, s.signal) END AS \"what is "
	"there\""
	" FROM ranked AS s LEFT JOIN place AS p ON p.id = (SELECT min(q.id) FROM place AS q WHERE"
	" q.object = s.object) WHERE s.nth <= 5 ORDER BY s.most DESC, p.id, s.nth";

static const char addresses[] =
	"SELECT a.kind, a.value, a.scheme, a.host, a.noise, p.path, a.at AS offset, a.len AS "
	"length,"
	" o.sha256 AS \"sha256:digest\", p.container FROM address AS a" AS_SQL_AT(
		"a") " ORDER BY a.noise IS NOT NULL, a.kind, a.value, p.id, a.at";

static const char addresses_table[] = "SELECT a.kind, a.value, a.files, p.path, a.noise FROM "
				      "(SELECT kind, value, min(noise) AS noise,"
				      " count(DISTINCT object) AS files, min(object) AS object "
				      "FROM address GROUP BY kind, value) AS a"
				      " LEFT JOIN place AS p ON p.id = (SELECT min(q.id) FROM "
				      "place AS q WHERE q.object = a.object)"
				      " ORDER BY a.noise IS NOT NULL, a.kind, a.value";

#define UNEXAMINED                                                                                 \
	" FROM unexamined AS u LEFT JOIN place AS p ON p.id = coalesce(u.place,"                   \
	" (SELECT min(q.id) FROM place AS q WHERE q.object = u.object))"                           \
	" LEFT JOIN place AS up ON up.id = p.owner"                                                \
	" LEFT JOIN object AS o ON o.id = coalesce(u.object, p.object) ORDER BY p.id, u.at, "      \
	"u.stage, u.reason"

static const char unexamined[] = "SELECT p.path, p.container, u.stage, u.reason, u.text, u.at AS "
				 "offset, u.len AS length, o.size,"
				 " o.sha256" UNEXAMINED;

/* A name like gzip-0x1809c says little without what it stands in. */
static const char unexamined_table[] =
	"SELECT CASE WHEN up.kind <> 'input' THEN p.container || "
	"p.path ELSE p.path END AS path, u.stage, u.reason, u.text, u.at AS "
	"\"offset:size\", o.size AS \"size:size\"" UNEXAMINED;

/* Every byte of the inputs, by the innermost thing that stands there as it is: the ranges of one
 * input tile it. An input that is no container and was not searched is one range. */
#define MAP                                                                                        \
	"WITH RECURSIVE" AS_SQL_LEAF_TO(                                                           \
		"1", "16000000") ", whole AS (SELECT o.id AS input, o.size, o.type, o.entropy, "   \
				 "(SELECT min(id) FROM place"                                      \
				 " WHERE object = o.id AND parent IS NULL) AS place FROM object "  \
				 "AS o WHERE o.id IN"                                              \
				 " (SELECT object FROM place WHERE parent IS NULL) AND o.size > "  \
				 "0 AND o.type <> 'folder'),"                                      \
				 " alone(input, at, len, class, label, child, entropy, depth, "    \
				 "holder) AS "                                                     \
				 "(SELECT input, 0, size,"                                         \
				 " 'object', type, input, entropy, 0, input FROM whole WHERE "     \
				 "input NOT "                                                      \
				 "IN (SELECT object FROM"                                          \
				 " extent)), every AS (SELECT * FROM leaf UNION ALL SELECT * "     \
				 "FROM alone)"

/* The first place of an extent's object in what holds it there, or else in that input: ids are in the order of the
 * tree. */
#define INSIDE(extent)                                                                             \
	"coalesce((SELECT min(p.id) FROM place AS p JOIN place AS h ON h.id = p.owner"             \
	" WHERE p.object = " extent ".child AND h.object = " extent                                \
	".holder AND p.id >= w.place),"                                                            \
	" (SELECT min(id) FROM place WHERE object = " extent ".child AND id >= w.place))"

static const char map[] = MAP
	" SELECT i.name AS input, (SELECT sha256 FROM object WHERE id = e.input) AS "
	"\"input_sha256:digest\", e.at AS offset, e.len AS length, e.class, e.label, e.depth,"
	" c.type, c.sha256 AS \"sha256:digest\", q.path, e.entropy / 1000.0 AS entropy"
	" FROM every AS e JOIN whole AS w ON w.input = e.input JOIN place AS i ON i.id = w.place"
	" LEFT JOIN object AS c ON c.id = e.child LEFT JOIN place AS q ON q.id = " INSIDE(
		"e") " ORDER BY w.place, e.at";

static const char map_table[] = MAP
	", shares AS (SELECT input, class, sum(len) AS n FROM every GROUP BY input, class),"
	" lines(input, part, at, depth, place, size, share, class, what) AS ("
	"SELECT w.input, 0, 0, 0, NULL, w.size, NULL, 'input', p.name || ': ' || w.type FROM whole "
	"AS w"
	" JOIN place AS p ON p.id = w.place"
	" UNION ALL SELECT s.input, 1, 0, 0, NULL, s.n, 100.0 * s.n / w.size, s.class, 'in all' "
	"FROM"
	" shares AS s JOIN whole AS w USING (input)"
	" UNION ALL SELECT a.input, 2, a.at, a.depth, a.at, a.len, 100.0 * a.len / w.size, a.class,"
	" printf('%*s', 2 * a.depth, '') || CASE WHEN a.child IS NULL THEN a.label || CASE WHEN "
	"a.class ="
	" 'unknown' THEN printf(' (%.1f bits a byte)', a.entropy / 1000.0) ELSE '' END ELSE "
	"coalesce("
	"(SELECT path FROM place WHERE id = " INSIDE(
		"a") "), "
		     "a.label)"
		     " || ': ' || (SELECT type FROM object WHERE id = a.child) END"
		     " FROM (SELECT * FROM account UNION ALL SELECT * FROM alone) AS a JOIN whole "
		     "AS w USING "
		     "(input))"
		     " SELECT l.place AS \"offset:size\", l.size AS \"length:size\","
		     " CASE WHEN l.share IS NOT NULL THEN printf('%.2f %%', l.share) END AS share, "
		     "l.class, "
		     "l.what"
		     " FROM lines AS l JOIN whole AS w USING (input) ORDER BY w.place, l.part, "
		     "l.at, l.depth, "
		     "l.class";

static const as_view views[] = {
	{ "summary", "one screen: what it is, what is inside, what was found", summary, NULL,
		NULL },
	{ "tree", "everything found, as it is nested", tree, NULL, tree_table },
	{ "files", "files of all file systems and archives", files, NULL, NULL },
	{ "components", "software recognised, with its licence, reach and witnesses", components,
		NULL, components_table },
	{ "vulnerabilities", "known vulnerabilities of the components, most urgent first",
		vulnerabilities, NULL, vulnerabilities_table },
	{ "findings", "what the rules found", findings, findings_csv, findings_table },
	{ "credentials", "accounts and secrets", credentials, NULL, credentials_table },
	{ "keys", "private, public and authorized keys", keys, NULL, keys_table },
	{ "certificates", "X.509 certificates", certificates, NULL, certificates_table },
	{ "services", "what starts and what listens", services, NULL, services_table },
	{ "elf", "programs and libraries, and how they are hardened", elf, NULL, elf_table },
	{ "quality", "how well programs are built, against those of a distribution", quality, NULL,
		quality_table },
	{ "code", "functions in the order in which to read them, up to five of each program", code,
		NULL, code_table },
	{ "addresses", "URLs, hosts, IP and e-mail addresses", addresses, NULL, addresses_table },
	{ "map", "every byte of the inputs: structure, object, padding or unknown", map, NULL,
		map_table },
	{ "unexamined", "what could not be examined, and why", unexamined, NULL, unexamined_table },
};

enum { VIEWS = sizeof(views) / sizeof(views[0]) };

const as_view *as_view_by_name(const char *name)
{
	for (size_t i = 0; i < VIEWS; i++)
		if (strcmp(views[i].name, name) == 0)
			return &views[i];
	return NULL;
}

const char *const *as_view_names(void)
{
	static const char *const names[VIEWS + 1] = { "summary", "tree", "files", "components",
		"vulnerabilities", "findings", "credentials", "keys", "certificates", "services",
		"elf", "quality", "code", "addresses", "map", "unexamined", NULL };
	return names;
}
