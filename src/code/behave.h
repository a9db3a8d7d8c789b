/* SPDX-License-Identifier: Apache-2.0 */
/* What functions of the C library that work on strings and memory must do: a table of them, each written down once
 * more, in plain steps on a small scene, and the questions that tell them apart. */
#ifndef AS_CODE_BEHAVE_H
#define AS_CODE_BEHAVE_H

#include "code/trial.h"

/* How what a function answers is compared with what it must answer. */
typedef enum as_answer_kind {
	AS_ANSWER_NONE,  /* it is not looked at */
	AS_ANSWER_SIGN,  /* an int: below, above or equal to 0 */
	AS_ANSWER_ZERO,  /* an int: 0 or not */
	AS_ANSWER_INT,   /* an int */
	AS_ANSWER_WORD,  /* a whole register */
	AS_ANSWER_PLACE, /* an address: offset in the scene */
	AS_ANSWER_NULL   /* the address 0 */
} as_answer_kind;

typedef struct as_expected {
	as_answer_kind kind;
	int64_t value;
} as_expected;

/* The arguments of a question: a and b are offsets in the scene where they are addresses. */
typedef struct as_question {
	const char *text_a, *text_b; /* placed at a and b */
	uint16_t len_a, len_b;       /* their bytes */
	uint16_t a, b;
	int64_t second, third; /* the second argument where it is no address; the third */
	bool overlap;          /* a and b overlap: asked only of those that allow it */
} as_question;

/* The shapes of arguments that are tried. */
typedef enum as_shape {
	AS_SHAPE_TWO, /* address, address, number */
	AS_SHAPE_ONE, /* address, number, number */
	AS_N_SHAPES
} as_shape;

typedef struct as_behaviour {
	const char *name; /* in the catalogue; of several that fit, the first counts */
	as_shape shape;
	bool overlap; /* defined when a and b overlap */
	/* Does to the scene what the function does, and says what it must answer. */
	as_expected (*act)(uint8_t *scene, const as_question *q);
} as_behaviour;

extern const as_behaviour as_behaviours[];
extern const size_t as_n_behaviours; /* at most 64 */
/* Question number i of a shape, or NULL after the last. Pure. */
const as_question *as_question_of(as_shape shape, size_t i);
/* Fills the scene for a question. */
void as_question_set(uint8_t *scene, const as_question *q);
/* The name of the one behaviour that the function at addr has, or NULL. t->program and t->budget are set. alone:
 * it calls no other function, so that what it reads of memory that changes is no more than a choice of ways. */
const char *as_behaviour_of(as_trial *t, uint64_t addr, bool thumb, bool alone);

#endif
