/* SPDX-License-Identifier: Apache-2.0 */
/* Inodes of F2FS. An inode is the block of a node:
 *    0 mode u16   2 advice u8   3 how it is kept u8   4 uid   8 gid   12 links   16 size u64   48 mtime u64
 *   64 its nanoseconds   68 generation   76 node of attributes   80 flags   84 parent   88 length of the name
 *   92 name[255]   360 room for 923 addresses   4052 nodes[5]: two of addresses, two of nodes of them, one of those
 * The room begins, with extra attributes, with: 0 their bytes u16   2 words of attributes u16   8 checksum
 *   32 algorithm u8   33 log of blocks in a cluster u8   34 flags of it u16; it ends with the inode's own attributes.
 * Inline data and names begin a word later. Attributes: magic 0xf2f52011, 20 bytes; then kind u8, length of the name
 * u8, of the value u16, name, value, padded to 4; those in the inode go on in the node of attributes. */
#include "unpack/fmt/f2fs.h"

#include <string.h>

enum {
	ROOM_AT = 360,
	ROOM = 923 * 4,
	NODES_AT = ROOM_AT + ROOM,
	PER_NODE = 1018,
	XATTRS = 200, /* bytes of attributes where nothing says how many */
	HEADER = 24,
	SUM_AT = 368,
	PACKED_FLAG = 4,
};
#define XATTR_MAGIC 0xf2f52011u

static bool sum_is_right(const as_f2fs *x, const as_f2fs_inode *i)
{
	as_cur c = as_cur_le(i->raw, SUM_AT);
	uint32_t sum = as_u32(&c), crc = x->seed;
	if (!(x->super.features & AS_F2FS_INODE_SUM) || i->extra < 12)
		return true;
	crc = as_f2fs_crc(crc, as_cut(i->raw, AS_F2FS_BLOCK - AS_F2FS_FOOTER, 4));
	crc = as_f2fs_crc(crc, as_cut(i->raw, 68, 4));
	crc = as_f2fs_crc(crc, as_cut(i->raw, 0, SUM_AT));
	crc = as_f2fs_crc(crc, as_bytes("\0\0\0", 4));
	return as_f2fs_crc(crc, as_from(i->raw, SUM_AT + 4)) == sum;
}

/* What the room for addresses is shared with. */
static bool read_room(const as_f2fs *x, as_f2fs_inode *i)
{
	as_cur c = as_cur_le(i->raw, ROOM_AT);
	uint32_t extra = as_u16(&c), words = as_u16(&c);
	as_seek(&c, ROOM_AT + 32);
	uint32_t algorithm = as_u8(&c), log = as_u8(&c);
	uint16_t how = as_u16(&c);
	i->extra = i->kept & AS_F2FS_HAS_EXTRA ? extra : 0;
	if (x->super.features & AS_F2FS_FLEXIBLE && i->extra >= 4)
		i->own_xattrs = words * 4;
	else if (i->kept & (AS_F2FS_INLINE_XATTR | AS_F2FS_INLINE_NAMES))
		i->own_xattrs = XATTRS;
	if (i->type == AS_FILE && i->flags & PACKED_FLAG && i->extra >= 36 && log <= 8 &&
		x->super.features & AS_F2FS_COMPRESSION) {
		i->cluster = 1u << log;
		i->algorithm = algorithm;
		i->sum_cluster = how & 1;
	}
	return i->extra % 4 == 0 && (i->extra == 0 || i->extra >= 4) &&
	       i->extra + i->own_xattrs + 8 <= ROOM;
}

bool as_f2fs_parse_inode(const as_f2fs *x, as_span raw, as_f2fs_inode *i)
{
	static const as_type types[16] = { [1] = AS_FIFO,
		[2] = AS_CHAR,
		[4] = AS_DIR,
		[6] = AS_BLOCK,
		[8] = AS_FILE,
		[10] = AS_SYMLINK,
		[12] = AS_SOCKET };
	as_cur c = as_cur_le(raw, 0);
	*i = (as_f2fs_inode){ .raw = raw };
	(void)as_within(x->body, raw, &i->at);
	uint32_t mode = as_u16(&c);
	i->mode = mode & 07777;
	i->type = types[mode >> 12];
	i->advice = as_u8(&c);
	i->kept = as_u8(&c);
	i->uid = as_u32(&c);
	i->gid = as_u32(&c);
	i->links = as_u32(&c);
	i->size = as_u64(&c);
	as_seek(&c, 48);
	i->mtime = (int64_t)as_u64(&c);
	as_seek(&c, 64);
	i->nsec = as_u32(&c);
	i->nsec = i->nsec < 1000000000 ? i->nsec : 0;
	i->generation = as_u32(&c);
	as_seek(&c, 76);
	i->xattr_node = as_u32(&c);
	i->flags = as_u32(&c);
	i->parent = as_u32(&c);
	i->name = as_cut(raw, 92, as_min(as_u32(&c), 255));
	as_seek(&c, AS_F2FS_BLOCK - AS_F2FS_FOOTER);
	uint32_t node = as_u32(&c);
	i->number = as_u32(&c);
	if (!as_ok(&c) || node != i->number || i->type == 0 || !read_room(x, i))
		return false;
	i->wrong = !sum_is_right(x, i);
	return true;
}

as_span as_f2fs_inline(const as_f2fs_inode *i)
{
	uint32_t at = i->extra + 4;
	return as_cut(i->raw, ROOM_AT + at, ROOM - at - i->own_xattrs);
}

/* A walk over the map of a file. */
typedef struct walk {
	as_f2fs *x;
	const as_f2fs_inode *i;
	as_f2fs_run run;
	void *ctx;
	uint64_t left; /* blocks */
} walk;

static bool pass(walk *w, uint32_t block, uint64_t n)
{
	n = as_min(n, w->left);
	w->left -= n;
	return n == 0 || w->run(w->ctx, block, n);
}

/* Clusters do not cross from one node into the next. */
static uint32_t whole_clusters(const walk *w, uint32_t n)
{
	return w->i->cluster ? n / w->i->cluster * w->i->cluster : n;
}

static bool addresses(walk *w, as_span list)
{
	as_cur c = as_cur_le(list, 0);
	bool on = true;
	for (uint32_t n = whole_clusters(w, (uint32_t)list.n / 4); n > 0 && on && w->left > 0; n--)
		on = pass(w, as_u32(&c), 1);
	return on;
}

/* level: how many nodes stand between this one and addresses. */
static bool through(walk *w, uint32_t node, unsigned level)
{
	uint64_t covers = whole_clusters(w, PER_NODE);
	for (unsigned i = 0; i < level; i++)
		covers *= PER_NODE;
	if (node == 0)
		return pass(w, AS_F2FS_HOLE, covers);
	as_span raw = { 0 };
	if (w->x->budget > 0) {
		w->x->budget--;
		raw = as_f2fs_node(w->x, node, w->i->number);
	}
	raw = as_cut(raw, 0, as_min(raw.n, PER_NODE * 4));
	if (raw.n == 0)
		return pass(w, AS_F2FS_BAD, covers);
	if (level == 0)
		return addresses(w, raw);
	as_cur c = as_cur_le(raw, 0);
	bool on = true;
	for (unsigned n = PER_NODE; n > 0 && on && w->left > 0; n--)
		on = through(w, as_u32(&c), level - 1);
	return on;
}

void as_f2fs_walk(as_f2fs *x, const as_f2fs_inode *i, as_f2fs_run run, void *ctx)
{
	static const uint8_t levels[] = { 0, 0, 1, 1, 2 };
	uint64_t all = i->size / AS_F2FS_BLOCK + (i->size % AS_F2FS_BLOCK > 0);
	if (i->cluster) /* the last cluster is a whole one */
		all = (all + i->cluster - 1) / i->cluster * i->cluster;
	walk w = { .x = x, .i = i, .run = run, .ctx = ctx, .left = all };
	bool on =
		addresses(&w, as_cut(i->raw, ROOM_AT + i->extra, ROOM - i->extra - i->own_xattrs));
	as_cur c = as_cur_le(i->raw, NODES_AT);
	for (unsigned k = 0; k < 5 && on && w.left > 0; k++)
		on = through(&w, as_u32(&c), levels[k]);
}

static bool add(void *ctx, uint32_t block, uint64_t n)
{
	as_f2fs *x = ctx;
	uint64_t at = AS_PIECE_HOLE;
	if (block != AS_F2FS_HOLE && block != AS_F2FS_NEW)
		at = as_f2fs_block(x, block).n ? (uint64_t)block * AS_F2FS_BLOCK : x->body.n;
	return as_pieces_add(&x->pieces, at, n * AS_F2FS_BLOCK);
}

void as_f2fs_gather(as_f2fs *x, const as_f2fs_inode *i)
{
	as_pieces_clear(&x->pieces);
	as_f2fs_walk(x, i, add, x);
}

/* The attributes in the inode and those in the node in one piece. */
static as_span all_xattrs(as_f2fs *x, const as_f2fs_inode *i, bool *lost)
{
	as_span own = i->kept & AS_F2FS_INLINE_XATTR
			      ? as_cut(i->raw, NODES_AT - i->own_xattrs, i->own_xattrs)
			      : (as_span){ 0 };
	if (as_all(own, 0)) /* sload.f2fs leaves them empty, and begins in the node */
		own = (as_span){ 0 };
	if (i->xattr_node == 0)
		return own;
	as_span node = as_f2fs_node(x, i->xattr_node, i->number);
	node = as_cut(node, 0, as_min(node.n, PER_NODE * 4));
	*lost = node.n == 0;
	if (own.n == 0 || node.n == 0)
		return own.n ? own : node;
	if (!x->xattrs) /* room for the longest */
		x->xattrs = as_alloc(as_memory(x->u), ROOM + PER_NODE * 4);
	if (!x->xattrs)
		return (as_span){ 0 };
	memcpy(x->xattrs, own.p, own.n);
	memcpy(x->xattrs + own.n, node.p, node.n);
	return as_bytes(x->xattrs, own.n + node.n);
}

static as_status put_xattr(as_f2fs *x, const as_f2fs_inode *i, as_cur *c)
{
	static const char *const prefixes[] = { NULL, "user.", "system.posix_acl_access",
		"system.posix_acl_default", "trusted.", NULL, "security.", "system.advise", NULL,
		"encryption.", NULL, "verity." };
	uint64_t start = as_pos(c);
	uint8_t kind = as_u8(c), n = as_u8(c);
	uint16_t len = as_u16(c);
	as_span name = as_take(c, n), value = as_take(c, len);
	uint64_t due = start + (4u + n + len + 3u) / 4 * 4;
	if (!as_ok(c) || kind >= sizeof(prefixes) / sizeof(prefixes[0]) || !prefixes[kind]) {
		c->bad = true;
		return as_lost(x->u, i->at, "extended attribute is damaged or of an unknown kind");
	}
	as_seek(c, as_min(due, c->s.n));
	return as_xattr(x->u,
		as_print(as_memory(x->u), "%s%.*s", prefixes[kind], (int)name.n,
			(const char *)name.p),
		value);
}

as_status as_f2fs_xattrs(as_f2fs *x, const as_f2fs_inode *i)
{
	bool lost = false;
	as_span all = all_xattrs(x, i, &lost);
	as_status s = lost ? as_lost(x->u, i->at, "node of extended attributes is lost") : AS_OK;
	as_cur c = as_cur_le(all, 0);
	if (all.n == 0)
		return s;
	if (as_u32(&c) != XATTR_MAGIC)
		return as_worse(s, as_lost(x->u, i->at, "extended attributes are damaged"));
	as_seek(&c, HEADER);
	while (as_left(&c) >= 4 && s <= AS_PARTIAL) {
		as_cur peek = c;
		if (as_u32(&peek) == 0)
			break;
		s = as_worse(s, put_xattr(x, i, &c));
	}
	return s;
}
