/* SPDX-License-Identifier: Apache-2.0 */
/* .eh_frame is a row of records: u32 length (0 ends it; ffffffff: u64 follows), u32 id. Id 0 is a CIE: version,
 * augmentation string, alignment factors, return register, and with "z" a length and what the letters stand for
 * ("R": how pointers are encoded). Any other id is an FDE, and the distance back to its CIE: start, length. Linux
 * Standard Base, chapter 10.6. .ARM.exidx is a table of pairs of words, the first a 31-bit distance to the
 * function. ARM EHABI, chapter 6. */
#include "code/unwind.h"

enum {
	PT_ARM_EXIDX = 0x70000001,
	PT_EH_FRAME = 0x6474e550,
	RECORDS_MAX = 1 << 20,
	OMITTED = 0xff,
	PCREL = 0x10,
	DATAREL = 0x30,
};

static uint64_t leb(as_cur *c)
{
	uint64_t v = 0;
	for (unsigned shift = 0; as_ok(c); shift += 7) {
		uint8_t b = as_u8(c);
		v |= shift < 64 ? (uint64_t)(b & 0x7f) << shift : 0;
		if (!(b & 0x80))
			break;
	}
	return v;
}

/* A pointer in one of the encodings; base is the address of the cursor's span. */
static uint64_t encoded(const as_program *p, as_cur *c, uint8_t how, uint64_t base)
{
	uint64_t at = base + as_pos(c), v = 0;
	switch (how & 0x0f) {
	case 0x00:
		v = as_uword(c, p->elf.wide);
		break;
	case 0x02:
		v = as_u16(c);
		break;
	case 0x0a:
		v = (uint64_t)(int16_t)as_u16(c);
		break;
	case 0x03:
		v = as_u32(c);
		break;
	case 0x0b:
		v = (uint64_t)(int32_t)as_u32(c);
		break;
	case 0x04:
	case 0x0c:
		v = as_u64(c);
		break;
	default:
		c->bad = true;
		break;
	}
	if ((how & 0x70) == PCREL)
		v += at;
	return p->elf.wide ? v : (uint32_t)v;
}

/* How the FDEs of a CIE encode their pointers. */
static uint8_t pointer_encoding(const as_program *p, as_span cie, uint64_t base)
{
	as_cur c = as_program_cur(p, cie, 0);
	uint8_t version = as_u8(&c);
	as_span letters = as_str(&c, 1);
	if (as_at(letters, 0) != 'z')
		return 0;
	if (version >= 4)
		as_skip(&c, 2);
	(void)leb(&c);
	(void)leb(&c);
	(void)(version == 1 ? as_u8(&c) : leb(&c));
	(void)leb(&c);
	for (size_t i = 1; i < letters.n && as_ok(&c); i++) {
		uint8_t letter = letters.p[i];
		if (letter == 'R')
			return as_u8(&c);
		if (letter == 'L')
			as_skip(&c, 1);
		else if (letter == 'P')
			(void)encoded(p, &c, as_u8(&c), base);
		else if (letter != 'S' && letter != 'B')
			break;
	}
	return 0;
}

static void read_frames(const as_program *p, uint64_t addr,
	void (*each)(void *ctx, uint64_t addr, uint64_t len), void *ctx)
{
	as_span all = as_program_from(p, addr);
	as_cur c = as_program_cur(p, all, 0);
	uint64_t cie_at = UINT64_MAX;
	uint8_t how = 0;
	for (size_t i = 0; i < RECORDS_MAX; i++) {
		uint64_t len = as_u32(&c);
		if (len == UINT32_MAX)
			len = as_u64(&c);
		uint64_t id_at = as_pos(&c);
		as_span record = as_take(&c, len);
		if (!as_ok(&c) || len < 4)
			return;
		as_cur r = as_program_cur(p, record, 0);
		uint32_t id = as_u32(&r);
		if (id == 0 || id > id_at)
			continue;
		if (id_at - id != cie_at) {
			cie_at = id_at - id;
			as_cur k = as_program_cur(p, all, cie_at);
			uint32_t n = as_u32(&k);
			as_span cie = as_take(&k, n);
			how = pointer_encoding(p, as_from(cie, 4), addr + cie_at + 8);
		}
		uint64_t start = encoded(p, &r, how, addr + id_at);
		uint64_t size = encoded(p, &r, how & 0x0f, 0);
		if (as_ok(&r) && how != OMITTED)
			each(ctx, start, size);
	}
}

static void read_exidx(const as_program *p, const as_elf_segment *s,
	void (*each)(void *ctx, uint64_t addr, uint64_t len), void *ctx)
{
	as_cur c = as_program_cur(p, s->data, 0);
	while (as_left(&c) >= 8) {
		uint64_t at = s->addr + as_pos(&c);
		uint32_t word = as_u32(&c);
		as_skip(&c, 4);
		/* A word of 31 bits, sign-extended. */
		uint32_t distance = (word & 0x7fffffffu) | (word & 0x40000000u) << 1;
		each(ctx, (uint32_t)(at + distance), 0);
	}
}

/* The address of .eh_frame, from the header that leads to it or from the section. */
static uint64_t frames_at(const as_program *p)
{
	const as_elf_segment *header = as_elf_segment_typed(&p->elf, PT_EH_FRAME);
	if (header) {
		as_cur c = as_program_cur(p, header->data, 1);
		uint8_t how = as_u8(&c);
		as_skip(&c, 2);
		uint64_t at = encoded(p, &c, how, header->addr);
		if ((how & 0x70) == DATAREL)
			at += header->addr;
		if (as_ok(&c) && how != OMITTED)
			return at;
	}
	const as_elf_section *s = as_elf_section_named(&p->elf, ".eh_frame");
	return s ? s->addr : 0;
}

void as_unwind_each(
	const as_program *p, void (*each)(void *ctx, uint64_t addr, uint64_t len), void *ctx)
{
	uint64_t frames = frames_at(p);
	if (frames)
		read_frames(p, frames, each, ctx);
	const as_elf_segment *exidx = as_elf_segment_typed(&p->elf, PT_ARM_EXIDX);
	if (exidx && p->elf.machine == AS_EM_ARM)
		read_exidx(p, exidx, each, ctx);
}
