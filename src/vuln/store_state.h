/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the store: its statements and sources, which store.c keeps, and the taking of single messages, in
 * store_take.c. */
#ifndef AS_VULN_STORE_STATE_H
#define AS_VULN_STORE_STATE_H

#include "base/cur.h"
#include "base/map.h"
#include "vuln/index.h"
#include "vuln/store.h"

enum { AS_STORE_NEWEST = 40 /* bytes of a date */ };

/* What is known of the source of one kind. */
typedef struct as_source {
	int64_t id; /* 0: none so far */
	as_counts n;
	char newest[AS_STORE_NEWEST];
	int64_t refusals; /* kept by name */
} as_source;

typedef enum as_store_statement {
	AS_STORE_BEGIN,
	AS_STORE_COMMIT,
	AS_STORE_FIND,
	AS_STORE_ADD,
	AS_STORE_REPLACE,
	AS_STORE_PRODUCT_FIND,
	AS_STORE_PRODUCT_ADD,
	AS_STORE_SCORE,
	AS_STORE_SOURCE_ADD,
	AS_STORE_SOURCE_TAKEN,
	AS_STORE_SOURCE_CLEAR,
	AS_STORE_SOURCE_CLEAR_COUNTS,
	AS_STORE_SOURCE_COUNT,
	AS_STORE_REFUSAL,
	AS_STORE_REFUSAL_COUNT,
	AS_STORE_SERVER,
	AS_STORE_FORGET,
	AS_STORE_PACK_ADD,
	AS_STORE_PACK_CLEAR,
	AS_STORE_STATEMENTS
} as_store_statement;

/* A CPE name of the record in hand that is vulnerable: what as_pack_add wrote, at an offset of as_store.names. */
typedef struct as_packed {
	int64_t product;
	size_t at, n;
} as_packed;

struct as_store {
	sqlite3 *db; /* borrowed */
	sqlite3_stmt *st[AS_STORE_STATEMENTS], *insert[AS_INDEX_TABLES], *clear[AS_INDEX_TABLES];
	as_source sources[AS_KINDS];
	char name[AS_SOURCE_NAME], url[AS_INDEX_PATH];
	as_kind_of last; /* kind met last in this source */
	as_map products; /* hash of part, vendor and product to id */
	as_buf key;
	as_buf names, pack; /* of the record in hand; of one product of it */
	as_packed *packed;  /* owned */
	size_t n_packed, packed_cap;
	bool open; /* a transaction is */
	unsigned records;
	uint64_t bytes;
};

/* Columns of a table as the messages have them, without record: for each the letter of its type (tables.def). Pure. */
const char *as_store_columns(as_index_table table);
/* Runs a statement that answers nothing (or one row that is not looked at). AS_NOT_THIS: a constraint of the
 * index forbids it. */
as_status as_store_step(sqlite3_stmt *q) AS_MUST_USE;
/* Binds text that outlives the step; p NULL: nothing. */
void as_store_bind(sqlite3_stmt *q, int i, as_span s);
void as_store_bind_word(sqlite3_stmt *q, int i, const char *text);
/* The source of this kind in what is being imported; it is made if need be. */
as_status as_store_source(as_store *s, as_kind_of kind, as_source **out) AS_MUST_USE;

typedef struct as_refusal {
	as_span file, record, reason, detail;
	uint64_t at;
} as_refusal;
/* Counts a record refused, and keeps the first ones by name. */
as_status as_store_note(as_store *s, as_kind_of kind, const as_refusal *r) AS_MUST_USE;

/* Each takes one kind of message, whose first byte the cursor has passed. AS_NOT_THIS: it is malformed. */
as_status as_store_record(as_store *s, as_cur *c) AS_MUST_USE;
as_status as_store_scores(as_store *s, as_cur *c) AS_MUST_USE;
as_status as_store_newest(as_store *s, as_cur *c) AS_MUST_USE;
as_status as_store_refusal(as_store *s, as_cur *c) AS_MUST_USE;

#endif
