/* SPDX-License-Identifier: Apache-2.0 */
/* What a user writes down, by tables: which fields there are, of which kind, between which bounds. The same tables read
 * TOML and CSV, check, and make the JSON schema. A fault spoils its field alone; all faults are told. */
#ifndef AS_FORM_H
#define AS_FORM_H

#include "assess/distribution.h"
#include "assess/toml.h"
#include "base/arena.h"
#include "base/buf.h"

/* What a parameter rests on. */
typedef enum as_origin {
	AS_FACT,     /* counted: incidents in years, findings of a dossier */
	AS_ESTIMATE, /* somebody's range */
	AS_DEFAULT,  /* a range of the tables that this program publishes */
	AS_MISSING,  /* nobody has looked: what is not examined */
} as_origin;

/* A quantity as it was written: 3, or { low, high }, { low, likely, high }, { min, max }, { events, years }. */
typedef struct as_quantity {
	as_distribution d;
	as_origin origin;
	as_span source; /* who says so; p NULL: nobody */
	unsigned line;  /* 0: not given */
} as_quantity;

typedef struct as_texts {
	as_span *p;
	size_t n;
} as_texts;

/* Rows of a form within another. */
typedef struct as_rows {
	void *p;
	size_t n;
} as_rows;

typedef enum as_blank_kind {
	AS_BLANK_TEXT,     /* as_span */
	AS_BLANK_DATE,     /* as_span: YYYY-MM-DD */
	AS_BLANK_TEXTS,    /* as_texts; in CSV between ; */
	AS_BLANK_NUMBER,   /* double */
	AS_BLANK_WHOLE,    /* double without a fraction */
	AS_BLANK_QUANTITY, /* as_quantity */
	AS_BLANK_WORD,     /* unsigned: which of words */
	AS_BLANK_WORDS,    /* unsigned: bits, one for each of words */
	AS_BLANK_TRUTH,    /* bool */
	AS_BLANK_ROWS,     /* as_rows of the form rows */
} as_blank_kind;

typedef struct as_form as_form;
typedef struct as_blank {
	const char *name;
	as_blank_kind kind;
	size_t at;                /* offsetof in the struct it fills */
	double low, high;         /* bounds of numbers and of every number of a quantity */
	const char *const *words; /* end with NULL */
	const as_form *rows;
	bool needed;
	const char *what; /* for people, with its unit */
	const char *
		also; /* further names of it as a column of an inventory, between |, in lower case */
} as_blank;

struct as_form {
	const char *title;
	size_t size; /* of the struct, whose first member is an as_origin_of */
	const as_blank *fields;
	size_t n;
	void (*begin)(void *row); /* sets what stands where nothing is written; NULL: zeros */
};

/* Where a row was written; the first member of every struct that a form fills. */
typedef struct as_written {
	as_span file;
	unsigned line;
	const as_toml *table; /* NULL: a line of a CSV file, or nowhere */
} as_written;

/* What is wrong with what a user wrote, in order of being met. Zero it, and set arena; its texts are in the arena. */
typedef struct as_faults {
	as_arena *arena;
	struct as_fault {
		as_span file;
		unsigned line;
		as_span text; /* a whole sentence, NUL-terminated, safe to print */
	} * p;
	size_t n, cap;
	size_t untold; /* beyond those kept */
	bool no_memory;
} as_faults;

enum { AS_FAULTS_MOST = 1000 };

/* Adds a fault; format makes the sentence. Names from the file are to be escaped by as_shown_text. */
void as_fault_add(as_faults *f, as_span file, unsigned line, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* s escaped for messages, NUL-terminated, at most 80 bytes of it; "" without memory. Owned by the arena. */
const char *as_shown_text(as_arena *arena, as_span s);

/* The line of a field of a row, and whether it was written at all; of a text in it. The row's own line where it is not
 * known better. */
unsigned as_form_line(const as_written *w, const char *field);
bool as_form_told(const as_written *w, const char *field);
unsigned as_form_line_of(const as_written *w, const char *field, as_span text);

/* Fills row (form->size bytes) from a table. */
void as_form_read(const as_form *form, const as_toml *table, as_span file, void *row, as_faults *f);
/* All tables of the array key of top as rows; a single table counts as one. */
as_rows as_form_rows(
	const as_form *form, const as_toml *top, const char *key, as_span file, as_faults *f);
/* Adds the lines of a CSV file (RFC 4180; , ; or tab) to rows: its first line names the fields, or what fields are
 * also called. Columns of other names are left out, but for those that look like a slip: these are faults. A quantity
 * is a number, or the columns FIELD_low, FIELD_likely, FIELD_high. */
void as_form_csv(const as_form *form, as_span text, as_span file, as_rows *rows, as_faults *f);

/* The form as a JSON schema object (draft 2020-12), appended to out; it refers to "#/$defs/quantity", and to
 * "#/$defs/TITLE" of the forms within it. */
void as_form_schema(const as_form *form, as_buf *out);
/* What "quantity" stands for there. */
void as_quantity_schema(as_buf *out);

#endif
