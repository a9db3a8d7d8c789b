/* SPDX-License-Identifier: Apache-2.0 */
/* The memory of a trial run: what the run stores, above what the program's file holds. Bytes that are not
 * known stay unknown. */
#ifndef AS_CODE_TRYOUT_MEMORY_H
#define AS_CODE_TRYOUT_MEMORY_H

#include "code/machine.h"
#include "code/program.h"

enum { AS_PAGE = 256, AS_PAGES = 256 };

typedef struct as_page {
	uint64_t number; /* address / AS_PAGE */
	bool used;
	uint8_t byte[AS_PAGE];
	uint8_t state[AS_PAGE]; /* bits: */
} as_page;

enum {
	AS_BYTE_SET = 1,    /* stored by the run: what the file holds no longer counts */
	AS_BYTE_KNOWN = 2,  /* and it is known */
	AS_BYTE_MARKED = 4, /* stored while marking */
};

typedef struct as_tryout_memory {
	const as_program *program;
	as_page *page;          /* AS_PAGES, an open hash table */
	bool marking;           /* stores mark bytes, loads are counted */
	uint32_t n_read, n_odd; /* known bytes loaded while marking; those that are no text */
	uint32_t n_marked;      /* known bytes stored while marking */
} as_tryout_memory;

/* Takes room from the arena. False without memory. */
bool as_tryout_memory_open(as_tryout_memory *m, const as_program *p, as_arena *arena) AS_MUST_USE;
/* Forgets all that was stored. */
void as_tryout_memory_clear(as_tryout_memory *m);
/* The callbacks of a machine; of is the as_tryout_memory. A store into more pages than there are is lost. */
bool as_tryout_load(void *of, uint64_t at, uint8_t width, as_held *w);
bool as_tryout_store(void *of, uint64_t at, uint8_t width, const as_held *w);
/* One byte, as it is now; false if it is not known. */
bool as_tryout_byte(const as_tryout_memory *m, uint64_t at, uint8_t *out);
/* Makes n bytes unknown. */
void as_tryout_forget(as_tryout_memory *m, uint64_t at, uint64_t n);

#endif
