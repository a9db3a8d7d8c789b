/* SPDX-License-Identifier: Apache-2.0 */
#include "code/library_system.h"

#include <string.h>

enum {
	COLUMNS = 7,
	AT_FDCWD = -100,
	AT_REMOVEDIR = 0x200,
	SIGCHLD = 17,
	SIGCHLD_MIPS = 18,
	OTHER = UINT8_MAX
};

typedef struct row {
	const char *name, *passes;
	int16_t number[COLUMNS];
} row;

static const row rows[] = {
#define SYSTEM(name, passes, ...) { name, passes, { __VA_ARGS__ } },
#include "code/library_numbers.def"
#undef SYSTEM
};

static size_t column_of(const as_program *p)
{
	static const struct {
		const char *arch;
		size_t column;
	} table[] = { { "x86_64", 0 }, { "i386", 1 }, { "arm", 2 }, { "aarch64", 3 },
		{ "riscv64", 3 }, { "riscv32", 3 }, { "mips", 4 }, { "mips64", 5 },
		{ "powerpc", 6 }, { "powerpc64", 6 } };
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strcmp(table[i].arch, p->arch->id) == 0)
			return table[i].column;
	return COLUMNS;
}

/* Argument number *i of the function, unchanged but for its width. */
static bool is_argument(const as_values *v, as_value x, size_t *i)
{
	int64_t offset = 0;
	const as_term *n = as_term_of(v, as_value_base(v, x, &offset));
	*i = (size_t)n->k;
	return n->kind == AS_V_ARG && offset == 0;
}

static bool is_number(const as_values *v, as_value x, int64_t k)
{
	uint64_t c = 0;
	return as_value_const(v, x, &c) && (int32_t)(uint32_t)c == k;
}

static bool is_fork(const as_values *v, as_value x)
{
	uint64_t c = 0;
	return as_value_const(v, x, &c) && ((c & 0xff) == SIGCHLD || (c & 0xff) == SIGCHLD_MIPS);
}

/* Argument i of the system call; false: it is not known by design (beyond what is followed). */
static bool system_argument(const as_call *c, const as_forwarder *f, size_t i, as_value *x)
{
	size_t at = f ? f->from[i] : i + 1;
	if (at >= AS_ARGS_MAX)
		return false;
	*x = c->arg[at];
	return i < 3 || *x != AS_NOT_KNOWN;
}

static bool fits_one(const as_values *v, char what, as_value x)
{
	size_t i = 0;
	switch (what) {
	case '*':
	case '.':
		return true;
	case '-':
		return is_number(v, x, AT_FDCWD);
	case 'm':
		return is_number(v, x, -1);
	case 'z':
		return is_number(v, x, 0);
	case 'd':
		return is_number(v, x, AT_REMOVEDIR);
	case 'f':
		return is_fork(v, x);
	default:
		return is_argument(v, x, &i) && i == (size_t)(what - '0');
	}
}

static bool fits(const as_values *v, const as_call *c, const as_forwarder *f, const char *passes)
{
	as_value x = AS_NOT_KNOWN;
	for (size_t i = 0; passes[i] && i < AS_ARGS_MAX - 1; i++)
		if (system_argument(c, f, i, &x) && !fits_one(v, passes[i], x))
			return false;
	return true;
}

/* The constant that was last put into a register in the block of a call, before it. */
static bool put_before(const as_values *v, const as_call *c, uint8_t reg, uint64_t *k)
{
	const as_block *b = &v->flow->blocks[c->block];
	for (uint32_t i = c->op; i > b->first; i--) {
		const as_op *op = &v->flow->ops[i - 1];
		if (op->dst != reg)
			continue;
		*k = (uint64_t)op->imm;
		return op->kind == AS_OP_MOVE && op->a == AS_REG_NONE && op->cond == AS_ALWAYS;
	}
	return false;
}

static bool number_of(const as_values *v, const as_call *c, const as_forwarder *f, uint64_t *k)
{
	if (f && f->reg != AS_REG_NONE)
		return put_before(v, c, f->reg, k);
	return as_value_const(v, c->arg[f ? f->number : 0], k);
}

static const char *named(const as_values *v, const as_call *c, const as_forwarder *f)
{
	uint64_t number = 0;
	size_t column = column_of(v->flow->program);
	if (column == COLUMNS || !number_of(v, c, f, &number))
		return NULL;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].number[column] == (int64_t)number && fits(v, c, f, rows[i].passes))
			return rows[i].name;
	return NULL;
}

static bool is_system(const as_call *c, const as_forwarder *f)
{
	return f ? !c->system && c->goal == f->addr : c->system;
}

const char *as_library_system(const as_values *v, const as_forwarder *f)
{
	const char *name = NULL;
	for (uint32_t i = 0; i < v->n_calls; i++) {
		const as_call *c = &v->calls[i];
		if (!is_system(c, f)) {
			if (c->system)
				return NULL;
			continue;
		}
		const char *one = named(v, c, f);
		if (!one || (name && strcmp(name, one) != 0))
			return NULL;
		name = one;
	}
	return name;
}

bool as_library_forwards(const as_values *v, const as_forwarder *known, as_forwarder *out)
{
	*out = (as_forwarder){ .addr = v->flow->addr, .reg = AS_REG_NONE };
	const as_call *c = NULL;
	for (uint32_t i = 0; i < v->n_calls; i++) {
		if (is_system(&v->calls[i], known))
			c = &v->calls[i];
		else if (v->calls[i].system)
			return false;
	}
	size_t i = 0;
	if (!c || (known && known->reg != AS_REG_NONE))
		return false;
	const as_term *number = as_term_of(v, c->arg[known ? known->number : 0]);
	if (number->kind == AS_V_ENTRY && number->k >= 0 && number->k < AS_REG_TEMP)
		out->reg = (uint8_t)number->k;
	else if (!is_argument(v, c->arg[known ? known->number : 0], &i) || i >= AS_ARGS_MAX)
		return false;
	out->number = (uint8_t)i;
	for (size_t k = 0; k + 1 < AS_ARGS_MAX; k++) {
		as_value x = AS_NOT_KNOWN;
		bool is = system_argument(c, known, k, &x) && is_argument(v, x, &i);
		out->from[k] = is && i < AS_ARGS_MAX ? (uint8_t)i : OTHER;
	}
	return out->from[0] != OTHER && out->from[1] != OTHER;
}

static bool is_named(const as_program *p, uint64_t number, const char *const *names)
{
	size_t column = column_of(p);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && column < COLUMNS; i++)
		for (size_t k = 0; names[k] && rows[i].number[column] == (int64_t)number; k++)
			if (strcmp(rows[i].name, names[k]) == 0)
				return true;
	return false;
}

bool as_library_is_process(const as_program *p, uint64_t number)
{
	static const char *const names[] = { "fork", "vfork", "execve", "execveat", NULL };
	enum { CLONE3 = 435 };
	bool mips = p->elf.machine == AS_EM_MIPS;
	uint64_t base = mips ? (p->elf.wide ? 5000 : 4000) : 0;
	return number == base + CLONE3 || is_named(p, number, names);
}

bool as_library_is_open(const as_program *p, uint64_t number)
{
	static const char *const names[] = { "open", "openat", NULL };
	return is_named(p, number, names);
}

const char *as_library_number(const as_program *p, uint64_t number)
{
	size_t column = column_of(p);
	for (size_t i = 0; column < COLUMNS && i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].number[column] >= 0 && (uint64_t)rows[i].number[column] == number)
			return rows[i].name;
	return NULL;
}
