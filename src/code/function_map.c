/* SPDX-License-Identifier: Apache-2.0 */
#include "code/function_map.h"

#include "base/bits.h"
#include "base/search.h"

#include <string.h>

bool as_function_map_make(as_function_map *m, const as_program *p)
{
	*m = (as_function_map){ .step = p->arch->step };
	m->maps = as_alloc_array(p->arena, p->n_code + 1, sizeof(*m->maps));
	for (size_t i = 0; m->maps && i < p->n_code; i++) {
		const as_region *r = &p->code[i];
		as_code_map *one = &m->maps[m->n++];
		one->addr = r->addr;
		one->len = r->data.n;
		one->some = as_alloc(p->arena, r->data.n / m->step / AS_MAP_BLOCK / 8 + 1);
		if (!one->some)
			return false;
		for (int k = 0; k < AS_MAP_KINDS; k++) {
			one->bits[k] = as_alloc(p->arena, r->data.n / m->step / 8 + 1);
			if (!one->bits[k])
				return false;
		}
	}
	return m->maps != NULL;
}

as_code_map *as_function_map_at(const as_function_map *m, uint64_t addr)
{
	size_t n = as_up_to(m->maps, m->n, sizeof(*m->maps), addr);
	as_code_map *one = n > 0 ? &m->maps[n - 1] : NULL;
	return one && addr - one->addr < one->len ? one : NULL;
}

bool as_function_map_is(const as_function_map *m, as_map_kind kind, uint64_t addr)
{
	const as_code_map *one = as_function_map_at(m, addr);
	return one && as_bit(one->bits[kind], (addr - one->addr) / m->step);
}

void as_function_map_set(as_function_map *m, as_map_kind kind, uint64_t addr)
{
	as_code_map *one = as_function_map_at(m, addr);
	uint64_t i = one ? (addr - one->addr) / m->step : 0;
	if (one)
		(void)as_bit_add(one->bits[kind], i);
	if (one && kind == AS_MAP_START)
		(void)as_bit_add(one->some, i / AS_MAP_BLOCK);
}

/* Marks len bytes of a map as covered. */
static void cover(const as_function_map *m, const as_code_map *one, uint64_t addr, uint64_t len)
{
	if (!one || addr - one->addr >= one->len || len == 0)
		return;
	uint64_t from = (addr - one->addr) / m->step,
		 to = (as_min(addr + len, one->addr + one->len) - 1 - one->addr) / m->step;
	as_bit_add_all(one->bits[AS_MAP_COVERED], from, to + 1);
}

void as_function_map_cover(as_function_map *m, uint64_t addr, uint64_t len)
{
	cover(m, as_function_map_at(m, addr), addr, len);
}

void as_function_map_read(as_function_map *m, const as_op *ops, uint32_t n)
{
	uint64_t from = n > 0 ? ops[0].at : 0, to = from;
	const as_code_map *one = as_function_map_at(m, from);
	uint64_t end = one ? one->addr + one->len : from;
	for (uint32_t i = 0; i < n; i++) {
		bool follows = ops[i].at == to && to < end;
		if (ops[i].at + ops[i].len == to)
			continue; /* the same instruction */
		if (!follows) {
			cover(m, one, from, to - from);
			from = ops[i].at;
			one = as_function_map_at(m, from);
			end = one ? one->addr + one->len : from;
		}
		to = ops[i].at + ops[i].len;
	}
	cover(m, one, from, to - from);
}

void as_function_map_enter(as_function_map *m, const as_flow *f, const as_block *b)
{
	const as_op *ops = &f->ops[b->first];
	as_code_map *one = as_function_map_at(m, ops[0].at);
	for (uint32_t i = 0; i < b->n; i++) {
		bool last = i + 1 == b->n;
		if (ops[i].kind == AS_OP_CALL || ops[i].kind == AS_OP_CALL_TO ||
			ops[i].kind == AS_OP_NOP || (last && b->next == AS_NO_BLOCK))
			continue;
		uint64_t next = last ? f->blocks[b->next].addr : ops[i + 1].at;
		if (next <= ops[i].at)
			continue;
		if (one && next - one->addr < one->len)
			(void)as_bit_add(one->bits[AS_MAP_ENTERED], (next - one->addr) / m->step);
		else
			as_function_map_set(m, AS_MAP_ENTERED, next);
	}
}

static bool is_covered(const as_function_map *m, uint64_t addr)
{
	return as_function_map_is(m, AS_MAP_COVERED, addr);
}

typedef struct span {
	uint64_t from, limit;
} span;

/* Whether instructions of a block that were not read before run into some that were. */
static bool falls_in(const as_function_map *m, const as_flow *f, const as_block *b, span in)
{
	const as_op *ops = &f->ops[b->first];
	for (uint32_t i = 0; i < b->n; i++) {
		bool last = i + 1 == b->n;
		if ((last && b->next == AS_NO_BLOCK) || is_covered(m, ops[i].at))
			continue;
		uint64_t next = last ? f->blocks[b->next].addr : ops[i + 1].at;
		if (next > ops[i].at && next > in.from && next < in.limit && is_covered(m, next))
			return true;
	}
	return false;
}

/* Whether a jump goes to the middle of what was read. */
static bool jumps_in(const as_function_map *m, uint64_t goal, span in)
{
	return goal > in.from && goal < in.limit && is_covered(m, goal) &&
	       as_function_map_is(m, AS_MAP_ENTERED, goal);
}

bool as_function_map_joins(const as_function_map *m, const as_flow *f, uint64_t from)
{
	uint64_t mode = f->program->elf.machine == AS_EM_ARM;
	span in = { from, as_function_map_next_start(m, f->addr) };
	for (uint32_t i = 0; i < f->n_blocks; i++) {
		const as_block *b = &f->blocks[i];
		const as_op *last = &f->ops[b->first + b->n - 1];
		if (falls_in(m, f, b, in))
			return true;
		if (is_covered(m, last->at))
			continue;
		uint64_t tail =
			b->tail && last[-1].kind == AS_OP_CALL ? (uint64_t)last[-1].imm & ~mode : 0;
		if (jumps_in(m, tail, in) ||
			(b->taken != AS_NO_BLOCK && jumps_in(m, f->blocks[b->taken].addr, in)))
			return true;
	}
	return false;
}

void as_function_map_forget(as_function_map *m)
{
	for (size_t i = 0; i < m->n; i++)
		for (int k = AS_MAP_COVERED; k < AS_MAP_KINDS; k++)
			memset(m->maps[i].bits[k], 0, m->maps[i].len / m->step / 8 + 1);
}

uint64_t as_function_map_last_start(const as_function_map *m, uint64_t addr)
{
	const as_code_map *one = as_function_map_at(m, addr);
	uint64_t i = one ? (addr - one->addr) / m->step : 0;
	while (i > 0 && !as_bit(one->bits[AS_MAP_START], i))
		if (i % AS_MAP_BLOCK == AS_MAP_BLOCK - 1 && !as_bit(one->some, i / AS_MAP_BLOCK))
			i -= as_min(i, AS_MAP_BLOCK);
		else
			i -= i % 8 == 7 && one->bits[AS_MAP_START][i / 8] == 0 ? as_min(i, 8) : 1;
	return one && as_bit(one->bits[AS_MAP_START], i) ? one->addr + i * m->step : UINT64_MAX;
}

uint64_t as_function_map_next_start(const as_function_map *m, uint64_t addr)
{
	const as_code_map *one = as_function_map_at(m, addr);
	if (!one)
		return addr;
	const uint8_t *starts = one->bits[AS_MAP_START];
	uint64_t n = one->len / m->step, i = (addr - one->addr) / m->step + 1;
	while (i < n && !as_bit(starts, i))
		if (i % AS_MAP_BLOCK == 0 && !as_bit(one->some, i / AS_MAP_BLOCK))
			i += AS_MAP_BLOCK;
		else
			i += i % 8 == 0 && starts[i / 8] == 0 ? 8 : 1;
	return i < n ? one->addr + i * m->step : one->addr + one->len;
}

uint64_t as_function_map_uncovered(const as_function_map *m, uint64_t addr, uint64_t limit)
{
	const as_code_map *one = as_function_map_at(m, addr);
	uint64_t n = one ? (as_min(limit, one->addr + one->len) - one->addr) / m->step : 0;
	for (uint64_t i = one ? (addr - one->addr) / m->step : 0; i < n; i++)
		if (i % 8 == 0 && one->bits[AS_MAP_COVERED][i / 8] == 0xff)
			i += 7;
		else if (!as_bit(one->bits[AS_MAP_COVERED], i))
			return one->addr + i * m->step;
	return limit;
}
