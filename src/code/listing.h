/* SPDX-License-Identifier: Apache-2.0 */
/* The instructions on the way of an alarm, with what the analysis knows of them: calls with their arguments,
 * conditions and which side the way goes on over, texts. What stands between and says nothing is left out. */
#ifndef AS_CODE_LISTING_H
#define AS_CODE_LISTING_H

#include "code/disassemble.h"
#include "code/way.h"

enum { AS_LISTING_MAX = 160 /* lines */ };

typedef struct as_listing_line {
	size_t function; /* number in the profile */
	uint64_t at;
	as_span bytes; /* of the instruction; empty: something was left out here */
	as_span text, note;
	const char *reader; /* "capstone", "lifted"; NULL where something was left out */
	bool thumb;
} as_listing_line;

typedef struct as_listing {
	as_listing_line line[AS_LISTING_MAX];
	size_t n;
} as_listing;

/* Lists a way. Texts live in s->arena. False without memory. */
bool as_listing_write(
	as_listing *out, const as_signals *s, const as_way *w, as_disassembler *d) AS_MUST_USE;

#endif
