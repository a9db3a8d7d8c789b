/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/blob.h"

#include "base/text.h"

enum { VECTORS_SURE = 60 /* hundredths: they agree with each other, but nothing else does */ };

static as_opt address(uint64_t addr)
{
	return addr <= INT64_MAX ? as_some((int64_t)addr) : (as_opt){ 0 };
}

/* What table elf calls the machine. */
static const char *machine_of(const as_program *p)
{
	return p->elf.machine == AS_EM_MIPS    ? "mips"
	       : p->elf.machine == AS_EM_RISCV ? "riscv"
					       : p->arch->id;
}

/* "0x1234 -> 0x80005678, ...": offsets of constants that fit, and what they are. */
static as_span evidence_of(const as_blob *b, as_arena *arena)
{
	as_span text = { 0 };
	for (size_t i = 0; i < b->place.n_shown; i++) {
		const as_blob_pointer *one = &b->place.shown[i];
		text = as_print(arena, "%.*s%s0x%llx -> 0x%llx", (int)text.n,
			text.n ? (const char *)text.p : "", text.n ? ", " : "",
			(unsigned long long)one->at, (unsigned long long)one->value);
	}
	return text;
}

as_status as_state_blob(as_facts *out, const as_program *p)
{
	const as_blob *b = p->blob;
	const as_blob_base *place = &b->place;
	bool known = place->sure > 0 || b->vectors;
	as_blob_row row = { .where = b->where,
		.machine = as_lit(machine_of(p)),
		.bits = p->elf.wide ? 64 : 32,
		.endian = as_lit(p->elf.big ? "big" : "little"),
		.thumb = p->mode.thumb,
		.calls = (int64_t)b->evidence.calls,
		.arrived = (int64_t)b->evidence.arrived,
		.base = known ? address(b->base) : (as_opt){ 0 },
		.sure = known ? (int64_t)as_max(place->sure, b->vectors ? VECTORS_SURE : 0) : 0,
		.how = as_lit(!known                       ? ""
			      : b->vectors && !place->sure ? "vectors"
							   : "constants"),
		.inside = (int64_t)place->inside,
		.votes = (int64_t)place->votes,
		.next_base = place->second ? address(place->second_base) : (as_opt){ 0 },
		.next_votes = (int64_t)place->second,
		.evidence = place->sure ? evidence_of(b, p->arena) : (as_span){ 0 } };
	as_status s = as_add_blob(out, row);
	if (!known && s <= AS_PARTIAL)
		s = as_worse(s,
			as_unread(out, p->elf.header,
				"bare machine code whose address could not be told: it is read as "
				"if it stood at 0, so "
				"that texts and tables which it names by address are not found"));
	return s;
}
