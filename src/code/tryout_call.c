/* SPDX-License-Identifier: Apache-2.0 */
#include "code/tryout_inside.h"

#include <string.h>

enum { APART = 0x10000, COPIED_MAX = 1024, FORGOTTEN_MAX = 512, FORGOTTEN = 64 };

static uint64_t objects_at(const as_tryout *t)
{
	return t->program->arch->word == 8 ? UINT64_C(0x7f8080000000) : UINT64_C(0xd0000000);
}

void as_tryout_forget_reg(as_tryout *t, uint8_t r)
{
	if (r >= AS_REG_ZERO)
		return;
	*as_tryout_reg(t, r) = (as_held){ 0 };
	t->shadows[r] = (as_shadow){ 0 };
}

void as_tryout_forget_call(as_tryout *t, uint64_t kept)
{
	for (uint64_t lost = ~kept; lost; lost &= lost - 1)
		as_tryout_forget_reg(t, (uint8_t)__builtin_ctzll(lost));
	memset(&t->m.reg[64], 0, (AS_REG_ZERO - 64) * sizeof(t->m.reg[0]));
	memset(&t->shadows[64], 0, (AS_REG_ZERO - 64) * sizeof(t->shadows[0]));
}

/* Argument i of the call that the machine is at. */
bool as_tryout_argument(as_tryout *t, unsigned i, uint64_t *k)
{
	const as_arch *a = t->program->arch;
	as_held w = { 0 };
	if (i < a->n_args) {
		w = *as_tryout_reg(t, a->args[i]);
	} else if (as_tryout_reg(t, a->sp)->known) {
		uint64_t at =
			as_tryout_reg(t, a->sp)->low + a->stack_args + (i - a->n_args) * a->word;
		bool marking = t->memory.marking;
		t->memory.marking = false;
		(void)as_tryout_load(&t->memory, at, a->word, &w);
		t->memory.marking = marking;
	}
	*k = w.low;
	return w.known;
}

static size_t length_at(const as_tryout *t, uint64_t at, bool *known)
{
	uint8_t b = 1;
	size_t n = 0;
	*known = true;
	while (n < AS_TRYOUT_TEXT * 2 && *known && b != 0) {
		*known = as_tryout_byte(&t->memory, at + n, &b);
		n += *known && b != 0;
	}
	return n;
}

static void copy_bytes(as_tryout *t, uint64_t to, uint64_t from, uint64_t n)
{
	bool marking = t->memory.marking;
	t->memory.marking = false;
	for (uint64_t i = 0; i < n && i < COPIED_MAX; i++) {
		as_held w = { 0 };
		(void)as_tryout_load(&t->memory, from + i, 1, &w);
		(void)as_tryout_store(&t->memory, to + i, 1, &w);
	}
	t->memory.marking = marking;
}

static void fill_bytes(as_tryout *t, uint64_t to, uint64_t value, uint64_t n)
{
	as_held w = { .low = value & 0xff, .known = true };
	bool marking = t->memory.marking;
	t->memory.marking = false;
	for (uint64_t i = 0; i < n && i < COPIED_MAX; i++)
		(void)as_tryout_store(&t->memory, to + i, 1, &w);
	t->memory.marking = marking;
}

uint64_t as_tryout_object(as_tryout *t)
{
	t->heap += APART;
	return objects_at(t) + t->heap;
}

/* What a library function does to the memory of the run; *result is set if its answer is known. */
static void imitate(as_tryout *t, const as_api *api, bool *known, uint64_t *result)
{
	as_span name = as_lit(api->name);
	uint64_t a = 0, b = 0, n = 0;
	bool has_a = as_tryout_argument(t, 0, &a), has_b = as_tryout_argument(t, 1, &b),
	     has_n = as_tryout_argument(t, 2, &n);
	bool ends = false;
	if (as_is(name, "malloc") || as_is(name, "calloc")) {
		*result = as_tryout_object(t);
		*known = true;
		if (as_is(name, "calloc"))
			fill_bytes(t, *result, 0, AS_TRYOUT_TEXT);
	} else if (as_is(name, "strlen") && has_a) {
		*result = length_at(t, a, &ends);
		*known = ends;
	} else if (has_a && has_b &&
		   (as_is(name, "strcpy") || as_is(name, "stpcpy") || as_is(name, "strdup"))) {
		copy_bytes(t, a, b, length_at(t, b, &ends) + 1);
	} else if (has_a && has_b && has_n && as_has(name, "memset")) {
		fill_bytes(t, a, b, n);
	} else if (has_a && has_b && has_n && api->kind == AS_API_COPY && api->size == 2 &&
		   !as_has(name, "cat")) {
		copy_bytes(t, a, b, n);
	} else if (has_a && (api->writes & 1)) {
		as_tryout_forget(&t->memory, a,
			api->size == 2 && has_n ? as_min(n, FORGOTTEN_MAX) : FORGOTTEN);
	} else if (has_b && (api->writes & 2)) {
		as_tryout_forget(&t->memory, b,
			api->size == 2 && has_n ? as_min(n, FORGOTTEN_MAX) : FORGOTTEN);
	}
}

/* A call that is not followed: the convention says what is lost. */
void as_tryout_pass_over(as_tryout *t, const as_call *c)
{
	const as_arch *a = t->program->arch;
	const as_api *api = c ? c->api : NULL;
	bool known = false;
	uint64_t result = 0;
	if (api)
		imitate(t, api, &known, &result);
	uint64_t kept = a->kept | UINT64_C(1) << a->sp;
	if (t->program->elf.machine == AS_EM_MIPS)
		kept |= UINT64_C(1) << AS_TRYOUT_MIPS_GP;
	as_tryout_forget_call(t, kept);
	if (known)
		as_machine_set(&t->m, a->result, result);
}
