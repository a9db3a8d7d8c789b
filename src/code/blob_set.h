/* SPDX-License-Identifier: Apache-2.0 */
/* Which instruction set bare bytes are written in, if they are machine code at all. What is counted are direct calls:
 * in code nearly all of those that lead into the same bytes arrive where a function begins, which is known by the
 * instruction there (one that makes a stack frame), or by what stands before it (a return, a jump, padding). In
 * anything else they arrive anywhere. */
#ifndef AS_CODE_BLOB_SET_H
#define AS_CODE_BLOB_SET_H

#include "base/arena.h"
#include "code/arch.h"

typedef struct as_blob_pattern {
	uint32_t mask, value;
} as_blob_pattern;

/* How a direct call is written. */
typedef enum as_blob_call {
	AS_BLOB_ARM,
	AS_BLOB_THUMB,
	AS_BLOB_A64,
	AS_BLOB_MIPS,
	AS_BLOB_PPC,
	AS_BLOB_RISCV,
} as_blob_call;

/* An instruction set, by what its compilers write. Patterns are held against four bytes in the set's byte order; those
 * of 16-bit instructions leave the upper half out. */
typedef struct as_blob_set {
	const char *arch, *wide_arch; /* of 32 and 64 bits; NULL: there is none */
	uint16_t machine, wide_machine;
	uint8_t call; /* as_blob_call */
	uint8_t step;
	uint8_t delay; /* instructions that belong to a jump behind it */
	bool big;
	as_blob_pattern mark; /* of what a sample looks for: calls, or (MIPS) stack frames */
	const as_blob_pattern *starts, *ends, *idle; /* each ends with mask 0 */
	as_blob_pattern narrow, wide; /* what keeps the return address on the stack */
} as_blob_set;

extern const as_blob_set as_blob_sets[];
extern const size_t as_n_blob_sets;

/* What speaks for a set. */
typedef struct as_blob_evidence {
	const as_blob_set *set;
	bool is_wide;     /* 64 bits */
	uint64_t calls;   /* different goals inside the bytes */
	uint64_t arrived; /* of those, where a function begins */
	uint64_t bounds;  /* functions that begin behind the end of another */
	uint64_t starts;  /* instructions that make a stack frame */
	double chance;    /* share of all places that look like the begin of a function */
	uint64_t low;     /* MIPS: the low 28 bits of where the bytes stand */
	bool low_known;
	uint8_t *begins; /* a bit for each step: a call arrives there, or it is a bound */
	uint8_t *
		windows; /* for each AS_BLOB_WINDOW bytes: calls that leave or arrive there, up to 255 */
	size_t n_windows;
} as_blob_evidence;

enum { AS_BLOB_WINDOW = 4096 };

/* Sets that a sample of the bytes speaks for: a bit each, by number in as_blob_sets. Cheap: a quarter of the bytes, and
 * those that are packed or encrypted hardly at all. Pure. */
uint64_t as_blob_suspects(as_span data);
/* All that speaks for one set. False without memory. */
bool as_blob_weigh(
	as_blob_evidence *out, const as_blob_set *set, as_span data, as_arena *arena) AS_MUST_USE;
/* Whether a function begins at at: a call arrives there, or the instruction there makes a stack frame. Pure. */
bool as_blob_begins(const as_blob_evidence *e, as_span data, uint64_t at);
/* Whether that is enough to take the bytes for machine code. Pure. */
bool as_blob_convinces(const as_blob_evidence *e);
/* How strongly: the greater speaks for the set when several convince. Pure. */
uint64_t as_blob_weight(const as_blob_evidence *e);

#endif
