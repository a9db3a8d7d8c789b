/* SPDX-License-Identifier: Apache-2.0 */
#include "code/walk.h"

#include <stdlib.h>

enum { ROUNDS = 4 /* a switch may hide another */, TARGETS_MAX = 4096 };

typedef struct walker {
	as_explorer *explorer;
	as_evaluator *evaluator;
	uint64_t *targets;
	as_functions *functions;
	as_walk_summary sum;
} walker;

/* Resolves the tables of computed jumps in a flow. *again: the flow has changed. False without memory. */
static bool resolve(walker *w, as_flow *f, const as_values *v, bool *again)
{
	*again = false;
	for (uint32_t i = 0; i < v->n_gotos; i++) {
		const as_goto *g = &v->gotos[i];
		/* Blocks are numbered anew by each resolution: the operation tells the block. */
		uint32_t b = 0;
		while (b < f->n_blocks && f->blocks[b].first + f->blocks[b].n - 1 != g->op)
			b++;
		if (b == f->n_blocks || !f->blocks[b].unresolved)
			continue;
		size_t n = as_value_targets(v, g, w->targets, TARGETS_MAX);
		if (n == 0)
			continue;
		if (!as_flow_resolve(f, &w->functions->around, b, w->targets, n))
			return false;
		*again = true;
		break; /* the values belong to the old numbering */
	}
	return true;
}

static bool work_out(walker *w, const as_function *fn, as_flow *f, as_values *v)
{
	const as_program *p = w->functions->program;
	if (!as_flow_build(
		    f, w->explorer, p, fn->addr, fn->limit, fn->thumb, &w->functions->around) ||
		!as_values_of(v, w->evaluator, f))
		return false;
	bool again = v->n_gotos > 0;
	for (int round = 0; again && round < ROUNDS; round++)
		if (!resolve(w, f, v, &again) || (again && !as_values_of(v, w->evaluator, f)))
			return false;
	return true;
}

static void count(walker *w, const as_flow *f, const as_values *v)
{
	uint64_t last = UINT64_MAX;
	w->sum.functions++;
	w->sum.cut += f->cut || v->cut;
	for (uint32_t b = 0; b < f->n_blocks; b++) {
		w->sum.unresolved += f->blocks[b].unresolved;
		for (uint32_t i = 0; i < f->blocks[b].n; i++) {
			const as_op *op = &f->ops[f->blocks[b].first + i];
			if (op->at == last || op->len == 0)
				continue;
			last = op->at;
			w->sum.instructions++;
			w->sum.code_bytes += op->len;
		}
	}
}

static as_status walk_all(walker *w, as_status (*visit)(void *ctx, const as_subject *v), void *ctx)
{
	as_flow f;
	as_values v;
	for (size_t i = 0; i < w->functions->n; i++) {
		as_function *fn = &w->functions->list[i];
		if (!work_out(w, fn, &f, &v))
			return AS_NOMEM;
		fn->end = f.end;
		count(w, &f, &v);
		as_subject one = { .program = w->functions->program,
			.functions = w->functions,
			.function = fn,
			.flow = &f,
			.values = &v };
		as_status s = visit ? visit(ctx, &one) : AS_OK;
		if (s != AS_OK)
			return s;
	}
	return AS_OK;
}

as_status as_walk(const as_program *p, as_functions *functions,
	as_status (*visit)(void *ctx, const as_subject *v), void *ctx, as_walk_summary *out)
{
	walker w = { .explorer = as_explorer_new(),
		.evaluator = as_evaluator_new(),
		.targets = malloc(TARGETS_MAX * sizeof(*w.targets)),
		.functions = functions };
	as_status s = AS_NOMEM;
	if (w.explorer && w.evaluator && w.targets && as_functions_find(functions, p, w.explorer))
		s = walk_all(&w, visit, ctx);
	if (out)
		*out = w.sum;
	as_explorer_free(w.explorer);
	as_evaluator_free(w.evaluator);
	free(w.targets);
	return s;
}
