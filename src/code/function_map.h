/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of each place where an instruction may stand, while functions are looked for. */
#ifndef AS_CODE_FUNCTION_MAP_H
#define AS_CODE_FUNCTION_MAP_H

#include "code/flow.h"

typedef enum as_map_kind {
	AS_MAP_START, /* a function begins here */
	AS_MAP_COVERED, /* belongs to an instruction that was read, or to a constant or table in the code */
	AS_MAP_ENTERED, /* the instruction before, which was read, leads on to this one */
	AS_MAP_KINDS
} as_map_kind;

enum { AS_MAP_BLOCK = 4096 };

typedef struct as_code_map {
	uint64_t addr, len;
	uint8_t *bits[AS_MAP_KINDS]; /* one for each step */
	uint8_t *some; /* one for each AS_MAP_BLOCK steps: whether a function begins there */
} as_code_map;

typedef struct as_function_map {
	as_code_map *maps; /* one for each region of code, by address; they do not overlap */
	size_t n;
	unsigned step; /* bytes */
} as_function_map;

/* Empty maps of a program's code, in its arena. False: no memory. */
bool as_function_map_make(as_function_map *m, const as_program *p) AS_MUST_USE;
/* The map an address is in; NULL: none, it is no code. Pure. */
as_code_map *as_function_map_at(const as_function_map *m, uint64_t addr);
bool as_function_map_is(const as_function_map *m, as_map_kind kind, uint64_t addr);
/* Nothing happens to what is no code. */
void as_function_map_set(as_function_map *m, as_map_kind kind, uint64_t addr);
/* Marks len bytes as covered. */
void as_function_map_cover(as_function_map *m, uint64_t addr, uint64_t len);
/* Marks the instructions of n operations as covered. */
void as_function_map_read(as_function_map *m, const as_op *ops, uint32_t n);
/* Marks where a block's instructions lead on to the next one. What follows a call or padding is not marked: the
 * call may be one that does not come back, and a function begin there. */
void as_function_map_enter(as_function_map *m, const as_flow *f, const as_block *b);
/* Whether what was not read before leads into the middle of the function that begins at from and was read: runs
 * into it, or jumps to a place that the instruction before it leads to, too. Pure. */
bool as_function_map_joins(const as_function_map *m, const as_flow *f, uint64_t from);
/* Forgets what was read; starts stay. */
void as_function_map_forget(as_function_map *m);
/* The last start up to addr; UINT64_MAX: none in its region. Pure. */
uint64_t as_function_map_last_start(const as_function_map *m, uint64_t addr);
/* The next start behind addr, or the end of its region; addr itself where no code is. Pure. */
uint64_t as_function_map_next_start(const as_function_map *m, uint64_t addr);
/* The first place from addr on that nothing covers, or limit. Pure. */
uint64_t as_function_map_uncovered(const as_function_map *m, uint64_t addr, uint64_t limit);

#endif
