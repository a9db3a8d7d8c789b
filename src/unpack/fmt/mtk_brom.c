/* SPDX-License-Identifier: Apache-2.0 */
/* What the boot ROM of MediaTek's chips reads, little-endian. Flash begins with the device's header:
 *    0 "EMMC_BOOT", "SDMMC_BOOT" or "SF_BOOT" [12]   12 1 u32   16 its size u32
 *    0 "BOOTLOADER!" [12]   12 "V006"   16 "NFIINFO"   26 bytes of a page u16 (NAND; four times)
 * behind it (NAND: a page further)
 *    0 "BRLYT" [8]   8 1 u32   12 where the program begins u32   16 where it ends u32   20 42424242 u32; NAND: in pages
 * and there the program, which a preloader alone begins with:
 *    0 "MMM" 1   4 size u16 (56)   6 type u16 (0)   8 "FILE_INFO" [12]   27 signature: 1 SHA-256   28 address u32
 *   32 size of all u32   40 size of the headers u32   44 of the signature u32   48 entry u32
 * Further headers begin the same way. The program, and at its end the signature. */
#include "unpack/vendor.h"

enum {
	DEVICE = 0x200,
	LAYOUT_MAGIC = 0x42424242,
	LAYOUT = 40,
	INFO = 56,
	HEADER = 8, /* of each further one */
	TYPES_MAX = 64,
	SIZE_LIMIT = 16 << 20,
	SIG_SHA256 = 1,
	PAGE_AT = 26
};

typedef struct brom {
	const char *medium;  /* NULL: no header of a device */
	uint64_t layout, at; /* of the layout and of the program */
	uint32_t address, size, head, sig_size, entry;
	uint8_t sig;
} brom;

/* The device's header: where its layout stands, and the unit that it counts in. */
static uint64_t read_device(as_span image, brom *b, uint64_t *unit)
{
	static const struct medium {
		const char *magic, *name;
	} known[] = { { "EMMC_BOOT", "eMMC" }, { "SDMMC_BOOT", "SD" }, { "SF_BOOT", "NOR" },
		{ "BOOTLOADER!", "NAND" } };
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (as_is(as_vendor_string(as_cut(image, 0, 12)), known[i].magic))
			b->medium = known[i].name;
	as_cur c = as_cur_le(image, PAGE_AT);
	bool nand = b->medium && strcmp(b->medium, "NAND") == 0;
	*unit = nand ? as_u16(&c) : 1;
	return nand ? *unit : DEVICE;
}

static bool read_info(as_span image, brom *b)
{
	as_cur c = as_cur_le(image, b->at);
	as_span magic = as_take(&c, 20);
	if (!as_same(magic, as_bytes("MMM\1\x38\0\0\0FILE_INFO\0\0\0", 20)))
		return false;
	as_skip(&c, 7);
	b->sig = as_u8(&c);
	b->address = as_u32(&c);
	b->size = as_u32(&c);
	as_skip(&c, 4);
	b->head = as_u32(&c);
	b->sig_size = as_u32(&c);
	b->entry = as_u32(&c);
	return as_ok(&c) && b->size <= SIZE_LIMIT && b->head >= INFO && b->head < b->size &&
	       b->sig_size < b->size - b->head;
}

static bool read_brom(as_span image, brom *b)
{
	*b = (brom){ 0 };
	uint64_t unit = 1, at = read_device(image, b, &unit);
	if (!b->medium)
		return read_info(image, b);
	as_cur c = as_cur_le(image, at);
	as_span magic = as_take(&c, 8);
	as_skip(&c, 4);
	b->layout = at;
	b->at = as_u32(&c) * unit;
	as_skip(&c, 4);
	bool is = as_same(magic, as_bytes("BRLYT\0\0\0", 8)) && as_u32(&c) == LAYOUT_MAGIC;
	return is && as_ok(&c) && b->at >= at + LAYOUT && read_info(image, b);
}

/* Whether the SHA-256 at its end fits; false if it has another signature. */
static bool digest_right(as_span image, const brom *b)
{
	as_span all = as_cut(image, b->at, b->size);
	as_span data = as_cut(all, 0, b->size - b->sig_size);
	return b->sig == SIG_SHA256 && all.n > 0 &&
	       as_vendor_digest_is("sha256", &data, 1, as_from(all, data.n));
}

static as_status probe(as_span image, as_extent *out)
{
	brom b;
	if (!read_brom(image, &b))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(b.at + b.size, image.n) };
	out->sure = digest_right(image, &b) ? AS_CHECKSUMMED : AS_STRUCTURED;
	return AS_OK;
}

/* The types of its further headers, as they follow each other. */
static void tell_headers(as_unpack *u, as_span body, const brom *b)
{
	static const char *const names[] = { NULL, "BL_INFO", "ANTI_CLONE", "BL_SEC_KEY", NULL,
		NULL, NULL, "BROM_CFG", "BROM_SEC_CFG" };
	as_span all = as_cut(body, b->at, as_min(b->head, body.n - b->at));
	uint64_t at = INFO;
	for (unsigned i = 0; i < TYPES_MAX && at < all.n; i++) {
		as_cur c = as_cur_le(all, at);
		as_span magic = as_take(&c, 4);
		uint64_t n = as_u16(&c);
		uint16_t type = as_u16(&c);
		if (!as_ok(&c) || !as_starts(magic, "MMM") || n < HEADER)
			return;
		const char *name = type < sizeof(names) / sizeof(names[0]) ? names[type] : NULL;
		as_span where = as_cut(all, at, HEADER);
		if (name)
			as_tell(u, where, "header", as_lit(name));
		else
			as_tellf(u, where, "header", "0x%04x", type);
		at += n;
	}
}

static as_status unpack(as_unpack *u, as_span body)
{
	brom b;
	if (!read_brom(body, &b))
		return as_lost(u, 0, "header is damaged");
	as_status s = AS_OK;
	if (b.medium) {
		as_struct(u, 0, b.layout + LAYOUT, "device header");
		as_tell(u, as_cut(body, 0, 12), "boots-from", as_lit(b.medium));
	}
	as_struct(u, b.at, b.head, "file header");
	as_tellf(u, as_cut(body, b.at + 28, 4), "load", "0x%08x", b.address);
	as_tellf(u, as_cut(body, b.at + 48, 4), "entry", "0x%08x", b.address + b.entry);
	tell_headers(u, body, &b);
	uint64_t end = b.at + b.size - b.sig_size;
	as_span sig = as_cut(body, end, b.sig_size);
	if (b.sig == SIG_SHA256 && sig.n > 0) {
		as_struct(u, end, sig.n, "digest");
		s = as_vendor_sum(u, body, sig, "digest", digest_right(body, &b),
			"digest of the program is wrong");
	} else if (b.sig_size > 0) {
		as_tell(u, as_cut(body, b.at + 27, 1), "signature", as_lit("not verified"));
		s = as_vendor_part(u, body, as_lit("signature"), end, b.sig_size);
	}
	return s <= AS_PARTIAL ? as_worse(s, as_vendor_part(u, body, as_lit("program"),
						     b.at + b.head, end - b.at - b.head))
			       : s;
}

const as_format as_format_mtk_brom = {
	.id = "mtk_brom",
	.title = "MediaTek boot image (preloader)",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "EMMC_BOOT\0", .len = 10, .at = 0 },
		{ .bytes = "SDMMC_BOOT\0", .len = 11, .at = 0 },
		{ .bytes = "SF_BOOT\0", .len = 8, .at = 0 },
		{ .bytes = "BOOTLOADER!\0V006NFIINFO\0", .len = 24, .at = 0 },
		{ .bytes = "MMM\1\x38\0\0\0FILE_INFO\0\0\0", .len = 20, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "with the header of eMMC, SD, NOR and NAND",
		"a preloader alone", NULL },
	.verifies = (const char *const[]){ "SHA-256 of headers and program", NULL },
	.keeps = NULL,
	.samples = (const char *const[]){ "mkimage (u-boot-tools 2023.01)", NULL },
	.gaps = (const char *const[]){ "signatures other than the digest are not verified",
		"further headers are named, not read", NULL },
	.spec = "https://github.com/u-boot/u-boot/blob/master/tools/mtk_image.h",
	.see = NULL,
};
