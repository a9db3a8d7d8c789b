/* SPDX-License-Identifier: Apache-2.0 */
/* HFS, the file system of Mac OS before HFS+, big-endian. At byte 1024:
 *    0 "BD"   10 attributes u16   18 blocks u16   20 block size u32   28 sector of block 0 u16   36 name, length first
 *   84 files u32   88 folders u32   124 "H+": it is wrapped around HFS+, which stands at 126 block u16, blocks u16
 *  130 size of the tree of extents u32   134 three extents: block u16, blocks u16   146 catalog u32
 *  150 its extents
 * A copy stands 1024 bytes before the end. Trees and what the catalog is for: hfsplus.h, hfsplus_catalog.c. Keys
 * begin with their length u8; catalog: 2 folder's id u32   6 length u8   7 name, Mac OS Roman; extents: 1 fork u8
 *    2 file u32   6 block u16
 * File: 0 2 u8   4 for the Finder: kind, creator[16]   20 id u32   26 size u32   36 resource's size u32
 *   48 changed u32   56 more for the Finder[16]   74 three extents   86 three of the resource; folder: 0 1 u8
 *    6 id u32   14 changed u32   22 for the Finder[32]; thread: 0 3 u8   10 parent u32   14 name. Times are local. */
#include "unpack/fmt/hfsplus.h"

#include <string.h>

enum {
	HEADER_AT = 1024,
	HEADER = 162,
	SECTOR = 512,
	EXTENTS = 12,
	EXTENTS_ID = 3,
	CATALOG_ID = 4,
	FILE_LEN = 102,
	FOLDER_LEN = 70,
	NAME_MOST = 31,
};

typedef struct header {
	uint64_t at, block, first, size; /* bytes */
	uint32_t blocks, files, folders;
	uint64_t inner, inner_n; /* what it is wrapped around; 0: nothing */
	as_span label;
	as_hfs_fork extents, catalog;
} header;

/* What Mac OS Roman has from 0x80 on. */
static const uint16_t roman[128] = {
	0x00c4,
	0x00c5,
	0x00c7,
	0x00c9,
	0x00d1,
	0x00d6,
	0x00dc,
	0x00e1,
	0x00e0,
	0x00e2,
	0x00e4,
	0x00e3,
	0x00e5,
	0x00e7,
	0x00e9,
	0x00e8,
	0x00ea,
	0x00eb,
	0x00ed,
	0x00ec,
	0x00ee,
	0x00ef,
	0x00f1,
	0x00f3,
	0x00f2,
	0x00f4,
	0x00f6,
	0x00f5,
	0x00fa,
	0x00f9,
	0x00fb,
	0x00fc,
	0x2020,
	0x00b0,
	0x00a2,
	0x00a3,
	0x00a7,
	0x2022,
	0x00b6,
	0x00df,
	0x00ae,
	0x00a9,
	0x2122,
	0x00b4,
	0x00a8,
	0x2260,
	0x00c6,
	0x00d8,
	0x221e,
	0x00b1,
	0x2264,
	0x2265,
	0x00a5,
	0x00b5,
	0x2202,
	0x2211,
	0x220f,
	0x03c0,
	0x222b,
	0x00aa,
	0x00ba,
	0x03a9,
	0x00e6,
	0x00f8,
	0x00bf,
	0x00a1,
	0x00ac,
	0x221a,
	0x0192,
	0x2248,
	0x2206,
	0x00ab,
	0x00bb,
	0x2026,
	0x00a0,
	0x00c0,
	0x00c3,
	0x00d5,
	0x0152,
	0x0153,
	0x2013,
	0x2014,
	0x201c,
	0x201d,
	0x2018,
	0x2019,
	0x00f7,
	0x25ca,
	0x00ff,
	0x0178,
	0x2044,
	0x20ac,
	0x2039,
	0x203a,
	0xfb01,
	0xfb02,
	0x2021,
	0x00b7,
	0x201a,
	0x201e,
	0x2030,
	0x00c2,
	0x00ca,
	0x00c1,
	0x00cb,
	0x00c8,
	0x00cd,
	0x00ce,
	0x00cf,
	0x00cc,
	0x00d3,
	0x00d4,
	0xf8ff,
	0x00d2,
	0x00da,
	0x00db,
	0x00d9,
	0x0131,
	0x02c6,
	0x02dc,
	0x00af,
	0x02d8,
	0x02d9,
	0x02da,
	0x00b8,
	0x02dd,
	0x02db,
	0x02c7,
};

static bool read_header(as_span image, uint64_t at, header *h)
{
	as_span raw = as_cut(image, at, HEADER);
	as_cur c = as_cur_be(raw, 18);
	*h = (header){ .at = at, .blocks = as_u16(&c) };
	h->block = as_u32(&c);
	as_skip(&c, 4);
	h->first = as_u16(&c) * (uint64_t)SECTOR;
	as_skip(&c, 4);
	uint16_t free = as_u16(&c);
	uint8_t label = as_u8(&c);
	h->label = as_cut(raw, 37, label);
	as_seek(&c, 84);
	h->files = as_u32(&c);
	h->folders = as_u32(&c);
	bool wraps = as_is(as_cut(raw, 124, 2), "H+");
	as_seek(&c, 126);
	uint64_t block = as_u16(&c), n = as_u16(&c);
	h->inner = wraps ? h->first + block * h->block : 0;
	h->inner_n = wraps ? n * h->block : 0;
	h->extents = (as_hfs_fork){ .size = as_u32(&c), .extents = as_cut(raw, 134, EXTENTS) };
	as_seek(&c, 146);
	h->catalog = (as_hfs_fork){ .size = as_u32(&c), .extents = as_cut(raw, 150, EXTENTS) };
	h->size = h->first + h->blocks * h->block;
	return as_ok(&c) && as_starts(raw, "BD") && h->block >= SECTOR && h->block % SECTOR == 0 &&
	       h->block <= 1u << 26 && h->blocks > 2 && free <= h->blocks && label > 0 &&
	       label <= 27 && h->first >= HEADER_AT + SECTOR && h->catalog.size >= 2 * SECTOR &&
	       h->catalog.size % SECTOR == 0 && h->catalog.size <= h->size;
}

static bool glance(as_span start)
{
	header h;
	return read_header(start, HEADER_AT, &h);
}

/* Whether the catalog's first node is where the header says. */
static bool has_catalog(as_span image, const header *h)
{
	as_cur c = as_cur_be(h->catalog.extents, 0);
	uint64_t at = h->first + as_u16(&c) * h->block;
	c = as_cur_be(image, as_min(at, image.n));
	uint32_t next = as_u32(&c), previous = as_u32(&c);
	uint8_t kind = as_u8(&c);
	c = as_cur_be(image, as_min(at + 32, image.n));
	uint16_t node = as_u16(&c), key = as_u16(&c);
	(void)next; /* a large tree has nodes that go on with its map */
	return as_ok(&c) && previous == 0 && kind == 1 && node == SECTOR && key == 37;
}

/* Where the volume ends: the copy of its header and a sector stand behind the last block, and perhaps a few more. */
static uint64_t end_of(as_span image, const header *h)
{
	header copy;
	for (uint64_t end = h->size + 2 * SECTOR;
		end <= image.n && end <= h->size + h->block + 2 * SECTOR; end += SECTOR)
		if (read_header(image, end - 2 * SECTOR, &copy) && copy.size == h->size)
			return end;
	return as_min(h->size, image.n);
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	if (!read_header(image, HEADER_AT, &h))
		return AS_NOT_THIS;
	uint64_t end = end_of(image, &h);
	if (end <= h.size && !has_catalog(image, &h)) /* without a copy of the header, too */
		return AS_NOT_THIS;
	/* Of a disk that is both, ISO 9660 tells more, and puts this volume as a part of it. */
	bool both = as_is(as_cut(image, 32769, 5), "CD001");
	*out = (as_extent){
		.size = end, .sure = both ? AS_PLAUSIBLE : AS_STRUCTURED, .label = h.label
	};
	return AS_OK;
}

static as_cur key_of(as_span raw, as_span *data)
{
	uint64_t n = as_at(raw, 0);
	*data = as_from(raw, 1 + n + (n % 2 == 0));
	return as_cur_be(as_cut(raw, 1, n), 0);
}

static bool parse_catalog(as_span raw, as_hfs_record *r)
{
	as_cur c = key_of(raw, &r->data);
	as_skip(&c, 1);
	r->id = as_u32(&c);
	uint8_t n = as_u8(&c);
	r->name = as_take(&c, n);
	return as_ok(&c) && n <= NAME_MOST && r->id > 0 && r->data.n >= 46;
}

static bool parse_extents(as_span raw, as_hfs_record *r)
{
	as_cur c = key_of(raw, &r->data);
	r->fork = as_u8(&c);
	r->id = as_u32(&c);
	r->start = as_u16(&c);
	r->data = as_cut(r->data, 0, EXTENTS);
	return as_ok(&c) && r->data.n > 0;
}

static as_hfs_fork fork_of(as_span data, uint64_t size_at, uint64_t extents_at)
{
	as_cur c = as_cur_be(data, size_at);
	return (as_hfs_fork){ .size = as_u32(&c), .extents = as_cut(data, extents_at, EXTENTS) };
}

static as_span finder_of(const as_hfs *v, as_span data)
{
	uint8_t *out = as_alloc(as_memory(v->u), 32);
	as_span one = as_cut(data, 4, 16), two = as_cut(data, 56, 16);
	if (!out || one.n == 0 || two.n == 0)
		return (as_span){ 0 };
	memcpy(out, one.p, one.n);
	memcpy(out + 16, two.p, two.n);
	return as_bytes(out, 32);
}

static bool item(const as_hfs *v, as_span data, as_hfs_item *i)
{
	uint8_t type = as_at(data, 0);
	as_cur c = as_cur_be(data, type == 1 ? 6 : 20);
	*i = (as_hfs_item){ .folder = type == 1, .id = as_u32(&c) };
	c = as_cur_be(data, type == 1 ? 14 : 48);
	i->time = as_u32(&c);
	if (type == 1) {
		i->finder = as_cut(data, 22, 32);
		return as_ok(&c) && data.n >= FOLDER_LEN;
	}
	i->finder = finder_of(v, data);
	i->data = fork_of(data, 26, 74);
	i->resource = fork_of(data, 36, 86);
	return as_ok(&c) && type == 2 && data.n >= FILE_LEN;
}

/* What programs call ':' stands as '/'. */
static as_span name_of(const as_hfs *v, as_span raw)
{
	uint8_t *out = as_alloc(as_memory(v->u), raw.n * 3 + 1);
	size_t n = 0;
	for (size_t i = 0; out && i < raw.n; i++) {
		uint32_t c = raw.p[i] < 0x80 ? raw.p[i] : roman[raw.p[i] - 0x80];
		if (c < 0x80) {
			out[n++] = (uint8_t)(c == '/' ? ':' : c);
		} else if (c < 0x800) {
			out[n++] = (uint8_t)(0xc0 | c >> 6);
			out[n++] = (uint8_t)(0x80 | (c & 0x3f));
		} else {
			out[n++] = (uint8_t)(0xe0 | c >> 12);
			out[n++] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
			out[n++] = (uint8_t)(0x80 | (c & 0x3f));
		}
	}
	return out ? as_bytes(out, n) : (as_span){ 0 };
}

static as_span thread(as_span data, uint32_t *parent)
{
	as_cur c = as_cur_be(data, 10);
	*parent = as_u32(&c);
	uint8_t n = as_u8(&c);
	return as_take(&c, as_min(n, NAME_MOST));
}

static as_status put_inner(as_unpack *u, as_span body, const header *h)
{
	as_span inner = as_from(body, h->inner);
	as_entry e = { .type = AS_PART,
		.at = as_min(h->inner, body.n),
		.name = as_lit("hfsplus"),
		.hint = "hfsplus",
		.data = as_cut(inner, 0, as_min(inner.n, h->inner_n)) };
	as_tell(u, as_cut(body, h->at + 124, 6), "wraps", as_lit("HFS+"));
	as_status s = inner.n < h->inner_n ? as_lost(u, body.n, "image is cut off") : AS_OK;
	return e.data.n > 0 ? as_worse(s, as_put(u, NULL, &e, NULL)) : s;
}

static as_status read_volume(as_hfs *v, const header *h)
{
	as_unpack *u = v->u;
	as_status s = AS_OK;
	header copy;
	as_struct(u, 0, as_min(h->first, v->body.n), "hfs boot blocks, header and bitmap");
	if (v->body.n > HEADER_AT && read_header(v->body, v->body.n - HEADER_AT, &copy))
		as_struct(u, v->body.n - HEADER_AT, HEADER_AT, "copy of the hfs header");
	as_tellf(u, as_cut(v->body, h->at + 84, 8), "holds", "%u files, %u folders", h->files,
		h->folders);
	if (h->size > v->body.n)
		s = as_lost(u, v->body.n, "image is cut off");
	if (h->inner > 0)
		s = as_worse(s, put_inner(u, v->body, h));
	v->extents = (as_hfs_tree){ .label = "hfs extents", .parse = parse_extents };
	v->catalog = (as_hfs_tree){ .label = "hfs catalog", .parse = parse_catalog };
	if (s <= AS_PARTIAL)
		s = as_worse(s, as_hfs_read_tree(v, &v->extents, &h->extents, EXTENTS_ID));
	if (s <= AS_PARTIAL)
		s = as_worse(s, as_hfs_read_tree(v, &v->catalog, &h->catalog, CATALOG_ID));
	return s <= AS_PARTIAL ? as_worse(s, as_hfs_put_catalog(v)) : s;
}

static as_status unpack(as_unpack *u, as_span body)
{
	header h;
	if (!read_header(body, HEADER_AT, &h))
		return as_lost(u, HEADER_AT, "the header makes no sense");
	as_hfs v = { .u = u,
		.body = body,
		.first = h.first,
		.block = h.block,
		.blocks = h.blocks,
		.item = item,
		.name = name_of,
		.thread = thread,
		.pieces.arena = as_memory(u) };
	return read_volume(&v, &h);
}

const as_format as_format_hfs = {
	.id = "hfs",
	.title = "HFS file system",
	.kind = AS_FILESYSTEM,
	.magic = (const as_magic[]){ { .bytes = "BD", .len = 2, .at = 1024 }, { 0 } },
	.glance = glance,
	.probe = probe,
	.unpack = unpack,
	.anywhere = true,
	.variants = (const char *const[]){ "files of many extents", "wrapped around HFS+", NULL },
	.verifies = NULL,
	.keeps = (const char *const[]){ "time of change (local, taken as UTC)",
		"what the Finder notes, as the attribute com.apple.FinderInfo",
		"resource forks, as files of their own: \"NAME (resource fork)\"",
		"files without a folder", NULL },
	.samples = (const char *const[]){ "hfsutils 3.2.6", "genisoimage 1.1.11",
		"wrapped around HFS+: generator from the published layout", NULL },
	.gaps = (const char *const[]){ "the header's copy is not used",
		"names are taken as Mac OS Roman", "deleted files are not looked for", NULL },
	.spec = "https://developer.apple.com/library/archive/documentation/mac/pdf/Files/"
		"File_Manager.pdf",
	.see = NULL,
};
