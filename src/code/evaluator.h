/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of the evaluator: what value.c, which does operations, and join.c, which begins and ends blocks,
 * share. */
#ifndef AS_CODE_EVALUATOR_H
#define AS_CODE_EVALUATOR_H

#include "code/effect.h"
#include "code/state.h"

enum {
	BLOCKS_MAX = 60000,
	LOOP_BUDGET = 1 << 22, /* blocks looked at for what loops write */
	SAVED_MAX = 1 << 22,   /* stack slots kept at the ends of blocks */
	LISTED_MAX = 1 << 20,  /* calls, decisions, stores and references, each */
	TEXT_MAX = 512,        /* bytes of a string built on the stack */
};
typedef struct as_mask {
	uint64_t low, high; /* registers 0..63 and 64..104 */
} as_mask;

/* What is kept of the state at the end of a block. */
typedef struct as_ending {
	uint32_t first, n; /* its slots, in e->saved */
	bool done;
} as_ending;

typedef struct as_stack_write {
	uint32_t block;
	int32_t at;
	uint16_t width;
} as_stack_write;

/* The last register that was set only under a condition: what it holds since, and what it was set to. */
typedef struct as_set_if {
	as_value value, set, flags;
	as_cond cond;
} as_set_if;

struct as_evaluator {
	as_terms terms;
	as_state state;
	as_value *regs; /* AS_N_REGS at the end of each block */
	as_ending *endings;
	as_mask *written, *read,
		*live; /* registers that each block writes; reads before that; are read from its start on */
	as_stack_slot *saved;
	as_stack_write *writes,
		*last_writes; /* of this pass and the one before, in the order of blocks */
	as_call *calls;
	as_decision *decisions;
	as_store *stores;
	as_ref *refs;
	as_goto *gotos;
	as_meeting *meetings;
	as_given *given;
	as_answer *answers;
	uint32_t room_regs, room_endings, room_written, room_read, room_live, n_saved, room_saved,
		n_writes, room_writes, n_last, room_last, n_calls, room_calls, n_decisions,
		room_decisions, n_stores, room_stores, n_refs, room_refs, n_gotos, room_gotos,
		n_meetings, room_meetings, n_answers, room_answers, n_given, room_given;
	const as_flow *flow;
	uint32_t block, loop_budget;
	as_set_if last_set;
	int32_t taken
		[64]; /* stack addresses that were given away, bounds of the objects on the stack */
	uint32_t n_taken;
	as_mask clobbered; /* registers a call may change: of the upper ones, all but AS_REG_ZERO */
	bool cut, no_memory;
};

/* Room for n elements of size bytes in an array; false (and noted in e) without memory. */
bool as_evaluator_grow(as_evaluator *e, void *array, uint32_t *room, uint64_t n, size_t size);

/* Room for one more in a list; NULL where the list is full (then values are cut) or memory is. */
#define AS_LIST_ADD(e, list)                                                                       \
	((e)->n_##list < LISTED_MAX && as_evaluator_grow(e, &(e)->list, &(e)->room_##list,         \
					       (uint64_t)(e)->n_##list + 1, sizeof(*(e)->list))    \
			? &(e)->list[(e)->n_##list++]                                              \
			: ((e)->cut = true, NULL))

/* Registers a call may change: all that the convention does not keep. Pure. */
as_mask as_join_clobbered(const as_arch *a);
bool as_join_marked(const as_mask *m, unsigned r);
/* Finds the registers that each block of e->flow writes. False without memory. */
bool as_join_prepare(as_evaluator *e) AS_MUST_USE;
/* Sets the state to that at the start of block e->block; keeps it at its end (false without memory). */
void as_join_enter(as_evaluator *e);
bool as_join_leave(as_evaluator *e) AS_MUST_USE;
/* The first in a list of writes, which is in the order of blocks, that is not before a block; n: none. Pure. */
uint32_t as_join_first_write(const as_stack_write *list, uint32_t n, uint32_t block);
/* The block after the last that jumps back to b, or 0. Pure. */
uint32_t as_join_loop_end(const as_flow *f, uint32_t b);

#endif
