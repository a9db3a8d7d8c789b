/* SPDX-License-Identifier: Apache-2.0 */
/* Android's table of device trees (dtbo, dtb partitions), big-endian:
 *    0 d7b7ab1e   4 size of all   8 header size   12 entry size   16 entries   20 offset of entries   24 page size
 *   28 version; an entry: size, offset, id, revision, then four words (version 1: the first has the packing in its
 *   lowest four bits: 0 none, 1 zlib, 2 gzip) */
#include "unpack/fdt.h"
#include "unpack/format.h"

enum { HEADER = 32, ENTRY = 32, ENTRIES_MAX = 4096, PACKING = 15 };

typedef struct header {
	uint32_t size, len, entry_len, n, at, page, version;
} header;

static bool read_header(as_span image, header *h)
{
	as_cur c = as_cur_be(image, 4);
	*h = (header){ .size = as_u32(&c) };
	h->len = as_u32(&c);
	h->entry_len = as_u32(&c);
	h->n = as_u32(&c);
	h->at = as_u32(&c);
	h->page = as_u32(&c);
	h->version = as_u32(&c);
	return as_ok(&c) && h->len >= HEADER && h->entry_len >= ENTRY && h->n > 0 &&
	       h->n <= ENTRIES_MAX && h->version <= 1 && h->at >= h->len && h->size > h->at &&
	       (uint64_t)h->n * h->entry_len <= h->size - h->at;
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	if (!read_header(image, &h))
		return AS_NOT_THIS;
	as_cur c = as_cur_be(image, h.at);
	uint32_t n = as_u32(&c), at = as_u32(&c);
	bool inside = as_ok(&c) && at < h.size && n <= h.size - at;
	if (!inside && h.at + ENTRY <= image.n)
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(h.size, image.n) };
	out->sure = h.size <= image.n ? AS_STRUCTURED : AS_PLAUSIBLE;
	return AS_OK;
}

/* Several entries may share one tree: it is put once, and told for each. */
static as_status put_entry(as_unpack *u, as_span body, const header *h, uint32_t i, uint32_t before)
{
	uint64_t record = h->at + (uint64_t)i * h->entry_len;
	as_cur c = as_cur_be(as_cut(body, record, ENTRY), 0);
	uint32_t n = as_u32(&c), at = as_u32(&c), id = as_u32(&c), revision = as_u32(&c);
	uint32_t packing = h->version == 1 ? as_u32(&c) & PACKING : 0;
	if (!as_ok(&c))
		return as_lost(u, as_min(record, body.n), "table is cut off");
	as_span name = as_print(as_memory(u), "%u", i);
	as_tellf(u, as_cut(body, record, ENTRY), (const char *)name.p,
		"offset=0x%x size=%u id=0x%x revision=0x%x", at, n, id, revision);
	if (at == before)
		return AS_OK;
	as_entry e = { .at = at, .type = AS_PART, .name = name, .data = as_cut(body, at, n) };
	e.hint = packing == 2 ? "gzip" : NULL;
	if (e.data.n == n)
		return as_put(u, NULL, &e, NULL);
	e.data = at < body.n ? as_from(body, at) : e.data;
	as_status s = as_lost(u, record, "a device tree runs past the end");
	return e.data.n > 0 ? as_worse(s, as_put(u, NULL, &e, NULL)) : s;
}

static as_status unpack(as_unpack *u, as_span body)
{
	header h;
	if (!read_header(body, &h))
		return as_lost(u, 0, "header is damaged");
	as_struct(
		u, 0, as_min(h.at + (uint64_t)h.n * h.entry_len, body.n), "table of device trees");
	as_tellf(u, as_cut(body, 28, 4), "version", "%u", h.version);
	as_status s = h.size > body.n ? as_lost(u, body.n, "image is cut off") : AS_OK;
	uint32_t before = 0;
	for (uint32_t i = 0; i < h.n && s <= AS_PARTIAL; i++) {
		as_cur c = as_cur_be(body, h.at + (uint64_t)i * h.entry_len + 4);
		s = as_worse(s, put_entry(u, body, &h, i, before));
		before = as_u32(&c);
	}
	return s;
}

const as_format as_format_dtbo = {
	.id = "dtbo",
	.title = "Android table of device trees",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "\xd7\xb7\xab\x1e", .len = 4, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "versions 0 and 1", NULL },
	.verifies = NULL,
	.keeps = NULL,
	.samples =
		(const char *const[]){
			"generator from the published layout, with trees of dtc; not tried on a "
			"vendor's own image",
			NULL },
	.gaps = (const char *const[]){ "trees packed with zlib are told as they stand", NULL },
	.spec = "https://source.android.com/docs/core/architecture/dto/partitions",
	.see = NULL,
};
