/* SPDX-License-Identifier: Apache-2.0 */
/* Android's boot images, little-endian: a header of one page, then parts, each from a page's start.
 * boot, recovery: versions 0 to 2
 *    0 "ANDROID!"   8 kernel size   12 address   16 ramdisk size   20 address   24 second stage size   28 address
 *   32 tags address   36 page size   40 version (before there were any: size of a device tree)   44 system version
 *   48 board, 16 bytes   64 command line, 512   576 id, 32: SHA-1 of the parts, each followed by its size, u32
 *  608 more of the command line, 1024   1632 recovery device tree overlays: size   1636 offset, u64
 * 1644 header size   1648 device tree size   1652 address, u64
 * boot, versions 3 and 4 (pages of 4096)
 *    0 "ANDROID!"   8 kernel size   12 ramdisk size   16 system version   20 header size   40 version
 *   44 command line, 1536   1580 signature size (4)
 * vendor_boot, versions 3 and 4
 *    0 "VNDRBOOT"   8 version   12 page size   16 kernel address   20 ramdisk address   24 ramdisks size
 *   28 command line, 2048   2076 tags address   2080 board, 16   2096 header size   2100 device tree size
 * 2104 address, u64   2112 table of ramdisks: size   2116 entries   2120 bytes of an entry   2124 bootconfig size
 *   an entry: size, offset in the ramdisks, type, name (32 bytes), board (64 bytes) */
#include <openssl/evp.h>

#include "unpack/format.h"

enum { MAGIC_LEN = 8, PAGE = 4096, PAGE_LEAST = 2048, PAGE_MOST = 65536, PARTS_MAX = 6 };
enum { V3_LEN = 1580 };
enum { VENDOR3_LEN = 2108 /* as the first mkbootimg wrote */, RAMDISKS_MAX = 64 };

typedef struct piece {
	const char *name;
	uint64_t at, n;
	bool summed; /* counts into the id, even where it is empty */
} piece;

typedef struct header {
	uint32_t version, page, system;
	bool vendor;
	piece parts[PARTS_MAX];
	size_t n_parts;
	uint64_t end; /* of the last part, and where the next one begins */
	as_span board, cmdline, more_cmdline, id, system_at;
	uint32_t table_at, table_entries, entry_len; /* table_at: which part is the table */
} header;

static void add(header *h, const char *name, uint32_t n, bool summed)
{
	h->parts[h->n_parts++] = (piece){ name, h->end, n, summed };
	h->end += ((uint64_t)n + h->page - 1) / h->page * h->page;
}

static bool page_fits(uint32_t page)
{
	return page >= PAGE_LEAST && page <= PAGE_MOST && (page & (page - 1)) == 0;
}

static bool read_old(as_span image, header *h)
{
	as_cur c = as_cur_le(image, MAGIC_LEN);
	uint32_t kernel = as_u32(&c), tree = 0, overlays = 0;
	as_skip(&c, 4);
	uint32_t ramdisk = as_u32(&c);
	as_skip(&c, 4);
	uint32_t second = as_u32(&c);
	as_skip(&c, 8);
	h->page = as_u32(&c);
	h->version = as_u32(&c);
	h->system_at = as_cut(image, as_pos(&c), 4);
	h->system = as_u32(&c);
	h->board = as_take(&c, 16);
	h->cmdline = as_take(&c, 512);
	h->id = as_take(&c, 32);
	h->more_cmdline = as_take(&c, 1024);
	if (h->version > 4) { /* no version: a device tree */
		tree = h->version;
		h->version = 0;
	}
	if (h->version >= 1)
		overlays = as_u32(&c);
	as_skip(&c, h->version >= 1 ? 12 : 0);
	if (h->version == 2)
		tree = as_u32(&c);
	if (!as_ok(&c) || !page_fits(h->page) || kernel == 0)
		return false;
	h->end = h->page;
	add(h, "kernel", kernel, true);
	add(h, "ramdisk", ramdisk, true);
	add(h, "second", second, true);
	add(h, "recovery_dtbo", overlays, h->version >= 1);
	add(h, "dtb", tree, h->version == 2 || tree > 0);
	return true;
}

static bool read_new(as_span image, header *h)
{
	as_cur c = as_cur_le(image, MAGIC_LEN);
	uint32_t kernel = as_u32(&c), ramdisk = as_u32(&c);
	h->page = PAGE;
	h->system_at = as_cut(image, as_pos(&c), 4);
	h->system = as_u32(&c);
	uint32_t header_len = as_u32(&c);
	as_skip(&c, 20);
	h->cmdline = as_take(&c, 1536);
	uint32_t signature = h->version == 4 ? as_u32(&c) : 0;
	if (!as_ok(&c) || header_len < V3_LEN || header_len > PAGE)
		return false;
	h->end = h->page;
	add(h, "kernel", kernel, false);
	add(h, "ramdisk", ramdisk, false);
	add(h, "boot_signature", signature, false);
	return kernel > 0 || ramdisk > 0;
}

static bool read_vendor(as_span image, header *h)
{
	as_cur c = as_cur_le(image, MAGIC_LEN);
	h->version = as_u32(&c);
	h->page = as_u32(&c);
	as_skip(&c, 8);
	uint32_t ramdisks = as_u32(&c);
	h->cmdline = as_take(&c, 2048);
	as_skip(&c, 4);
	h->board = as_take(&c, 16);
	uint32_t len = as_u32(&c), tree = as_u32(&c), table = 0, bootconfig = 0;
	as_skip(&c, 8);
	if (h->version == 4) {
		table = as_u32(&c);
		h->table_entries = as_u32(&c);
		h->entry_len = as_u32(&c);
		bootconfig = as_u32(&c);
	}
	if (!as_ok(&c) || !page_fits(h->page) || (h->version != 3 && h->version != 4) ||
		len < VENDOR3_LEN || len > PAGE_MOST)
		return false;
	h->end = ((uint64_t)len + h->page - 1) / h->page * h->page;
	add(h, "vendor_ramdisk", ramdisks, false);
	add(h, "dtb", tree, false);
	h->table_at = (uint32_t)h->n_parts;
	add(h, "vendor_ramdisk_table", table, false);
	add(h, "bootconfig", bootconfig, false);
	return ramdisks > 0;
}

static bool read_header(as_span image, header *h)
{
	as_cur c = as_cur_le(image, 40);
	uint32_t version = as_u32(&c);
	*h = (header){ .vendor = as_starts(image, "VNDRBOOT") };
	if (h->vendor)
		return read_vendor(image, h);
	h->version = version;
	return version == 3 || version == 4 ? read_new(image, h) : read_old(image, h);
}

/* Whether the id is the digest of the parts; false also if there is none. */
static bool id_right(as_span image, const header *h)
{
	uint8_t sum[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	EVP_MD_CTX *md = h->id.n > 0 ? EVP_MD_CTX_new() : NULL;
	bool ok = md && EVP_DigestInit_ex(md, EVP_sha1(), NULL) == 1;
	for (size_t i = 0; ok && i < h->n_parts; i++) {
		const piece *p = &h->parts[i];
		if (!p->summed)
			continue;
		as_span data = as_cut(image, p->at, p->n);
		uint8_t len[4] = { (uint8_t)p->n, (uint8_t)(p->n >> 8), (uint8_t)(p->n >> 16),
			(uint8_t)(p->n >> 24) };
		ok = data.n == p->n && EVP_DigestUpdate(md, data.p, data.n) == 1 &&
		     EVP_DigestUpdate(md, len, sizeof(len)) == 1;
	}
	ok = ok && EVP_DigestFinal_ex(md, sum, &n) == 1;
	EVP_MD_CTX_free(md);
	return ok && as_same(as_bytes(sum, n), as_cut(h->id, 0, n));
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	if (!read_header(image, &h))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(h.end, image.n), .label = as_trim(h.board) };
	out->sure = h.end > image.n ? AS_PLAUSIBLE : AS_STRUCTURED;
	if (out->sure == AS_STRUCTURED && id_right(image, &h))
		out->sure = AS_CHECKSUMMED;
	return AS_OK;
}

static as_span text_of(as_span field)
{
	size_t end = as_find_byte(field, 0, 0);
	return end == SIZE_MAX ? field : as_cut(field, 0, end);
}

static as_span join(as_arena *arena, as_span a, as_span b)
{
	uint8_t *out = as_alloc(arena, a.n + b.n);
	if (!out)
		return a;
	memcpy(out, a.p, a.n);
	memcpy(out + a.n, b.p, b.n);
	return as_bytes(out, a.n + b.n);
}

static void tell(as_unpack *u, as_span body, const header *h)
{
	as_span cmdline = text_of(h->cmdline), more = text_of(h->more_cmdline);
	as_tellf(u, as_cut(body, h->vendor ? 8 : 40, 4), "version", "%u", h->version);
	as_tellf(u, as_cut(body, h->vendor ? 12 : 36, 4), "page-size", "%u", h->page);
	if (text_of(h->board).n > 0)
		as_tell(u, h->board, "board", text_of(h->board));
	as_span whole = more.n == 0 ? cmdline : join(as_memory(u), cmdline, more);
	if (whole.n > 0)
		as_tell(u, h->cmdline, "cmdline", whole);
	uint32_t system = h->system >> 11, patch = h->system & 0x7ff;
	if (system)
		as_tellf(u, h->system_at, "os-version", "%u.%u.%u", system >> 14,
			system >> 7 & 0x7f, system & 0x7f);
	if (patch)
		as_tellf(u, h->system_at, "os-patch-level", "%u-%02u", 2000 + (patch >> 4),
			patch & 15);
}

/* The ramdisks of a vendor's image, version 4, by their table. */
static as_status put_ramdisks(as_unpack *u, as_span body, const header *h)
{
	static const char *const kinds[] = { "none", "platform", "recovery", "dlkm" };
	const piece *all = &h->parts[0], *table = &h->parts[h->table_at];
	as_span ramdisks = as_cut(body, all->at, as_min(all->n, body.n - as_min(all->at, body.n)));
	as_cur c = as_cur_le(as_cut(body, table->at, table->n), 0);
	as_status s = AS_OK;
	as_struct(u, table->at, table->n, "table of ramdisks");
	for (uint32_t i = 0; i < h->table_entries && i < RAMDISKS_MAX && s <= AS_PARTIAL; i++) {
		as_cur one = as_cur_le(as_take(&c, h->entry_len), 0);
		uint32_t n = as_u32(&one), at = as_u32(&one), kind = as_u32(&one);
		as_span name = text_of(as_take(&one, 32));
		as_span data = as_cut(ramdisks, at, n);
		if (!as_ok(&one) || data.n != n)
			return as_worse(s, as_lost(u, table->at, "a ramdisk runs past the end"));
		as_entry e = { .at = all->at + at, .type = AS_PART, .data = data };
		e.name = as_print(as_memory(u), "vendor_ramdisk-%u%s%.*s", i, name.n ? "-" : "",
			(int)name.n, name.n ? (const char *)name.p : "");
		as_tell(u, as_cut(body, table->at, 4), (const char *)e.name.p,
			as_lit(kind < 4 ? kinds[kind] : "unknown"));
		s = as_worse(s, as_put(u, NULL, &e, NULL));
	}
	return s;
}

static as_status put_part(as_unpack *u, as_span body, const header *h, const piece *p)
{
	as_entry e = { .at = p->at, .type = AS_PART, .name = as_lit(p->name) };
	as_status s = AS_OK;
	if (p->n == 0)
		return AS_OK;
	e.data = as_cut(body, p->at, as_min(p->n, body.n - as_min(p->at, body.n)));
	uint64_t pad = (h->page - p->n % h->page) % h->page, end = p->at + p->n;
	pad = as_min(pad, body.n - as_min(end, body.n));
	if (as_all(as_cut(body, end, pad), 0))
		as_struct(u, end, pad, "alignment");
	if (e.data.n < p->n)
		s = as_lost(u, as_min(p->at, body.n), "a part runs past the end");
	return e.data.n > 0 ? as_worse(s, as_put(u, NULL, &e, NULL)) : s;
}

static as_status unpack(as_unpack *u, as_span body)
{
	header h;
	if (!read_header(body, &h))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, h.parts[0].at, "Android boot header");
	tell(u, body, &h);
	as_status s = AS_OK;
	if (h.id.n > 0 && !as_all(h.id, 0)) {
		bool right = id_right(body, &h);
		as_tell(u, h.id, "id", as_lit(right ? "sha1 ok" : "wrong, or not a SHA-1"));
		if (!right)
			s = as_lost(u, 576, "the id is not the SHA-1 of the parts");
	}
	for (size_t i = 0; i < h.n_parts && s <= AS_PARTIAL; i++) {
		bool listed = h.vendor && h.table_entries > 0;
		if (listed && (i == 0 || i == h.table_at))
			continue;
		s = as_worse(s, put_part(u, body, &h, &h.parts[i]));
	}
	if (h.vendor && h.table_entries > 0 && s <= AS_PARTIAL)
		s = as_worse(s, put_ramdisks(u, body, &h));
	return s;
}

const as_format as_format_android_boot = {
	.id = "android_boot",
	.title = "Android boot image",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "ANDROID!", .len = 8, .at = 0 },
		{ .bytes = "VNDRBOOT", .len = 8, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "boot and recovery, header versions 0 to 4",
		"a device tree behind the parts, as before versions", "vendor_boot 3 and 4", NULL },
	.verifies = (const char *const[]){ "the id of versions 0 to 2 (SHA-1)", NULL },
	.keeps = NULL,
	.samples =
		(const char *const[]){ "mkbootimg 10 (Debian 12): versions 0, 2, 3, vendor_boot 3",
			"generator from the published layout: versions 1 with overlays, 4, "
			"vendor_boot 4; not tried on a vendor's own image",
			NULL },
	.gaps = (const char *const[]){ "ids that are SHA-256",
		"init_boot's and boot's signatures are "
		"parts, not verified",
		NULL },
	.spec = "https://source.android.com/docs/core/architecture/bootloader/boot-image-header",
	.see = NULL,
};
