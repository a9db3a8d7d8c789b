/* SPDX-License-Identifier: Apache-2.0 */
#include "code/trial.h"

#include <string.h>

enum { GAP = 512 /* of the stack, above the stack pointer */, MIPS_T9 = 25, MIPS_GP = 28 };
#define NOISE 0x5aa5c33c12877869u
#define SCENE_AT 0x7ff00000u
#define STACK_AT 0x7fe00000u

uint64_t as_trial_scene(const as_program *p)
{
	(void)p;
	return SCENE_AT;
}

/* n bytes as the program would read them. */
static as_held number(const as_program *p, const uint8_t *from, unsigned n)
{
	as_held w = { .known = true };
	for (unsigned i = 0; i < n; i++) {
		unsigned byte = p->elf.big ? n - 1 - i : i;
		if (i < 8)
			w.low |= (uint64_t)from[byte] << (8 * i);
		else
			w.high |= (uint64_t)from[byte] << (8 * (i - 8));
	}
	return w;
}

static void put(const as_program *p, uint8_t *to, unsigned n, const as_held *w)
{
	for (unsigned i = 0; i < n; i++) {
		unsigned byte = p->elf.big ? n - 1 - i : i;
		to[byte] = (uint8_t)(i < 8 ? w->low >> (8 * i) : w->high >> (8 * (i - 8)));
	}
}

static bool within(uint64_t at, uint64_t from, uint64_t len, unsigned n)
{
	return at >= from && at - from <= len - n;
}

static bool load(void *of, uint64_t at, uint8_t width, as_held *w)
{
	as_trial *t = of;
	const as_program *p = t->program;
	if (within(at, SCENE_AT, AS_SCENE, width)) {
		*w = number(p, t->scene + (at - SCENE_AT), width);
		return true;
	}
	if (within(at, STACK_AT, AS_TRIAL_STACK, width)) {
		uint64_t i = at - STACK_AT;
		*w = number(p, t->stack + i, width);
		for (unsigned k = 0; k < width; k++)
			w->known = w->known && t->stack_known[i + k];
		return true;
	}
	const as_region *r = as_program_region(p, at);
	uint64_t v = 0;
	if (!r || !within(at, r->addr, r->len, width))
		return false;
	if (r->write && !as_program_constant(p, at, width, &v))
		t->changeable = true;
	if (width == p->arch->word && as_program_initial(p, at, width, &v)) {
		*w = (as_held){ .low = v, .known = true };
		return true;
	}
	uint8_t bytes[16] = { 0 }; /* what the file does not hold is zero */
	as_span s = as_cut(as_program_from(p, at), 0, width);
	if (s.n > 0 && s.n <= sizeof(bytes))
		memcpy(bytes, s.p, s.n);
	*w = number(p, bytes, width);
	return true;
}

static bool store(void *of, uint64_t at, uint8_t width, const as_held *w)
{
	as_trial *t = of;
	if (within(at, SCENE_AT, AS_SCENE, width)) {
		put(t->program, t->scene + (at - SCENE_AT), width, w);
		return w->known;
	}
	if (!within(at, STACK_AT, AS_TRIAL_STACK, width))
		return false;
	put(t->program, t->stack + (at - STACK_AT), width, w);
	memset(t->stack_known + (at - STACK_AT), w->known, width);
	return true;
}

static void give(as_trial *t, uint64_t addr, const uint64_t *args, unsigned n_args)
{
	const as_program *p = t->program;
	const as_arch *a = p->arch;
	uint64_t sp = STACK_AT + AS_TRIAL_STACK - GAP;
	as_machine *m = &t->machine;
	as_machine_init(m, load, store, t);
	memset(t->stack_known, 0, sizeof(t->stack_known));
	for (unsigned i = 0; i < n_args; i++) {
		as_held w = { .low = args[i], .known = true };
		if (i < a->n_args)
			as_machine_set(m, a->args[i], args[i]);
		else
			(void)store(t, sp + a->stack_args + (i - a->n_args) * a->word, a->word, &w);
	}
	if (a->link == AS_REG_NONE)
		sp -= a->word;
	as_machine_set(m, a->sp, sp);
	for (unsigned r = 0; r < 32;
		r++) { /* something: of vectors, parts are written before all is */
		as_machine_set(m, (uint8_t)(AS_REG_VECTOR + r), NOISE);
		m->reg[AS_REG_VECTOR + r].high = NOISE;
	}
	if (p->elf.machine == AS_EM_MIPS) {
		as_machine_set(m, MIPS_T9, addr);
		if (p->gp != 0)
			as_machine_set(m, MIPS_GP, p->gp);
	}
	if (p->elf.machine == AS_EM_PPC64) {
		as_machine_set(m, 12, addr);
		if (p->gp != 0)
			as_machine_set(m, 2, p->gp);
	}
}

as_step as_trial_end(as_trial *t, uint64_t addr, bool thumb, const uint64_t *args, unsigned n_args,
	uint64_t most)
{
	const as_program *p = t->program;
	if (p->elf.machine == AS_EM_ARM) {
		thumb = thumb || (addr & 1);
		addr &= ~UINT64_C(1);
	}
	const as_region *r = as_program_region(p, addr);
	if (!r || !r->exec || t->spent >= t->budget)
		return AS_STEP_SPENT;
	give(t, addr, args, n_args);
	as_routine routine = { .arch = p->arch, .mode = p->mode, .code = r->data, .base = r->addr };
	routine.mode.thumb = thumb;
	uint64_t left = most;
	as_step s = as_machine_run_on(&t->machine, &routine, addr, &left);
	t->spent += most - left;
	return s;
}

bool as_trial_run(as_trial *t, uint64_t addr, bool thumb, const uint64_t *args, unsigned n_args,
	uint64_t most, uint64_t *answer)
{
	as_step s = as_trial_end(t, addr, thumb, args, n_args, most);
	const as_held *w = &t->machine.reg[t->program->arch->result];
	*answer = w->low;
	return s == AS_STEP_RETURN && w->known;
}
