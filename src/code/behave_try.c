/* SPDX-License-Identifier: Apache-2.0 */
#include "code/behave.h"

#include <string.h>

enum { MOST = 6000 /* operations for one question */ };

static bool answers(const as_program *p, const as_expected *e, bool known, uint64_t answer)
{
	int32_t low = (int32_t)(uint32_t)answer;
	uint64_t mask = p->arch->word == 4 ? UINT32_MAX : UINT64_MAX;
	uint64_t want = (uint64_t)e->value;
	if (e->kind == AS_ANSWER_NONE)
		return true;
	if (!known)
		return false;
	switch (e->kind) {
	case AS_ANSWER_SIGN:
		return (low > 0) == (e->value > 0) && (low < 0) == (e->value < 0);
	case AS_ANSWER_ZERO:
		return (low != 0) == (e->value != 0);
	case AS_ANSWER_INT:
		return low == (int32_t)e->value;
	case AS_ANSWER_WORD:
		return (answer & mask) == (want & mask);
	case AS_ANSWER_PLACE:
		return (answer & mask) == as_trial_scene(p) + want;
	case AS_ANSWER_NULL:
	case AS_ANSWER_NONE:
	default:
		return (answer & mask) == 0;
	}
}

/* Those of alive that the question is put to. */
static uint64_t asked(uint64_t alive, const as_question *q)
{
	for (size_t i = 0; q->overlap && i < as_n_behaviours; i++)
		if (!as_behaviours[i].overlap)
			alive &= ~(UINT64_C(1) << i);
	return alive;
}

/* Puts one question, and answers who of alive is still possible. */
static uint64_t put(as_trial *t, uint64_t addr, bool thumb, as_shape shape, const as_question *q,
	uint64_t alive)
{
	uint64_t scene = as_trial_scene(t->program), who = asked(alive, q), answer = 0;
	uint64_t args[4] = { scene + q->a, (uint64_t)q->second, (uint64_t)q->third, 0 };
	uint8_t want[AS_SCENE];
	if (who == 0)
		return alive;
	if (shape == AS_SHAPE_TWO)
		args[1] = scene + q->b;
	as_question_set(t->scene, q);
	as_step s = as_trial_end(t, addr, thumb, args, 4, MOST);
	const as_held *w = &t->machine.reg[t->program->arch->result];
	answer = w->low;
	for (size_t i = 0; i < as_n_behaviours; i++) {
		if (!(who >> i & 1))
			continue;
		as_question_set(want, q);
		as_expected e = as_behaviours[i].act(want, q);
		if (s != AS_STEP_RETURN || !answers(t->program, &e, w->known, answer) ||
			memcmp(want, t->scene, AS_SCENE) != 0)
			alive &= ~(UINT64_C(1) << i);
	}
	return alive;
}

const char *as_behaviour_of(as_trial *t, uint64_t addr, bool thumb, bool alone)
{
	t->changeable = false;
	for (as_shape shape = 0; shape < AS_N_SHAPES; shape++) {
		uint64_t alive = 0;
		const as_question *q;
		for (size_t i = 0; i < as_n_behaviours; i++)
			if (as_behaviours[i].shape == shape)
				alive |= UINT64_C(1) << i;
		for (size_t n = 0; alive && (q = as_question_of(shape, n)) != NULL; n++)
			alive = put(t, addr, thumb, shape, q, alive);
		for (size_t i = 0; i < as_n_behaviours; i++)
			if ((alive >> i & 1) && (alone || !t->changeable))
				return as_behaviours[i].name;
	}
	return NULL;
}
