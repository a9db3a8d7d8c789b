/* SPDX-License-Identifier: Apache-2.0 */
/* HFS+ and HFSX, big-endian. The volume header stands at byte 1024, a copy of it 1024 bytes before the end:
 *    0 "H+" or "HX"   2 version u16 (4, 5)   4 attributes u32 (bit 8: was unmounted well, 13: has a journal)
 *    8 last mounted by, 4 bytes   12 block of the journal's place u32   32 files   36 folders   40 block size
 *   44 blocks   48 free ones   112 forks of 80 bytes: allocation, extents, catalog, attributes, startup
 * Fork: 0 size u64   12 blocks u32   16 eight extents: first block u32, blocks u32. The catalog (hfsplus_catalog.c)
 * names files; what has more than eight extents goes on in the tree of extents, by file, fork (0 data,
 * 255 resource) and block in the fork. Their keys: length u16, then
 *    catalog: 2 folder's id u32   6 units u16   8 name, UTF-16; extents: 2 fork u8   4 file u32   8 block u32
 *    attributes: 4 file u32   8 block u32   12 units u16   14 name
 * Record of a file: 0 2 u16   8 id u32   16 contents changed u32   32 uid   36 gid   40 flags u8[2]   42 mode u16
 *   44 device, inode number or links u32   48 for the Finder, 32 bytes: kind, creator   88 data   168 resource;
 * of a folder 1, and without forks; of threads 3 and 4: 4 parent u32   8 units u16   10 name.
 * Own code, because a damaged tree is read leaf by leaf. */
#include "unpack/fmt/hfsplus.h"
#include "unpack/utf16.h"

enum {
	HEADER_AT = 1024,
	HEADER = 512,
	FORK = 80,
	EXTENTS = 64,
	JOURNALED = 1 << 13,
	UNMOUNTED = 1 << 8,
	PACKED = 0x20, /* flags of BSD */
	FILE_LEN = 248,
	FOLDER_LEN = 88,
	NAME_MOST = 255,
	EXTENTS_ID = 3,
	CATALOG_ID = 4,
	ALLOCATION_ID = 6,
	STARTUP_ID = 7,
	ATTRIBUTES_ID = 8,
	XATTRS_FREE = 65536, /* attributes that are told however few there are */
};

typedef struct header {
	uint64_t at;
	uint32_t flags, journal, files, folders, block, blocks;
	as_span by, forks;
} header;

static bool read_header(as_span image, uint64_t at, header *h)
{
	as_span raw = as_cut(image, at, HEADER);
	as_cur c = as_cur_be(raw, 4);
	*h = (header){ .at = at, .flags = as_u32(&c) };
	h->by = as_take(&c, 4);
	h->journal = as_u32(&c);
	as_seek(&c, 32);
	h->files = as_u32(&c);
	h->folders = as_u32(&c);
	h->block = as_u32(&c);
	h->blocks = as_u32(&c);
	uint32_t free = as_u32(&c);
	h->forks = as_cut(raw, 112, 5 * FORK);
	bool magic =
		as_is(as_cut(raw, 0, 4), "H+\0\4") || as_starts(raw, "H+") || as_starts(raw, "HX");
	return as_ok(&c) && magic && as_at(raw, 2) == 0 &&
	       (as_at(raw, 3) == 4 || as_at(raw, 3) == 5) && h->block >= 512 &&
	       h->block <= 1u << 30 && (h->block & (h->block - 1)) == 0 && h->blocks > 2 &&
	       free <= h->blocks;
}

static as_hfs_fork fork_at(as_span raw, uint64_t at)
{
	as_cur c = as_cur_be(raw, at);
	return (as_hfs_fork){ .size = as_u64(&c), .extents = as_cut(raw, at + 16, EXTENTS) };
}

static uint64_t size_of(const header *h) { return (uint64_t)h->block * h->blocks; }

/* The header to go by: the one at the start, or the copy at the image's end. */
static bool find_header(as_span image, header *h)
{
	return read_header(image, HEADER_AT, h) ||
	       (image.n > 2 * HEADER_AT && read_header(image, image.n - HEADER_AT, h) &&
		       size_of(h) <= image.n && image.n - size_of(h) < h->block + HEADER_AT);
}

/* Where the volume ends. A disk need not be a multiple of its blocks: then the copy stands behind the last one. */
static uint64_t end_of(as_span image, const header *h)
{
	header copy;
	uint64_t size = size_of(h);
	if (size >= image.n)
		return image.n;
	for (uint64_t more = 512; more < h->block + HEADER_AT && size + more <= image.n;
		more += 512)
		if (read_header(image, size + more - HEADER_AT, &copy) && size_of(&copy) == size &&
			copy.at + HEADER_AT > size)
			return size + more;
	return size;
}

/* Whether the first node of the catalog is where the header says. */
static bool has_catalog(as_span image, const header *h)
{
	as_cur c = as_cur_be(as_cut(h->forks, 2 * FORK, FORK), 16);
	uint64_t at = (uint64_t)as_u32(&c) * h->block;
	c = as_cur_be(image, as_min(at, image.n));
	as_skip(&c, 4);
	uint32_t previous = as_u32(&c);
	uint8_t kind = as_u8(&c);
	c = as_cur_be(image, as_min(at + 32, image.n));
	uint16_t node = as_u16(&c), key = as_u16(&c);
	return as_ok(&c) && at > 0 && previous == 0 && kind == 1 && node >= 512 &&
	       (node & (node - 1)) == 0 && key >= 256 && key <= 1024;
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	if (!find_header(image, &h))
		return AS_NOT_THIS;
	header copy;
	uint64_t end = end_of(image, &h);
	bool twice = h.at == HEADER_AT && end > 2 * HEADER_AT &&
		     read_header(image, end - HEADER_AT, &copy) && copy.block == h.block &&
		     copy.blocks == h.blocks;
	if (!twice && !has_catalog(image, &h))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = end, .sure = AS_STRUCTURED };
	return AS_OK;
}

/* Of a key with its length before it: what is behind it in *data. */
static as_cur key_of(as_span raw, as_span *data)
{
	as_cur c = as_cur_be(raw, 0);
	uint64_t n = as_u16(&c);
	as_span key = as_cut(raw, 2, n);
	*data = as_from(raw, 2 + n + (n & 1));
	return as_cur_be(key, 0);
}

static bool parse_catalog(as_span raw, as_hfs_record *r)
{
	as_cur c = key_of(raw, &r->data);
	r->id = as_u32(&c);
	uint64_t units = as_u16(&c);
	r->name = as_take(&c, units * 2);
	return as_ok(&c) && units <= NAME_MOST && r->id > 0 && r->data.n >= 10;
}

static bool parse_extents(as_span raw, as_hfs_record *r)
{
	as_cur c = key_of(raw, &r->data);
	r->fork = as_u8(&c);
	as_skip(&c, 1);
	r->id = as_u32(&c);
	r->start = as_u32(&c);
	r->data = as_cut(r->data, 0, EXTENTS);
	return as_ok(&c) && r->data.n > 0;
}

static bool parse_attribute(as_span raw, as_hfs_record *r)
{
	as_cur c = key_of(raw, &r->data);
	as_skip(&c, 2);
	r->id = as_u32(&c);
	r->start = as_u32(&c);
	uint64_t units = as_u16(&c);
	r->name = as_take(&c, units * 2);
	return as_ok(&c) && r->data.n >= 16;
}

static bool item(const as_hfs *v, as_span data, as_hfs_item *i)
{
	(void)v;
	as_cur c = as_cur_be(data, 0);
	uint16_t type = as_u16(&c);
	as_skip(&c, 6);
	*i = (as_hfs_item){ .folder = type == 1, .id = as_u32(&c) };
	as_skip(&c, 4);
	i->time = as_u32(&c);
	as_skip(&c, 12);
	i->uid = as_u32(&c);
	i->gid = as_u32(&c);
	as_skip(&c, 1);
	i->compressed = as_u8(&c) & PACKED;
	i->mode = as_u16(&c);
	i->special = as_u32(&c);
	i->finder = as_cut(data, 48, 32);
	if (type == 2) {
		i->kind = as_u32(&c);
		i->creator = as_u32(&c);
		i->data = fork_at(data, 88);
		i->resource = fork_at(data, 168);
	}
	return as_ok(&c) && data.n >= (type == 2 ? FILE_LEN : FOLDER_LEN) &&
	       (type == 1 || type == 2);
}

/* What programs call ':' stands as '/', as it has since names had no paths. */
static as_span name_of(const as_hfs *v, as_span raw)
{
	as_span utf8 = as_utf16(as_memory(v->u), raw, true);
	for (size_t i = 0; i < utf8.n; i++)
		if (utf8.p[i] == '/')
			((uint8_t *)(uintptr_t)utf8.p)[i] = ':';
	return utf8;
}

static as_span thread(as_span data, uint32_t *parent)
{
	as_cur c = as_cur_be(data, 4);
	*parent = as_u32(&c);
	uint64_t units = as_u16(&c);
	return as_take(&c, units * 2);
}

static as_status mark_fork(
	as_hfs *v, const header *h, unsigned which, uint32_t id, const char *label)
{
	as_hfs_fork f = fork_at(h->forks, (uint64_t)which * FORK);
	as_hfs_gather(v, &f, id, AS_HFS_DATA, &v->pieces);
	for (size_t i = 0; i < v->pieces.n; i++)
		as_struct(v->u, v->pieces.list[i].at, v->pieces.list[i].n, label);
	return v->pieces.damaged ? as_lost(v->u, h->at,
					   "where the volume's own files stand is "
					   "not fully known")
				 : AS_OK;
}

static as_status read_trees(as_hfs *v, const header *h)
{
	v->extents = (as_hfs_tree){ .label = "hfs extents", .parse = parse_extents };
	v->catalog = (as_hfs_tree){ .label = "hfs catalog", .parse = parse_catalog };
	v->attributes = (as_hfs_tree){ .label = "hfs attributes", .parse = parse_attribute };
	as_hfs_fork extents = fork_at(h->forks, FORK), catalog = fork_at(h->forks, 2 * FORK),
		    attributes = fork_at(h->forks, 3 * FORK);
	as_status s = as_hfs_read_tree(v, &v->extents, &extents, EXTENTS_ID);
	if (s <= AS_PARTIAL)
		s = as_worse(s, as_hfs_read_tree(v, &v->catalog, &catalog, CATALOG_ID));
	if (s <= AS_PARTIAL)
		s = as_worse(s, as_hfs_read_tree(v, &v->attributes, &attributes, ATTRIBUTES_ID));
	if (s <= AS_PARTIAL)
		s = as_worse(s, mark_fork(v, h, 0, ALLOCATION_ID, "hfs allocation"));
	if (s <= AS_PARTIAL)
		s = as_worse(s, mark_fork(v, h, 4, STARTUP_ID, "hfs startup file"));
	v->xattrs_left = v->attributes.n * 16 + XATTRS_FREE;
	return s;
}

static void tell(as_hfs *v, const header *h)
{
	as_unpack *u = v->u;
	as_tell(u, h->by, "last-mounted-by", as_trim(h->by));
	as_tell(u, as_cut(v->body, h->at + 4, 4), "unmounted",
		as_lit(h->flags & UNMOUNTED ? "yes" : "no"));
	as_tellf(u, as_cut(v->body, h->at + 32, 8), "holds", "%u files, %u folders", h->files,
		h->folders);
}

/* The header as the journal has it. */
static void renew(as_hfs *v, header *h)
{
	header newer;
	for (size_t i = 0; i < v->n_patches; i++) {
		const as_hfs_patch *p = &v->patches[i];
		if (p->at > HEADER_AT || p->at + p->bytes.n < HEADER_AT + HEADER)
			continue;
		if (read_header(p->bytes, HEADER_AT - p->at, &newer) && newer.block == h->block) {
			newer.at = h->at;
			*h = newer;
		}
	}
}

static as_status read_volume(as_hfs *v, header *h)
{
	as_status s = AS_OK;
	header copy;
	if (h->at != HEADER_AT)
		s = as_lost(v->u, HEADER_AT, "the volume header is damaged: its copy was used");
	as_struct(v->u, 0, HEADER_AT + HEADER, "hfs volume header");
	if (v->body.n > HEADER_AT && read_header(v->body, v->body.n - HEADER_AT, &copy))
		as_struct(v->u, v->body.n - HEADER_AT, HEADER_AT, "copy of the hfs volume header");
	if (size_of(h) > v->body.n)
		s = as_worse(s, as_lost(v->u, v->body.n, "image is cut off"));
	if (h->flags & JOURNALED && h->journal != 0)
		s = as_worse(s, as_hfs_read_journal(v, h->journal));
	if (s <= AS_PARTIAL) {
		renew(v, h);
		tell(v, h);
		s = as_worse(s, read_trees(v, h));
	}
	return s <= AS_PARTIAL ? as_worse(s, as_hfs_put_catalog(v)) : s;
}

static as_status unpack(as_unpack *u, as_span body)
{
	header h;
	if (!find_header(body, &h))
		return as_lost(u, HEADER_AT, "the volume header makes no sense");
	as_hfs v = { .u = u,
		.body = body,
		.wide = true,
		.block = h.block,
		.blocks = h.blocks,
		.item = item,
		.name = name_of,
		.thread = thread,
		.pieces.arena = as_memory(u) };
	return read_volume(&v, &h);
}

const as_format as_format_hfsplus = {
	.id = "hfsplus",
	.title = "HFS+ file system",
	.kind = AS_FILESYSTEM,
	.magic = (const as_magic[]){ { .bytes = "H+\0\4", .len = 4, .at = 1024 },
		{ .bytes = "HX\0\5", .len = 4, .at = 1024 }, { 0 } },
	.probe = probe,
	.unpack = unpack,
	.anywhere = true,
	.variants = (const char *const[]){ "HFS+ and HFSX", "files and trees of many extents",
		"hard links of files and of directories",
		"packed files (decmpfs): zlib, LZVN, LZFSE, or as they are",
		"a journal that was not written back", "the volume header's copy", NULL },
	.verifies = (const char *const[]){ "checksums of the journal", NULL },
	.keeps =
		(const char *const[]){
			"mode, owner, time of change, devices, hard links, symbolic links",
			"extended attributes, and what the Finder notes as one more",
			"resource forks, as files of their own: \"NAME (resource fork)\"",
			"files without a folder, and those that no link leads to any more", NULL },
	.samples = (const char *const[]){ "xorriso 1.5.4",
		"generator from the published layout, held "
		"against 7-Zip 22.01 and libfshfs 20201104",
		"LZVN and LZFSE: Apple's own program (lzfse 0.4.2 of PyPI)", NULL },
	.gaps = (const char *const[]){ "deleted files are not looked for",
		"a further link of a directory is named, not filled",
		"journals on other disks, or with more than 64 MiB to write back", NULL },
	.spec = "https://developer.apple.com/library/archive/technotes/tn/tn1150.html",
	.see = NULL,
};
