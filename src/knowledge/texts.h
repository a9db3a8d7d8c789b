/* SPDX-License-Identifier: Apache-2.0 */
/* The texts of a program: what a reader of its bytes would call a string, with or without section headers; and
 * what in them may be a version. */
#ifndef AS_TEXTS_H
#define AS_TEXTS_H

#include "base/span.h"

enum {
	AS_TEXT_SHORT = 3,   /* bytes: a text may be a version */
	AS_TEXT_LEAST = 5,   /* bytes: a text may tell a component */
	AS_TEXT_MOST = 1024, /* bytes of a text */
};

/* Told of every text; what it answers other than AS_OK ends the search. */
typedef as_status (*as_text_found)(void *ctx, as_span text);

/* Tells found of every run of printable characters (and tab and newline) of data that ends with a NUL and has
 * AS_TEXT_SHORT to AS_TEXT_MOST bytes, in the order they stand; the span is cut from data, without the NUL.
 * Linear in the bytes of data. Answers what found did. */
as_status as_texts(as_span data, as_text_found found, void *ctx) AS_MUST_USE;

/* Whether a text may tell a component: long enough, and not a word of capitals, such as the names of errors,
 * keys and system calls that many programs list. Pure. */
bool as_text_tells(as_span text);

/* What a text is called in the pack of signatures: 48 bits. Pure. */
uint64_t as_text_key(as_span text);

/* Keys of texts, ascending. */
typedef struct as_text_keys {
	const uint64_t *v;
	size_t n;
} as_text_keys;

/* Whether a key is among them. Logarithmic; pure. */
bool as_has_text_key(const as_text_keys *keys, uint64_t key);

/* A version in a text, and the form: what stands around it, the same for all releases. */
typedef struct as_text_form {
	as_span version; /* cut from the text */
	uint64_t key;    /* of the form, as as_text_key: digits and months left out */
	size_t marks;    /* bytes of the form that are neither blank nor stand for a number */
	bool bare; /* the text is the version, or v and the version, or the version and -git or so */
} as_text_form;

enum { AS_FORMS_MOST = 4 };

/* What may be versions in a text, of a longer one than 200 bytes in its first line, up to AS_FORMS_MOST of them:
 * numbers with dots between and letters behind. Names of sets of symbols (LIBFOO_2.0) have none. The number of
 * forms in out. Pure. */
size_t as_text_forms(as_span text, as_text_form out[AS_FORMS_MOST]);

#endif
