/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a function of a flat piece of memory on the machine of operations, and prints what it returns:
 * run-one ARCH FILE ADDRESS MODE FUNCTION [ARGUMENT]...
 * FILE stands in memory at ADDRESS, with 64 KiB of zeros after it; MODE as for lift-one. The stack holds nothing
 * that is known. Prints the result in hexadecimal, or why it stopped. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "code/machine.h"

enum { AFTER = 64 << 10, STACK = 256 << 10, STACK_AT = 0x70000000, STEPS = 20000000 };

typedef struct area {
	uint64_t at, n;
	uint8_t *p, *known;
} area;

typedef struct memory {
	area areas[2]; /* image, stack */
	bool big;
} memory;

static area *area_of(memory *m, uint64_t at, uint8_t width)
{
	for (int i = 0; i < 2; i++)
		if (at - m->areas[i].at < m->areas[i].n &&
			width <= m->areas[i].n - (at - m->areas[i].at))
			return &m->areas[i];
	return NULL;
}

/* Where the byte of weight i stands. */
static uint64_t place(const memory *m, uint8_t i, uint8_t width)
{
	return m->big ? width - 1u - i : i;
}

static bool load(void *of, uint64_t at, uint8_t width, as_held *w)
{
	memory *m = of;
	area *a = area_of(m, at, width);
	*w = (as_held){ .known = true };
	for (uint8_t i = 0; a && i < width; i++) {
		uint64_t from = at - a->at + place(m, i, width);
		*(i < 8 ? &w->low : &w->high) |= (uint64_t)a->p[from] << 8 * (i & 7);
		w->known = w->known && a->known[from];
	}
	return a;
}

static bool store(void *of, uint64_t at, uint8_t width, const as_held *w)
{
	memory *m = of;
	area *a = area_of(m, at, width);
	for (uint8_t i = 0; a && i < width; i++) {
		uint64_t to = at - a->at + place(m, i, width);
		a->p[to] = (uint8_t)((i < 8 ? w->low : w->high) >> 8 * (i & 7));
		a->known[to] = w->known;
	}
	return a;
}

static void make(area *a, uint64_t at, uint64_t n, bool known)
{
	*a = (area){ .at = at, .n = n, .p = calloc(n, 1), .known = calloc(n, 1) };
	if (!a->p || !a->known)
		exit(2);
	memset(a->known, known, n);
}

static bool read_file(const char *path, uint64_t at, memory *m, as_routine *r)
{
	FILE *f = fopen(path, "rb");
	if (!f || fseek(f, 0, SEEK_END) != 0)
		return false;
	uint64_t n = (uint64_t)ftell(f);
	make(&m->areas[0], at, n + AFTER, true);
	make(&m->areas[1], STACK_AT, STACK, false);
	rewind(f);
	bool ok = fread(m->areas[0].p, 1, n, f) == n;
	(void)fclose(f);
	r->code = as_bytes(m->areas[0].p, n);
	r->base = at;
	return ok;
}

static void give_arguments(as_machine *m, const as_arch *arch, int n, char **values)
{
	uint64_t sp = STACK_AT + STACK / 2;
	for (int i = 0; i < n; i++) {
		as_held w = { .low = strtoull(values[i], NULL, 0), .known = true };
		if (i < arch->n_args)
			as_machine_set(m, arch->args[i], w.low);
		else
			(void)m->store(m->of,
				sp + arch->stack_args + (uint64_t)(i - arch->n_args) * arch->word,
				arch->word, &w);
	}
	as_held back = { .low = 0, .known = true };
	if (arch->link == AS_REG_NONE) {
		sp -= arch->word;
		(void)m->store(m->of, sp, arch->word, &back);
	} else {
		as_machine_set(m, arch->link, 0);
	}
	as_machine_set(m, arch->sp, sp);
}

int main(int argc, char **argv)
{
	static const char *const stops[] = { "on", "jump", "call", "return", "syscall", "trap",
		"unknown", "memory", "code", "spent" };
	as_routine r = { .arch = argc >= 6 ? as_arch_named(argv[1]) : NULL };
	memory mem = { 0 };
	as_machine m;
	if (!r.arch || !read_file(argv[2], strtoull(argv[3], NULL, 0), &mem, &r)) {
		fprintf(stderr, "run-one ARCH FILE ADDRESS MODE FUNCTION [ARGUMENT]...\n");
		return 2;
	}
	r.mode = (as_mode){ .big = strchr(argv[4], 'b'),
		.wide = strchr(argv[4], 'w'),
		.thumb = strchr(argv[4], 't'),
		.r6 = strchr(argv[4], '6'),
		.octeon = strchr(argv[4], 'o') };
	mem.big = r.mode.big;
	as_machine_init(&m, load, store, &mem);
	give_arguments(&m, r.arch, argc - 6, argv + 6);
	as_step s = as_machine_run(&m, &r, strtoull(argv[5], NULL, 0), STEPS);
	const as_held *result = &m.reg[r.arch->result];
	if (s == AS_STEP_RETURN && result->known)
		printf("%" PRIx64 "\n", result->low);
	else
		printf("%s at %" PRIx64 "\n", s == AS_STEP_RETURN ? "result unknown" : stops[s],
			m.at);
	for (size_t i = 0; i < sizeof(mem.areas) / sizeof(mem.areas[0]); i++) {
		free(mem.areas[i].p);
		free(mem.areas[i].known);
	}
	return 0;
}
