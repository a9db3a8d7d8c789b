/* SPDX-License-Identifier: Apache-2.0 */
/* The knowledge packs that rules and reports join, as tables of the dossier. */
#include "base/embed.h"
#include "base/hash.h"
#include "dossier/db.h"
#include "dossier/write.h"
#include "knowledge/tsv.h"

typedef struct pack_table {
	const char *pack, *insert;
	size_t n; /* columns of the pack, in the insert's order; "yes"/"no" and numbers bind as text */
} pack_table;

static const pack_table packs[] = {
	{ "services.tsv",
		"INSERT INTO known_service(daemon, service, protocol, port, exposure, cleartext, "
		"source) "
		"VALUES (?1, ?2, ?3, CAST(NULLIF(NULLIF(?4, ''), '-') AS INTEGER), ?5, ?6 IN ('1', "
		"'yes', 'true'), ?7)",
		7 },
	{ "eol.tsv",
		"INSERT INTO known_eol(component, branch, eol, source) VALUES (?1, ?2, ?3, ?4)",
		4 },
	{ "quality.tsv",
		"INSERT INTO known_measure(class, measure, share, upto, packages) VALUES (?1, ?2, "
		"CAST(?3 AS INTEGER), CAST(?4 AS INTEGER), CAST(?5 AS INTEGER))",
		5 },
	{ "compilers.tsv",
		"INSERT INTO known_compiler(compiler, branch, released, source) VALUES (?1, ?2, "
		"?3, ?4)",
		4 },
	{ "clause_list.tsv",
		"INSERT OR IGNORE INTO clause(framework, clause, title, coverage, evidence_pass, "
		"evidence_fail, source) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
		7 },
	{ "clauses.tsv",
		"INSERT OR IGNORE INTO clause_kind(framework, clause, kind, source, confidence, "
		"rules) VALUES (?1, ?2, ?4, ?7, ?8, ?9)",
		9 },
};

static as_status fill(sqlite3 *db, const pack_table *t)
{
	enum { MAX = 12 };
	as_span fields[MAX];
	as_cur c = as_cur_le(as_embedded_file(as_embedded_knowledge, t->pack), 0);
	sqlite3_stmt *q = as_db_prepare(db, t->insert);
	as_status s = q ? AS_OK : AS_IO;
	int used = q ? sqlite3_bind_parameter_count(q) : 0;
	for (size_t n; s == AS_OK && (n = as_tsv_row(&c, fields, MAX)) > 0;) {
		for (size_t i = 0; i < t->n; i++)
			if ((int)i < used)
				as_db_text(q, (int)i + 1, i < n ? fields[i] : (as_span){ 0 });
		s = as_db_step(q);
	}
	(void)sqlite3_finalize(q);
	return s;
}

/* One name for all packs and rules that the program carries: what was known when this was judged. */
static as_status name_knowledge(as_dossier_writer *w)
{
	const as_embedded *const lists[] = { as_embedded_knowledge, as_embedded_reference,
		as_embedded_rules, as_embedded_feeds };
	as_hasher *h = as_hasher_new();
	if (!h)
		return AS_NOMEM;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		for (const as_embedded *e = lists[i]; e->path; e++) {
			as_hasher_add(h, as_lit(e->path));
			as_hasher_add(h, as_bytes(e->data, e->n));
		}
	char hex[65];
	as_sha256 sum = as_hasher_end(h);
	as_hasher_free(h);
	as_sha256_hex(&sum, hex);
	return as_dossier_add_meta(w, &(as_dossier_meta){ .name = "knowledge", .value = hex }, 1);
}

as_status as_dossier_add_meta(as_dossier_writer *w, const as_dossier_meta *meta, size_t n)
{
	sqlite3_stmt *q =
		as_db_prepare(as_dossier_db(w), "INSERT OR REPLACE INTO meta VALUES (?, ?)");
	as_status s = q ? AS_OK : AS_IO;
	for (size_t i = 0; i < n && s == AS_OK; i++) {
		as_db_word(q, 1, meta[i].name);
		as_db_word(q, 2, meta[i].value);
		s = as_db_step(q);
	}
	(void)sqlite3_finalize(q);
	return s;
}

as_status as_dossier_add_format(
	as_dossier_writer *w, const char *id, const char *title, const char *see, const char *gaps)
{
	sqlite3_stmt *q = as_db_prepare(
		as_dossier_db(w), "INSERT OR REPLACE INTO format_see VALUES (?, ?, ?, ?)");
	if (!q)
		return AS_IO;
	as_db_word(q, 1, id);
	as_db_word(q, 2, title);
	as_db_word(q, 3, see);
	as_db_word(q, 4, gaps);
	as_status s = as_db_step(q);
	(void)sqlite3_finalize(q);
	return s;
}

as_status as_dossier_add_knowledge(as_dossier_writer *w)
{
	as_status s = name_knowledge(w);
	for (size_t i = 0; i < sizeof(packs) / sizeof(packs[0]) && s == AS_OK; i++)
		s = fill(as_dossier_db(w), &packs[i]);
	return s;
}
