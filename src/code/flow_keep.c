/* SPDX-License-Identifier: Apache-2.0 */
/* Flows that outlive their explorer, so that a function is explored again only where what is known around it has
 * changed. */
#include "code/flow.h"

/* How many entries the blocks use of the list of cases or predecessors. */
static size_t used(const as_flow *f, bool preds)
{
	size_t n = 0;
	for (uint32_t b = 0; b < f->n_blocks; b++) {
		const as_block *x = &f->blocks[b];
		size_t end = preds ? (size_t)x->preds + x->n_preds : (size_t)x->cases + x->n_cases;
		n = end > n ? end : n;
	}
	return n;
}

size_t as_flow_size(const as_flow *f)
{
	return sizeof(*f) + f->n_ops * sizeof(*f->ops) +
	       f->n_blocks * (sizeof(*f->blocks) + 6 * sizeof(*f->preds));
}

const as_flow *as_flow_keep(const as_flow *f, as_arena *a)
{
	bool ok = true;
	as_flow *to = as_alloc_copy(a, f, 1, sizeof(*f), &ok);
	if (!to)
		return NULL;
	to->explorer = NULL;
	to->ops = as_alloc_copy(a, f->ops, f->n_ops, sizeof(*f->ops), &ok);
	to->blocks = as_alloc_copy(a, f->blocks, f->n_blocks, sizeof(*f->blocks), &ok);
	to->cases = as_alloc_copy(a, f->cases, used(f, false), sizeof(*f->cases), &ok);
	to->preds = as_alloc_copy(a, f->preds, used(f, true), sizeof(*f->preds), &ok);
	to->switches = as_alloc_copy(a, f->switches, f->n_switches, sizeof(*f->switches), &ok);
	size_t goals = 0;
	for (uint32_t i = 0; i < f->n_switches; i++)
		goals = as_max(goals, (uint64_t)f->switches[i].first + f->switches[i].n);
	to->goals = as_alloc_copy(a, f->goals, goals, sizeof(*f->goals), &ok);
	return ok ? to : NULL;
}

bool as_flow_unresolved(const as_flow *f)
{
	for (uint32_t b = 0; b < f->n_blocks; b++)
		if (f->blocks[b].unresolved)
			return true;
	return false;
}

bool as_flow_stands(const as_flow *f, uint64_t limit, const as_surroundings *around)
{
	if (f->limit != limit || f->cut || f->leaves || f->runs_on || f->open_end)
		return false;
	uint64_t bare = f->program->elf.machine == AS_EM_ARM ? ~UINT64_C(1) : ~UINT64_C(0);
	for (uint32_t i = 0; i < f->n_ops; i++) {
		const as_op *op = &f->ops[i], *after = op + 1;
		if (op->kind != AS_OP_CALL)
			continue;
		bool ended = i + 1 < f->n_ops && after->kind == AS_OP_TRAP && after->at == op->at;
		if (around->never_returns(around->ctx, (uint64_t)op->imm & bare) != ended)
			return false;
	}
	return true;
}
