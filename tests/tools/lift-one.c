/* SPDX-License-Identifier: Apache-2.0 */
/* Lifts a range of a file: lift-one ARCH FILE OFFSET LENGTH ADDRESS [MODE] [ops|speed]
 * numbers as in C; MODE is letters of b (big), w (wide), t (Thumb), 6 (MIPS release 6), o (Octeon), or -.
 * One line an instruction: address, length (0: not valid; goes on at the next step), flow (-, branch, jump, jump_to,
 * call, call_to, return, syscall, trap; the last there is, with ? if it is conditional), target or -, registers read
 * and registers written, and with ops the operations. speed: lifts until a second has gone by, prints MB/s. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "code/arch.h"

enum { LINE = 160 };

typedef struct job {
	const as_arch *arch;
	as_mode mode;
	as_span code;
	uint64_t at;
} job;

static void print_set(char letter, const bool *set)
{
	printf(" %c:", letter);
	for (int i = 0, n = 0; i < AS_N_REGS; i++)
		if (set[i] && (i < AS_REG_TEMP))
			printf("%s%d", n++ ? "," : "", i);
}

static void mark(bool *set, uint8_t r)
{
	if (r < AS_N_REGS)
		set[r] = true;
}

static void print_one(uint64_t at, size_t len, const as_ops *ops, bool all)
{
	static const char *const flows[AS_N_OP_KINDS] = { [AS_OP_BRANCH] = "branch?",
		[AS_OP_BRANCH_IF] = "branch?",
		[AS_OP_JUMP] = "jump",
		[AS_OP_JUMP_TO] = "jump_to",
		[AS_OP_CALL] = "call",
		[AS_OP_CALL_TO] = "call_to",
		[AS_OP_RETURN] = "return",
		[AS_OP_SYSCALL] = "syscall",
		[AS_OP_TRAP] = "trap" };
	bool reads[AS_N_REGS] = { false }, writes[AS_N_REGS] = { false };
	const as_op *flow = NULL;
	char line[LINE];
	for (size_t i = 0; i < ops->n; i++) {
		const as_op *op = &ops->op[i];
		flow = flows[op->kind] ? op : flow;
		mark(writes, op->dst);
		mark(reads, op->a);
		mark(reads, op->b);
		mark(reads, op->c);
	}
	bool maybe = flow && flow->cond && flow->kind > AS_OP_BRANCH_IF;
	printf("%" PRIx64 " %zu %s%s ", at, len, flow ? flows[flow->kind] : "-", maybe ? "?" : "");
	if (flow && (flow->kind == AS_OP_BRANCH || flow->kind == AS_OP_BRANCH_IF ||
			    flow->kind == AS_OP_JUMP || flow->kind == AS_OP_CALL))
		printf("%" PRIx64, (uint64_t)flow->imm);
	else
		printf("-");
	print_set('r', reads);
	print_set('w', writes);
	for (size_t i = 0; all && i < ops->n; i++) {
		as_op_print(line, sizeof(line), &ops->op[i]);
		printf(" ; %s", line);
	}
	printf("\n");
}

static bool list(const job *j, bool print, bool all)
{
	as_mode mode = j->mode;
	as_ops ops;
	for (uint64_t i = 0; i < j->code.n;) {
		size_t len = j->arch->lift(&mode, as_from(j->code, i), j->at + i, &ops);
		if (len > j->code.n - i || (len && ops.full)) {
			fprintf(stderr, "wrong at %" PRIx64 "\n", j->at + i);
			return false;
		}
		if (len == 0)
			ops.n = 0;
		if (print)
			print_one(j->at + i, len, &ops, all);
		i += len ? len : j->arch->step;
	}
	return true;
}

static double seconds(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool measure(const job *j)
{
	double began = seconds(), bytes = 0;
	while (seconds() - began < 1.0) {
		if (!list(j, false, false))
			return false;
		bytes += (double)j->code.n;
	}
	printf("%.1f MB/s\n", bytes / 1e6 / (seconds() - began));
	return true;
}

/* *room: to be freed. */
static bool read_range(const char *path, long from, size_t n, job *j, uint8_t **room)
{
	FILE *f = fopen(path, "rb");
	uint8_t *p = *room = malloc(n ? n : 1);
	bool ok = f && p && fseek(f, from, SEEK_SET) == 0 && fread(p, 1, n, f) == n;
	if (f)
		(void)fclose(f);
	j->code = as_bytes(p, n);
	return ok;
}

int main(int argc, char **argv)
{
	job j = { .arch = argc >= 6 ? as_arch_named(argv[1]) : NULL };
	const char *letters = argc >= 7 ? argv[6] : "-", *what = argc >= 8 ? argv[7] : "";
	uint8_t *room = NULL;
	if (!j.arch || !read_range(argv[2], strtol(argv[3], NULL, 0), strtoul(argv[4], NULL, 0), &j,
			       &room)) {
		fprintf(stderr, "lift-one ARCH FILE OFFSET LENGTH ADDRESS [MODE] [ops|speed]\n");
		return 2;
	}
	j.at = strtoull(argv[5], NULL, 0);
	j.mode = (as_mode){ .big = strchr(letters, 'b'),
		.wide = strchr(letters, 'w'),
		.thumb = strchr(letters, 't'),
		.r6 = strchr(letters, '6'),
		.octeon = strchr(letters, 'o') };
	bool ok =
		strcmp(what, "speed") == 0 ? measure(&j) : list(&j, true, strcmp(what, "ops") == 0);
	free(room);
	return ok ? 0 : 1;
}
