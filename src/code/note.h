/* SPDX-License-Identifier: Apache-2.0 */
/* What is noted of every function while a program is walked, of those that are not kept as well: the room it
 * takes on the stack, and the algorithms whose constants it has. */
#ifndef AS_CODE_NOTE_H
#define AS_CODE_NOTE_H

#include "code/walk.h"

/* Algorithms told by their constants, bits. */
enum {
	AS_ALGO_MD4 = 1,
	AS_ALGO_MD5 = 2,
	AS_ALGO_SHA1 = 4,
	AS_ALGO_SHA256 = 8,
	AS_ALGO_DES = 16,
	AS_ALGO_AES = 32,
	AS_ALGO_BLOWFISH = 64,
	AS_N_ALGOS = 7
};

enum { AS_ALGO_TABLES_MAX = 32 };

/* A table of an algorithm in the program's data. */
typedef struct as_algo_table {
	uint64_t addr;
	uint32_t algo;
} as_algo_table;

typedef struct as_algo_tables {
	as_algo_table table[AS_ALGO_TABLES_MAX]; /* by address */
	size_t n;
} as_algo_tables;

typedef struct as_note {
	uint64_t
		frame; /* bytes of stack that the function takes itself, as far as that is constant */
	uint32_t algos; /* AS_ALGO_*: constants in its code, or a reference to a table */
} as_note;

/* Finds the tables in the program's memory, in one pass over its bytes. Never fails. */
void as_note_tables(as_algo_tables *out, const as_program *p);
/* The note of one function. Pure. */
as_note as_note_of(const as_values *v, const as_algo_tables *tables);
/* "MD5", ... of one bit. Pure. */
const char *as_algo_name(uint32_t algo);

#endif
