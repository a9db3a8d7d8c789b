/* SPDX-License-Identifier: Apache-2.0 */
/* VHD: the disk image of Virtual PC and Azure, big-endian. A footer of 512 bytes ends it:
 *    0 "conectix"   8 features   12 version u32 (1.0)   16 dynamic header u64   24 time, since 2000
 *   28 creator, 4 bytes   40 original size u64   48 disk size u64   60 kind u32: 2 fixed, 3 dynamic, 4 differencing
 *   64 sum of the other bytes, inverted, u32   68 UUID
 * A fixed disk's bytes stand before it. The others begin with a copy of the footer, and have a dynamic header:
 *    0 "cxsparse"   16 block table u64   28 entries   32 block size u32   36 sum   40 UUID of the parent
 *   64 its name, UTF-16, 512 bytes
 * A block: a bit for each of its sectors, padded to a sector; its bytes. Entry: its sector u32; ffffffff: zeros. */
#include "unpack/disk.h"

enum { FOOTER = 512, DYNAMIC = 1024, SECTOR = 512, FIXED = 2, GROWING = 3, DIFFERENCING = 4 };

typedef struct footer {
	uint64_t header_at, size;
	uint32_t kind;
	as_span raw, creator;
} footer;

typedef struct table {
	uint64_t at;
	uint32_t n, block, bitmap; /* entries; bytes of a block, and of its bits */
	bool right;                /* its checksum is */
} table;

/* The sum of all bytes but the four at skip, inverted. */
static uint32_t sum_of(as_span s, uint64_t skip)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < s.n; i++)
		sum += i < skip || i >= skip + 4 ? s.p[i] : 0u;
	return ~sum;
}

static bool footer_at(as_span image, uint64_t at, footer *f)
{
	as_span raw = as_cut(image, at, FOOTER);
	if (!as_starts(raw, "conectix"))
		return false;
	as_cur c = as_cur_be(raw, 16);
	*f = (footer){ .raw = raw, .header_at = as_u64(&c) };
	as_skip(&c, 4);
	f->creator = as_take(&c, 4);
	as_seek(&c, 48);
	f->size = as_u64(&c);
	as_skip(&c, 4);
	f->kind = as_u32(&c);
	uint32_t sum = as_u32(&c);
	return as_ok(&c) && sum == sum_of(raw, 64) && f->kind >= FIXED && f->kind <= DIFFERENCING &&
	       f->size <= INT64_MAX;
}

/* The footer to go by: of an image that grows the copy at its start will do. */
static bool find_footer(as_span image, footer *f, bool *ends)
{
	footer last;
	*ends = image.n >= FOOTER && footer_at(image, image.n - FOOTER, &last);
	if (*ends)
		*f = last;
	else if (!footer_at(image, 0, f) || f->kind == FIXED)
		return false;
	return f->kind != FIXED || f->size == image.n - FOOTER;
}

static bool read_table(as_span image, const footer *f, table *t)
{
	as_span raw = as_cut(image, f->header_at, DYNAMIC);
	if (!as_starts(raw, "cxsparse"))
		return false;
	as_cur c = as_cur_be(raw, 16);
	*t = (table){ .at = as_u64(&c) };
	as_skip(&c, 4);
	t->n = as_u32(&c);
	t->block = as_u32(&c);
	t->right = as_u32(&c) == sum_of(raw, 36);
	uint64_t bytes = (t->block / SECTOR + 7) / 8;
	t->bitmap = (uint32_t)((bytes + SECTOR - 1) / SECTOR * SECTOR);
	return as_ok(&c) && t->block >= SECTOR && t->block % SECTOR == 0;
}

/* The end of the last block, or of the table. */
static uint64_t end_of(as_span image, const footer *f)
{
	table t;
	uint64_t end = FOOTER;
	if (!read_table(image, f, &t))
		return image.n;
	as_cur c = as_cur_be(image, as_min(t.at, image.n));
	for (uint32_t i = 0; i < t.n && as_left(&c) >= 4; i++) {
		uint32_t sector = as_u32(&c);
		if (sector != UINT32_MAX)
			end = as_max(end, (uint64_t)sector * SECTOR + t.bitmap + t.block);
	}
	return as_max(end, (as_pos(&c) + SECTOR - 1) / SECTOR * SECTOR);
}

static as_status probe(as_span image, as_extent *out)
{
	footer f;
	bool ends;
	if (!find_footer(image, &f, &ends))
		return AS_NOT_THIS;
	uint64_t end = image.n;
	if (!ends && f.kind != FIXED) {
		end = end_of(image, &f);
		footer behind;
		end += end < image.n && footer_at(image, end, &behind) ? FOOTER : 0;
	}
	*out = (as_extent){ .size = as_min(end, image.n), .sure = AS_CHECKSUMMED };
	return AS_OK;
}

static as_status put_fixed(as_unpack *u, as_span body, const footer *f)
{
	as_entry e = { .type = AS_PART, .name = as_lit("disk"), .data = as_cut(body, 0, f->size) };
	return as_put(u, NULL, &e, NULL);
}

static as_status blocks(as_unpack *u, as_span body, const table *t, as_disk *d)
{
	as_cur c = as_cur_be(body, as_min(t->at, body.n));
	as_status s = AS_OK;
	for (uint32_t i = 0; i < t->n && s <= AS_PARTIAL && d->done < d->size; i++) {
		uint32_t sector = as_u32(&c);
		if (!as_ok(&c))
			return as_worse(s, as_disk_lost(d, body.n, d->size,
						   "the image ends inside its table"));
		uint64_t at = (uint64_t)sector * SECTOR;
		if (sector == UINT32_MAX) {
			s = as_worse(s, as_disk_zero(d, t->block));
			continue;
		}
		if (at < body.n)
			as_struct(u, at, as_min(t->bitmap, body.n - at), "VHD sector bitmap");
		s = as_worse(s, as_disk_at(d, at + t->bitmap, t->block));
	}
	uint64_t n = as_pos(&c) - as_min(t->at, as_pos(&c));
	as_struct(u, t->at, (n + SECTOR - 1) / SECTOR * SECTOR, "VHD block table");
	return s;
}

static as_status put_growing(as_unpack *u, as_span body, const footer *f)
{
	table t;
	as_disk d;
	as_status s = AS_OK;
	if (!read_table(body, f, &t))
		return as_lost(u, as_min(f->header_at, body.n), "the dynamic header is damaged");
	as_struct(u, 0, FOOTER, "copy of the VHD footer");
	as_struct(u, f->header_at, DYNAMIC, "VHD dynamic header");
	if (!t.right)
		s = as_lost(u, f->header_at, "checksum of the dynamic header is wrong");
	if (f->kind == DIFFERENCING)
		s = as_worse(s, as_refused(u, f->header_at, "unsupported",
					"it builds on another image: what only that one has reads "
					"as zeros"));
	as_status begun = as_disk_begin(&d, u, body, f->size, "disk");
	if (begun != AS_OK)
		return begun;
	s = as_worse(s, blocks(u, body, &t, &d));
	return as_disk_end(&d, s, "blocks of the disk");
}

static as_status unpack(as_unpack *u, as_span body)
{
	static const char *const kinds[] = { "fixed", "dynamic", "differencing" };
	footer f;
	bool ends;
	if (!find_footer(body, &f, &ends))
		return as_lost(u, 0, "no footer");
	as_tell(u, as_cut(f.raw, 60, 4), "kind", as_lit(kinds[f.kind - FIXED]));
	as_tell(u, f.creator, "creator", as_trim(f.creator));
	as_tellf(u, as_cut(f.raw, 48, 8), "disk-size", "%llu", (unsigned long long)f.size);
	as_status s = AS_OK;
	footer last;
	if (footer_at(body, body.n - FOOTER, &last))
		as_struct(u, body.n - FOOTER, FOOTER, "VHD footer");
	else
		s = as_lost(u, body.n, "the footer is missing: its copy was used");
	return as_worse(s, f.kind == FIXED ? put_fixed(u, body, &f) : put_growing(u, body, &f));
}

const as_format as_format_vhd = {
	.id = "vhd",
	.title = "Virtual PC disk image (VHD)",
	.kind = AS_CARRIER,
	.magic = NULL, /* a fixed disk begins like any disk */
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "fixed", "dynamic", NULL },
	.verifies = (const char *const[]){ "sums of the footer and of the dynamic header", NULL },
	.keeps = (const char *const[]){ "holes", "the creator", NULL },
	.samples = (const char *const[]){ "qemu-img 7.2", NULL },
	.gaps = (const char *const[]){ "parents of differencing images are not read",
		"searched only at the start of an object", NULL },
	.spec = "https://www.microsoft.com/en-us/download/details.aspx?id=23850",
	.see = "qemu-img convert -f vpc -O raw IN OUT",
};
