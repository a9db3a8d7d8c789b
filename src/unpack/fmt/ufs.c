/* SPDX-License-Identifier: Apache-2.0 */
/* UFS1 and UFS2 (the fast file system of BSD), big- or little-endian. Blocks of 4 to 64 KiB, in fragments, which every
 * number of a block counts; cylinder groups of them. The superblock stands at byte 8192 or 65536:
 *    16 inodes in a group, fragment   24 offset of a group, 28 its mask (UFS1)   36 fragments (UFS1)   44 groups
 *    48 block size   52 fragment size   184 inodes of a group   188 fragments of a group   212 last mounted at[468]
 *   680 label[32]   1080 fragments u64 (UFS2)   1372 magic 0x011954 (UFS1), 0x19540119 (UFS2)
 * Inode of UFS1, 128 bytes: 0 mode u16   2 links u16   8 size u64   24 mtime   28 nanoseconds   40 blocks[12]
 *    88 blocks of blocks[3]   112 uid   116 gid
 * of UFS2, 256 bytes: 4 uid   8 gid   16 size u64   40 mtime u64   64 nanoseconds   92 bytes of attributes
 *   112 blocks u64[12]   208 blocks of blocks u64[3]
 * Directory records: inode u32, length u16, type u8, name length u8, name; in chunks of 512 bytes. Inode 2 is the root.
 * Own code rather than libtsk's, which drops nanoseconds and takes holes for damage. */
#include "unpack/pieces.h"

enum { ROOT = 2, CHUNK = 512, DIRECT = 12, SUPER = 1376, MAGIC_AT = 1372 };
#define UFS1 0x00011954u
#define UFS2 0x19540119u

typedef struct volume {
	as_unpack *u;
	as_span body;
	uint64_t at, fragments, inode_block, offset;
	uint32_t mask, groups, block, fragment, inodes,
		group;   /* block, fragment: bytes; the others of a group */
	bool big, wide;  /* wide: UFS2 */
	uint64_t budget; /* blocks of blocks that may still be read */
	as_pieces pieces;
} volume;

typedef struct inode {
	uint64_t at, size;
	uint32_t mode, links, uid, gid, nsec, attributes;
	int64_t mtime;
	as_span map;
} inode;

static bool read_super(volume *v, uint64_t at, bool big)
{
	as_span s = as_cut(v->body, at, SUPER);
	as_cur c = as_cur_of(s, MAGIC_AT, big);
	uint32_t magic = as_u32(&c);
	if (magic != UFS1 && magic != UFS2)
		return false;
	v->at = at;
	v->big = big;
	v->wide = magic == UFS2;
	as_seek(&c, 16);
	v->inode_block = as_u32(&c);
	as_skip(&c, 4);
	v->offset = v->wide ? 0 : as_u32(&c);
	as_seek(&c, 28);
	v->mask = as_u32(&c);
	as_skip(&c, 4);
	v->fragments = as_u32(&c);
	as_seek(&c, 44);
	v->groups = as_u32(&c);
	v->block = as_u32(&c);
	v->fragment = as_u32(&c);
	as_seek(&c, 184);
	v->inodes = as_u32(&c);
	v->group = as_u32(&c);
	as_seek(&c, 1080);
	v->fragments = v->wide ? as_u64(&c) : v->fragments;
	bool powers = (v->block & (v->block - 1)) == 0 && (v->fragment & (v->fragment - 1)) == 0;
	return as_ok(&c) && powers && v->block >= 4096 && v->block <= 65536 && v->fragment >= 512 &&
	       v->fragment <= v->block && v->groups > 0 && v->inodes > 0 && v->group > 0 &&
	       v->fragments >> 40 == 0 && v->fragments > v->inode_block &&
	       (uint64_t)v->groups * v->group >= v->fragments;
}

static bool find_super(volume *v)
{
	static const uint32_t places[] = { 65536, 8192 };
	for (size_t i = 0; i < 4; i++)
		if (read_super(v, places[i / 2], i % 2))
			return true;
	return false;
}

static bool read_inode(const volume *v, uint32_t n, inode *i)
{
	uint64_t group = n / v->inodes, len = v->wide ? 256 : 128;
	if (group >= v->groups)
		return false;
	uint64_t start = group * v->group + v->offset * (group & ~(uint64_t)v->mask);
	*i = (inode){ .at = (start + v->inode_block) * v->fragment + n % v->inodes * len };
	as_span raw = as_cut(v->body, i->at, len);
	as_cur c = as_cur_of(raw, 0, v->big);
	i->mode = as_u16(&c);
	i->links = as_u16(&c);
	if (v->wide) {
		i->uid = as_u32(&c);
		i->gid = as_u32(&c);
	}
	as_seek(&c, v->wide ? 16 : 8);
	i->size = as_u64(&c);
	as_seek(&c, v->wide ? 40 : 24);
	i->mtime = v->wide ? (int64_t)as_u64(&c) : (int32_t)as_u32(&c);
	as_seek(&c, v->wide ? 64 : 28);
	i->nsec = as_u32(&c);
	as_seek(&c, v->wide ? 92 : 112);
	if (v->wide) {
		i->attributes = as_u32(&c);
	} else {
		i->uid = as_u32(&c);
		i->gid = as_u32(&c);
	}
	i->map = as_cut(raw, v->wide ? 112 : 40, v->wide ? 120 : 60);
	return as_ok(&c);
}

/* Adds what the pointer leads to: a block, or level blocks of blocks above blocks, up to size bytes. */
static bool add(volume *v, uint64_t pointer, unsigned level, uint64_t size)
{
	uint64_t width = v->wide ? 8 : 4, covers = v->block;
	if (v->pieces.bytes >= size)
		return true;
	for (unsigned i = 0; i < level; i++)
		covers *= v->block / width;
	if (pointer == 0 || level == 0)
		return as_pieces_add(&v->pieces,
			pointer && pointer < v->fragments ? pointer * v->fragment
			: pointer                         ? v->body.n
							  : AS_PIECE_HOLE,
			as_min(covers, size - v->pieces.bytes));
	as_cur c = as_cur_of(
		v->body, pointer < v->fragments ? pointer * v->fragment : v->body.n, v->big);
	as_struct(v->u, as_pos(&c), v->block, "ufs blocks of blocks");
	if (v->budget == 0 || as_left(&c) < v->block)
		return !(v->pieces.damaged = true);
	v->budget--;
	for (uint64_t i = 0; i < v->block / width && v->pieces.bytes < size; i++)
		if (!add(v, as_uint(&c, (unsigned)width), level - 1, size))
			return false;
	return true;
}

static void gather(volume *v, const inode *i)
{
	as_cur c = as_cur_of(i->map, 0, v->big);
	as_pieces_clear(&v->pieces);
	for (unsigned k = 0; k < DIRECT + 3; k++)
		if (!add(v, as_uint(&c, v->wide ? 8 : 4), k < DIRECT ? 0 : k - DIRECT + 1, i->size))
			return;
}

static as_status list(volume *v, const inode *dir, as_node *node);

static as_status put_directory(volume *v, as_node *dir, const as_entry *e, const inode *i)
{
	as_node *node = NULL;
	as_status s = as_put(v->u, dir, e, &node);
	if (s != AS_OK || !node)
		return s;
	s = as_visit(v->u, i->at);
	return s == AS_OK ? list(v, i, node) : s;
}

static as_status put_link(volume *v, as_node *dir, as_entry *e, const inode *i)
{
	e->target = as_cut(i->map, 0, i->size);
	if (i->size >= i->map.n) {
		gather(v, i);
		e->target = as_pieces_read(v->u, v->body, &v->pieces, as_min(i->size, v->block));
	}
	if (e->target.n != i->size || i->size == 0)
		return as_lost(v->u, i->at, "target of a symbolic link cannot be read");
	return as_put(v->u, dir, e, NULL);
}

static as_status put(volume *v, uint32_t number, as_span name, uint64_t at, as_node *dir)
{
	static const as_type types[16] = { [1] = AS_FIFO,
		[2] = AS_CHAR,
		[4] = AS_DIR,
		[6] = AS_BLOCK,
		[8] = AS_FILE,
		[10] = AS_SYMLINK,
		[12] = AS_SOCKET };
	inode i;
	if (!read_inode(v, number, &i))
		return as_lost(v->u, at, "directory names an inode that does not exist");
	as_entry e = { .at = i.at,
		.name = name,
		.type = types[i.mode >> 12],
		.mode = i.mode & 07777,
		.uid = i.uid,
		.gid = i.gid,
		.mtime = i.mtime,
		.nsec = i.nsec < 1000000000 ? i.nsec : 0,
		.has = AS_HAS_MODE | AS_HAS_OWNER | AS_HAS_MTIME };
	if (e.type == 0)
		return as_lost(v->u, i.at, "inode of an unknown type");
	if (i.attributes > 0)
		(void)as_refused(v->u, i.at, "unsupported", "extended attributes were not read");
	if (e.type == AS_DIR)
		return put_directory(v, dir, &e, &i);
	e.inode = i.links > 1 ? number : 0;
	if (e.type == AS_SYMLINK)
		return put_link(v, dir, &e, &i);
	as_cur c = as_cur_of(i.map, 0, v->big);
	uint64_t device = as_uint(&c, v->wide ? 8 : 4);
	if (e.type == AS_BLOCK || e.type == AS_CHAR) {
		e.major = device >> 8 & 0xfff;
		e.minor = (device & 0xff) | (device >> 12 & 0xfff00);
	}
	if (e.type != AS_FILE)
		return as_put(v->u, dir, &e, NULL);
	gather(v, &i);
	return as_put_pieces(v->u, v->body, dir, &e, &v->pieces, i.size, "ufs data");
}

static as_status list_chunk(volume *v, as_span chunk, as_node *node)
{
	as_status s = AS_OK;
	as_cur c = as_cur_of(chunk, 0, v->big);
	uint64_t base = 0;
	(void)as_within(v->body, chunk, &base);
	while (as_left(&c) >= 8 && s <= AS_PARTIAL) {
		uint64_t at = as_pos(&c);
		uint32_t number = as_u32(&c);
		uint16_t n = as_u16(&c);
		as_skip(&c, 1);
		uint8_t len = as_u8(&c);
		as_span name = as_take(&c, len);
		if (!as_ok(&c) || n < 8u + len || n > chunk.n - at)
			return as_worse(
				s, as_lost(v->u, base + at, "directory record makes no sense"));
		if (number != 0 && len > 0 && !as_is(name, ".") && !as_is(name, ".."))
			s = as_worse(s, put(v, number, name, base + at, node));
		as_seek(&c, at + n);
	}
	return s;
}

static as_status list(volume *v, const inode *dir, as_node *node)
{
	as_status s = AS_OK;
	gather(v, dir);
	for (size_t i = 0; i < v->pieces.n; i++)
		if (v->pieces.list[i].at != AS_PIECE_HOLE)
			as_struct(v->u, v->pieces.list[i].at, v->pieces.list[i].n, "ufs directory");
	as_span all = as_pieces_read(v->u, v->body, &v->pieces, dir->size);
	if (all.n < dir->size)
		s = as_lost(v->u, dir->at, "blocks of a directory are damaged or missing");
	for (uint64_t at = 0; at < all.n && s <= AS_PARTIAL; at += CHUNK)
		s = as_worse(s, list_chunk(v, as_cut(all, at, as_min(CHUNK, all.n - at)), node));
	return s;
}

static as_status probe(as_span image, as_extent *out)
{
	volume v = { .body = image };
	inode root;
	uint64_t size = 0;
	if (!find_super(&v) || !as_mul(&size, v.fragments, v.fragment))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(size, image.n), .sure = AS_PLAUSIBLE };
	out->label = as_trim(as_cut(image, v.at + 680, 32));
	if (read_inode(&v, ROOT, &root) && root.mode >> 12 == 4)
		out->sure = AS_STRUCTURED;
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	volume v = { .u = u, .body = body, .pieces.arena = as_memory(u) };
	inode root;
	as_status s = AS_OK;
	if (!find_super(&v))
		return as_lost(u, 0, "superblock makes no sense");
	v.budget = body.n / v.block + 16;
	as_struct(u, v.at, SUPER, "ufs superblock");
	as_tellf(u, as_cut(body, v.at + MAGIC_AT, 4), "kind", "UFS%d, %s-endian", v.wide ? 2 : 1,
		v.big ? "big" : "little");
	as_span mounted = as_cut(body, v.at + 212, 468);
	mounted = as_cut(mounted, 0, as_min(as_find_byte(mounted, 0, 0), mounted.n));
	if (mounted.n > 0)
		as_tell(u, mounted, "mounted at", mounted);
	if (v.fragments * v.fragment > body.n)
		s = as_lost(u, body.n, "image is cut off");
	if (!read_inode(&v, ROOT, &root) || root.mode >> 12 != 4)
		return as_worse(s, as_lost(u, v.at, "root is not a directory"));
	s = as_worse(s, as_visit(u, root.at));
	return s <= AS_PARTIAL ? as_worse(s, list(&v, &root, as_root(u))) : s;
}

const as_format as_format_ufs = {
	.id = "ufs",
	.title = "UFS1 or UFS2",
	.kind = AS_FILESYSTEM,
	.magic = (const as_magic[]){ { .bytes = "\x54\x19\x01\0", .len = 4, .at = 8192 + MAGIC_AT },
		{ .bytes = "\x01\x19\x54", .len = 3, .at = 8192 + MAGIC_AT + 1 },
		{ .bytes = "\x19\x01\x54\x19", .len = 4, .at = 8192 + MAGIC_AT },
		{ .bytes = "\x19\x54\x01\x19", .len = 4, .at = 8192 + MAGIC_AT },
		{ .bytes = "\x19\x01\x54\x19", .len = 4, .at = 65536 + MAGIC_AT },
		{ .bytes = "\x19\x54\x01\x19", .len = 4, .at = 65536 + MAGIC_AT }, { 0 } },
	.probe = probe,
	.unpack = unpack,
	.anywhere = true,
	.variants = (const char *const[]){ "UFS1", "UFS2", "big-endian", "little-endian", NULL },
	.verifies = NULL,
	.keeps = (const char *const[]){ "mode, owner, time of change (1 ns), devices, links",
		"holes", NULL },
	.samples = (const char *const[]){ "makefs 20190105", NULL },
	.gaps = (const char *const[]){ "extended attributes are told, not read",
		"the journal and copies of the superblock are not used",
		"deleted files are not looked for", "records of directories older than 4.4BSD",
		NULL },
	.spec = "https://man.freebsd.org/cgi/man.cgi?query=fs&sektion=5",
	.see = NULL,
};
