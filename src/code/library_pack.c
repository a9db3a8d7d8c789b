/* SPDX-License-Identifier: Apache-2.0 */
/* The pack: a word (little-endian) with the bytes of the names, the names, each ended by NUL, then records of 7 bytes,
 * sorted: the upper 40 bits are a key, the lower 16 the offset of a name, or ASK. */
#include "code/library_pack.h"

#include "base/embed.h"
#include "base/map.h"
#include "code/library.h"
#include "code/stub.h"

#include <string.h>

enum {
	RECORD = 7,
	KEY_BITS = 40,
	NAME_BITS = 16,
	ASK = 0xffff,
	SMALL = 0x800,
	SYSTEM_CALLS = 0x2000,
	LOWEST = -8,
	GOALS = 16,
	STARTS = 64, /* instructions, at most */
	WHOLE = 300
};

/* Whether an operation's constant is part of what the source says, and no address or offset that the linker chooses. */
static bool is_own_constant(const as_program *p, const as_op *op)
{
	uint16_t machine = p->elf.machine;
	bool x86 = machine == AS_EM_X86_64 || machine == AS_EM_386;
	bool sets = op->kind == AS_OP_MOVE && machine == AS_EM_MIPS;
	int64_t most = sets ? SYSTEM_CALLS : SMALL;
	if (op->imm <= LOWEST && op->a != p->arch->sp)
		return false; /* of x86: where a variable of the thread is */
	if (op->imm == 0 || op->imm <= -most || op->imm >= most || op->kind >= AS_OP_BRANCH)
		return false;
	if (op->kind == AS_OP_LOAD || op->kind == AS_OP_STORE)
		return op->a != AS_REG_NONE && (op->a == p->arch->sp || x86);
	return op->kind != AS_OP_ADD || op->a == p->arch->sp || x86 || machine == AS_EM_ARM;
}

static uint64_t add_op(const as_program *p, uint64_t h, const as_op *op)
{
	uint8_t kind = op->kind == AS_OP_CALL_TO ? AS_OP_CALL : op->kind;
	bool call = kind == AS_OP_CALL;
	int64_t k = is_own_constant(p, op) ? op->imm : 0;
	const uint8_t word[10] = { kind, op->width, op->cond, op->shift, call ? 0 : op->dst,
		call ? 0 : op->a, call ? 0 : op->b, op->c, (uint8_t)((uint64_t)k & 0xff),
		(uint8_t)((uint64_t)k >> 8 & 0xff) };
	return as_hash64(h, as_bytes(word, sizeof(word)));
}

static bool ends(const as_op *op)
{
	return op->cond == AS_ALWAYS &&
	       (op->kind == AS_OP_RETURN || op->kind == AS_OP_JUMP || op->kind == AS_OP_JUMP_TO ||
		       op->kind == AS_OP_TRAP);
}

/* Where the constants stand that an operation loads, behind the code of its function; UINT64_MAX: it does not. */
static uint64_t pool_of(const as_op *op, const as_function *f)
{
	bool absolute = op->kind == AS_OP_LOAD && op->a == AS_REG_NONE && op->b == AS_REG_NONE;
	return absolute && (uint64_t)op->imm > f->addr && (uint64_t)op->imm < f->limit
		       ? (uint64_t)op->imm
		       : UINT64_MAX;
}

static as_imprint plain(const as_program *p, const as_function *f, bool whole)
{
	as_imprint out = { .key = as_hash64(whole, as_lit(p->arch->id)), .end = f->addr };
	as_mode mode = p->mode;
	unsigned most = whole ? WHOLE : STARTS;
	uint64_t limit = f->limit;
	mode.thumb = f->thumb;
	for (bool on = true; on && out.n < most && out.end < limit; out.n++) {
		as_ops ops;
		as_ops_clear(&ops, out.end);
		size_t n = p->arch->lift(&mode, as_program_from(p, out.end), out.end, &ops);
		if (n == 0)
			break;
		for (size_t i = 0; i < ops.n; i++) {
			if (ops.op[i].kind != AS_OP_NOP)
				out.key = add_op(p, out.key, &ops.op[i]);
			on = on && (whole || !ends(&ops.op[i]));
			limit = as_min(limit, pool_of(&ops.op[i], f));
		}
		out.end += n;
	}
	out.key >>= 64 - KEY_BITS;
	return out;
}

/* The calls that belong to an imprint, by address; how many. */
static size_t calls_of(const as_imprint *print, const as_values *v, const as_call **calls)
{
	size_t n = 0;
	for (uint32_t i = 0; i < v->n_calls && n < GOALS; i++) {
		const as_call *c = &v->calls[i];
		if (c->at >= print->end || (c->goal == 0 && !c->system))
			continue;
		size_t to = n++;
		for (; to > 0 && calls[to - 1]->at > c->at; to--)
			calls[to] = calls[to - 1];
		calls[to] = c;
	}
	return n;
}

as_imprint as_imprint_of(
	const as_functions *all, const as_function *f, as_imprint_kind kind, const as_values *v)
{
	const as_call *calls[GOALS];
	bool whole = kind == AS_IMPRINT_WHOLE;
	as_imprint out = plain(all->program, f, whole);
	if (kind == AS_IMPRINT_START)
		return out;
	size_t n = calls_of(&out, v, calls);
	uint64_t h = out.key + 1;
	for (size_t i = 0; i < n; i++) {
		const as_function *to =
			calls[i]->system ? NULL : as_function_at(all, calls[i]->goal);
		uint64_t key = to ? plain(all->program, to, whole).key : 0;
		uint8_t word[8];
		for (unsigned b = 0; b < sizeof(word); b++)
			word[b] = (uint8_t)(key >> (8 * b));
		h = as_hash64(h, as_bytes(word, sizeof(word)));
	}
	out.key = n > 0 ? h >> (64 - KEY_BITS) : 0;
	return out;
}

static uint64_t record(as_span records, size_t i)
{
	as_cur c = as_cur_le(records, i * RECORD);
	uint64_t low = as_u32(&c);
	low |= (uint64_t)as_u16(&c) << 32;
	return low | (uint64_t)as_u8(&c) << 48;
}

const char *as_imprint_name(uint64_t key, bool *ask)
{
	as_span pack = as_embedded_file(as_embedded_reference, "library.pack");
	as_cur c = as_cur_le(pack, 0);
	as_span names = as_cut(pack, 4, as_u32(&c)), records = as_from(pack, 4 + names.n);
	size_t low = 0, high = records.n / RECORD;
	*ask = false;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		uint64_t r = record(records, mid);
		if (r >> NAME_BITS == key) {
			uint64_t at = r & ((1u << NAME_BITS) - 1);
			*ask = at == ASK;
			return at < names.n ? (const char *)names.p + at : NULL;
		}
		if (r >> NAME_BITS < key)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static bool find_name(as_functions *f, as_worker *w, size_t number, const char **name)
{
	const as_function *fn = &f->list[number];
	as_flow flow;
	as_values v;
	bool ask = false;
	*name = as_imprint_name(as_imprint_of(f, fn, AS_IMPRINT_START, NULL).key, &ask);
	if (!ask)
		return true;
	if (!as_work_out(w, &flow, &v, f->program, fn->addr, fn->limit, fn->thumb, &f->around))
		return false;
	for (int kind = AS_IMPRINT_CALLS; ask && kind < AS_N_IMPRINTS; kind++) {
		uint64_t key = as_imprint_of(f, fn, (as_imprint_kind)kind, &v).key;
		*name = as_imprint_name(key, &ask);
	}
	return true;
}

bool as_imprint_find(as_functions *f, as_worker *w)
{
	for (size_t i = 0; i < f->n; i++) {
		const as_function *fn = &f->list[i];
		const char *name = NULL;
		if (fn->name.p ||
			as_stub_goal(f->program, fn->addr | fn->thumb) != (fn->addr | fn->thumb))
			continue;
		if (!find_name(f, w, i, &name))
			return false;
		if (name)
			as_library_note(f, i, name);
	}
	return true;
}
