/* SPDX-License-Identifier: Apache-2.0 */
/* A part of MediaTek's boot loader (lk.img, tee, logo, modem), little-endian; many may follow each other:
 *    0 0x58881688 u32   4 size of what follows the header u32   8 name [32]   40 address u32   44 mode u32
 *   48 0x58891689 u32   52 size of the header u32   56 version   60 type   64 more parts follow (0) or not u32
 *   68 alignment u32   72 high half of the size u32; all from 48 on is missing in older ones, which fill 512 bytes
 * with ones or zeros. */
#include "unpack/vendor.h"

enum { HEADER = 512, NAME = 32, FIXED = 48, EXT = 80, ALIGN_MAX = 4096 };
#define EXT_MAGIC UINT32_C(0x58891689)

typedef struct lk {
	as_span name;
	uint32_t size, address, mode, head, align, type;
	bool ext;
} lk;

/* Only printable characters, and then NUL to the field's end. */
static bool is_name(as_span field)
{
	as_span text = as_vendor_string(field);
	return text.n > 0 && as_vendor_printable(field) && as_all(as_from(field, text.n), 0);
}

static bool read_lk(as_span image, lk *l)
{
	*l = (lk){ .head = HEADER, .align = 1 };
	as_cur c = as_cur_le(image, 4);
	l->size = as_u32(&c);
	as_span name = as_take(&c, NAME);
	l->name = as_vendor_string(name);
	l->address = as_u32(&c);
	l->mode = as_u32(&c);
	as_span rest = as_cut(image, FIXED, HEADER - FIXED);
	if (!as_ok(&c) || rest.n == 0 || l->size == 0 || !is_name(name))
		return false;
	l->ext = as_u32(&c) == EXT_MAGIC;
	if (!l->ext)
		return as_all(rest, 0xff) || as_all(rest, 0);
	l->head = as_u32(&c);
	as_skip(&c, 4);
	l->type = as_u32(&c);
	as_skip(&c, 4);
	l->align = as_u32(&c);
	uint32_t high = as_u32(&c);
	return as_ok(&c) && high == 0 && l->head >= EXT && l->head <= ALIGN_MAX &&
	       l->align <= ALIGN_MAX;
}

static as_status probe(as_span image, as_extent *out)
{
	lk l;
	if (!read_lk(image, &l) || l.head >= image.n)
		return AS_NOT_THIS;
	uint64_t end = (uint64_t)l.head + l.size;
	*out = (as_extent){ .size = as_min(end, image.n), .sure = AS_STRUCTURED };
	if (end > image.n)
		out->sure = AS_PLAUSIBLE;
	out->label = l.name;
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	lk l;
	if (!read_lk(body, &l))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, l.head, "header");
	as_vendor_text(u, as_cut(body, 8, NAME), "name");
	if (l.address != UINT32_MAX)
		as_tellf(u, as_cut(body, 40, 4), "load", "0x%08x", l.address);
	if (l.ext)
		as_tellf(u, as_cut(body, 60, 4), "image-type", "0x%08x", l.type);
	return as_vendor_part(u, body, l.name, l.head, l.size);
}

const as_format as_format_mtk_lk = {
	.id = "mtk_lk",
	.title = "MediaTek boot loader part (LK)",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "\x88\x16\x88\x58", .len = 4, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "with and without the longer header", NULL },
	.verifies = NULL,
	.keeps = NULL,
	.samples = (const char *const[]){ "mkimage (u-boot-tools 2023.01)",
		"generator from the published layout", NULL },
	.gaps = (const char *const[]){ "certificates, which follow as parts of their own, are not "
				       "verified: it has no checksum",
		"parts of 4 GiB and more", NULL },
	.spec = "https://github.com/u-boot/u-boot/blob/master/tools/mtk_image.h",
	.see = NULL,
};
