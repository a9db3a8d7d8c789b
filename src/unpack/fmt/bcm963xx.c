/* SPDX-License-Identifier: Apache-2.0 */
/* Broadcom's image tag (bcm963xx), before firmware of DSL routers and optical terminals; numbers are decimal text:
 *    0 tag version [4]   4 company [20]   24 its second line [14]   38 chip [6]   44 board [16]   60 "1" big-endian [2]
 *   62 size of all that follows [10]   72 address [12] and size [10]: of CFE, root file system, kernel
 *  142 RSA signature [20] and text [30] that makers use as they like   192 flash layout [4]   200 text [16]
 *  216 CRC of all that follows   220 of the root file system   224 of the kernel   228 number of the image
 *  236 CRC of bytes 0 to 236   240 reserved [16]; then the three, CFE first, the others by their addresses
 * A CRC is CRC-32 without the last inversion, big-endian. Makers put other things into bytes 142 to 235, so that a
 * CRC of a part counts only if it is right. */
#include "unpack/vendor.h"

enum { TAG = 256, SUMMED = 236, PARTS = 3, CFE = 0, ROOTFS = 1, KERNEL = 2, ALIGN = 1 << 16 };

static const char *const names[PARTS] = { "cfe", "rootfs", "kernel" };

typedef struct tag {
	uint64_t total, address[PARTS], n[PARTS];
	uint64_t at[PARTS]; /* from the tag's start */
	uint32_t image, sums[PARTS], head;
} tag;

/* Decimal digits to the field's end or its first NUL. */
static bool read_number(as_cur *c, uint64_t n, uint64_t *out)
{
	as_span text = as_vendor_string(as_take(c, n));
	*out = 0;
	return text.n == 0 || as_number(text, 10, out);
}

/* CFE is first; of the others the one with the lower address, and a hole between them that the size leaves room for
 * is one of erase blocks. */
static void place(tag *t)
{
	uint64_t end = TAG + t->n[CFE];
	bool swap = t->address[KERNEL] < t->address[ROOTFS] ||
		    (t->address[KERNEL] == t->address[ROOTFS] && t->n[ROOTFS] == 0);
	unsigned a = swap ? KERNEL : ROOTFS, b = swap ? ROOTFS : KERNEL;
	uint64_t hole = t->address[b] - t->address[a] - t->n[a];
	bool holds = t->n[a] > 0 && t->n[b] > 0 && hole < ALIGN &&
		     end + t->n[a] + hole + t->n[b] <= TAG + t->total;
	t->at[CFE] = TAG;
	t->at[a] = end;
	t->at[b] = end + t->n[a] + (holds ? hole : 0);
}

static bool read_tag(as_span image, tag *t)
{
	as_cur c = as_cur_be(image, 62);
	bool fits = read_number(&c, 10, &t->total) && t->total > 0;
	for (unsigned i = 0; i < PARTS; i++) {
		fits = fits && read_number(&c, 12, &t->address[i]);
		fits = fits && read_number(&c, 10, &t->n[i]) && t->n[i] <= t->total;
	}
	as_seek(&c, 216);
	t->image = as_u32(&c);
	t->sums[CFE] = 0;
	t->sums[ROOTFS] = as_u32(&c);
	t->sums[KERNEL] = as_u32(&c);
	as_skip(&c, 8);
	t->head = as_u32(&c);
	as_skip(&c, 16);
	if (!as_ok(&c) || !fits || t->n[ROOTFS] + t->n[KERNEL] == 0)
		return false;
	place(t);
	return true;
}

static bool head_right(as_span image, const tag *t)
{
	return as_vendor_jamcrc(as_cut(image, 0, SUMMED)) == t->head;
}

static as_status probe(as_span image, as_extent *out)
{
	tag t;
	if (!read_tag(image, &t))
		return AS_NOT_THIS;
	bool right = head_right(image, &t);
	if (!right && !(as_is(as_cut(image, 4, 8), "Broadcom") && as_at(image, 0) != 0 &&
			      t.n[CFE] + t.n[ROOTFS] + t.n[KERNEL] <= t.total))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(TAG + t.total, image.n),
		.sure = right ? AS_CHECKSUMMED : AS_PLAUSIBLE,
		.label = as_vendor_string(as_cut(image, 44, 16)) };
	return AS_OK;
}

static void tell(as_unpack *u, as_span body)
{
	static const struct {
		const char *name;
		uint8_t at, n;
	} fields[] = { { "tag-version", 0, 4 }, { "company", 4, 20 }, { "company-line", 24, 14 },
		{ "chip", 38, 6 }, { "board", 44, 16 } };
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		as_vendor_text(u, as_cut(body, fields[i].at, fields[i].n), fields[i].name);
	as_span more = as_cut(body, 162, 30);
	if (as_vendor_printable(more))
		as_vendor_text(u, more, "information");
	as_tell(u, as_cut(body, 60, 2), "endian",
		as_lit(as_at(body, 60) == '1' ? "big" : "little"));
}

static as_status put_parts(as_unpack *u, as_span body, const tag *t)
{
	as_status s = AS_OK;
	uint64_t end = TAG;
	for (unsigned i = 0; i < PARTS && s <= AS_PARTIAL; i++) {
		as_span data = as_cut(body, t->at[i], t->n[i]);
		if (i != CFE && data.n > 0 && as_vendor_jamcrc(data) == t->sums[i])
			as_tellf(u, as_cut(body, 216 + 4 * i, 4), "part-crc", "%s ok", names[i]);
		if (t->n[i] > 0)
			as_tellf(u, as_cut(body, 72 + 22 * i, 12), "address", "%s 0x%08llx",
				names[i], (unsigned long long)t->address[i]);
		s = as_worse(s, as_vendor_part(u, body, as_lit(names[i]), t->at[i], t->n[i]));
		end = as_max(end, t->at[i] + t->n[i]);
	}
	if (s > AS_PARTIAL || end >= body.n)
		return s;
	/* What the sizes leave over, as where the root file system's is written as none. */
	const char *rest = t->n[ROOTFS] == 0 ? names[ROOTFS] : "rest";
	return as_worse(s, as_vendor_part(u, body, as_lit(rest), end, body.n - end));
}

static as_status unpack(as_unpack *u, as_span body)
{
	tag t;
	if (!read_tag(body, &t))
		return as_lost(u, 0, "tag is damaged");
	as_struct(u, 0, TAG, "Broadcom image tag");
	tell(u, body);
	as_status s = as_vendor_sum(u, body, as_cut(body, 236, 4), "header-crc",
		head_right(body, &t), "checksum of the tag is wrong");
	as_span all = as_from(body, TAG);
	if (all.n < t.total)
		s = as_worse(s, as_lost(u, body.n, "image is cut off"));
	else
		s = as_worse(s, as_vendor_sum(u, body, as_cut(body, 216, 4), "image-crc",
					as_vendor_jamcrc(all) == t.image ||
						as_vendor_jamcrc(as_cut(body, t.at[KERNEL],
							t.n[KERNEL])) == t.image,
					"checksum of the image is wrong"));
	return as_worse(s, put_parts(u, body, &t));
}

const as_format as_format_bcm963xx = {
	.id = "bcm963xx",
	.title = "Broadcom image tag",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "Broadcom Corporatio", .len = 19, .at = 4 },
		{ .bytes = "2\0\0\0", .len = 4, .at = 0, .start = true },
		{ .bytes = "3\0\0\0", .len = 4, .at = 0, .start = true },
		{ .bytes = "4\0\0\0", .len = 4, .at = 0, .start = true },
		{ .bytes = "5\0\0\0", .len = 4, .at = 0, .start = true },
		{ .bytes = "6\0\0\0", .len = 4, .at = 0, .start = true },
		{ .bytes = "7\0\0\0", .len = 4, .at = 0, .start = true },
		{ .bytes = "8\0\0\0", .len = 4, .at = 0, .start = true }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants =
		(const char *const[]){ "with and without CFE, the kernel first or the root file "
				       "system",
			"other companies' texts than Broadcom's, at the start of an object", NULL },
	.verifies = (const char *const[]){ "CRC-32 of the tag and of the image",
		"CRC-32 of root file system and kernel: told where it is right", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps =
		(const char *const[]){
			"a CRC of a part that is wrong: makers keep other things there", NULL },
	.spec = "https://github.com/torvalds/linux/blob/master/include/linux/bcm963xx_tag.h",
	.see = NULL,
};
