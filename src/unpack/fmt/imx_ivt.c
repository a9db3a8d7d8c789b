/* SPDX-License-Identifier: Apache-2.0 */
/* NXP's i.MX boot image: the image vector table, little-endian but for lengths:
 *    0 d1   1 length u16, big-endian (20)   3 version 40, 41 or 43   4 entry u32   12 configuration (DCD) u32
 *   16 boot data u32   20 this table u32   24 signatures (CSF) u32; all addresses in memory
 * Boot data: start u32, size u32, plugin u32: from the start of the medium, in front of the table. DCD and CSF begin
 * with a tag (d2, d4), their length u16, big-endian, and a version. */
#include "unpack/vendor.h"

enum { TABLE = 32, BOOT_DATA = 12, DCD = 0xd2, CSF = 0xd4, SIZE_MAX_ = 64 << 20 };

typedef struct ivt {
	uint32_t entry, dcd, boot, self, csf, start, size, plugin;
	uint64_t end; /* of the image, from the table */
} ivt;

static bool read_ivt(as_span image, ivt *v)
{
	as_cur c = as_cur_le(image, 4);
	v->entry = as_u32(&c);
	uint32_t zero = as_u32(&c);
	v->dcd = as_u32(&c);
	v->boot = as_u32(&c);
	v->self = as_u32(&c);
	v->csf = as_u32(&c);
	zero |= as_u32(&c);
	if (!as_ok(&c) || zero != 0 || v->self == 0 || v->boot < v->self || v->entry < v->self)
		return false;
	c = as_cur_le(image, v->boot - v->self);
	v->start = as_u32(&c);
	v->size = as_u32(&c);
	v->plugin = as_u32(&c);
	v->end = (uint64_t)v->start + v->size - v->self;
	return as_ok(&c) && v->start <= v->self && v->size <= SIZE_MAX_ && v->plugin <= 1 &&
	       v->end > TABLE && v->end <= SIZE_MAX_ && v->entry - v->self < v->end;
}

static as_status probe(as_span image, as_extent *out)
{
	ivt v;
	if (!read_ivt(image, &v))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(v.end, image.n), .sure = AS_STRUCTURED };
	return AS_OK;
}

/* A piece that begins with its own tag and length. */
static void put_tagged(as_unpack *u, as_span body, const ivt *v, uint32_t address, uint8_t tag,
	const char *name, as_status *s)
{
	if (address == 0)
		return;
	uint64_t at = (uint64_t)address - v->self;
	as_cur c = as_cur_be(body, at);
	uint8_t first = as_u8(&c);
	uint16_t n = as_u16(&c);
	if (address < v->self || !as_ok(&c) || first != tag || n < 4) {
		*s = as_worse(*s, as_lost(u, address < v->self ? 0 : as_min(at, body.n),
					  tag == DCD ? "configuration is damaged"
						     : "signatures are damaged"));
		return;
	}
	*s = as_worse(*s, as_vendor_part(u, body, as_lit(name), at, n));
}

static as_status unpack(as_unpack *u, as_span body)
{
	ivt v;
	if (!read_ivt(body, &v))
		return as_lost(u, 0, "table is damaged");
	as_struct(u, 0, TABLE, "image vector table");
	as_struct(u, v.boot - v.self, BOOT_DATA, "boot data");
	as_tellf(u, as_cut(body, 4, 4), "entry", "0x%08x", v.entry);
	as_tellf(u, as_cut(body, 20, 4), "load", "0x%08x", v.self);
	if (v.plugin)
		as_tell(u, as_cut(body, 16, 4), "plugin", as_lit("yes"));
	as_tell(u, as_cut(body, 24, 4), "signatures",
		as_lit(v.csf ? "are there; not verified" : "none"));
	as_status s = AS_OK;
	put_tagged(u, body, &v, v.dcd, DCD, "dcd", &s);
	uint64_t at = v.entry - v.self, end = v.end;
	if (s <= AS_PARTIAL)
		put_tagged(u, body, &v, v.csf, CSF, "csf", &s);
	if (v.csf > v.self && v.csf - v.self > at && v.csf - v.self < end)
		end = v.csf - v.self; /* damaged signatures are no program either */
	return s <= AS_PARTIAL
		       ? as_worse(s, as_vendor_part(u, body, as_lit("program"), at, end - at))
		       : s;
}

#define VERSION(b)                                                                                 \
	{                                                                                          \
		.bytes = "\xd1\x00\x20" b, .len = 4, .at = 0                                       \
	}
const as_format as_format_imx_ivt = {
	.id = "imx_ivt",
	.title = "NXP i.MX boot image",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ VERSION("\x40"), VERSION("\x41"), VERSION("\x43"), { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants =
		(const char *const[]){
			"version 2 of the table, with configuration (DCD) and signatures (CSF)",
			NULL },
	.verifies = NULL,
	.keeps = NULL,
	.samples = (const char *const[]){ "mkimage (u-boot-tools 2023.01)", NULL },
	.gaps = (const char *const[]){ "signatures (HAB) are not verified: it has no checksum",
		"commands of the configuration are not told", "images of i.MX 25 to 51",
		"what lies between the start of the medium and the table", NULL },
	.spec = "https://docs.u-boot.org/en/latest/imx/index.html",
	.see = NULL,
};
