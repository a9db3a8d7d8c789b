/* SPDX-License-Identifier: Apache-2.0 */
/* A unified kernel image: an EFI program (PE) that holds a kernel and what it starts with, little-endian.
 *    0 "MZ"   60 place of the PE header u32, there:
 *    0 "PE" 0 0   4 machine u16   6 sections u16   12 place of symbols u32   16 how many u32
 *   20 size of the optional header u16   24 it: 020b (or 010b) u16
 *      and at its byte 112 (96) directories of 8 bytes; the fifth is where signatures stand u32, and their size u32
 *    then sections, each 40 bytes: name [8], size in memory u32, address u32, size in the file u32, place u32
 * Sections: .linux, .initrd, .cmdline, .osrel, .uname, .dtb, .splash, .sbat, .ucode, .pcrsig and others; one is as
 * long as it is in memory, what the file has more is alignment. A signature: its size u32, 0200, 2 u16 (PKCS #7).
 * Symbols (COFF) are 18 bytes each; behind them their names, which begin with their size u32. */
#include "unpack/vendor.h"

enum {
	PE_AT = 60,
	SECTION = 40,
	SYMBOL = 18,
	SECTIONS_MAX = 96,
	WIDE = 0x020b,
	NARROW = 0x010b,
	SECURITY = 4, /* which directory */
	SIGNATURES_MAX = 16,
	NAME = 8,
	STUB_MAX =
		1024 /* bytes of the program for DOS; more between it and the PE header may be anything */
};

typedef struct pe {
	uint64_t header, sections, security; /* where these, the table and the directory stand */
	uint64_t end, signed_at, signed_n;
	uint64_t symbols, symbols_n; /* with their names; 0: none */
	uint16_t machine, n;
} pe;

typedef struct section {
	as_span name;
	uint32_t memory, stored, at;
} section;

static bool read_section(as_span image, const pe *p, unsigned i, section *s)
{
	as_cur c = as_cur_le(image, p->sections + (uint64_t)i * SECTION);
	s->name = as_vendor_string(as_take(&c, NAME));
	s->memory = as_u32(&c);
	as_skip(&c, 4);
	s->stored = as_u32(&c);
	s->at = as_u32(&c);
	as_skip(&c, 16);
	return as_ok(&c);
}

/* Where the symbols stand, and how long they are with their names. What is not all there is none. */
static void read_symbols(as_span image, uint64_t header, pe *p)
{
	as_cur c = as_cur_le(image, header + 12);
	uint32_t at = as_u32(&c), n = as_u32(&c);
	uint64_t names = at + (uint64_t)n * SYMBOL;
	as_seek(&c, names);
	uint32_t names_n = as_u32(&c);
	if (at == 0 || n == 0 || !as_ok(&c) || names_n < 4 || names_n > image.n - names)
		return;
	p->symbols = at;
	p->symbols_n = names - at + names_n;
}

static bool read_pe(as_span image, pe *p)
{
	as_cur c = as_cur_le(image, PE_AT);
	uint32_t at = as_u32(&c);
	as_seek(&c, at);
	as_span magic = as_take(&c, 4);
	*p = (pe){ .machine = as_u16(&c) };
	p->n = as_u16(&c);
	as_skip(&c, 12);
	uint16_t optional = as_u16(&c);
	as_skip(&c, 2);
	uint16_t kind = as_u16(&c);
	p->header = at;
	p->sections = (uint64_t)at + 24 + optional;
	p->security = (uint64_t)at + 24 + (kind == WIDE ? 112 : 96) + SECURITY * 8;
	bool is = as_same(magic, as_bytes("PE\0\0", 4)) && (kind == WIDE || kind == NARROW) &&
		  p->n > 0 && p->n <= SECTIONS_MAX && p->security + 8 <= p->sections;
	c = as_cur_le(image, p->security);
	p->signed_at = as_u32(&c);
	p->signed_n = as_u32(&c);
	p->end = p->sections + (uint64_t)p->n * SECTION;
	section s;
	bool linux = false;
	for (unsigned i = 0; is && i < p->n; i++) {
		if (!read_section(image, p, i, &s))
			return false;
		linux = linux || as_is(s.name, ".linux");
		p->end = s.stored > 0 ? as_max(p->end, (uint64_t)s.at + s.stored) : p->end;
	}
	read_symbols(image, at, p);
	p->end = as_max(p->end, p->symbols + p->symbols_n);
	if (p->signed_at > 0 && p->signed_at >= p->end)
		p->end = p->signed_at + p->signed_n;
	return as_ok(&c) && is && linux;
}

static as_status probe(as_span image, as_extent *out)
{
	pe p;
	if (!read_pe(image, &p))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(p.end, image.n), .sure = AS_STRUCTURED };
	return AS_OK;
}

static as_status put_section(as_unpack *u, as_span body, const pe *p, unsigned i)
{
	section s;
	if (!read_section(body, p, i, &s) || s.stored == 0 || s.name.n < 2)
		return AS_OK;
	uint32_t n = s.memory > 0 && s.memory < s.stored ? s.memory : s.stored;
	if (as_all(as_cut(body, (uint64_t)s.at + n, s.stored - n), 0))
		as_struct(u, (uint64_t)s.at + n, s.stored - n, "alignment");
	as_span data = as_cut(body, s.at, n);
	if (as_is(s.name, ".cmdline") || as_is(s.name, ".uname"))
		as_vendor_text(u, data, as_is(s.name, ".uname") ? "uname" : "cmdline");
	return as_vendor_part(
		u, body, as_at(s.name, 0) == '.' ? as_from(s.name, 1) : s.name, s.at, n);
}

static as_status put_symbols(as_unpack *u, as_span body, const pe *p)
{
	uint64_t end = p->symbols + p->symbols_n;
	uint64_t gap = p->signed_at > end ? p->signed_at - end : 0;
	if (gap < 8 && as_all(as_cut(body, end, gap), 0))
		as_struct(u, end, gap, "alignment");
	return as_vendor_part(u, body, as_lit("symbols"), p->symbols, p->symbols_n);
}

static as_status put_signatures(as_unpack *u, as_span body, const pe *p)
{
	as_status s = AS_OK;
	uint64_t at = p->signed_at, end = at + p->signed_n;
	for (unsigned i = 0; i < SIGNATURES_MAX && end - at >= 8 && s <= AS_PARTIAL; i++) {
		as_cur c = as_cur_le(body, at);
		uint32_t n = as_u32(&c);
		if (!as_ok(&c) || n <= 8 || n > end - at)
			return as_worse(
				s, as_lost(u, as_min(at, body.n), "a signature is damaged"));
		as_struct(u, at, 8, "header of a signature");
		s = as_worse(
			s, as_vendor_part(u, body, as_print(as_memory(u), "signature-%u.p7b", i),
				   at + 8, n - 8));
		as_span pad = as_cut(body, at + n, (8 - n % 8) % 8);
		if (as_all(pad, 0))
			as_struct(u, at + n, pad.n, "alignment");
		at += ((uint64_t)n + 7) / 8 * 8;
		if (at >= end)
			break;
	}
	return s;
}

static as_status unpack(as_unpack *u, as_span body)
{
	pe p;
	if (!read_pe(body, &p))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, p.header <= STUB_MAX ? p.header : PE_AT + 4, "DOS header");
	as_struct(u, p.header, p.sections + (uint64_t)p.n * SECTION - p.header, "PE header");
	as_tellf(u, as_cut(body, p.header + 4, 2), "machine", "0x%04x", p.machine);
	as_tell(u, as_cut(body, p.security, 8), "signature",
		as_lit(p.signed_n > 0 ? "is there; not verified" : "none"));
	as_status s = AS_OK;
	for (unsigned i = 0; i < p.n && s <= AS_PARTIAL; i++)
		s = as_worse(s, put_section(u, body, &p, i));
	if (s <= AS_PARTIAL && p.symbols > 0)
		s = as_worse(s, put_symbols(u, body, &p));
	return s <= AS_PARTIAL && p.signed_n > 0 ? as_worse(s, put_signatures(u, body, &p)) : s;
}

const as_format as_format_uki = {
	.id = "uki",
	.title = "Unified kernel image (EFI)",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "MZ", .len = 2, .at = 0, .start = true }, { 0 } },
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "32 and 64 bits, with and without signatures", NULL },
	.verifies = NULL,
	.keeps = NULL,
	.samples = (const char *const[]){ "objcopy 2.40 on systemd's stub (systemd-boot-efi 252)",
		NULL },
	.gaps = (const char *const[]){ "signatures (Authenticode) come out, and are not verified",
		"EFI programs that hold no kernel",
		"inside a raw image it is found at its start only", NULL },
	.spec = "https://uapi-group.org/specifications/specs/unified_kernel_image/",
	.see = NULL,
};
