/* SPDX-License-Identifier: Apache-2.0 */
/* The directory of suppliers as people and programs see it: search, one supplier, export, duplicates, what it holds. */
#include <stdio.h>

#include "base/embed.h"
#include "dossier/read.h"
#include "knowledge/tsv.h"
#include "report/rows.h"
#include "report/write_json.h"
#include "suppliers.h"
#include "suppliers/record.h"

enum { ROWS = 50, QUESTION = 1024, CANDIDATES = 300 };

static assay_status ended(assay_suppliers *s, as_out *out, as_status st, assay_error *error)
{
	bool failed = out->failed;
	if (as_out_end(out) != AS_OK || failed)
		return as_say(error, ASSAY_OUTPUT, "the output cannot be written");
	if (st == AS_NOMEM)
		return as_say(error, ASSAY_INTERNAL, "out of memory");
	if (st != AS_OK)
		return as_say(error, ASSAY_INPUT, "'%s' cannot be read: %s", s->path,
			sqlite3_errmsg(s->db));
	return ASSAY_OK;
}

static as_rows_style style_of(const assay_suppliers *s, assay_format format)
{
	return (as_rows_style){ format, format == ASSAY_TABLE ? s->o.width : 0, true };
}

/* A question for the full-text index: each word, or its beginning. */
static void question(const char *words, const char *between, const char *of, char out[QUESTION])
{
	as_span text = as_lit(words), word;
	size_t used = 0;
	out[0] = 0;
	for (size_t i = 0; (word = as_word(text, i)).p && used + 2 * word.n + 32 < QUESTION; i++) {
		used += (size_t)snprintf(
			out + used, QUESTION - used, "%s%s\"", used ? between : "", of);
		for (size_t k = 0; k < word.n; k++) {
			if (word.p[k] == '"')
				out[used++] = '"';
			out[used++] = (char)word.p[k];
		}
		used += (size_t)snprintf(out + used, QUESTION - used, "\" *");
	}
}

static const char found[] =
	"SELECT s.id, s.name, s.country, s.role, s.aliases, coalesce(s.field, s.products, "
	"s.segments) "
	"AS supplies, s.place, (SELECT count(*) FROM identifier AS i WHERE i.supplier = s.id) AS "
	"identifiers FROM (SELECT rowid AS id, bm25(supplier_text, 10.0, 1.0) AS score FROM "
	"supplier_text WHERE supplier_text MATCH ?1 ORDER BY score LIMIT ?2) AS f JOIN temp.flat "
	"AS s "
	"ON s.id = f.id ORDER BY f.score - CASE WHEN s.edited OR s.origin <> 'registry' THEN 2 "
	"ELSE 0 "
	"END, s.id";

static as_status found_rows(
	assay_suppliers *s, const char *match, as_out *out, assay_format format, int64_t *n)
{
	sqlite3_stmt *count = as_db_prepare(
		s->db, "SELECT count(*) FROM supplier_text WHERE supplier_text MATCH ?1");
	sqlite3_stmt *q = as_db_prepare(s->db, found);
	as_status st = count && q ? AS_OK : AS_IO;
	*n = 0;
	if (st == AS_OK) {
		as_db_word(count, 1, match);
		*n = sqlite3_step(count) == SQLITE_ROW ? sqlite3_column_int64(count, 0) : 0;
		as_db_word(q, 1, match);
		as_db_int(q, 2, s->o.all ? INT64_MAX : ROWS);
		if (*n > 0 || !out)
			st = out ? as_rows_write(out, q, style_of(s, format)) : AS_OK;
	}
	sqlite3_finalize(count);
	sqlite3_finalize(q);
	return st;
}

assay_status assay_suppliers_search(assay_suppliers *s, const char *words, assay_format format,
	assay_write write, void *ctx, assay_error *error)
{
	as_out out = { .write = write, .ctx = ctx };
	char match[QUESTION], text[128];
	int64_t n = 0;
	as_say(error, ASSAY_OK, "%s", "");
	question(words, " AND ", "", match);
	if (!match[0])
		return as_say(error, ASSAY_USAGE, "no word is given");
	as_status st = found_rows(s, match, &out, format, &n);
	if (st == AS_OK && n == 0) {
		question(words, " OR ", "", match);
		st = found_rows(s, match, &out, format, &n);
		if (n > 0)
			as_suppliers_say(
				s, "nobody has all of these words; these have one of them");
	}
	if (st == AS_OK && n == 0)
		as_suppliers_say(s, "nobody is found by these words");
	if (st == AS_OK && n == 0 && format == ASSAY_JSON)
		as_out_text(&out, "[]\n");
	if (n > ROWS && !s->o.all) {
		(void)snprintf(text, sizeof(text),
			"the first %d of %lld are shown (--all shows all)", ROWS, (long long)n);
		as_suppliers_say(s, text);
	}
	return ended(s, &out, st, error);
}

static as_status rows_of(
	assay_suppliers *s, const char *sql, int64_t id, as_out *out, as_rows_style style)
{
	sqlite3_stmt *q = as_db_prepare(s->db, sql);
	as_status st = q ? AS_OK : AS_IO;
	if (q && sqlite3_bind_parameter_count(q) > 0)
		as_db_int(q, 1, id);
	if (q)
		st = as_rows_write(out, q, style);
	sqlite3_finalize(q);
	return st;
}

/* The one value of a statement as it is. */
static as_status text_of(assay_suppliers *s, const char *sql, int64_t id, as_out *out)
{
	sqlite3_stmt *q = as_db_prepare(s->db, sql);
	as_status st = q ? AS_OK : AS_IO;
	if (q)
		as_db_int(q, 1, id);
	if (q && sqlite3_step(q) == SQLITE_ROW)
		as_out_add(out, sqlite3_column_text(q, 0), (size_t)sqlite3_column_bytes(q, 0));
	as_out_text(out, "\n");
	sqlite3_finalize(q);
	return st;
}

assay_status assay_suppliers_show(assay_suppliers *s, const char *who, assay_format format,
	assay_write write, void *ctx, assay_error *error)
{
	static const char sheet[] =
		"SELECT what, group_concat(value, ' ') AS value, source FROM "
		"temp.sheet WHERE id = ?1 GROUP BY rank, what, source, CASE rank "
		"WHEN 12 THEN '' ELSE value END ORDER BY rank, value";
	as_out out = { .write = write, .ctx = ctx };
	int64_t id;
	assay_status result = as_suppliers_meant(s, who, &id, error);
	if (result != ASSAY_OK)
		return result;
	as_status st = format == ASSAY_JSON
			       ? text_of(s, "SELECT json FROM temp.object WHERE id = ?1", id, &out)
			       : rows_of(s, sheet, id, &out, style_of(s, format));
	return ended(s, &out, st, error);
}

static as_status export_json(assay_suppliers *s, as_out *out)
{
	sqlite3_stmt *q = as_db_prepare(s->db, "SELECT json FROM temp.object WHERE ?1 OR edited OR "
					       "origin IN ('user', 'dossier') ORDER BY name");
	as_status st = q ? AS_OK : AS_IO;
	bool first = true;
	as_out_text(out, "{\"suppliers\": [");
	if (q)
		as_db_int(q, 1, s->o.all);
	while (st == AS_OK && as_db_row(q, &st)) {
		as_out_text(out, first ? "\n" : ",\n");
		as_out_add(out, sqlite3_column_text(q, 0), (size_t)sqlite3_column_bytes(q, 0));
		first = false;
	}
	as_out_text(out, "\n]}\n");
	sqlite3_finalize(q);
	return st;
}

assay_status assay_suppliers_export(
	assay_suppliers *s, assay_format format, assay_write write, void *ctx, assay_error *error)
{
	static const char rows[] = "SELECT name, country, place, role, field, url, note, aliases, "
				   "former, brands, parents, "
				   "subsidiaries, segments, products, identifiers FROM temp.flat "
				   "WHERE ?1 OR edited OR "
				   "origin IN ('user', 'dossier') ORDER BY name";
	as_out out = { .write = write, .ctx = ctx };
	as_say(error, ASSAY_OK, "%s", "");
	as_status st = format == ASSAY_JSON ? export_json(s, &out)
					    : rows_of(s, rows, s->o.all, &out,
						      (as_rows_style){ ASSAY_CSV, 0, false });
	return ended(s, &out, st, error);
}

/* Those that are found by words, how like the one of them that has the most identifiers. */
static as_status propose(assay_suppliers *s, const char *words)
{
	char match[QUESTION];
	as_arena *arena = as_arena_new(0);
	question(words, " AND ", "names : ", match);
	sqlite3_stmt *q =
		as_db_prepare(s->db, "SELECT s.id, s.name FROM supplier AS s WHERE s.id IN (SELECT "
				     "rowid FROM supplier_text WHERE supplier_text MATCH "
				     "?1 LIMIT ?2) ORDER BY (SELECT count(*) FROM identifier WHERE "
				     "supplier = s.id) DESC, s.id");
	sqlite3_stmt *add = as_db_prepare(s->db, "INSERT INTO temp.alike VALUES (?1, ?2, ?3, ?4)");
	as_status st = arena && q && add ? AS_OK : AS_IO;
	as_name first = { 0 }, name;
	int64_t of = 0;
	if (st == AS_OK) {
		as_db_word(q, 1, match);
		as_db_int(q, 2, CANDIDATES);
	}
	while (st == AS_OK && as_db_row(q, &st)) {
		as_span text =
			as_bytes(sqlite3_column_text(q, 1), (size_t)sqlite3_column_bytes(q, 1));
		st = as_name_read(s->names, arena, text, of ? &name : &first);
		if (st != AS_OK)
			break;
		as_likeness like = of ? as_name_compare(&name, &first) : (as_likeness){ 0 };
		int64_t id = sqlite3_column_int64(q, 0);
		as_db_int(add, 1, of ? of : id);
		as_db_int(add, 2, id);
		sqlite3_bind_double(add, 3, like.score);
		as_db_word(add, 4, like.reason);
		of = of ? of : id;
		st = as_db_step(add);
	}
	sqlite3_finalize(q);
	sqlite3_finalize(add);
	as_arena_free(arena);
	return st;
}

assay_status assay_suppliers_duplicates(assay_suppliers *s, const char *words, assay_format format,
	assay_write write, void *ctx, assay_error *error)
{
	/* Everybody who has the same name but for its legal form. */
	static const char same[] =
		"SELECT (SELECT min(o.supplier) FROM supplier_name AS o WHERE o.core = n.core) AS "
		"'group', s.id, s.name, s.country, r.identifiers FROM supplier_name AS n JOIN "
		"supplier AS "
		"s ON s.id = n.supplier LEFT JOIN temp.registered AS r ON r.supplier = s.id WHERE "
		"n.core IN "
		"(SELECT core FROM supplier_name WHERE core <> '' GROUP BY core HAVING "
		"count(DISTINCT "
		"supplier) > 1) AND EXISTS (SELECT 1 FROM supplier_name AS o WHERE o.core = n.core "
		"AND "
		"o.supplier <> n.supplier AND NOT EXISTS (SELECT 1 FROM apart WHERE a = "
		"min(o.supplier, "
		"n.supplier) AND b = max(o.supplier, n.supplier))) GROUP BY n.core, s.id ORDER BY "
		"n.core, "
		"s.id LIMIT ?1";
	static const char alike[] = "SELECT s.id, s.name, s.country, r.identifiers, round(a.score, "
				    "2) AS score, a.reason FROM "
				    "temp.alike AS a JOIN supplier AS s ON s.id = a.id LEFT JOIN "
				    "temp.registered AS r ON "
				    "r.supplier = s.id WHERE NOT EXISTS (SELECT 1 FROM apart AS p "
				    "WHERE p.a = min(a.first, "
				    "a.id) AND p.b = max(a.first, a.id)) ORDER BY a.id <> a.first, "
				    "a.score DESC, s.name LIMIT ?1";
	as_out out = { .write = write, .ctx = ctx };
	as_say(error, ASSAY_OK, "%s", "");
	as_status st = as_db_run(s->db, "DELETE FROM temp.alike");
	if (st == AS_OK && words && *words)
		st = propose(s, words);
	if (st == AS_OK)
		st = rows_of(s, words && *words ? alike : same, s->o.all ? INT64_MAX : 4 * ROWS,
			&out, style_of(s, format));
	return ended(s, &out, st, error);
}

/* Lists that ship, into a temporary table beside those that were imported. */
static as_status tell_lists(assay_suppliers *s)
{
	as_cur c = as_cur_le(as_embedded_file(as_embedded_knowledge, "restriction_lists.tsv"), 0);
	as_span x[7];
	as_status st = as_db_run(s->db, "DELETE FROM temp.shipped_list");
	sqlite3_stmt *q =
		st == AS_OK
			? as_db_prepare(s->db,
				  "INSERT INTO temp.shipped_list VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
			: NULL;
	st = q ? st : AS_IO;
	while (st == AS_OK && as_tsv_row(&c, x, 7) == 7) {
		as_cur r =
			as_cur_le(as_embedded_file(as_embedded_knowledge, "restrictions.tsv"), 0);
		as_span of[1];
		int64_t n = 0;
		while (as_tsv_row(&r, of, 1) == 1)
			n += as_same(of[0], x[0]);
		as_db_text(q, 1, x[0]);
		as_db_text(q, 2, x[1]);
		as_db_text(q, 3, x[2]);
		as_db_text(q, 4, x[4]);
		as_db_int(q, 5, n);
		as_db_text(q, 6, x[6]);
		st = as_db_step(q);
	}
	sqlite3_finalize(q);
	return st;
}

assay_status assay_suppliers_status(
	assay_suppliers *s, assay_format format, assay_write write, void *ctx, assay_error *error)
{
	static const char sources[] = "SELECT title AS source, date, n AS entries, substr(read, 1, "
				      "10) AS read, file FROM source ORDER BY n DESC, id";
	static const char holds[] = "SELECT (SELECT count(*) FROM supplier) AS suppliers, (SELECT "
				    "count(DISTINCT country) FROM supplier) AS countries, "
				    "(SELECT count(*) FROM supplier WHERE country IS NOT NULL) AS "
				    "'with country', (SELECT count(*) FROM supplier_name) AS "
				    "names, (SELECT count(*) FROM identifier) AS identifiers, "
				    "(SELECT count(*) FROM supplier WHERE edited) AS edited, "
				    "(SELECT count(DISTINCT image) FROM seen) AS dossiers";
	static const char lists[] = "SELECT id AS list, title, jurisdiction, as_of AS 'as of', "
				    "entries, 'ships' AS origin, source FROM temp.shipped_list "
				    "UNION ALL SELECT id, title, jurisdiction, imported, (SELECT "
				    "count(*) FROM listing WHERE list = l.id), 'imported', "
				    "source FROM list AS l";
	as_out out = { .write = write, .ctx = ctx };
	bool json = format == ASSAY_JSON;
	as_json j = { .out = &out, .compact = true };
	as_say(error, ASSAY_OK, "%s", "");
	as_status st = tell_lists(s);
	if (json) {
		as_json_open(&j, NULL, '{');
		as_json_str(&j, "directory", s->path);
		as_out_text(&out, ",\"holds\":");
	} else {
		as_out_print(&out, "Directory: %s\n\n", s->path);
	}
	if (st == AS_OK)
		st = rows_of(s, holds, 0, &out, style_of(s, format));
	as_out_text(&out, json ? ",\"sources\":" : "\nWhat was read:\n\n");
	if (st == AS_OK)
		st = rows_of(s, sources, 0, &out, style_of(s, format));
	as_out_text(&out, json ? ",\"lists\":" : "\nLists of restrictions:\n\n");
	if (st == AS_OK)
		st = rows_of(s, lists, 0, &out, style_of(s, format));
	as_out_text(&out, json ? "}\n" : "");
	return ended(s, &out, st, error);
}
