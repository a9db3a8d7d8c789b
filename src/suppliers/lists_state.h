/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of lists share: the list in hand, and what one entry says. */
#ifndef AS_SUPPLIERS_LISTS_STATE_H
#define AS_SUPPLIERS_LISTS_STATE_H

#include "suppliers/lists.h"

enum {
	AS_LIST_ID = 256,     /* bytes of a list's id, with its end */
	AS_LIST_WORDS = 4000, /* of words that are kept */
	AS_LIST_NAMES = 1000, /* of one that is listed */
	AS_LISTS_AT_ONCE = 64,
};

/* What a column of a file means. */
typedef enum as_list_column {
	AS_LIST_LIST,
	AS_LIST_TITLE,
	AS_LIST_JURISDICTION,
	AS_LIST_AUTHORITY,
	AS_LIST_REF,
	AS_LIST_TYPE, /* what kind of thing is listed */
	AS_LIST_ENTITY,
	AS_LIST_NAMES_OF,
	AS_LIST_DATE,
	AS_LIST_UNTIL,
	AS_LIST_WORDS_OF,
	AS_LIST_WORDS_MORE,
	AS_LIST_WORDS_THIRD,
	AS_LIST_IDENTIFIERS,
	AS_LIST_SOURCE,
	AS_LIST_COLUMNS
} as_list_column;

/* A kind of file, told by columns that it must have. */
typedef struct as_list_layout {
	const char *name, *title, *jurisdiction; /* of the list, where no column says so */
	const char *must[4];
	const char *column[AS_LIST_COLUMNS];
	bool sentence; /* who is listed stands in a sentence of what is covered */
} as_list_layout;

struct as_lists {
	sqlite3 *db;
	as_told *told;
	as_lists_counts n;
	sqlite3_stmt *list, *clear[4], *listing, *name, *identifier, *find, *aside;
	char begun[AS_LISTS_AT_ONCE][AS_LIST_ID]; /* lists that this import has begun */
	size_t n_begun;
	int64_t at; /* the listing in hand */
	as_buf text;
};

/* What is known of a list. */
typedef struct as_list_about {
	as_span id, title, jurisdiction, authority;
} as_list_about;

/* What a list says of one that is listed; lists of names and words may be told in parts. */
typedef struct as_list_entry {
	as_list_about list;
	as_span ref, entity, date, until, words, source;
	bool category;
} as_list_entry;

/* Adds an entry, of a list that begins with it if need be; l->at becomes it. AS_NOT_THIS: too many lists. */
as_status as_lists_entry(as_lists *l, const as_list_entry *e) AS_MUST_USE;
/* Adds names to the entry in hand: one; those that one text holds; those of a list with semicolons between. */
as_status as_lists_name(as_lists *l, as_span name) AS_MUST_USE;
as_status as_lists_names(as_lists *l, as_span text) AS_MUST_USE;
as_status as_lists_all(as_lists *l, as_span list) AS_MUST_USE;
/* Adds an identifier to it; those of a list, each of which may have its kind before a colon. */
as_status as_lists_identifier(as_lists *l, as_span kind, as_span value) AS_MUST_USE;
as_status as_lists_identifiers(as_lists *l, as_span list) AS_MUST_USE;
/* Takes the columns of one record, sorted by what they mean. */
as_status as_lists_record(
	as_lists *l, const as_list_layout *y, const as_span x[AS_LIST_COLUMNS]) AS_MUST_USE;

/* The list that a record is of, by its columns; id and code hold texts of it. */
as_list_about as_lists_of(const as_list_layout *y, const as_span x[AS_LIST_COLUMNS],
	char id[AS_LIST_ID], char code[3]);
/* Whether it is no organization that is listed: a person, a ship, an account. Pure. */
bool as_lists_is_other(as_span type);
/* A date as lists write them ("2021-03-12", "March 12, 2021", "03/12/2021") as YYYY-MM-DD; empty if it is none. */
as_span as_lists_date(as_span s, char out[16]);
/* Binds text, or NULL where it is empty. */
void as_lists_bind(sqlite3_stmt *q, int i, as_span s);

extern const as_list_layout as_list_opensanctions, as_list_csl;

#endif
