/* SPDX-License-Identifier: Apache-2.0 */
#include "report/summary.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "report/encode.h"
#include "report/sql.h"
#include "report/views.h"

enum { USUAL = 80, LABEL = 13 };

typedef struct page {
	sqlite3 *db;
	as_out *out;
	size_t width;
	size_t at; /* columns used of the line, where lists are wrapped */
	size_t n;  /* rows written */
} page;

static void label(page *p, const char *text)
{
	as_out_print(p->out, "%-*s", LABEL, text);
	p->at = LABEL;
	p->n = 0;
}

static void end_line(page *p) { as_out_text(p->out, "\n"); }

/* Writes an item of a list, after a comma, on the next line if it does not fit. */
static void item(page *p, as_span text)
{
	size_t wide = as_plain_width(text);
	if (p->n++ > 0) {
		as_out_text(p->out, ",");
		bool wraps = p->at + 2 + wide + 1 > p->width;
		if (wraps)
			as_out_print(p->out, "\n%*s", LABEL, "");
		else
			as_out_text(p->out, " ");
		p->at = wraps ? LABEL : p->at + 2;
	}
	size_t room = p->width > p->at + 1 ? p->width - p->at - 1 : 1;
	p->at += as_out_plain(p->out, text, room);
}

static bool list_row(void *ctx, sqlite3_stmt *st)
{
	page *p = ctx;
	item(p, as_sql_span(st, 0));
	return !p->out->failed;
}

static as_status list(page *p, const char *name, const char *sql, const char *none)
{
	label(p, name);
	as_status s = as_sql_each(p->db, sql, list_row, p);
	if (p->n == 0)
		as_out_text(p->out, none);
	end_line(p);
	return s;
}

/* Bytes for people: "64 MiB", "1.5 KiB". */
static void add_size(as_buf *b, int64_t n)
{
	static const char *const units[] = { "bytes", "KiB", "MiB", "GiB", "TiB" };
	double v = (double)n;
	size_t u = 0;
	for (; v >= 1024 && u + 1 < sizeof(units) / sizeof(units[0]); u++)
		v /= 1024;
	as_buf_print(b, v < 10 && u > 0 ? "%.1f %s" : "%.0f %s", v, units[u]);
}

static const char inputs_sql[] =
	"SELECT p.name, " AS_SQL_INPUT_SIZE ", o.sha256, o.type,"
	" " AS_SQL_INPUT_FILES " || iif(" AS_SQL_INPUT_FILES " = 1, ' file', ' files')"
	" FROM (SELECT * FROM place WHERE parent IS NULL ORDER BY id LIMIT 4) AS p"
	" LEFT JOIN object AS o ON o.id = p.object"
	" UNION ALL SELECT 'and ' || (count(*) - 4) || ' more', NULL, NULL, NULL, NULL FROM place"
	" WHERE parent IS NULL HAVING count(*) > 4";

static bool input_row(void *ctx, sqlite3_stmt *st)
{
	page *p = ctx;
	as_span name = as_sql_span(st, 0), sha256 = as_sql_span(st, 2), type = as_sql_span(st, 3);
	as_buf size = { 0 };
	label(p, p->n ? "" : "Image");
	as_out_plain(p->out, name, p->width - LABEL);
	if (sha256.p) {
		add_size(&size, sqlite3_column_int64(st, 1));
		if (sqlite3_column_type(st, 4) == SQLITE_NULL)
			as_out_print(p->out, "\n%*s%.*s (%lld bytes), ", LABEL, "", (int)size.n,
				(const char *)size.p, (long long)sqlite3_column_int64(st, 1));
		else
			as_out_print(p->out, "\n%*s%.*s in %s, ", LABEL, "", (int)size.n,
				(const char *)size.p, (const char *)sqlite3_column_text(st, 4));
		as_out_plain(p->out, type, 20);
		end_line(p);
		label(p, "SHA-256");
		as_out_plain(p->out, sha256, 64);
	}
	as_buf_free(&size);
	end_line(p);
	return !p->out->failed;
}

static bool finding_row(void *ctx, sqlite3_stmt *st)
{
	page *p = ctx;
	int64_t n = sqlite3_column_int64(st, 2);
	char places[32] = "";
	int wide = n == 1 ? 0 : snprintf(places, sizeof(places), " (%lld places)", (long long)n);
	as_out_print(p->out, "  %-*.8s", LABEL - 2, (const char *)as_sql_span(st, 0).p);
	as_out_plain(p->out, as_sql_span(st, 1), p->width - LABEL - (size_t)wide);
	as_out_print(p->out, "%s\n", places);
	return !p->out->failed;
}

static as_status inside(page *p)
{
	as_status s = list(p, "Inside",
		"SELECT n || ' ' || what FROM ("
		"SELECT 0 AS t, coalesce(f.title, o.type) AS what, count(*) AS n FROM object AS o"
		"  LEFT JOIN format_see AS f ON f.format = o.type WHERE o.id IN (SELECT object "
		"FROM place"
		"  WHERE parent IS NOT NULL AND id IN (SELECT owner FROM place)) GROUP BY what"
		" UNION ALL SELECT 1, CASE count(*) WHEN 1 THEN 'file' ELSE 'files' END, count(*)"
		"  FROM place WHERE kind = 'file' HAVING count(*) > 0"
		" UNION ALL SELECT 2, machine || CASE count(*) WHEN 1 THEN ' program or library' "
		"ELSE"
		"  ' programs and libraries' END, count(*) FROM elf AS e"
		"  JOIN place AS p ON p.object = e.object AND p.hardlink IS NULL WHERE e.role IN"
		"  ('program', 'library') GROUP BY machine"
		" UNION ALL SELECT 2, 'bare ' || machine || ' code', count(*) FROM blob GROUP BY "
		"machine"
		" UNION ALL SELECT 3, CASE count(*) WHEN 1 THEN 'part' ELSE 'parts' END, count(*)"
		"  FROM place WHERE kind = 'part' HAVING count(*) > 0 AND NOT EXISTS"
		"  (SELECT 1 FROM place WHERE kind = 'file')"
		") ORDER BY t, n DESC, what LIMIT 14",
		"nothing that could be opened");
	if (as_sql_int(p->db, "SELECT count(*) FROM kernel") > 0)
		s = as_worse(
			s, list(p, "Kernel", "SELECT DISTINCT version FROM kernel LIMIT 4", ""));
	return as_worse(
		s, list(p, "Components",
			   "WITH c AS (SELECT coalesce(name, id) || coalesce(' ' || "
			   "nullif(max(release), ''), '') AS what, max(confidence) AS sure FROM "
			   "software_witness AS s WHERE nth = 1 GROUP BY s.what),"
			   " n AS (SELECT count(*) AS n FROM c)"
			   " SELECT what FROM (SELECT * FROM c ORDER BY sure DESC, what LIMIT 9)"
			   " UNION ALL SELECT 'and ' || (n - 9) || ' more' FROM n WHERE n > 9",
			   "none recognised"));
}

static as_status read_share(page *p)
{
	return list(p, "Bytes",
		"WITH RECURSIVE" AS_SQL_SHARE
		" SELECT CASE WHEN 1000 * n < total THEN '< 0.1 %' WHEN n < total AND 1000 * "
		"(total - n) < total THEN '> 99.9 %' ELSE printf('%.1f %%', 100.0 * n / total) "
		"END || ' ' ||"
		" CASE class WHEN 'object' THEN 'objects that were read' WHEN 'structure' THEN "
		"'containers that were read' ELSE class END"
		" FROM share, (SELECT sum(n) AS total FROM share) WHERE n > 0 ORDER BY n DESC",
		"not accounted (a directory)");
}

static as_status quality(page *p)
{
	if (as_sql_int(p->db, "SELECT count(*) FROM measure_image WHERE worse_than IS NOT NULL") <
		1)
		return AS_OK;
	return list(p, "Quality",
		"SELECT name || ' ' || numerator || ' of ' || denominator || ', worse than ' ||"
		" printf('%.0f', worse_than) || ' % of ' || packages || ' packages' FROM "
		"measure_image"
		" WHERE worse_than >= 75 AND numerator >= 3 ORDER BY worse_than DESC, denominator "
		"DESC, name LIMIT 3",
		"no measure is worse than in 75 % of a distribution's packages");
}

static bool prose_row(void *ctx, sqlite3_stmt *st)
{
	page *p = ctx;
	label(p, "");
	as_out_wrapped(p->out, as_sql_span(st, 0), LABEL, p->width);
	end_line(p);
	return !p->out->failed;
}

/* What is known to be wrong, and out of what data: without any nothing was looked for, and out of few nothing much,
 * which must not read as nothing found. */
static as_status known(page *p)
{
	static const char count[] =
		"WITH looked AS (SELECT value FROM meta WHERE name = 'vulnerabilities') SELECT * "
		"FROM (" AS_SQL_KNOWN
		") UNION ALL SELECT 'none' FROM looked WHERE value IN ('matched', 'only what "
		"ships') AND NOT EXISTS (SELECT 1 FROM vulnerability_match) UNION ALL SELECT * "
		"FROM (SELECT upper(kind) || ' of ' || coalesce(substr(max(newest), 1, 10), '?') "
		"FROM knowledge_source WHERE NOT EXISTS (SELECT 1 FROM looked WHERE value = 'only "
		"what ships') GROUP BY kind ORDER BY kind)";
	as_status s = list(p, "Known CVEs", count, "not looked for");
	return as_worse(s, as_sql_each(p->db, AS_SQL_LOOKED, prose_row, p));
}

static as_status findings(page *p)
{
	as_status s = list(p, "Findings",
		"SELECT n || ' ' || what FROM (SELECT CASE WHEN verdict <> 'holds' THEN 'undecided'"
		" WHEN explained = n THEN 'explained' ELSE severity END AS what, verdict, "
		"severity, count(*) AS n FROM finding GROUP BY "
		"what)"
		" ORDER BY verdict, what = 'explained', " AS_SQL_RANK("severity") " DESC",
		"none");
	p->n = 0;
	s = as_worse(s,
		as_sql_each(p->db,
			"SELECT severity, title, n FROM finding WHERE verdict = 'holds' AND "
			"explained < n AND severity <> 'info'"
			" ORDER BY " AS_SQL_RANK("severity") " DESC, confidence DESC, id LIMIT 5",
			finding_row, p));
	if (as_sql_int(p->db, "SELECT count(*) FROM finding") > 0)
		as_out_print(p->out, "  %-*s%s", LABEL - 2, "all",
			"assay show DOSSIER findings; then assay explain DOSSIER ID\n");
	return s;
}

static void where(page *p)
{
	const char *path = sqlite3_db_filename(p->db, "main");
	const char *slash = path ? strrchr(path, '/') : NULL;
	char report[4096];
	if (!path)
		return;
	label(p, "Dossier");
	as_out_plain(p->out, as_lit(path), 0);
	end_line(p);
	snprintf(report, sizeof(report), "%.*sreport.html", slash ? (int)(slash - path) + 1 : 0,
		path);
	if (access(report, R_OK) != 0)
		return;
	label(p, "Report");
	as_out_plain(p->out, as_lit(report), 0);
	end_line(p);
}

as_status as_summary_write(sqlite3 *db, as_out *out, size_t width)
{
	page p = { .db = db, .out = out, .width = width < 40 ? USUAL : width };
	as_status s = as_sql_each(db, inputs_sql, input_row, &p);
	s = as_worse(s, inside(&p));
	s = as_worse(s, read_share(&p));
	s = as_worse(s, quality(&p));
	s = as_worse(s, known(&p));
	end_line(&p);
	s = as_worse(s, findings(&p));
	end_line(&p);
	s = as_worse(s, list(&p, "Unexamined",
				"SELECT count(*) || ' ' || reason FROM unexamined GROUP BY reason "
				"ORDER BY count(*) DESC,"
				" reason LIMIT 6",
				"nothing"));
	where(&p);
	return s == AS_OK && !out->failed ? AS_OK : AS_IO;
}
