/* SPDX-License-Identifier: Apache-2.0 */
/* The flow of control inside one function: its operations, cut into blocks, with their successors. */
#ifndef AS_CODE_FLOW_H
#define AS_CODE_FLOW_H

#include "code/program.h"

#define AS_NO_BLOCK UINT32_MAX

typedef struct as_block {
	uint64_t addr;        /* of its first instruction */
	uint32_t first, n;    /* its operations: flow->ops[first .. first + n) */
	uint32_t next, taken; /* block that follows; that a branch or jump goes to; AS_NO_BLOCK */
	uint32_t cases, n_cases; /* blocks a switch goes to: flow->cases[cases ..] */
	uint32_t preds, n_preds; /* blocks before it: flow->preds[preds ..] */
	bool tail;       /* ends by jumping to another function: its last operation is that CALL */
	bool unresolved; /* ends in a jump whose targets are not known */
} as_block;

/* A computed jump whose goals are known. */
typedef struct as_switch {
	uint64_t at, table, table_len; /* address of the instruction; of the table, and its bytes */
	uint32_t op, first, n;         /* its operation; its goals: flow->goals[first ..] */
} as_switch;

typedef struct as_flow {
	const as_program *program;
	uint64_t addr, limit; /* where it starts; where it may reach at most */
	uint64_t end;         /* the byte after its highest instruction */
	bool thumb, cut;      /* cut: larger than is looked at; the rest is not in here */
	bool invalid;         /* runs into bytes that are no instruction */
	bool leaves;          /* a branch goes to what is no function that is known */
	bool runs_on;         /* goes on into the next function without a jump */
	bool open_end;        /* comes to its limit without a jump */
	as_op *ops;           /* in the order of exploring; a block's are together */
	uint32_t n_ops;
	as_block *
		blocks; /* in reverse post-order: blocks[0] is the entry; unreachable ones are absent */
	uint32_t n_blocks;
	uint32_t *cases, *preds;
	as_switch *switches;
	uint32_t n_switches;
	uint64_t *goals;
	struct as_explorer *explorer;
} as_flow;

/* What a flow must know of the functions around it. */
typedef struct as_surroundings {
	/* Whether addr is where another function starts, so that a jump there is a call. */
	bool (*starts)(void *ctx, uint64_t addr);
	/* The goals of the computed jump at addr that were found before, and how many; 0: none. NULL: none
	 * are known. */
	size_t (*goals)(void *ctx, uint64_t addr, const uint64_t **goals);
	/* Whether a call to addr never comes back. */
	bool (*never_returns)(void *ctx, uint64_t addr);
	void *ctx;
} as_surroundings;

/* Memory that flows are made in, one after another: its buffers grow and are used again. */
typedef struct as_explorer as_explorer;
as_explorer *as_explorer_new(void);
void as_explorer_free(as_explorer *x);

/* Explores the function at addr, at most up to limit. The flow borrows x's memory: it is gone with the next one.
 * False only without memory. */
bool as_flow_build(as_flow *f, as_explorer *x, const as_program *p, uint64_t addr, uint64_t limit,
	bool thumb, const as_surroundings *around) AS_MUST_USE;
/* Notes the goals of a computed jump (s->op; at and first are set here); as_flow_explore then follows all that
 * were noted, and numbers the blocks anew. False only without memory. */
bool as_flow_resolve(
	as_flow *f, const as_surroundings *around, as_switch s, const uint64_t *goals) AS_MUST_USE;
bool as_flow_explore(as_flow *f, const as_surroundings *around) AS_MUST_USE;

/* Whether it has computed jumps whose goals are not known. Pure. */
bool as_flow_unresolved(const as_flow *f);
/* A copy of a flow in an arena, without its explorer; NULL without memory. as_flow_size: bytes it takes, about. */
const as_flow *as_flow_keep(const as_flow *f, as_arena *a);
size_t as_flow_size(const as_flow *f);
/* Whether exploring again would make the same flow, switches apart, as far as what is known around it has grown since.
 * May say no where it would. */
bool as_flow_stands(const as_flow *f, uint64_t limit, const as_surroundings *around);

#endif
