/* SPDX-License-Identifier: Apache-2.0 */
/* Packed sections of UEFI firmware. LZMA has its 13-byte header. Brotli has two numbers before it, u64: the size, and
 * what memory EDK II's decoder takes for it. The standard compression, little-endian:
 *    0 size packed u32   4 size u32   8 codes (codec/lzh.h)
 * is EFI 1.1's by the specification; vendors have put Tiano's there too, which differs in nothing that is written
 * down: so what fits is taken. */
#include "codec/codec.h"
#include "codec/lzh.h"
#include "unpack/fmt/uefi_fv.h"

enum { HEADER = 8, BROTLI_HEADER = 16, SLACK = 8 /* bytes that an encoder leaves behind */ };

bool as_uefi_is_guid(as_span s, const char *guid)
{
	return as_same(s, as_bytes(guid, AS_UEFI_GUID));
}

as_span as_uefi_guid(as_arena *a, as_span guid)
{
	as_cur c = as_cur_le(guid, 0);
	uint32_t first = as_u32(&c);
	uint16_t second = as_u16(&c), third = as_u16(&c);
	c.big = true;
	uint16_t fourth = as_u16(&c);
	return as_print(a, "%08x-%04x-%04x-%04x-%012llx", first, second, third, fourth,
		(unsigned long long)as_uint(&c, 6));
}

typedef struct room {
	uint8_t *p;
	size_t n, cap;
} room;

static as_status fill(void *ctx, as_span bytes)
{
	room *r = ctx;
	size_t n = (size_t)as_min(bytes.n, r->cap - r->n);
	memcpy(&r->p[r->n], bytes.p, n);
	r->n += n;
	return n == bytes.n ? AS_OK : AS_LIMIT;
}

/* Decodes with one set of codes; whether all fits. */
static bool fits(as_lzh how, as_span packed, room *r, as_status *s)
{
	uint64_t used = 0;
	r->n = 0;
	as_arena *a = as_arena_new(0); /* of this one try: there may be very many */
	as_status d = a ? as_lzh_decode(a, how, packed, r->cap, fill, r, &used) : AS_NOMEM;
	as_arena_free(a);
	if (d == AS_NOMEM)
		*s = as_worse(*s, d);
	return d == AS_OK && r->n == r->cap && packed.n - as_min(used, packed.n) <= SLACK;
}

/* Whether all of it is sections: codes of the wrong kind often decode to something. */
static bool is_sections(const room *r)
{
	as_cur c = as_cur_le(as_bytes(r->p, r->n), 0);
	while (as_left(&c) >= 4) {
		uint64_t at = as_pos(&c), size = as_uint(&c, 3), head = 4;
		uint8_t type = as_u8(&c);
		if (size == 0xffffff) {
			size = as_u32(&c);
			head = 8;
		}
		bool known = (type >= 1 && type <= 3) || (type >= 0x10 && type <= 0x1c);
		if (!as_ok(&c) || !known || size < head || size > r->n - at)
			return false;
		as_seek(&c, as_min((at + size + 3) & ~UINT64_C(3), r->n));
	}
	return true;
}

static bool decode_codes(as_uefi_packing how, as_span packed, room *r, as_status *s)
{
	as_cur c = as_cur_le(packed, 0);
	uint32_t n = as_u32(&c);
	as_span codes = as_cut(packed, HEADER, n);
	if (codes.n == 0)
		return false;
	if (how == AS_UEFI_TIANO)
		return fits(AS_LZH_TIANO, codes, r, s);
	/* Where neither gives sections, what the specification says stays. */
	return (fits(AS_LZH_EFI, codes, r, s) && is_sections(r)) ||
	       (fits(AS_LZH_TIANO, codes, r, s) && is_sections(r)) || fits(AS_LZH_EFI, codes, r, s);
}

static bool decode(as_uefi_packing how, as_span packed, room *r, as_status *s)
{
	as_status d = AS_OK;
	if (how == AS_UEFI_LZMA)
		d = as_decode(AS_LZMA_ALONE, packed, fill, r, NULL);
	else if (how == AS_UEFI_BROTLI)
		d = as_decode(AS_BROTLI, as_from(packed, BROTLI_HEADER), fill, r, NULL);
	else if (how == AS_UEFI_LZMA_X86)
		d = as_decode_lzma_x86(packed, r->p, r->cap, &r->n);
	else
		return decode_codes(how, packed, r, s);
	if (d == AS_NOMEM)
		*s = as_worse(*s, d);
	return d == AS_OK && r->n == r->cap;
}

static uint64_t size_of(as_uefi_packing how, as_span packed)
{
	bool lzma = how == AS_UEFI_LZMA || how == AS_UEFI_LZMA_X86;
	bool brotli = how == AS_UEFI_BROTLI;
	as_cur c = as_cur_le(packed, lzma ? 5 : brotli ? 0 : 4);
	uint64_t size = lzma || brotli ? as_u64(&c) : as_u32(&c);
	return as_ok(&c) ? size : 0;
}

as_span as_uefi_unpacked(as_unpack *u, uint64_t at, as_uefi_packing how, as_span packed,
	uint64_t *left, as_status *s)
{
	uint64_t size = size_of(how, packed);
	room r = { .cap = (size_t)as_min(size, *left) };
	if (size > *left || size == 0) {
		*s = as_worse(*s,
			as_refused(u, at, "limit", "packed sections of the volume are too large"));
		return (as_span){ 0 };
	}
	*left -= size;
	/* The window of the codes is no larger than what comes out. */
	as_status got = as_want(u, 4 * size);
	r.p = got == AS_OK ? as_alloc(as_memory(u), r.cap) : NULL;
	if (!r.p) {
		*s = as_worse(*s, got == AS_OK ? AS_NOMEM : got);
		return (as_span){ 0 };
	}
	if (!decode(how, packed, &r, s))
		*s = as_worse(*s, as_lost(u, at, "a packed section is damaged"));
	return as_bytes(r.p, r.n);
}
