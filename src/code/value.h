/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of the values a function computes. Every register and stack slot holds, at every operation, one
 * abstract value; equal values have equal numbers, so that "the same value is passed here and compared there" is a
 * comparison of numbers. One pass over the blocks in reverse post-order (two where there are loops). */
#ifndef AS_CODE_VALUE_H
#define AS_CODE_VALUE_H

#include "code/flow.h"

typedef uint32_t as_value; /* a number; AS_NOT_KNOWN is equal to nothing, itself included */
#define AS_NOT_KNOWN 0u

typedef enum as_value_kind {
	AS_V_UNKNOWN,
	AS_V_CONST,  /* k; an address of an import stands for that import's pointer */
	AS_V_STACK,  /* stack pointer at entry + k */
	AS_V_ARG,    /* argument number k of this function */
	AS_V_ENTRY,  /* what register k held at entry, if no argument */
	AS_V_RESULT, /* what the call at operation k answered */
	AS_V_LOAD,   /* width bytes of memory at value a + k */
	AS_V_OP,     /* kind op of a and b */
	AS_V_BYTES,  /* 16 (width) constant bytes, as they stand at address k */
	AS_V_PHI, /* different values meet: in block k >> 32, register or slot (k & 0xffffffff); a, b: two of them */
	AS_V_FLAGS /* comparison (op AS_OP_COMPARE or AS_OP_TEST) of a and b, in width bytes */
} as_value_kind;

typedef struct as_term {
	uint8_t kind, op, width; /* as_value_kind; as_op_kind; bytes */
	bool sign;
	as_value a, b;
	int64_t k;
} as_term;

enum { AS_ARGS_MAX = 8 };

/* One call, direct or not, or a system call. */
typedef struct as_call {
	uint32_t op, block; /* the operation; its block */
	uint64_t at;        /* address of the instruction */
	uint64_t
		goal; /* address called: a function (without ARM's bit 0), or an import's stand-in; 0 unknown */
	as_value callee; /* the value called */
	as_value arg[AS_ARGS_MAX], result;
	/* Of a profile's calls, what the goal is: in the catalogue (NULL: not), its name (p NULL: none), the number
	 * of the function (SIZE_MAX: none of the program's). */
	const struct as_api *api;
	as_span name;
	size_t to;
	/* Of arguments that point to a string built on the stack: its bytes, as known; p NULL: none. AS_ARGS_MAX of
	 * them; NULL: none at all. as_call_text asks. */
	const as_span *texts;
	bool tail,
		system; /* the function ends with it; it is a system call (arg 0 is its number) */
} as_call;

static inline as_span as_call_text(const as_call *c, int64_t i)
{
	return c->texts ? c->texts[i] : (as_span){ 0 };
}

/* One decision: what is compared, where it leads. Where that is a flag that a comparison set, it is the comparison. */
typedef struct as_decision {
	uint32_t op, block;
	uint64_t at;
	as_cond cond;  /* under which the branch is taken */
	as_value a, b; /* compared */
	uint8_t width; /* bytes compared */
	bool test;     /* (a & b) is compared with 0 */
	bool select;   /* no branch: a conditional move or set */
} as_decision;

/* One store whose address or value is worth knowing. */
typedef struct as_store {
	uint32_t op, block;
	uint64_t at;
	as_value base, value; /* the address is base + offset */
	int64_t offset;
	uint8_t width;
} as_store;

/* A register was given the address of something in the program's data. */
typedef struct as_ref {
	uint32_t op, block;
	uint64_t at, addr;
} as_ref;

/* One of the values that meet in a phi, and the block it comes from. */
typedef struct as_meeting {
	as_value phi, value;
	uint32_t block, from; /* where they meet; where value comes from */
} as_meeting;

/* What stood in a place of the stack whose address was then given to a call: it may still stand there. Constants are
 * not listed. */
typedef struct as_given {
	int32_t at; /* bytes from the stack pointer at entry */
	as_value value;
} as_given;

/* What a function answers, where it returns. */
typedef struct as_answer {
	uint32_t block;
	as_value value;
} as_answer;

/* A jump whose goal is computed. */
typedef struct as_goto {
	uint32_t op, block;
	uint64_t at;
	as_value to;
} as_goto;

typedef struct as_values {
	const as_flow *flow;
	const as_term *terms;
	const as_call *calls; /* in the order of blocks */
	const as_decision *decisions;
	const as_store *stores; /* those of constants, and those outside the stack */
	const as_ref *refs;
	const as_goto *gotos;
	const as_meeting *meetings; /* in the order of blocks */
	const as_given *given;
	const as_answer *answers;
	uint32_t n_terms, n_calls, n_decisions, n_stores, n_refs, n_gotos, n_meetings, n_answers,
		n_given;
	bool cut; /* a limit was hit: some values are unknown that need not be */
} as_values;

/* Memory that values are computed in, used again for one function after another. */
typedef struct as_evaluator as_evaluator;
as_evaluator *as_evaluator_new(void);
void as_evaluator_free(as_evaluator *e);

/* Computes the values of a flow. Borrows e's memory until the next call. texts are put in the arena of the flow's
 * program. False only without memory. */
bool as_values_of(as_values *v, as_evaluator *e, const as_flow *f) AS_MUST_USE;

/* The node of a value. Pure. */
static inline const as_term *as_term_of(const as_values *v, as_value x)
{
	return &v->terms[x < v->n_terms ? x : 0];
}
/* Whether x is constant, and which. Pure. */
bool as_value_const(const as_values *v, as_value x, uint64_t *k);
/* The same, or the word that memory at a constant address holds when the program starts. Pure. */
bool as_value_at_start(const as_values *v, as_value x, uint64_t *k);
/* What a value is made from, without additions of constants, extensions and (one) masks: base + *offset. Pure. */
as_value as_value_base(const as_values *v, as_value x, int64_t *offset);
/* The constant string a value points to: in the program's memory, or p NULL. Pure. */
as_span as_value_string(const as_values *v, as_value x);
/* The number of the first meeting in a block; where there is none, of the first behind it. Pure. */
uint32_t as_value_meeting(const as_values *v, uint32_t block);
/* The goals of a computed jump, if they are those of a table in constant memory. Writes at most max
 * addresses; answers how many (0: not a table), and where the table stands. Pure. */
size_t as_value_targets(const as_values *v, const as_goto *g, uint64_t *targets, size_t max,
	uint64_t *table, uint64_t *len);

#endif
