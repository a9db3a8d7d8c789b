/* SPDX-License-Identifier: Apache-2.0 */
/* The first program of Altera's (Intel's) SoC FPGAs, little-endian. Its vectors stand first, then:
 *   64 "AS01"   68 version   69 flags
 *   70 words u16   72 0 u16   74 sum u16 (version 0: Cyclone V, Arria V)
 *   70 bytes of this header u16   72 bytes u32   76 entry u32   80 0 u16   82 sum u16 (version 1: Arria 10)
 * The sum is that of the header's bytes before it. At the end stands a CRC-32 of all, the highest bit first. */
#include "unpack/vendor.h"

enum { AT = 64, SIZE_LIMIT = 1 << 20, SMALLEST = 96 };

typedef struct preloader {
	uint32_t size, entry;
	uint64_t sum_at;
	uint8_t version;
} preloader;

static bool read_preloader(as_span image, preloader *p)
{
	as_cur c = as_cur_le(image, AT + 4);
	*p = (preloader){ .version = as_u8(&c) };
	as_skip(&c, 1);
	uint32_t n = as_u16(&c);
	p->size = p->version == 0 ? n * 4 : as_u32(&c);
	p->entry = p->version == 0 ? 0 : as_u32(&c);
	bool zero = as_u16(&c) == 0;
	p->sum_at = as_pos(&c);
	uint16_t sum = as_u16(&c), is = 0;
	for (uint64_t i = AT; i < p->sum_at; i++)
		is = (uint16_t)(is + as_at(image, i));
	return as_ok(&c) && p->version <= 1 && zero && is == sum && p->size % 4 == 0 &&
	       p->size >= SMALLEST && p->size <= SIZE_LIMIT;
}

static bool crc_right(as_span image, const preloader *p)
{
	uint32_t crc = UINT32_MAX;
	as_span all = as_cut(image, 0, p->size);
	as_cur c = as_cur_le(all, p->size - 4);
	for (size_t i = 0; i + 4 < all.n; i++)
		crc = as_vendor_cksum_byte(crc, all.p[i]);
	return as_u32(&c) == (uint32_t)~crc && as_ok(&c);
}

static as_status probe(as_span image, as_extent *out)
{
	preloader p;
	if (!read_preloader(image, &p))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(p.size, image.n), .sure = AS_PLAUSIBLE };
	out->work = out->size;
	if (crc_right(image, &p))
		out->sure = AS_CHECKSUMMED;
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	preloader p;
	if (!read_preloader(body, &p))
		return as_lost(u, 0, "header is damaged");
	as_tellf(u, as_cut(body, AT + 4, 1), "version", "%u", p.version);
	if (p.version == 1)
		as_tellf(u, as_cut(body, AT + 12, 4), "entry", "0x%08x", p.entry);
	as_span crc = as_cut(body, p.size - 4, 4);
	as_status s = AS_OK;
	if (crc.n > 0) {
		as_struct(u, p.size - 4, 4, "checksum");
		s = as_vendor_sum(
			u, body, crc, "checksum", crc_right(body, &p), "checksum is wrong");
	}
	/* The header stands in the midst of the program, which is loaded with it. */
	return as_worse(s, as_vendor_part(u, body, as_lit("program"), 0, p.size - 4));
}

const as_format as_format_socfpga = {
	.id = "socfpga",
	.title = "Altera SoC FPGA boot program",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "AS01", .len = 4, .at = AT }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "version 0 (Cyclone V, Arria V), version 1 (Arria 10)",
		NULL },
	.verifies = (const char *const[]){ "sum of the header, CRC-32 of all", NULL },
	.keeps = NULL,
	.samples = (const char *const[]){ "mkimage (u-boot-tools 2023.01)", NULL },
	.gaps = (const char *const[]){ "what is cut off in front of the header", NULL },
	.spec = "https://www.intel.com/content/www/us/en/docs/programmable/683126/",
	.see = NULL,
};
