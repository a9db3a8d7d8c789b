/* SPDX-License-Identifier: Apache-2.0 */
/* What the reading process says, message by message, into rows. */
#include <stdlib.h>

#include "base/text.h"
#include "vuln/pack.h"
#include "vuln/store_state.h"

/* The id of a product, which is made if need be. */
static as_status product_id(as_store *s, const as_span part[3], int64_t *id)
{
	uint64_t known = 0;
	as_buf_clear(&s->key);
	for (size_t i = 0; i < 3; i++)
		as_buf_span(&s->key, part[i]);
	uint64_t hash = as_hash64(s->products.seed, as_buf_span_of(&s->key));
	if (as_map_get(&s->products, hash, &known)) {
		*id = (int64_t)known;
		return AS_OK;
	}
	sqlite3_stmt *q = s->st[AS_STORE_PRODUCT_FIND];
	for (int i = 0; i < 3; i++)
		as_store_bind(q, i + 1, part[i]);
	bool found = sqlite3_step(q) == SQLITE_ROW;
	*id = found ? sqlite3_column_int64(q, 0) : 0;
	as_status st = sqlite3_reset(q) == SQLITE_OK ? AS_OK : AS_IO;
	if (st == AS_OK && !found) {
		for (int i = 0; i < 3; i++)
			as_store_bind(s->st[AS_STORE_PRODUCT_ADD], i + 1, part[i]);
		st = as_store_step(s->st[AS_STORE_PRODUCT_ADD]);
		*id = sqlite3_last_insert_rowid(s->db);
	}
	return st == AS_OK ? as_map_set(&s->products, hash, (uint64_t)*id) : st;
}

/* The next value of a row, which is of a type (tables.def) or nothing, into a statement. */
static bool bind_cell(sqlite3_stmt *q, int i, char wanted, as_cur *c)
{
	static const char letters[] = {
		[AS_CELL_TEXT] = 't', [AS_CELL_INT] = 'i', [AS_CELL_REAL] = 'r'
	};
	uint8_t type = as_u8(c);
	if (type > AS_CELL_REAL || (type != AS_CELL_NONE && letters[type] != wanted))
		return false;
	if (type == AS_CELL_TEXT) {
		as_span s = as_counted(c);
		if (as_find_byte(s, 0, 0) != SIZE_MAX)
			return false;
		as_store_bind(q, i, s.p ? s : as_lit(""));
	} else if (type == AS_CELL_INT) {
		sqlite3_bind_int64(q, i, (int64_t)as_u64(c));
	} else if (type == AS_CELL_REAL) {
		uint64_t bits = as_u64(c);
		double v = 0;
		memcpy(&v, &bits, sizeof(v));
		sqlite3_bind_double(q, i, v);
	} else {
		sqlite3_bind_null(q, i);
	}
	return as_ok(c);
}

/* Three texts of a row of cpe_match that name a product, whose id is *id then. */
static as_status bind_product(as_store *s, sqlite3_stmt *q, int i, as_cur *c, int64_t *id)
{
	as_span part[3];
	for (size_t k = 0; k < 3; k++) {
		bool text = as_u8(c) == AS_CELL_TEXT;
		part[k] = text ? as_counted(c) : (as_span){ 0 };
		if (!text || !as_ok(c) || part[k].n == 0)
			return AS_NOT_THIS;
	}
	as_status st = product_id(s, part, id);
	sqlite3_bind_int64(q, i, *id);
	return st;
}

static as_span text_cell(as_cur *c)
{
	uint8_t type = as_u8(c);
	if (type != AS_CELL_TEXT) {
		c->bad = c->bad || type != AS_CELL_NONE;
		return (as_span){ 0 };
	}
	as_span s = as_counted(c);
	return s.p ? s : as_lit("");
}

/* Keeps a row of cpe_match, from its first column on, for what is packed when the record is whole. */
static as_status keep_name(as_store *s, int64_t product, as_cur c)
{
	enum { NUMBER = 1 + 8, FIRST = 256 };
	as_span field[AS_PACK_FIELDS];
	as_skip(&c, NUMBER + NUMBER + 1); /* i and node */
	bool vulnerable = as_u64(&c) != 0;
	for (size_t i = 0; i < 3; i++) /* what the product is called */
		(void)text_cell(&c);
	for (size_t i = 0; i < AS_PACK_FIELDS; i++)
		field[i] = text_cell(&c);
	if (!as_ok(&c) || !vulnerable)
		return as_ok(&c) ? AS_OK : AS_NOT_THIS;
	if (s->n_packed == s->packed_cap) {
		size_t cap = s->packed_cap ? s->packed_cap * 2 : FIRST;
		as_packed *more = realloc(s->packed, cap * sizeof(*more));
		if (!more)
			return AS_NOMEM;
		s->packed = more;
		s->packed_cap = cap;
	}
	size_t at = s->names.n;
	as_pack_add(&s->names, field);
	s->packed[s->n_packed++] = (as_packed){ product, at, s->names.n - at };
	return s->names.bad ? AS_NOMEM : AS_OK;
}

static int by_product(const void *a, const void *b)
{
	const as_packed *x = a, *y = b;
	int by = (x->product > y->product) - (x->product < y->product);
	return by ? by : (x->at > y->at) - (x->at < y->at);
}

/* Writes what was kept of a record: a row for each product. */
static as_status pack(as_store *s, int64_t record)
{
	sqlite3_stmt *q = s->st[AS_STORE_PACK_ADD];
	as_status st = AS_OK;
	if (s->n_packed > 1)
		qsort(s->packed, s->n_packed, sizeof(*s->packed), by_product);
	for (size_t i = 0; i < s->n_packed && st == AS_OK;) {
		int64_t product = s->packed[i].product;
		as_buf_clear(&s->pack);
		for (; i < s->n_packed && s->packed[i].product == product; i++)
			as_buf_add(&s->pack, s->names.p + s->packed[i].at, s->packed[i].n);
		if (s->pack.bad)
			return AS_NOMEM;
		sqlite3_bind_int64(q, 1, product);
		sqlite3_bind_int64(q, 2, record);
		sqlite3_bind_blob64(q, 3, s->pack.p, s->pack.n, SQLITE_STATIC);
		st = as_store_step(q);
	}
	return st;
}

static as_status add_row(as_store *s, int64_t record, as_cur *c)
{
	enum { PRODUCT_AT = 3 /* columns of cpe_match before it */ };
	uint8_t t = as_u8(c);
	if (!as_ok(c) || t >= AS_INDEX_TABLES)
		return AS_NOT_THIS;
	sqlite3_stmt *q = s->insert[t];
	int at = 2;
	as_status st = AS_OK;
	as_cur row = *c;
	int64_t product = 0;
	sqlite3_bind_int64(q, 1, record);
	const char *columns = as_store_columns((as_index_table)t);
	for (size_t i = 0; columns[i] && st == AS_OK; i++) {
		if (t == AS_INDEX_cpe_match && i == PRODUCT_AT) {
			st = bind_product(s, q, at++, c, &product);
			i += 2;
		} else {
			st = bind_cell(q, at++, columns[i], c) ? AS_OK : AS_NOT_THIS;
		}
	}
	if (st == AS_OK)
		st = as_store_step(q);
	return st == AS_OK && t == AS_INDEX_cpe_match ? keep_name(s, product, row) : st;
}

static as_status add_rows(as_store *s, int64_t record, as_span rows)
{
	as_cur c = as_cur_le(rows, 0);
	as_status st = AS_OK;
	as_buf_clear(&s->names);
	s->n_packed = 0;
	while (st == AS_OK && as_left(&c) > 0)
		st = add_row(s, record, &c);
	return st == AS_OK ? pack(s, record) : st;
}

static as_status clear_rows(as_store *s, int64_t record)
{
	sqlite3_bind_int64(s->st[AS_STORE_PACK_CLEAR], 1, record);
	as_status st = as_store_step(s->st[AS_STORE_PACK_CLEAR]); /* while cpe_match tells which */
	for (size_t t = 0; t < AS_INDEX_TABLES && st == AS_OK; t++) {
		sqlite3_bind_int64(s->clear[t], 1, record);
		st = as_store_step(s->clear[t]);
	}
	return st;
}

typedef struct record {
	as_kind_of kind;
	as_span key, modified, rows;
	int64_t digest;
} record;

static bool decode(as_cur *c, record *r)
{
	uint8_t kind = as_u8(c);
	r->key = as_counted(c);
	r->modified = as_counted(c);
	r->modified = r->modified.n ? r->modified : (as_span){ 0 };
	r->rows = as_from(c->s, as_pos(c));
	if (!as_ok(c) || kind >= AS_KIND_unknown || kind == AS_KIND_epss || r->key.n == 0 ||
		as_find_byte(r->key, 0, 0) != SIZE_MAX ||
		(r->modified.p && !as_is_when(r->modified)))
		return false;
	r->kind = (as_kind_of)kind;
	r->digest = (int64_t)(as_hash64(0, r->rows) ^ as_hash64(1, r->modified));
	return true;
}

/* What is there of a record: *id 0 for nothing; *keep: it is the same, or newer. */
static as_status find(as_store *s, const record *r, int64_t *id, bool *keep)
{
	sqlite3_stmt *q = s->st[AS_STORE_FIND];
	*id = 0;
	*keep = false;
	as_store_bind_word(q, 1, as_kind_name(r->kind));
	as_store_bind(q, 2, r->key);
	if (sqlite3_step(q) == SQLITE_ROW) {
		const char *modified = (const char *)sqlite3_column_text(q, 2);
		as_span there = modified ? as_lit(modified) : (as_span){ 0 };
		int order = memcmp(there.n ? (const void *)there.p : "",
			r->modified.n ? (const void *)r->modified.p : "",
			(size_t)as_min(there.n, r->modified.n));
		bool newer =
			r->modified.n > 0 && (order > 0 || (order == 0 && there.n > r->modified.n));
		*id = sqlite3_column_int64(q, 0);
		*keep = newer || sqlite3_column_int64(q, 1) == r->digest;
	}
	return sqlite3_reset(q) == SQLITE_OK ? AS_OK : AS_IO;
}

static void note_newest(as_source *x, as_span date)
{
	size_t n = (size_t)as_min(date.n, sizeof(x->newest) - 1);
	size_t have = strlen(x->newest);
	int order = n > 0 && have > 0 ? memcmp(x->newest, date.p, n < have ? n : have)
				      : (int)have - (int)n;
	if (n == 0 || order > 0 || (order == 0 && have >= n))
		return;
	memcpy(x->newest, date.p, n);
	x->newest[n] = 0;
}

static as_status put(as_store *s, const record *r, const as_source *x, int64_t *id)
{
	sqlite3_stmt *q = s->st[*id ? AS_STORE_REPLACE : AS_STORE_ADD];
	as_status st = *id ? clear_rows(s, *id) : AS_OK;
	if (st != AS_OK)
		return st;
	as_store_bind_word(q, 1, as_kind_name(r->kind));
	as_store_bind(q, 2, r->key);
	sqlite3_bind_int64(q, 3, x->id);
	as_store_bind(q, 4, r->modified);
	sqlite3_bind_int64(q, 5, r->digest);
	st = as_store_step(q);
	if (st == AS_OK && !*id)
		*id = sqlite3_last_insert_rowid(s->db);
	return st == AS_OK ? add_rows(s, *id, r->rows) : st;
}

as_status as_store_record(as_store *s, as_cur *c)
{
	record r = { 0 };
	as_source *x = NULL;
	int64_t id = 0;
	bool keep = false;
	if (!decode(c, &r))
		return AS_NOT_THIS;
	as_status st = as_store_source(s, r.kind, &x);
	if (st == AS_OK)
		st = find(s, &r, &id, &keep);
	if (st == AS_OK && !keep)
		st = put(s, &r, x, &id);
	if (st ==
		AS_NOT_THIS) { /* rows that the index cannot hold: the record goes, for it says nothing now */
		st = clear_rows(s, id);
		sqlite3_bind_int64(s->st[AS_STORE_FORGET], 1, id);
		st = st == AS_OK ? as_store_step(s->st[AS_STORE_FORGET]) : st;
		as_refusal why = { .record = r.key,
			.reason = as_lit("it says what the index cannot hold") };
		return st == AS_OK ? as_store_note(s, r.kind, &why) : st;
	}
	if (st != AS_OK)
		return st;
	note_newest(x, r.modified);
	x->n.read++;
	x->n.stored += !keep;
	x->n.unchanged += keep;
	s->records++;
	return AS_OK;
}

static as_status take_score(as_store *s, as_source *x, as_span date, as_cur *c)
{
	as_span cve = as_counted(c);
	double v[2] = { 0 };
	for (size_t i = 0; i < 2; i++) {
		uint64_t bits = as_u64(c);
		memcpy(&v[i], &bits, sizeof(bits));
	}
	if (!as_ok(c) || !as_is_cve(cve) || !as_is_text(cve) ||
		!(v[0] >= 0 && v[0] <= 1 && v[1] >= 0 && v[1] <= 1))
		return AS_NOT_THIS;
	sqlite3_stmt *q = s->st[AS_STORE_SCORE];
	as_store_bind(q, 1, cve);
	sqlite3_bind_double(q, 2, v[0]);
	sqlite3_bind_double(q, 3, v[1]);
	as_store_bind(q, 4, date.n ? date : as_lit(""));
	sqlite3_bind_int64(q, 5, x->id);
	as_status st = as_store_step(q);
	bool changed = sqlite3_changes(s->db) > 0;
	x->n.read++;
	x->n.stored += changed;
	x->n.unchanged += !changed;
	s->records++;
	return st;
}

as_status as_store_scores(as_store *s, as_cur *c)
{
	as_source *x = NULL;
	as_span date = as_counted(c);
	bool ok = as_ok(c) && (date.n == 0 || as_is_when(date));
	as_status st = ok ? as_store_source(s, AS_KIND_epss, &x) : AS_NOT_THIS;
	while (st == AS_OK && as_left(c) > 0)
		st = take_score(s, x, date, c);
	return st;
}

as_status as_store_newest(as_store *s, as_cur *c)
{
	as_source *x = NULL;
	uint8_t kind = as_u8(c);
	as_span date = as_counted(c);
	if (!as_ok(c) || kind >= AS_KIND_unknown || !as_is_when(date))
		return AS_NOT_THIS;
	as_status st = as_store_source(s, (as_kind_of)kind, &x);
	if (st == AS_OK)
		note_newest(x, date);
	return st;
}

as_status as_store_refusal(as_store *s, as_cur *c)
{
	uint8_t kind = as_u8(c);
	as_refusal r = { .file = as_counted(c), .record = as_counted(c) };
	r.at = as_u64(c);
	r.reason = as_counted(c);
	r.detail = as_counted(c);
	bool ok = as_ok(c) && kind < AS_KIND_unknown && as_is_text(r.reason) && r.reason.n > 0 &&
		  r.reason.n < 200;
	return ok ? as_store_note(s, (as_kind_of)kind, &r) : AS_NOT_THIS;
}
