/* SPDX-License-Identifier: Apache-2.0 */
/* ISO 9660 with Rock Ridge, Joliet, zisofs and El Torito. Blocks of 2048 bytes; 16 of them are left to others (a
 * hybrid's partition tables), then volume descriptors of one block each:
 *    0 type u8 (0 boot, 1 primary, 2 supplementary, 255 the end)   1 "CD001"   6 version u8
 *   40 label[32]   80 blocks, as every number in both orders   88 escapes[32] (Joliet: %/@ %/C %/E)   128 block size
 *  132 path table's size   140 its block   148 its block, big-endian   156 the root's record   813 created[17]
 * A directory is a file of records that do not cross sectors:
 *    0 length u8   1 extended attributes' blocks u8   2 block   10 bytes   18 date[7]   25 flags u8 (2 directory,
 *    4 associated, 128 goes on in the next record)   26 interleaved u8[2]   32 name length u8   33 name, padded to
 *    even; then Rock Ridge's fields (iso9660_rock.c)
 * The tree with most attributes is read; of the others what it does not name.
 *
 * Own code rather than libtsk's or libarchive's: the one drops links, devices and owners of Rock Ridge, the other
 * keeps one tree only, stops at damage, and tells neither where contents stand nor of boot images. */
#include "unpack/fmt/iso9660.h"

#include "unpack/utf16.h"

enum {
	RECORD = 33,
	MULTI = 128,
	ASSOCIATED = 4,
	DIRECTORY = 2,
	FIRST = 16,
	DESCRIPTORS = 64,
	NAME_MOST = 4096
};

/* A directory record. */
typedef struct record {
	uint64_t at, from; /* body offsets of it and of its contents */
	uint32_t n;        /* bytes */
	uint8_t flags;
	bool interleaved;
	as_span name, date, system;
} record;

static bool read_record(const as_iso *x, uint64_t at, record *r)
{
	as_cur c = as_cur_le(x->body, at);
	uint8_t len = as_u8(&c);
	c = as_cur_le(as_cut(x->body, at, len), 1);
	uint64_t before = as_u8(&c);
	*r = (record){ .at = at, .from = (before + as_u32(&c)) * x->block };
	as_skip(&c, 4);
	r->n = as_u32(&c);
	as_skip(&c, 4);
	r->date = as_take(&c, 7);
	r->flags = as_u8(&c);
	uint8_t unit = as_u8(&c), gap = as_u8(&c);
	r->interleaved = unit || gap;
	as_skip(&c, 4);
	uint8_t name_len = as_u8(&c);
	r->name = as_take(&c, name_len);
	r->system = as_from(c.s, as_pos(&c) + (name_len % 2 == 0));
	return as_ok(&c) && len > RECORD && name_len > 0;
}

/* Reads the primary descriptor's own fields. */
static bool read_primary(as_iso *x, uint64_t at)
{
	as_cur c = as_cur_le(x->body, at + 80), big = as_cur_be(x->body, at + 84);
	uint64_t blocks = as_u32(&c);
	bool same = blocks == as_u32(&big);
	c = as_cur_le(x->body, at + 128);
	x->block = as_u16(&c);
	bool power =
		x->block >= 512 && x->block <= AS_ISO_SECTOR && (x->block & (x->block - 1)) == 0;
	x->size = blocks * x->block;
	return as_ok(&c) && same && power && x->size > (FIRST + 1) * AS_ISO_SECTOR;
}

static as_status probe(as_span image, as_extent *out)
{
	as_iso x = { .body = image };
	record root, dot;
	uint64_t at = FIRST * AS_ISO_SECTOR;
	if (!read_primary(&x, at) || !read_record(&x, at + 156, &root) || !(root.flags & DIRECTORY))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(x.size, image.n),
		.sure = AS_PLAUSIBLE,
		.label = as_trim(as_cut(image, at + 40, 32)) };
	/* A directory's first record is the directory itself. */
	if (read_record(&x, root.from, &dot) && dot.from == root.from && dot.n == root.n)
		out->sure = AS_STRUCTURED;
	return AS_OK;
}

static void mark_path_tables(const as_iso *x, uint64_t root)
{
	as_cur c = as_cur_le(x->body, root + 132), big = as_cur_be(x->body, root + 148);
	uint32_t n = as_u32(&c);
	as_skip(&c, 4);
	for (unsigned i = 0; i < 4; i++) {
		uint64_t at = as_u32(i < 2 ? &c : &big);
		if (at > 0)
			as_struct(x->u, at * x->block, n, "iso9660 path table");
	}
}

static void tell(const as_iso *x, uint64_t at)
{
	static const struct {
		uint16_t at, n;
		const char *name;
	} fields[] = { { 40, 32, "label" }, { 318, 128, "publisher" }, { 446, 128, "preparer" },
		{ 574, 128, "application" }, { 813, 16, "created" } };
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		as_span value = as_trim(as_cut(x->body, at + fields[i].at, fields[i].n));
		if (value.n > 0)
			as_tell(x->u, value, fields[i].name, value);
	}
}

/* Takes one descriptor; *ended at the last. */
static as_status take_descriptor(as_iso *x, uint64_t at, bool *ended)
{
	as_cur c = as_cur_le(x->body, at);
	uint8_t type = as_u8(&c);
	as_span id = as_take(&c, 5);
	*ended = type == 255 || !as_is(id, "CD001");
	if (!as_is(id, "CD001"))
		return as_lost(x->u, at, "descriptors have no end");
	as_struct(x->u, at, AS_ISO_SECTOR, "iso9660 descriptor");
	if (type == 0 && as_is(as_cut(x->body, at + 7, 23), "EL TORITO SPECIFICATION")) {
		c = as_cur_le(x->body, at + 71);
		return as_iso_read_catalog(x, as_u32(&c));
	}
	if ((type != 1 && type != 2) || x->n_roots == AS_ISO_ROOTS)
		return AS_OK;
	as_span escape = as_cut(x->body, at + 88, 3);
	bool joliet =
		type == 2 && (as_is(escape, "%/@") || as_is(escape, "%/C") || as_is(escape, "%/E"));
	x->roots[x->n_roots++] = (as_iso_root){ .at = at, .joliet = joliet };
	mark_path_tables(x, at);
	if (type == 1 && x->n_roots == 1)
		tell(x, at);
	return AS_OK;
}

/* The partition tables of an image that starts from a stick too, and what mkisofs notes of itself. */
static void mark_hybrid(const as_iso *x, uint64_t after)
{
	if (as_at(x->body, 510) == 0x55 && as_at(x->body, 511) == 0xaa)
		as_struct(x->u, 0, 512, "hybrid MBR");
	as_cur c = as_cur_le(x->body, 512 + 32);
	uint64_t other = as_u64(&c);
	if (as_is(as_cut(x->body, 512, 8), "EFI PART")) {
		c = as_cur_le(x->body, 512 + 72);
		uint64_t table = as_u64(&c), entries = as_u32(&c), each = as_u32(&c);
		as_struct(x->u, 512, 512, "hybrid GPT header");
		if (table < x->body.n / 512 && entries <= 1024 && each <= 1024)
			as_struct(x->u, table * 512, entries * each, "hybrid GPT entries");
		if (other < x->body.n / 512 &&
			as_starts(as_from(x->body, other * 512), "EFI PART")) {
			as_struct(x->u, other * 512, 512, "hybrid GPT header");
			as_struct(x->u, (other - 32) * 512, entries * each, "hybrid GPT entries");
		}
	}
	if (as_starts(as_from(x->body, after), "MKI "))
		as_struct(x->u, after, AS_ISO_SECTOR, "iso9660 version of its writer");
}

/* Behind the descriptors those of another tree may stand, which shares the contents: BEA01, NSR02 or NSR03, TEA01. */
static as_status tell_udf(const as_iso *x, uint64_t at)
{
	enum { LOOKED_AT = 16 };
	for (unsigned i = 0; i < LOOKED_AT; i++, at += AS_ISO_SECTOR) {
		as_span id = as_cut(x->body, at + 1, 5);
		if (as_is(id, "NSR02") || as_is(id, "NSR03"))
			return as_refused(x->u, at, "unsupported",
				"UDF stands beside ISO 9660: what only it names was not read");
	}
	return AS_OK;
}

static as_status read_descriptors(as_iso *x)
{
	as_status s = AS_OK;
	uint64_t at = FIRST * AS_ISO_SECTOR;
	bool ended = false;
	for (unsigned i = 0; i < DESCRIPTORS && !ended && s <= AS_PARTIAL; i++, at += AS_ISO_SECTOR)
		s = as_worse(s, take_descriptor(x, at, &ended));
	mark_hybrid(x, at);
	return s <= AS_PARTIAL ? as_worse(s, tell_udf(x, at)) : s;
}

/* Notes that an extent has a name, and what follows the boot images. */
static bool note_extent(as_iso *x, uint64_t at, uint64_t n)
{
	uint64_t seen = 0;
	for (size_t i = 0; i < x->n_boots; i++) {
		as_iso_boot *b = &x->boots[i];
		b->named = b->named || (b->at == at && n > 0);
		b->next = at > b->at ? as_min(b->next, at) : b->next;
	}
	if (as_map_get(&x->seen, at, &seen))
		return false;
	return as_map_set(&x->seen, at, 1) == AS_OK;
}

/* A directory while it is read. */
typedef struct listing {
	as_iso *x;
	as_node *node;
	const as_iso_root *root;
	size_t path; /* bytes of x->target that lead here, while other trees are read */
	bool rest;   /* only what the first tree did not name */
} listing;

static as_status list(const listing *l, const record *dir);

/* Passes a sector of a directory once in each tree: trees may share what they list. */
static as_status visit(const listing *l, uint64_t at)
{
	return as_visit(l->x->u, at + (uint64_t)(l->root - l->x->roots) * UINT32_MAX * 4096);
}

/* The name without its version; of Joliet as UTF-8. */
static as_span plain_name(const listing *l, const record *r)
{
	as_span name = l->root->joliet ? as_utf16(as_memory(l->x->u), r->name, true) : r->name;
	size_t semicolon = as_find_byte(name, ';', 0);
	bool version = semicolon != SIZE_MAX && semicolon + 3 > name.n;
	name = version ? as_cut(name, 0, semicolon) : name;
	if (!l->root->joliet && name.n > 1 && as_at(name, name.n - 1) == '.')
		name = as_cut(name, 0, name.n - 1);
	return r->flags & ASSOCIATED ? as_print(as_memory(l->x->u), "%.*s (associated)",
					       (int)name.n, (const char *)name.p)
				     : name;
}

static void set_rock(as_iso *x, as_entry *e, const as_iso_rock *k)
{
	static const as_type types[16] = { [1] = AS_FIFO,
		[2] = AS_CHAR,
		[4] = AS_DIR,
		[6] = AS_BLOCK,
		[8] = AS_FILE,
		[10] = AS_SYMLINK,
		[12] = AS_SOCKET };
	if (k->name)
		e->name = as_copy(as_memory(x->u), as_buf_span_of(&x->name));
	e->has |= k->has;
	e->mode = k->mode & 07777;
	e->uid = k->uid;
	e->gid = k->gid;
	e->major = k->major;
	e->minor = k->minor;
	if (k->has & AS_HAS_MTIME) {
		e->mtime = k->mtime;
		e->nsec = k->nsec;
	}
	as_type type = k->has & AS_HAS_MODE ? types[k->mode >> 12 & 15] : 0;
	if (e->type == AS_FILE && type != 0 && type != AS_DIR)
		e->type = type;
	if (e->type == AS_FILE && k->target)
		e->type = AS_SYMLINK;
	if (e->type == AS_SYMLINK)
		e->target = as_copy(as_memory(x->u), as_buf_span_of(&x->target));
}

static as_status put_directory(const listing *l, const as_entry *e, const record *r)
{
	as_iso *x = l->x;
	listing below = *l;
	if (!l->rest) {
		as_status s = as_put(x->u, l->node, e, &below.node);
		if (s != AS_OK || !below.node)
			return s;
		s = x->rock ? as_iso_xattrs(x, r->at) : s;
		if (s > AS_PARTIAL)
			return s;
	} else {
		as_buf_add(&x->target, e->name.p, e->name.n);
		as_buf_u8(&x->target, '/');
		below.path = x->target.n;
		if (x->target.n > NAME_MOST)
			return as_lost(x->u, r->at, "directories are nested too deeply");
	}
	as_status s = visit(l, r->from);
	s = s == AS_OK ? list(&below, r) : s;
	x->target.n = l->rest ? l->path : x->target.n;
	return s;
}

/* A directory that was moved up, read from where it was: its own first record says how long it is. */
static as_status put_child(const listing *l, as_entry *e, const as_iso_rock *k)
{
	record dot;
	as_iso *x = l->x;
	e->type = AS_DIR;
	if (!read_record(x, (uint64_t)k->child * x->block, &dot))
		return as_lost(x->u, e->at, "a relocated directory is not where it should be");
	return put_directory(l, e, &dot);
}

static as_status put_file(const listing *l, as_entry *e, const record *r, const as_iso_rock *k)
{
	as_iso *x = l->x;
	uint64_t size = x->pieces.bytes;
	bool fresh = note_extent(x, r->from, size);
	if (r->interleaved)
		return as_refused(x->u, r->at, "unsupported", "contents are interleaved");
	if (k->sparse)
		return as_refused(x->u, r->at, "unsupported", "contents are sparse (SF)");
	if (l->rest) {
		if (!fresh || size == 0)
			return AS_OK;
		e->name = as_print(as_memory(x->u), "%.*s%.*s", (int)l->path,
			(const char *)x->target.p, (int)e->name.n, (const char *)e->name.p);
	}
	if (k->links > 1)
		e->inode = k->inode ? k->inode : size ? r->from + 1 : 0;
	if (!k->zipped)
		return as_put_pieces(x->u, x->body, l->node, e, &x->pieces, size, "iso9660 data");
	return as_iso_unzip(x, l->node, e, as_pieces_read(x->u, x->body, &x->pieces, size), k);
}

static as_status put(const listing *l, const record *r)
{
	as_iso *x = l->x;
	as_iso_rock k = { 0 };
	as_status s = AS_OK;
	bool rock = x->rock && !l->root->joliet && l->root == x->roots && !l->rest;
	as_entry e = { .at = r->at,
		.name = plain_name(l, r),
		.type = r->flags & DIRECTORY ? AS_DIR : AS_FILE };
	e.has = as_iso_date(r->date, &e.mtime, &e.nsec) ? AS_HAS_MTIME : 0;
	if (rock) {
		s = as_iso_rock_of(x, as_from(r->system, x->skip), &k);
		set_rock(x, &e, &k);
	}
	if (s > AS_PARTIAL || k.relocated)
		return s;
	if (k.child)
		return as_worse(s, put_child(l, &e, &k));
	if (e.type == AS_DIR)
		return as_worse(s, put_directory(l, &e, r));
	if (e.type == AS_FILE)
		s = as_worse(s, put_file(l, &e, r, &k));
	else
		s = as_worse(s, as_put(x->u, l->node, &e, NULL));
	return s == AS_OK && rock ? as_iso_xattrs(x, r->at) : s;
}

static as_status list_sector(const listing *l, uint64_t at, uint64_t end)
{
	as_iso *x = l->x;
	as_status s = AS_OK;
	uint8_t len = 0;
	for (; at < end && (len = as_at(x->body, at)) != 0 && s <= AS_PARTIAL; at += len) {
		record r;
		if (len > end - at || !read_record(x, at, &r))
			return as_worse(s, as_lost(x->u, at, "directory record makes no sense"));
		if (r.name.n == 1 && as_at(r.name, 0) <= 1)
			continue; /* the directory itself and the one above */
		as_pieces_add(&x->pieces, r.from, r.n);
		if (r.flags & MULTI)
			continue;
		r.from = x->pieces.n > 0 ? x->pieces.list[0].at : r.from;
		s = as_worse(s, put(l, &r));
		as_pieces_clear(&x->pieces);
	}
	return s;
}

static as_status list(const listing *l, const record *dir)
{
	as_iso *x = l->x;
	as_status s = AS_OK;
	as_span all = as_from(x->body, dir->from);
	all = as_cut(all, 0, as_min(all.n, dir->n));
	as_struct(x->u, dir->from, all.n, "iso9660 directory");
	(void)note_extent(x, dir->from, dir->n);
	for (uint64_t at = 0; at < all.n && s <= AS_PARTIAL; at += AS_ISO_SECTOR) {
		/* Directories that lie in each other would say the same records over and over. */
		as_status first = at > 0 ? visit(l, dir->from + at) : AS_OK;
		if (first != AS_OK)
			return as_worse(s, first);
		as_pieces_clear(&x->pieces);
		uint64_t n = as_min(AS_ISO_SECTOR, all.n - at);
		s = as_worse(s, list_sector(l, dir->from + at, dir->from + at + n));
	}
	return all.n < dir->n && s <= AS_PARTIAL
		       ? as_worse(s, as_lost(x->u, dir->at, "a directory runs past the image"))
		       : s;
}

/* Whether the root's first record says that Rock Ridge is used. */
static void find_rock(as_iso *x, const record *root)
{
	record dot;
	if (!read_record(x, root->from, &dot))
		return;
	as_span sp = as_cut(dot.system, 0, 7);
	x->rock = as_starts(sp, "SP") && as_at(sp, 4) == 0xbe && as_at(sp, 5) == 0xef;
	x->skip = x->rock ? as_at(sp, 6) : 0;
}

static as_status list_root(as_iso *x, const as_iso_root *root, bool rest)
{
	record r;
	listing l = { .x = x, .node = as_root(x->u), .root = root, .rest = rest };
	x->target.n = 0;
	if (!read_record(x, root->at + 156, &r))
		return as_lost(x->u, root->at, "record of the root makes no sense");
	as_status s = visit(&l, r.from);
	return s == AS_OK ? list(&l, &r) : s;
}

/* Lists one directory of the path table that no tree has led to, below the root. */
static as_status list_orphan(as_iso *x, const as_iso_root *root, uint64_t at, as_span name)
{
	record dot;
	listing l = { .x = x, .node = as_root(x->u), .root = root };
	if (!read_record(x, at, &dot) || dot.from != at || !(dot.flags & DIRECTORY))
		return AS_OK;
	dot.name = name;
	as_entry e = { .at = at, .type = AS_DIR, .name = plain_name(&l, &dot) };
	return put_directory(&l, &e, &dot);
}

/* The path table names each directory once more: what damage above has cut off is found by it. */
static as_status list_orphans(as_iso *x, const as_iso_root *root)
{
	as_cur c = as_cur_le(x->body, root->at + 132);
	uint32_t n = as_u32(&c);
	as_skip(&c, 4);
	as_span table = as_from(x->body, (uint64_t)as_u32(&c) * x->block);
	c = as_cur_le(as_cut(table, 0, as_min(table.n, n)), 0);
	as_status s = AS_OK;
	while (as_left(&c) > 8 && s <= AS_PARTIAL) {
		uint8_t len = as_u8(&c), before = as_u8(&c);
		uint64_t at = ((uint64_t)as_u32(&c) + before) * x->block, seen = 0;
		as_skip(&c, 2);
		as_span name = as_take(&c, len);
		as_skip(&c, len & 1);
		if (!as_ok(&c) || len == 0 || as_map_get(&x->seen, at, &seen))
			continue;
		s = as_worse(s, list_orphan(x, root, at, name));
	}
	return s;
}

static as_status list_all(as_iso *x)
{
	record r;
	size_t first = 0;
	if (x->n_roots > 0 && read_record(x, x->roots[0].at + 156, &r))
		find_rock(x, &r);
	for (size_t i = 0; i < x->n_roots && !x->rock && first == 0; i++)
		first = x->roots[i].joliet ? i : 0;
	as_status s = x->n_roots > 0 ? list_root(x, &x->roots[first], false) : AS_OK;
	if (x->n_roots > 0 && s <= AS_PARTIAL)
		s = as_worse(s, list_orphans(x, &x->roots[first]));
	for (size_t i = 0; i < x->n_roots && s <= AS_PARTIAL; i++)
		if (i != first)
			s = as_worse(s, list_root(x, &x->roots[i], true));
	return s;
}

static as_status unpack(as_unpack *u, as_span body)
{
	as_iso x = { .u = u, .body = body, .pieces.arena = as_memory(u) };
	as_status s = AS_OK;
	if (!read_primary(&x, FIRST * AS_ISO_SECTOR))
		return as_lost(u, FIRST * AS_ISO_SECTOR, "descriptor makes no sense");
	if (x.size > body.n)
		s = as_lost(u, body.n, "image is cut off");
	s = as_worse(s, read_descriptors(&x));
	if (s <= AS_PARTIAL)
		s = as_worse(s, list_all(&x));
	if (s <= AS_PARTIAL)
		s = as_worse(s, as_iso_put_boots(&x));
	if (s <= AS_PARTIAL)
		s = as_worse(s, as_iso_put_apple(&x));
	as_map_free(&x.seen);
	as_buf_free(&x.name);
	as_buf_free(&x.target);
	as_buf_free(&x.xattrs);
	return s;
}

const as_format as_format_iso9660 = {
	.id = "iso9660",
	.title = "ISO 9660",
	.kind = AS_FILESYSTEM,
	.magic = (const as_magic[]){ { .bytes = "\1CD001\1", .len = 7, .at = 32768 }, { 0 } },
	.probe = probe,
	.unpack = unpack,
	.anywhere = true,
	.variants = (const char *const[]){ "Rock Ridge", "Joliet", "zisofs 1 and 2",
		"El Torito boot images", "files of several extents",
		"hybrids with MBR, GPT and Apple's partition map (HFS, HFS+)", NULL },
	.verifies = (const char *const[]){ "checksum of El Torito's catalog", NULL },
	.keeps = (const char *const[]){ "mode, owner, time of change, devices, links (Rock Ridge)",
		"hundredths of seconds (long times)", "extended attributes (AAIP of xorriso)",
		"what only one of several trees names", NULL },
	.samples = (const char *const[]){ "genisoimage 1.1.11", "xorriso 1.5.4", "bsdtar 3.6.2",
		NULL },
	.gaps = (const char *const[]){ "interleaved files", "sparse files of Rock Ridge (SF)",
		"UDF beside ISO 9660 is said, not read", "ACLs (AAIP)",
		"sessions before the last one", NULL },
	.spec = "https://ecma-international.org/publications-and-standards/standards/ecma-119/",
	.see = "xorriso -osirrox on -indev IN -extract /PATH OUT 2>/dev/null",
};
