/* SPDX-License-Identifier: Apache-2.0 */
/* The views of assay show: each a statement over the dossier. */
#ifndef AS_VIEWS_H
#define AS_VIEWS_H

typedef struct as_view {
	const char *name, *about;
	const char *json;  /* the statement; its column names are the JSON keys: a contract */
	const char *csv;   /* the same for CSV, where rows cannot nest; NULL: as json */
	const char *table; /* for people; NULL: as csv */
} as_view;

/* The view of that name, or NULL. */
const as_view *as_view_by_name(const char *name);
/* All names, in the order of the list; ends with NULL. */
const char *const *as_view_names(void);

/* Severity as a number, 0 (info) to 4, of the column named. Pieces of SQL for other readers. */
#define AS_SQL_RANK(column)                                                                        \
	"(CASE " column " WHEN 'critical' THEN 4 WHEN 'high' THEN 3 WHEN 'medium' THEN 2"          \
	" WHEN 'low' THEN 1 ELSE 0 END)"
/* The places of finding f, one row per place: finding_place joined with every place its object has.
 * A hard link is not another place. (As OR, the two ways would be searched
 * for each row: all places of its object.) Aliases: f (finding), fp, o (object), p (place). */
#define AS_SQL_PLACES                                                                              \
	" finding_place AS fp LEFT JOIN place AS p ON p.id IN (SELECT fp.place UNION ALL SELECT"   \
	" q.id FROM place AS q WHERE fp.place IS NULL AND q.object = fp.object AND"                \
	" q.hardlink IS NULL) LEFT JOIN object AS o ON o.id = coalesce(fp.object, p.object) "

/* A fact's places p and its object o: every place of the object, but of a crowd (see schema.sql) only the first. */
#define AS_SQL_AT(fact)                                                                            \
	" JOIN place AS p ON p.object = " fact ".object AND p.hardlink IS NULL"                    \
	" AND p.id <= coalesce((SELECT last FROM crowd WHERE crowd.object = " fact ".object),"     \
	" 9223372036854775807) JOIN object AS o ON o.id = " fact ".object "

/* The view listening as heard, worked out once and not for each place of each listener. */
#define AS_SQL_LISTENING "WITH heard AS MATERIALIZED (SELECT * FROM listening)"

/* Witnesses of one software and version are one row, named after the surest; a witness that knows
 * no version joins one in the same bytes that does, and packages the files that came from them. ranked:
 * software_witness (schema.sql): what (id or name of what stands for all), release (version or ''), place (its
 * first), nth (1 for the surest). */
#define AS_SQL_WITNESSES "WITH ranked AS MATERIALIZED (SELECT * FROM software_witness)"

/* The other components that row r of ranked stands for, and the first other versions of what is called alike, as JSON
 * arrays. */
#define AS_SQL_MEMBERS                                                                             \
	"(SELECT json_group_array(json_object('id', component, 'version', nullif(version, ''), "   \
	"'purl', purl, 'method', method)) FROM (SELECT * FROM software AS s WHERE s.head = "       \
	"r.what AND s.head_version = r.release AND (s.component, s.version) <> (r.what, "          \
	"r.release) ORDER BY component, version))"
#define AS_SQL_OTHERS                                                                              \
	"(SELECT json_group_array(json_object('id', head, 'version', head_version)) FROM (SELECT " \
	"DISTINCT head, head_version FROM software AS s WHERE s.family = r.family AND "            \
	"s.head_version NOT IN (r.release, '') AND r.release <> '' ORDER BY head, head_version "   \
	"LIMIT 20))"

/* The version of row r of ranked for people: the range, if that is all that is known. */
#define AS_SQL_RELEASE                                                                             \
	"coalesce(nullif(r.release, ''), nullif(coalesce('> ' || r.newer_than, '')"                \
	" || CASE WHEN r.newer_than IS NOT NULL AND r.older_than IS NOT NULL THEN ', ' ELSE '' "   \
	"END"                                                                                      \
	" || coalesce('< ' || r.older_than, ''), ''))"

/* What licences say of a component (declared: component, expression), to be joined after AS_SQL_WITNESSES: all SPDX
 * expressions that are known of it; of copyright files, all of its files' together. said: component_licence, by what
 * stands for the component, worked out once. */
#define AS_SQL_DECLARED                                                                            \
	" , said AS MATERIALIZED (SELECT DISTINCT coalesce(s.head, l.component) AS component, "    \
	"l.spdx, l.text, l.method, l.object, l.at, l.len FROM component_licence AS l LEFT JOIN "   \
	"(SELECT DISTINCT component, head FROM software) AS s ON s.component = l.component),"      \
	" declared AS MATERIALIZED (SELECT component, group_concat(one, ' AND ') AS expression "   \
	"FROM"                                                                                     \
	" (SELECT DISTINCT component, CASE WHEN instr(spdx, ' OR ') > 0 THEN '(' || spdx || ')' "  \
	"ELSE"                                                                                     \
	"  spdx END AS one FROM said WHERE spdx IS NOT NULL"                                       \
	"  ORDER BY component, one) GROUP BY component)"

/* The steps of the way to a component x (its columns are named by what and release) as a JSON array. */
#define AS_SQL_STEPS(what, release)                                                                \
	"(SELECT json_group_array(json_object('kind', kind, 'text', text, 'note', note, 'path', "  \
	"path, 'container', container, 'sha256', sha256, 'offset', at, 'length', len)) FROM "      \
	"(SELECT s.*, q.path, q.container, b.sha256 FROM reach_step AS s LEFT JOIN place AS q ON " \
	"q.id = s.place LEFT JOIN object AS b ON b.id = s.object WHERE s.component = " what        \
	" AND s.version = " release " ORDER BY s.step))"

/* How many vulnerabilities are known of what is inside: each CVE once, by the strongest of its verdicts, however many
 * components have it. Rows of text, in order; none where nothing was matched. */
#define AS_SQL_KNOWN                                                                               \
	"WITH one AS (SELECT max(CASE verdict WHEN 'affected' THEN 2 WHEN 'possibly' THEN 1 ELSE " \
	"0 END) AS rank, max(coalesce(priority = 'urgent', 0)) AS urgent FROM "                    \
	"fault GROUP BY cve) SELECT n || CASE rank WHEN 2 THEN ' affected' WHEN 1 "                \
	"THEN iif(max(rank) OVER () = 2, ' possibly', ' possibly affected') ELSE ' ruled out' "    \
	"END || iif(urgent > 0, ' (' || urgent || ' urgent)', '') AS text FROM (SELECT rank, "     \
	"count(*) AS n, sum(urgent) AS urgent FROM one GROUP BY rank) ORDER BY rank DESC"

/* What was looked at for that, where it is not all that the user has imported: a row of text, or none. How old what
 * ships was is counted to the review. */
#define AS_SQL_LOOKED                                                                              \
	"SELECT CASE WHEN m.value = 'only what ships' THEN (SELECT 'only ' || group_concat(one, "  \
	"' and ') FROM (SELECT printf('%d records of %s (the newest of %s, %d days old)', read, "  \
	"upper(kind), substr(newest, 1, 10), julianday((SELECT value FROM meta WHERE name = "      \
	"'reviewed')) - julianday(newest)) AS one FROM knowledge_source WHERE name = 'shipped "    \
	"with assay' AND kind IN ('nvd', 'osv') ORDER BY kind)) || ' ship with Assay, a small "    \
	"part of what is known: run assay knowledge update' ELSE m.value END AS text FROM meta "   \
	"AS m WHERE m.name = 'vulnerabilities' AND m.value <> 'matched'"

/* Account of the inputs' bytes down to the innermost object that stands there as it is: rows of
 * leaf are input, at, len, class, label, child, entropy, depth. An object is parted if its extents e
 * fulfil which (a condition on the group). Read "WITH RECURSIVE" before it. */
#define AS_SQL_LEAF(which) AS_SQL_LEAF_TO(which, "2000000")
#define AS_SQL_LEAF_TO(which, most)                                                                \
	" parted(object) AS MATERIALIZED (SELECT e.object FROM extent AS e"                        \
	" JOIN object AS o ON o.id = e.object GROUP BY e.object"                                   \
	" HAVING sum(e.len) = o.size AND " which "),"                                              \
	" account(input, at, len, class, label, child, entropy, depth, holder) AS ("               \
	"SELECT object, at, len, class, label, child, entropy, 0, object FROM extent"              \
	" WHERE object IN (SELECT object FROM place WHERE parent IS NULL)"                         \
	" UNION ALL SELECT a.input, a.at + e.at, e.len, e.class, e.label, e.child, e.entropy,"     \
	" a.depth + 1, e.object FROM account AS a JOIN extent AS e ON e.object = a.child"          \
	" WHERE " AS_SQL_IS_PARTED " LIMIT " most "),"                                             \
	" leaf AS (SELECT * FROM account AS a WHERE NOT (" AS_SQL_IS_PARTED "))"
#define AS_SQL_IS_PARTED                                                                           \
	"a.class = 'object' AND a.depth < 16 AND a.child IN (SELECT object FROM parted)"           \
	" AND a.len = (SELECT size FROM object WHERE id = a.child)"
/* The inputs' bytes by class, as share(class, n): structure within an object counts as object. */
#define AS_SQL_SHARE                                                                               \
	AS_SQL_LEAF("1")                                                                           \
	", share AS (SELECT CASE WHEN class = 'structure' AND depth > 0 THEN 'object' ELSE class " \
	"END"                                                                                      \
	" AS class, sum(len) AS n FROM leaf GROUP BY 1)"

#endif
