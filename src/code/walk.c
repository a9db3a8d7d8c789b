/* SPDX-License-Identifier: Apache-2.0 */
#include "code/walk.h"

#include "code/library.h"
#include "code/stub.h"
#include "code/work.h"

typedef struct walker {
	as_worker *worker;
	as_functions *functions;
	as_walk_summary sum;
} walker;

static void count(walker *w, const as_flow *f, const as_values *v)
{
	uint64_t last = UINT64_MAX;
	w->sum.functions++;
	w->sum.cut += f->cut || v->cut;
	for (uint32_t i = 0; i < v->n_gotos; i++)
		w->sum.unresolved += f->blocks[v->gotos[i].block].unresolved;
	for (uint32_t b = 0; b < f->n_blocks; b++) {
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

/* Flows whose jumps are all known, and that have nothing new around them, are as they were found. */
static bool work_out(walker *w, const as_function *fn, as_flow *f, as_values *v)
{
	const as_functions *all = w->functions;
	if (fn->flow && !as_flow_unresolved(fn->flow) &&
		as_flow_stands(fn->flow, fn->limit, &all->around)) {
		*f = *fn->flow;
		return as_work_values(w->worker, f, v);
	}
	return as_work_out(
		w->worker, f, v, all->program, fn->addr, fn->limit, fn->thumb, &all->around);
}

static as_status walk_all(walker *w, as_status (*visit)(void *ctx, const as_subject *v), void *ctx)
{
	as_flow f;
	as_values v;
	for (size_t i = 0; i < w->functions->n; i++) {
		as_function *fn = &w->functions->list[i];
		if (as_stub_goal(w->functions->program, fn->addr | fn->thumb) !=
			(fn->addr | fn->thumb))
			continue; /* it belongs to the linker, not to the program */
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
	walker w = { .worker = as_worker_new(), .functions = functions };
	as_status s = AS_NOMEM;
	if (w.worker && as_functions_find(functions, p, w.worker) &&
		as_library_find(functions, w.worker))
		s = walk_all(&w, visit, ctx);
	if (out)
		*out = w.sum;
	as_worker_free(w.worker);
	return s;
}
