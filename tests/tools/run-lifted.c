/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a function on the machine of operations, by what the lifter makes of its instructions: run-lifted ARCH MODE
 * IMAGE BASE FROM COUNT [REGISTER=VALUE...] IMAGE is what stands in memory from address BASE on; a stack is put
 * behind it. MODE is as of lift-one. The function at FROM is called with 0 to COUNT - 1; prints the 32 low bits of
 * each result in hexadecimal, or how and where it stopped. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "code/machine.h"

enum {
	STACK = 1 << 16,
	RESERVED = 4096 /* above the stack pointer */,
	SPACE = 1 << 22,
	STEPS = 20000000
};

typedef struct memory {
	uint8_t p[SPACE];
	uint64_t base, n;
	bool big;
} memory;

/* Where byte i of a number of width bytes stands. */
static uint8_t *byte_of(memory *g, uint64_t at, uint8_t width, uint8_t i)
{
	return g->p + (at - g->base) + (g->big ? width - 1 - i : i);
}

static bool load(void *of, uint64_t at, uint8_t width, as_held *w)
{
	memory *g = of;
	if (at - g->base > g->n - width)
		return false;
	*w = (as_held){ .known = true };
	for (uint8_t i = 0; i < width; i++)
		*(i < 8 ? &w->low : &w->high) |= (uint64_t)*byte_of(g, at, width, i) << 8 * (i & 7);
	return true;
}

static bool store(void *of, uint64_t at, uint8_t width, const as_held *w)
{
	memory *g = of;
	if (at - g->base > g->n - width || !w->known)
		return false;
	for (uint8_t i = 0; i < width; i++)
		*byte_of(g, at, width, i) = (uint8_t)((i < 8 ? w->low : w->high) >> 8 * (i & 7));
	return true;
}

static size_t read_image(const char *path, memory *g)
{
	FILE *f = fopen(path, "rb");
	size_t n = f ? fread(g->p, 1, SPACE - STACK, f) : 0;
	if (f)
		(void)fclose(f);
	return n;
}

/* Registers at the call: what the command line says, the rest is not known. What a function keeps for its caller
 * must be known to be stored. */
static void prepare(as_machine *m, const as_arch *arch, memory *g, char **values, int n)
{
	as_machine_init(m, load, store, g);
	for (uint8_t r = 0; r < AS_REG_VECTOR; r++)
		if (arch->kept >> r & 1)
			as_machine_set(m, r, 0);
	as_machine_set(m, arch->sp, g->base + g->n - RESERVED);
	if (arch->link != AS_REG_NONE)
		as_machine_set(m, arch->link, 0);
	for (int i = 0; i < n; i++) {
		char *end;
		unsigned long r = strtoul(values[i], &end, 0);
		if (*end == '=' && r < AS_N_REGS)
			as_machine_set(m, (uint8_t)r, strtoull(end + 1, NULL, 0));
	}
}

int main(int argc, char **argv)
{
	static memory g, kept;
	static as_machine m;
	const as_arch *arch = argc > 6 ? as_arch_named(argv[1]) : NULL;
	size_t size = arch ? read_image(argv[3], &g) : 0;
	if (size == 0) {
		fprintf(stderr, "run-lifted ARCH MODE IMAGE BASE FROM COUNT [REGISTER=VALUE...]\n");
		return 2;
	}
	g.base = strtoull(argv[4], NULL, 0);
	g.n = size + STACK;
	g.big = strchr(argv[2], 'b');
	as_routine r = { .arch = arch, .code = as_bytes(kept.p, size), .base = g.base };
	r.mode =
		(as_mode){ .big = g.big, .wide = strchr(argv[2], 'w'), .r6 = strchr(argv[2], '6') };
	memcpy(&kept, &g, sizeof(g));
	for (unsigned long i = 0; i < strtoul(argv[6], NULL, 0); i++) {
		prepare(&m, arch, &g, argv + 7, argc - 7);
		as_machine_set(&m, arch->args[0], i);
		as_step s = as_machine_run(&m, &r, strtoull(argv[5], NULL, 0), STEPS);
		const as_held *v = &m.reg[arch->result];
		if (s == AS_STEP_RETURN && v->known)
			printf("%08" PRIx32 "\n", (uint32_t)v->low);
		else
			printf("stopped %d at %" PRIx64 "\n", s, m.at);
	}
	return 0;
}
