/* SPDX-License-Identifier: Apache-2.0 */
#include "code/work.h"

#include <stdlib.h>

enum { ROUNDS = 8 /* a switch may lead to another */, TARGETS_MAX = 4096 };

struct as_worker {
	as_explorer *explorer;
	as_evaluator *evaluator;
	uint64_t *targets;
};

as_worker *as_worker_new(void)
{
	as_worker *w = calloc(1, sizeof(*w));
	if (!w)
		return NULL;
	w->explorer = as_explorer_new();
	w->evaluator = as_evaluator_new();
	w->targets = malloc(TARGETS_MAX * sizeof(*w->targets));
	if (w->explorer && w->evaluator && w->targets)
		return w;
	as_worker_free(w);
	return NULL;
}

void as_worker_free(as_worker *w)
{
	if (!w)
		return;
	as_explorer_free(w->explorer);
	as_evaluator_free(w->evaluator);
	free(w->targets);
	free(w);
}

/* Follows the tables of computed jumps. *again: the flow has changed, and values are to be worked out anew. False
 * without memory. */
static bool resolve(
	as_worker *w, as_flow *f, const as_values *v, const as_surroundings *around, bool *again)
{
	*again = false;
	for (uint32_t i = 0; i < v->n_gotos; i++) {
		const as_goto *g = &v->gotos[i];
		if (!f->blocks[g->block].unresolved)
			continue;
		as_switch s = { .op = g->op };
		size_t n = as_value_targets(v, g, w->targets, TARGETS_MAX, &s.table, &s.table_len);
		s.n = (uint32_t)n;
		if (n > 0 && !as_flow_resolve(f, around, s, w->targets))
			return false;
		*again = *again || n > 0;
	}
	return !*again || as_flow_explore(f, around);
}

bool as_work_out(as_worker *w, as_flow *f, as_values *v, const as_program *p, uint64_t addr,
	uint64_t limit, bool thumb, const as_surroundings *around)
{
	as_values own;
	if (!as_flow_build(f, w->explorer, p, addr, limit, thumb, around))
		return false;
	if (!v && !as_flow_unresolved(f))
		return true;
	bool again = true;
	for (int round = 0; again && round < ROUNDS; round++) {
		if (!as_values_of(v ? v : &own, w->evaluator, f) ||
			!resolve(w, f, v ? v : &own, around, &again))
			return false;
		if (!v && !as_flow_unresolved(f))
			return true;
	}
	return !again || !v || as_values_of(v, w->evaluator, f);
}

bool as_work_values(as_worker *w, const as_flow *f, as_values *v)
{
	return as_values_of(v, w->evaluator, f);
}

bool as_work_explore(as_worker *w, as_flow *f, const as_program *p, uint64_t addr, uint64_t limit,
	bool thumb, const as_surroundings *around)
{
	return as_flow_build(f, w->explorer, p, addr, limit, thumb, around);
}
