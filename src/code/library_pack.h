/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of C libraries as distributions build them, known by how their first instructions look:
 * knowledge/library.pack, which tools/learn/library writes. Imprints are free of addresses, so they survive linking. */
#ifndef AS_CODE_LIBRARY_PACK_H
#define AS_CODE_LIBRARY_PACK_H

#include "code/function.h"

/* How much belongs to an imprint. What has the same imprint in the library is told apart by the next. */
typedef enum as_imprint_kind {
	AS_IMPRINT_START, /* the first instructions, up to where control certainly goes elsewhere */
	AS_IMPRINT_CALLS, /* the same, and how what they call starts */
	AS_IMPRINT_WHOLE, /* the whole function, and that of what it calls */
	AS_N_IMPRINTS
} as_imprint_kind;

typedef struct as_imprint {
	uint64_t key; /* 40 bits; 0: none, since it calls nothing */
	uint64_t end; /* behind the last instruction that belongs to it */
	unsigned n;   /* instructions */
} as_imprint;

/* The imprint of a function; v: its values, not needed for AS_IMPRINT_START. Pure. */
as_imprint as_imprint_of(
	const as_functions *all, const as_function *f, as_imprint_kind kind, const as_values *v);
/* What is known under a key: a name; *ask: only the next kind of imprint tells. NULL: nothing. Pure. */
const char *as_imprint_name(uint64_t key, bool *ask);
/* Gives functions the names that the pack knows; false without memory. */
bool as_imprint_find(as_functions *f, as_worker *w) AS_MUST_USE;

#endif
