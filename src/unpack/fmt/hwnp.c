/* SPDX-License-Identifier: Apache-2.0 */
/* HWNP: firmware of Huawei's optical terminals, little-endian.
 *    0 "HWNP"   4 size of all less 76 (big-endian)   8 CRC-32 of bytes 12 to the end   12 header size
 *   16 CRC-32 of bytes 20 to the header's end   20 number of items   24 unknown u16   26 bytes of the
 *      list of products u16   28 bytes of an item   32 reserved   36 list of products; then items:
 *    0 number   4 CRC-32 of the data   8 offset   12 size   16 where it goes [256], such as "flash:rootfs"
 *  272 section [16]   288 version [64]   352 policy   356 reserved */
#include "unpack/vendor.h"

enum { FIXED = 36, ITEM = 360, ITEM_MAX = 1024, ITEMS_MAX = 1024, UNCOUNTED = 76 };

typedef struct header {
	uint64_t size; /* as stated */
	uint32_t sum, head_sum, n, item;
	uint16_t products;
	uint64_t items_at, end; /* of the items */
} header;

typedef struct item {
	uint32_t sum, at, n;
	as_span name, section, version;
} item;

static bool read_header(as_span image, header *h)
{
	as_cur c = as_cur_be(image, 4);
	h->size = (uint64_t)as_u32(&c) + UNCOUNTED;
	c.big = false;
	h->sum = as_u32(&c);
	as_skip(&c, 4); /* older tools count this header's own 36 bytes out of it */
	h->head_sum = as_u32(&c);
	h->n = as_u32(&c);
	as_skip(&c, 2);
	h->products = as_u16(&c);
	h->item = as_u32(&c);
	h->items_at = FIXED + (uint64_t)h->products;
	h->end = h->items_at + (uint64_t)h->n * h->item;
	return as_ok(&c) && h->n > 0 && h->n <= ITEMS_MAX && h->item >= ITEM && h->item <= ITEM_MAX;
}

static bool head_right(as_span image, const header *h)
{
	as_span summed = as_cut(image, 20, h->end - 20);
	return summed.n > 0 && as_crc32(0, summed) == h->head_sum;
}

static bool read_item(as_span body, const header *h, uint64_t i, item *it)
{
	as_cur c = as_cur_le(body, h->items_at + i * h->item);
	as_skip(&c, 4);
	it->sum = as_u32(&c);
	it->at = as_u32(&c);
	it->n = as_u32(&c);
	it->name = as_vendor_string(as_take(&c, 256));
	it->section = as_vendor_string(as_take(&c, 16));
	it->version = as_vendor_string(as_take(&c, 64));
	return as_ok(&c);
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	item it;
	if (!read_header(image, &h))
		return AS_NOT_THIS;
	uint64_t end = as_max(h.size, h.end);
	for (uint32_t i = 0; i < h.n && read_item(image, &h, i, &it); i++)
		end = as_max(end, (uint64_t)it.at + it.n);
	*out = (as_extent){ .size = as_min(end, image.n) };
	out->sure = head_right(image, &h) ? AS_CHECKSUMMED
		    : end == h.size       ? AS_STRUCTURED
					  : AS_PLAUSIBLE;
	return AS_OK;
}

static as_status put_item(as_unpack *u, as_span body, const item *it, uint64_t at)
{
	as_status s = AS_OK;
	as_entry e = { .at = at, .type = AS_FILE, .name = it->name };
	e.data = as_cut(body, it->at, it->at < body.n ? as_min(it->n, body.n - it->at) : 0);
	const char *name = (const char *)as_print(
		as_memory(u), "item %.*s", (int)as_min(it->name.n, 256), (const char *)it->name.p)
				   .p;
	bool right = e.data.n == it->n && as_crc32(0, e.data) == it->sum;
	if (name)
		as_tellf(u, as_cut(body, at, ITEM), name, "section=%.*s version=%.*s crc=%s",
			(int)it->section.n, (const char *)it->section.p, (int)it->version.n,
			(const char *)it->version.p, right ? "ok" : "wrong");
	if (e.data.n < it->n)
		s = as_lost(u, it->at, "an item is cut off");
	else if (!right)
		s = as_lost(u, it->at, "checksum of an item is wrong");
	return as_worse(s, as_put(u, NULL, &e, NULL));
}

static as_status unpack(as_unpack *u, as_span body)
{
	header h;
	item it;
	if (!read_header(body, &h))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, as_min(h.end, body.n), "HWNP header");
	as_vendor_text(u, as_cut(body, FIXED, h.products), "products");
	as_status s = as_vendor_sum(u, body, as_cut(body, 16, 4), "header-crc",
		head_right(body, &h), "checksum of the header is wrong");
	bool whole = h.size <= body.n;
	bool right = whole && as_crc32(0, as_cut(body, 12, h.size - 12)) == h.sum;
	as_tell(u, as_cut(body, 8, 4), "crc", as_lit(right ? "ok" : "wrong"));
	if (!whole)
		s = as_worse(s, as_lost(u, body.n, "image is cut off"));
	else if (!right)
		s = as_worse(s, as_lost(u, 8, "checksum is wrong"));
	for (uint32_t i = 0; i < h.n && s <= AS_PARTIAL; i++) {
		uint64_t at = h.items_at + (uint64_t)i * h.item;
		if (!read_item(body, &h, i, &it))
			return as_worse(s, as_lost(u, at, "list of items is cut off"));
		s = as_worse(s, put_item(u, body, &it, at));
	}
	return s;
}

const as_format as_format_hwnp = {
	.id = "hwnp",
	.title = "Huawei HWNP firmware",
	.kind = AS_ARCHIVE,
	.magic = (const as_magic[]){ { .bytes = "HWNP", .len = 4, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants =
		(const char *const[]){ "header sizes with and without the first 36 bytes", NULL },
	.verifies = (const char *const[]){ "CRC-32 of the image", "CRC-32 of the header",
		"CRC-32 of each item", NULL },
	.keeps = (const char *const[]){ "section and version, as properties", NULL },
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "the signature, an item of its own, is not verified", NULL },
	.spec = "https://github.com/0xuserpag3/HuaweiFirmwareTool",
	.see = NULL,
};
