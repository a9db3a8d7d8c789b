/* SPDX-License-Identifier: Apache-2.0 */
/* The reference may come from anybody: it is read through the guarded handle, row by row, into temporary tables; the
 * comparison itself is difference.sql. */
#include "dossier/difference.h"

#include "base/embed.h"
#include "dossier/db.h"

enum { ROWS_MAX = 20000000 /* of the reference's table */, COLUMNS_MAX = 8 };

typedef struct copied {
	const char *make, *from, *into;
} copied;

static const copied tables[] = {
	{ "CREATE TEMP TABLE ref_program(object INTEGER PRIMARY KEY, sha256, path, name, soname, "
	  "machine, component)",
		"SELECT e.object, o.sha256, (SELECT p.path FROM place AS p WHERE p.object = "
		"e.object ORDER BY p.id LIMIT 1),"
		" (SELECT p.name FROM place AS p WHERE p.object = e.object ORDER BY p.id LIMIT 1), "
		"e.soname, e.machine,"
		" (SELECT MIN(c.id) FROM component AS c WHERE c.object = e.object AND c.method <> "
		"'signature' HAVING "
		"COUNT(DISTINCT c.id) = 1)"
		" FROM elf AS e JOIN object AS o ON o.id = e.object JOIN code AS c ON c.object = "
		"e.object",
		"INSERT OR IGNORE INTO temp.ref_program VALUES (?, ?, ?, ?, ?, ?, ?)" },
	{ "CREATE TEMP TABLE ref_trait(object INTEGER, function INTEGER, kind, value, n)",
		"SELECT object, function, kind, value, n FROM function_trait",
		"INSERT INTO temp.ref_trait VALUES (?, ?, ?, ?, ?)" },
	{ "CREATE TEMP TABLE ref_signal(object INTEGER, signal, trigger, effect)",
		"SELECT object, signal, trigger, effect FROM signal",
		"INSERT INTO temp.ref_signal VALUES (?, ?, ?, ?)" },
	{ "CREATE TEMP TABLE ref_symbol(object INTEGER, kind, name)",
		"SELECT object, 'import', name FROM elf_import UNION ALL SELECT object, 'export', "
		"name FROM elf_export",
		"INSERT INTO temp.ref_symbol VALUES (?, ?, ?)" },
};

static const char indexes[] =
	"CREATE INDEX temp.ref_trait_by_object ON ref_trait (object, kind, value);"
	"CREATE INDEX temp.ref_signal_by_object ON ref_signal (object, signal);"
	"CREATE INDEX temp.ref_symbol_by_object ON ref_symbol (object, kind, name)";

static as_status copy_row(sqlite3_stmt *from, sqlite3_stmt *into)
{
	int n = sqlite3_column_count(from);
	for (int i = 0; i < n && i < COLUMNS_MAX; i++)
		(void)sqlite3_bind_value(into, i + 1, sqlite3_column_value(from, i));
	return as_db_step(into);
}

static as_status copy_table(sqlite3 *db, assay_dossier *reference, const copied *t, size_t *rows)
{
	as_status s = as_db_run(db, t->make);
	sqlite3_stmt *from = s == AS_OK ? as_db_prepare(reference->db, t->from) : NULL;
	sqlite3_stmt *into = from ? as_db_prepare(db, t->into) : NULL;
	int rc = into ? SQLITE_ROW : SQLITE_ERROR;
	for (s = AS_OK;
		s == AS_OK && (rc = rc == SQLITE_ROW ? sqlite3_step(from) : rc) == SQLITE_ROW;
		++*rows)
		s = *rows < ROWS_MAX ? copy_row(from, into) : AS_IO;
	(void)sqlite3_finalize(from);
	(void)sqlite3_finalize(into);
	return rc == SQLITE_DONE ? s : AS_IO;
}

as_status as_dossier_compare(as_dossier_writer *w, assay_dossier *reference, bool *traits)
{
	sqlite3 *db = as_dossier_db(w);
	as_status s = AS_OK;
	*traits = false;
	as_dossier_hurry(reference, AS_REPORT_SECONDS);
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]) && s == AS_OK; i++) {
		size_t rows = 0;
		s = copy_table(db, reference, &tables[i], &rows);
		*traits = *traits || (i == 1 && rows > 0);
	}
	as_dossier_rest(reference);
	if (s == AS_OK)
		s = as_db_run(db, indexes);
	as_span script = as_embedded_file(as_embedded_schema, "difference.sql");
	as_buf text = { 0 };
	as_buf_add(&text, script.p, script.n);
	as_buf_u8(&text, 0);
	if (s == AS_OK)
		s = text.bad ? AS_NOMEM : as_db_run(db, (const char *)text.p);
	as_buf_free(&text);
	return s;
}
