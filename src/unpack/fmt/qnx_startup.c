/* SPDX-License-Identifier: Apache-2.0 */
/* Boot image of QNX, as mkifs makes it; in the byte order of the machine:
 *    0 00ff7eeb u32   4 version 1 u16   6 flags u8 (2: big-endian; 1c: packing)   8 header's size 256 u16
 *   10 machine, as in ELF, u16   12 start address u32   32 size of the startup program with this u32   36 of all u32
 *   44 of the file system, unpacked, u32   48 bytes before the header u16
 * The words of the startup program give 0. Behind it the file system (qnx_ifs.c), as it is, or packed: 1 gzip; 2 LZO1X,
 * 3 UCL (NRV2B): blocks of up to 64 KiB, each behind its length u16, big-endian; a length of 0 ends them. */
#include "codec/codec.h"
#include "unpack/format.h"

enum { HEADER = 256, BIG = 2, BLOCK = 65536, SLACK = 4096 };
enum { PLAIN, GZIP, LZO, UCL };

typedef struct startup {
	uint8_t packing;
	uint16_t machine;
	uint32_t start, size, all, unpacked;
	bool big;
} startup;

static bool read_header(as_span image, startup *h)
{
	h->big = as_at(image, 0) == 0;
	as_cur c = as_cur_of(image, 4, h->big);
	uint16_t version = as_u16(&c);
	uint8_t flags = as_u8(&c);
	as_skip(&c, 1);
	uint16_t size = as_u16(&c);
	h->machine = as_u16(&c);
	h->start = as_u32(&c);
	as_skip(&c, 16);
	h->size = as_u32(&c);
	h->all = as_u32(&c);
	as_skip(&c, 4);
	h->unpacked = as_u32(&c);
	as_skip(&c, 2);
	uint16_t zero = as_u16(&c);
	h->packing = flags >> 2 & 7;
	return as_ok(&c) && version == 1 && size == HEADER && zero == 0 && h->packing <= UCL &&
	       ((flags & BIG) != 0) == h->big && h->size >= HEADER && h->size % 4 == 0 &&
	       h->all > h->size && h->unpacked > 0 && h->machine > 0;
}

static as_status probe(as_span image, as_extent *out)
{
	startup h;
	if (!read_header(image, &h))
		return AS_NOT_THIS;
	bool right = h.size <= image.n && as_sum32(as_cut(image, 0, h.size), h.big) == 0;
	bool plain = h.packing == PLAIN && as_starts(as_from(image, h.size), "imagefs");
	*out = (as_extent){ .size = as_min(h.all, image.n) };
	out->sure = right ? AS_CHECKSUMMED : plain ? AS_STRUCTURED : AS_GUESS;
	return AS_OK;
}

static as_status put_blocks(as_unpack *u, as_span in, uint64_t at, uint8_t packing)
{
	as_cur c = as_cur_be(in, 0);
	uint8_t *out = as_alloc(as_memory(u), BLOCK + SLACK);
	as_status s = out ? AS_OK : AS_NOMEM;
	while (s == AS_OK) {
		size_t here = as_pos(&c), got = 0;
		uint16_t n = as_u16(&c);
		as_span packed = as_take(&c, n);
		if (as_ok(&c) && n == 0)
			return AS_OK;
		if (as_ok(&c) && packing == LZO)
			s = as_decode_block(AS_LZO_BLOCK, packed, out, BLOCK + SLACK, &got);
		else if (as_ok(&c))
			s = as_decode_nrv(AS_NRV2B, 1, packed, out, BLOCK + SLACK, &got);
		if (!as_ok(&c) || s == AS_PARTIAL || s == AS_NOT_THIS)
			return as_worse(as_more(u, as_bytes(out, got)),
				as_lost(u, at + here, "a packed block is damaged or cut off"));
		s = s == AS_OK ? as_more(u, as_bytes(out, got)) : s;
	}
	return s;
}

static as_status put_packed(as_unpack *u, as_span body, const startup *h)
{
	as_entry e = { .at = h->size, .type = AS_PART, .name = as_lit("imagefs") };
	as_span in = as_from(body, h->size);
	bool want = false;
	as_status s = as_begin(u, NULL, &e, &want);
	if (s != AS_OK || !want)
		return s <= AS_PARTIAL ? as_worse(s, as_end(u, false)) : s;
	if (h->packing == GZIP)
		s = as_decode(AS_GZIP, in, as_sink_more, u, NULL);
	else
		s = put_blocks(u, in, h->size, h->packing);
	if (s == AS_NOT_THIS || s == AS_NOMEM || (s == AS_PARTIAL && h->packing == GZIP))
		s = as_lost(u, h->size, "the packed file system is damaged or cut off");
	as_struct(u, h->size, in.n, "packed file system");
	return s <= AS_PARTIAL ? as_worse(s, as_end(u, s != AS_OK)) : s;
}

static as_status unpack(as_unpack *u, as_span body)
{
	static const char *const packings[] = { "none", "gzip", "LZO1X", "UCL (NRV2B)" };
	startup h;
	if (!read_header(body, &h))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, HEADER, "header");
	as_tellf(u, as_cut(body, 10, 2), "machine", "%u", h.machine);
	as_tellf(u, as_cut(body, 12, 4), "start address", "0x%x", h.start);
	as_tell(u, as_cut(body, 6, 1), "packing", as_lit(packings[h.packing]));
	as_status s = h.all > body.n ? as_lost(u, body.n, "the image is cut off") : AS_OK;
	if (as_sum32(as_cut(body, 0, h.size), h.big) != 0)
		s = as_worse(s, as_lost(u, 0, "checksum of the startup program is wrong"));
	as_entry e = { .at = HEADER, .type = AS_PART, .name = as_lit("startup") };
	e.data = as_cut(body, HEADER, as_min(h.size, body.n) - HEADER);
	if (e.data.n > 0)
		s = as_worse(s, as_put(u, NULL, &e, NULL));
	if (s > AS_PARTIAL || h.size >= body.n)
		return s;
	if (h.packing != PLAIN)
		return as_worse(s, put_packed(u, body, &h));
	e = (as_entry){ .at = h.size, .type = AS_PART, .name = as_lit("imagefs") };
	e.data = as_from(body, h.size);
	return as_worse(s, as_put(u, NULL, &e, NULL));
}

const as_format as_format_qnx_startup = {
	.id = "qnx_startup",
	.title = "QNX boot image",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "\xeb\x7e\xff\0\1\0", .len = 6, .at = 0 },
		{ .bytes = "\xff\x7e\xeb\0\1", .len = 5, .at = 1 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "little- and big-endian",
		"the file system as it is, or packed by gzip, LZO or UCL", NULL },
	.verifies = (const char *const[]){ "sum of the startup program", NULL },
	.keeps = NULL,
	.samples =
		(const char *const[]){
			"generator from the published layout (blocks packed by "
			"lzop 1.04 and libucl 1.03); not tried on a vendor's own image",
			NULL },
	.gaps = (const char *const[]){ "what stands before the header is a part of its own",
		"the packed file system has no sum of its own that is checked", NULL },
	.spec = "https://www.qnx.com/developers/docs/7.1/#com.qnx.doc.neutrino.building/topic/"
		"startup/"
		"startup_header.html",
	.see = NULL,
};
