/* SPDX-License-Identifier: Apache-2.0 */
/* Values, calls and decisions as people write them: "strcmp(param_1, \"letmein\") == 0". Made of what the analysis
 * knows alone; what it does not know is "…". Texts of the program stand between double quotes; a double quote in
 * them is doubled. */
#ifndef AS_CODE_PHRASE_H
#define AS_CODE_PHRASE_H

#include "base/buf.h"
#include "code/signal.h"

enum { AS_LEARNT_MAX = 8 };

/* Where the words come from. */
typedef struct as_phrasing {
	const as_profile *profile;
	const as_kept *in; /* the function that is spoken of */
	const uint16_t *
		names; /* by call number: which variable v1, v2... holds its answer; 0: none. May be NULL */
	struct {
		as_value what;
		uint64_t is;
	} learnt[AS_LEARNT_MAX]; /* values that are known on this way, as decisions on it tell */
	size_t n_learnt;
} as_phrasing;

/* Appends a value; it is never longer than some 200 bytes. */
void as_phrase_value(as_buf *out, const as_phrasing *p, as_value x);
/* Appends call number i with its arguments, as far as they are known. */
void as_phrase_call(as_buf *out, const as_phrasing *p, uint32_t i);
/* Appends the condition under which a decision goes over that side. */
void as_phrase_condition(as_buf *out, const as_phrasing *p, const as_decision *d, bool taken);
/* Learns what holds behind a decision that went over that side: then a value is a constant. Answers whether it is. */
bool as_phrase_learn(as_phrasing *p, const as_decision *d, bool taken);
/* The text that stands at addr, if that is no number that happens to be one; p NULL: none. Pure. */
as_span as_phrase_string(const as_profile *p, uint64_t addr);
/* Appends the name of what stands at addr: a function's, an import's, or one made of the address. */
void as_phrase_name(as_buf *out, const as_profile *p, uint64_t addr);
/* Appends a text of the program between double quotes, at most its first bytes. */
void as_phrase_text(as_buf *out, as_span text);
/* The decision that block b of the function ends with, or NULL: none that is known. Pure. */
const as_decision *as_phrase_decision(const as_kept *k, uint32_t block);
/* What a function takes, as signature.def has it, or NULL. Pure. */
const char *as_phrase_signature(as_span name);
/* How many arguments the function uses, as far as its values tell; at most AS_ARGS_MAX. Pure. */
unsigned as_phrase_arguments(const as_kept *k);

#endif
