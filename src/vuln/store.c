/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/store_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#include "base/text.h"

enum {
	BATCH_ROWS = 20000,     /* records between two commits */
	BATCH_BYTES = 24 << 20, /* and bytes of messages: what changes waits in memory */
	REFUSALS = 1000,        /* kept by name of one source */
};

static const char *const sql_of[AS_STORE_STATEMENTS] = {
	[AS_STORE_BEGIN] = "BEGIN IMMEDIATE",
	[AS_STORE_COMMIT] = "COMMIT",
	[AS_STORE_FIND] = "SELECT id, digest, modified FROM record WHERE kind = ?1 AND key = ?2",
	[AS_STORE_ADD] =
		"INSERT INTO record (kind, key, source, modified, digest) VALUES (?1, ?2, ?3, ?4, "
		"?5)",
	[AS_STORE_REPLACE] =
		"UPDATE record SET source = ?3, modified = ?4, digest = ?5 WHERE kind = ?1 AND "
		"key = ?2",
	[AS_STORE_PRODUCT_FIND] =
		"SELECT id FROM product WHERE part = ?1 AND vendor = ?2 AND product = ?3",
	[AS_STORE_PRODUCT_ADD] = "INSERT INTO product (part, vendor, product) VALUES (?1, ?2, ?3)",
	[AS_STORE_SCORE] =
		"INSERT INTO epss (cve, score, percentile, date, source) VALUES (?1, ?2, ?3, ?4, "
		"?5) ON CONFLICT (cve) DO "
		"UPDATE SET score = excluded.score, percentile = excluded.percentile, date = "
		"excluded.date, source = "
		"excluded.source WHERE excluded.date > date OR (excluded.date = date AND "
		"(excluded.score <> score OR "
		"excluded.percentile <> percentile))",
	[AS_STORE_SOURCE_ADD] =
		"INSERT INTO source (kind, name, url, imported, read, stored, unchanged, refused) "
		"VALUES (?1, ?2, ?3, ?4, "
		"0, 0, 0, 0) ON CONFLICT (kind, name) DO UPDATE SET url = excluded.url, imported = "
		"excluded.imported, "
		"sha256 = NULL, newest = NULL, etag = NULL, last_modified = NULL RETURNING id",
	[AS_STORE_SOURCE_TAKEN] =
		"SELECT count(*) FROM source WHERE name = ?1 AND url IS NOT NULL AND url <> ?2",
	[AS_STORE_SOURCE_CLEAR] = "DELETE FROM refusal WHERE source = ?1",
	[AS_STORE_SOURCE_CLEAR_COUNTS] = "DELETE FROM refusal_count WHERE source = ?1",
	[AS_STORE_SOURCE_COUNT] =
		"UPDATE source SET newest = ?2, read = ?3, stored = ?4, unchanged = ?5, "
		"refused = ?6, sha256 = ?7 WHERE "
		"id = ?1",
	[AS_STORE_REFUSAL] = "INSERT INTO refusal VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	[AS_STORE_REFUSAL_COUNT] =
		"INSERT INTO refusal_count VALUES (?1, ?2, 1) ON CONFLICT (source, "
		"reason) DO UPDATE SET n = n + 1",
	[AS_STORE_FORGET] = "DELETE FROM record WHERE id = ?1",
	[AS_STORE_PACK_ADD] = "INSERT OR REPLACE INTO cpe_pack SELECT ?1, ?2, NOT EXISTS (SELECT 1 "
			      "FROM cpe_node WHERE "
			      "record = ?2 AND (operator = 'AND' OR negate)), ?3",
	[AS_STORE_PACK_CLEAR] = "DELETE FROM cpe_pack WHERE record = ?1 AND product IN (SELECT "
				"product FROM cpe_match WHERE record = ?1)",
	[AS_STORE_SERVER] = "UPDATE source SET etag = ?2, last_modified = ?3 WHERE id = ?1",
};

/* The tables that rows go into. */
static const struct {
	const char *name;
	const char *columns; /* as the messages have them */
} tables[AS_INDEX_TABLES] = {
#define TABLE(name, columns) { #name, columns },
#include "vuln/tables.def"
#undef TABLE
};

const char *as_store_columns(as_index_table table) { return tables[table].columns; }

as_status as_store_step(sqlite3_stmt *q)
{
	int rc = sqlite3_step(q);
	if (rc == SQLITE_ROW)
		rc = SQLITE_DONE;
	int reset = sqlite3_reset(q);
	if (rc == SQLITE_CONSTRAINT || (reset & 0xff) == SQLITE_CONSTRAINT)
		return AS_NOT_THIS;
	return rc == SQLITE_DONE && reset == SQLITE_OK ? AS_OK : AS_IO;
}

void as_store_bind(sqlite3_stmt *q, int i, as_span s)
{
	if (s.p)
		(void)sqlite3_bind_text(q, i, (const char *)s.p, (int)s.n, SQLITE_STATIC);
	else
		(void)sqlite3_bind_null(q, i);
}

void as_store_bind_word(sqlite3_stmt *q, int i, const char *text)
{
	as_store_bind(q, i, text ? as_lit(text) : (as_span){ 0 });
}

/* INSERT and DELETE for the rows of one table. */
static bool prepare_table(as_store *s, size_t t)
{
	bool product = t == AS_INDEX_cpe_match; /* three columns become one */
	/* A name that stands twice in a record stands once in the index. */
	bool once =
		t == AS_INDEX_alias || t == AS_INDEX_affected_version || t == AS_INDEX_affected_cpe;
	char text[256];
	int n = snprintf(text, sizeof(text), "INSERT %sINTO %s VALUES (?", once ? "OR IGNORE " : "",
		tables[t].name);
	for (size_t i = product ? 2 : 0; i < strlen(tables[t].columns) && n < (int)sizeof(text) - 8;
		i++)
		n += snprintf(text + n, sizeof(text) - (size_t)n, ", ?");
	(void)snprintf(text + n, sizeof(text) - (size_t)n, ")");
	bool ok = sqlite3_prepare_v3(s->db, text, -1, SQLITE_PREPARE_PERSISTENT, &s->insert[t],
			  NULL) == SQLITE_OK;
	(void)snprintf(text, sizeof(text), "DELETE FROM %s WHERE record = ?", tables[t].name);
	return ok && sqlite3_prepare_v3(s->db, text, -1, SQLITE_PREPARE_PERSISTENT, &s->clear[t],
			     NULL) == SQLITE_OK;
}

as_store *as_store_new(sqlite3 *db)
{
	as_store *s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->db = db;
	bool ok = getrandom(&s->products.seed, sizeof(s->products.seed), 0) ==
		  (ssize_t)sizeof(s->products.seed);
	for (size_t i = 0; i < AS_STORE_STATEMENTS && ok; i++)
		ok = sqlite3_prepare_v3(db, sql_of[i], -1, SQLITE_PREPARE_PERSISTENT, &s->st[i],
			     NULL) == SQLITE_OK;
	for (size_t t = 0; t < AS_INDEX_TABLES && ok; t++)
		ok = prepare_table(s, t);
	if (ok)
		return s;
	as_store_free(s);
	return NULL;
}

void as_store_free(as_store *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < AS_STORE_STATEMENTS; i++)
		sqlite3_finalize(s->st[i]);
	for (size_t t = 0; t < AS_INDEX_TABLES; t++) {
		sqlite3_finalize(s->insert[t]);
		sqlite3_finalize(s->clear[t]);
	}
	if (s->open)
		(void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	as_map_free(&s->products);
	as_buf_free(&s->key);
	as_buf_free(&s->names);
	as_buf_free(&s->pack);
	free(s->packed);
	free(s);
}

static as_status begin(as_store *s)
{
	if (s->open)
		return AS_OK;
	as_status st = as_store_step(s->st[AS_STORE_BEGIN]);
	s->open = st == AS_OK;
	return st;
}

/* Writes the counts of a source; sha256 NULL: it goes on. */
static as_status count(as_store *s, const as_source *x, const char *sha256)
{
	sqlite3_stmt *q = s->st[AS_STORE_SOURCE_COUNT];
	sqlite3_bind_int64(q, 1, x->id);
	as_store_bind_word(q, 2, x->newest[0] ? x->newest : NULL);
	sqlite3_bind_int64(q, 3, (int64_t)x->n.read);
	sqlite3_bind_int64(q, 4, (int64_t)x->n.stored);
	sqlite3_bind_int64(q, 5, (int64_t)x->n.unchanged);
	sqlite3_bind_int64(q, 6, (int64_t)x->n.refused);
	as_store_bind_word(q, 7, sha256);
	return as_store_step(q);
}

static as_status commit(as_store *s, const char *sha256)
{
	as_status st = AS_OK;
	for (size_t k = 0; k < AS_KINDS && st == AS_OK && s->open; k++)
		if (s->sources[k].id > 0)
			st = count(s, &s->sources[k], sha256);
	if (st == AS_OK && s->open)
		st = as_store_step(s->st[AS_STORE_COMMIT]);
	if (st == AS_OK)
		s->open = false;
	s->records = 0;
	s->bytes = 0;
	return st;
}

as_status as_store_taken(as_store *s, const char *name, const char *url, bool *taken)
{
	sqlite3_stmt *q = s->st[AS_STORE_SOURCE_TAKEN];
	as_store_bind_word(q, 1, name);
	as_store_bind_word(q, 2, url);
	*taken = sqlite3_step(q) == SQLITE_ROW && sqlite3_column_int64(q, 0) > 0;
	return sqlite3_reset(q) == SQLITE_OK ? AS_OK : AS_IO;
}

as_status as_store_begin(as_store *s, const char *name, const char *url)
{
	as_status st = commit(s, NULL);
	memset(s->sources, 0, sizeof(s->sources));
	s->last = AS_KINDS;
	(void)snprintf(s->name, sizeof(s->name), "%s", name);
	(void)snprintf(s->url, sizeof(s->url), "%s", url ? url : "");
	return st;
}

/* The source of this kind in what is being imported. */
as_status as_store_source(as_store *s, as_kind_of kind, as_source **out)
{
	char now[32];
	const char *fixed = getenv("SOURCE_DATE_EPOCH");
	time_t t = fixed ? (time_t)strtoll(fixed, NULL, 10) : time(NULL);
	struct tm tm;
	*out = &s->sources[kind];
	s->last = kind;
	if ((*out)->id > 0)
		return AS_OK;
	(void)strftime(now, sizeof(now), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&t, &tm));
	sqlite3_stmt *q = s->st[AS_STORE_SOURCE_ADD];
	as_store_bind_word(q, 1, as_kind_name(kind));
	as_store_bind_word(q, 2, s->name);
	as_store_bind_word(q, 3, s->url[0] ? s->url : NULL);
	as_store_bind_word(q, 4, now);
	if (sqlite3_step(q) == SQLITE_ROW)
		(*out)->id = sqlite3_column_int64(q, 0);
	as_status st = sqlite3_reset(q) == SQLITE_OK && (*out)->id > 0 ? AS_OK : AS_IO;
	for (as_store_statement c = AS_STORE_SOURCE_CLEAR;
		c <= AS_STORE_SOURCE_CLEAR_COUNTS && st == AS_OK; c++) {
		sqlite3_bind_int64(s->st[c], 1, (*out)->id);
		st = as_store_step(s->st[c]);
	}
	return st;
}

/* Text that came over the socket, as it may stand in words for people. */
static void make_shown(as_buf *to, as_span text)
{
	as_buf_clear(to);
	as_text_add(to, text);
}

static as_status keep_refusal(as_store *s, as_source *x, const as_refusal *r)
{
	as_span texts[] = { r->file, r->record, r->reason, r->detail };
	static const int places[] = { 3, 4, 6, 7 };
	sqlite3_stmt *q = s->st[AS_STORE_REFUSAL];
	as_buf shown = { 0 };
	sqlite3_bind_int64(q, 1, x->id);
	sqlite3_bind_int64(q, 2, ++x->refusals);
	sqlite3_bind_int64(q, 5, (int64_t)(r->at & INT64_MAX));
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		make_shown(&shown, texts[i]);
		if (texts[i].n > 0 || places[i] == 3)
			sqlite3_bind_text(q, places[i], shown.n ? (const char *)shown.p : "",
				(int)shown.n, SQLITE_TRANSIENT);
		else
			sqlite3_bind_null(q, places[i]);
	}
	as_buf_free(&shown);
	return as_store_step(q);
}

as_status as_store_note(as_store *s, as_kind_of kind, const as_refusal *r)
{
	as_source *x = NULL;
	as_status st = as_store_source(s, kind, &x);
	if (st != AS_OK)
		return st;
	x->n.read++;
	x->n.refused++;
	if (x->refusals < REFUSALS)
		st = keep_refusal(s, x, r);
	if (st != AS_OK)
		return st;
	sqlite3_stmt *q = s->st[AS_STORE_REFUSAL_COUNT];
	sqlite3_bind_int64(q, 1, x->id);
	as_store_bind(q, 2, r->reason);
	return as_store_step(q);
}

as_status as_store_take(as_store *s, as_span message)
{
	as_cur c = as_cur_le(message, 1);
	uint8_t what = as_at(message, 0);
	as_status st = begin(s);
	if (st != AS_OK)
		return st;
	if (what == AS_FEED_RECORD)
		st = as_store_record(s, &c);
	else if (what == AS_FEED_EPSS)
		st = as_store_scores(s, &c);
	else if (what == AS_FEED_NEWEST)
		st = as_store_newest(s, &c);
	else
		st = what == AS_FEED_REFUSED ? as_store_refusal(s, &c) : AS_NOT_THIS;
	s->bytes += message.n;
	if (st == AS_OK && (s->records >= BATCH_ROWS || s->bytes >= BATCH_BYTES))
		st = commit(s, NULL);
	return st;
}

as_status as_store_refuse(as_store *s, as_span file, const char *reason)
{
	if (s->last >= AS_KIND_unknown)
		return AS_NOT_THIS;
	as_status st = begin(s);
	as_refusal r = { .file = file, .reason = as_lit(reason) };
	return st == AS_OK ? as_store_note(s, s->last, &r) : st;
}

as_status as_store_end(as_store *s, const char *sha256)
{
	as_status st = begin(s);
	return st == AS_OK ? commit(s, sha256) : st;
}

as_status as_store_server(as_store *s, const char *etag, const char *last_modified)
{
	as_status st = AS_OK;
	for (size_t k = 0; k < AS_KINDS && st == AS_OK; k++) {
		if (s->sources[k].id == 0)
			continue;
		sqlite3_bind_int64(s->st[AS_STORE_SERVER], 1, s->sources[k].id);
		as_store_bind_word(s->st[AS_STORE_SERVER], 2, etag);
		as_store_bind_word(s->st[AS_STORE_SERVER], 3, last_modified);
		st = as_store_step(s->st[AS_STORE_SERVER]);
	}
	return st;
}

as_counts as_store_counts(const as_store *s, as_kind_of kind)
{
	as_counts n = { 0 };
	for (size_t k = 0; k < AS_KINDS; k++) {
		if (kind != AS_KINDS && kind != (as_kind_of)k)
			continue;
		n.read += s->sources[k].n.read;
		n.stored += s->sources[k].n.stored;
		n.unchanged += s->sources[k].n.unchanged;
		n.refused += s->sources[k].n.refused;
	}
	return n;
}
