/* SPDX-License-Identifier: Apache-2.0 */
/* The knowledge packs that rules and reports join, as tables of the dossier. */
#include "base/embed.h"
#include "dossier/db.h"
#include "dossier/write.h"
#include "knowledge/tsv.h"

typedef struct pack_table {
	const char *pack, *insert;
	size_t n; /* columns of the pack, in the insert's order; "yes"/"no" and numbers bind as text */
} pack_table;

static const pack_table packs[] = {
	{ "services.tsv",
		"INSERT INTO known_service(daemon, service, protocol, port, exposure, cleartext, source) "
		"VALUES (?1, ?2, ?3, CAST(NULLIF(NULLIF(?4, ''), '-') AS INTEGER), ?5, ?6 IN ('1', 'yes', 'true'), ?7)", 7 },
	{ "eol.tsv", "INSERT INTO known_eol(component, branch, eol, source) VALUES (?1, ?2, ?3, ?4)", 4 },
	{ "clause_list.tsv",
		"INSERT OR IGNORE INTO clause(framework, clause, title, coverage, evidence_pass, "
		"evidence_fail, source) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)", 7 },
	{ "clauses.tsv",
		"INSERT OR IGNORE INTO clause_kind(framework, clause, kind, source, confidence) "
		"VALUES (?1, ?2, ?4, ?7, ?8)", 8 },
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

as_status as_dossier_add_knowledge(as_dossier_writer *w)
{
	as_status s = AS_OK;
	for (size_t i = 0; i < sizeof(packs) / sizeof(packs[0]) && s == AS_OK; i++)
		s = fill(as_dossier_db(w), &packs[i]);
	return s;
}
