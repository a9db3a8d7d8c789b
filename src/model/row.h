/* SPDX-License-Identifier: Apache-2.0 */
/* Fact rows on their way from an inspector to the dossier. The typed builders in facts.h are generated
 * from facts.sql on top of this; inspectors use those. */
#ifndef AS_ROW_H
#define AS_ROW_H

#include "base/buf.h"
#include "base/cur.h"

/* An integer that may be absent. */
typedef struct as_opt {
	bool has;
	int64_t v;
} as_opt;

static inline as_opt as_some(int64_t v) { return (as_opt){ true, v }; }

enum {
	AS_TEXT_MAX = 8192,   /* bytes kept of one text column */
	AS_EXHIBIT_MAX = 256, /* bytes kept of what a row rests on */
	AS_ROWS_MAX = 200000, /* rows per object */
};

typedef enum as_column_type { AS_TEXT, AS_INT, AS_OPT } as_column_type;
typedef struct as_column {
	const char *name;
	as_column_type type;
} as_column;
typedef struct as_table {
	const char *name;
	bool exhibit; /* copy the bytes the row rests on */
	size_t n;     /* columns after the provenance */
	const as_column *columns;
	const char *create; /* SQL */
} as_table;

extern const as_table as_tables[];
extern const size_t as_n_tables;

/* Where rows go. Made by the engine for one object. */
typedef struct as_facts {
	as_span data; /* the object's bytes: the provenance of a row is a span cut from it */
	as_buf row;   /* the row being built */
	size_t n;     /* rows so far */
	as_status (*emit)(void *ctx, as_span row); /* takes an encoded row */
	/* takes what was not examined: why, in one word, where in the object, in words */
	as_status (*lost)(void *ctx, const char *reason, uint64_t at, const char *text);
	void *ctx;
} as_facts;

/* Begin a row of table number table resting on where; its columns in order; send it. where must be cut
 * from out->data (then the row has offset and length) or be empty with p NULL (the whole object). */
void as_row_begin(as_facts *out, unsigned table, as_span where);
void as_row_text(as_facts *out, as_span s);
void as_row_int(as_facts *out, int64_t v);
void as_row_opt(as_facts *out, as_opt v);
as_status as_row_end(as_facts *out) AS_MUST_USE;

/* A decoded row, for the dossier writer. */
typedef struct as_row {
	const as_table *table;
	bool has_where;
	uint64_t at, len; /* bytes */
	as_span exhibit;  /* first bytes of it, if the table keeps them */
	as_span values;   /* encoded columns: read with as_row_next_* in the table's order */
} as_row;

/* Decodes one encoded row; false if it is malformed (an examiner is not trusted). Borrows. */
bool as_row_decode(as_span encoded, as_row *row);
/* The next column from a cursor over row->values. False if absent (NULL) or malformed (cursor bad). */
bool as_row_next_text(as_cur *c, as_span *out);
bool as_row_next_int(as_cur *c, as_column_type type, int64_t *out);

#endif
