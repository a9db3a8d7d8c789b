/* SPDX-License-Identifier: Apache-2.0 */
#include "code/ifunc.h"

#include "code/trial.h"

#include <stdlib.h>

enum { MOST = 4000 /* operations of a resolver */, BUDGET = 1 << 20 };

bool as_ifunc_resolve(as_program *p)
{
	as_trial *t = NULL;
	for (size_t i = 0; i < p->n_slots; i++) {
		as_fixup *slot = &p->slots[i];
		const uint64_t args[2] = { 0, 0 };
		uint64_t answer = 0;
		if (slot->resolver == 0)
			continue;
		if (!t && !(t = calloc(1, sizeof(*t))))
			return false;
		t->program = p;
		t->budget = BUDGET;
		if (!as_trial_run(t, slot->resolver, false, args, 2, MOST, &answer))
			continue;
		if (as_program_is_code(
			    p, p->elf.machine == AS_EM_ARM ? answer & ~UINT64_C(1) : answer))
			slot->value = answer;
	}
	free(t);
	return true;
}
