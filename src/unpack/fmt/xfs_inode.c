/* SPDX-License-Identifier: Apache-2.0 */
/* Inodes of XFS, and the maps from blocks of a fork to the image's. An inode:
 *    0 "IN"   2 mode u16   4 version u8 (1, 2; 3 in version 5)   5 format of the data u8 (0 device, 1 in the inode,
 *      2 extents, 3 tree)   6 links u16 (version 1)   8 uid u32   12 gid u32   16 links u32   24 extents u64 (if wide)
 *   40 changed s32, ns u32, or ns since 1901 u64   56 size u64   76 extents u32   80 extents of attributes u16, or
 *      at 76 u32 (if wide)   82 attributes begin, in 8 bytes, u8   83 their format u8   90 flags u16
 *   96 next that was unlinked u32; the fork at 100, or in version 3:
 *  100 CRC-32C, little-endian   120 more flags u64 (8 time in ns, 16 wide counts, 32 internal)   152 number u64
 *  160 uuid[16]; the fork at 176
 * An extent has 128 bits: unwritten 1, logical 54, block 52, blocks 21. A tree's root stands in the fork: level u16,
 * entries u16, room for logical u64 each, then for blocks u64 each. Its blocks: "BMAP" or "BMA3", level u16, entries
 * u16, left and right u64, and in version 5 at 24: block u64, LSN u64, uuid[16], inode u64, CRC-32C. */
#include "unpack/fmt/xfs.h"

#include <string.h>

enum { INODE_MAGIC = 0x494e, SUM_AT = 100, OLD_FORK = 100, NEW_FORK = 176 };
enum { LONG_OLD = 24, LONG_NEW = 72, LONG_SUM = 64, LEVELS_MOST = 16, IDLE_MOST = 64 };
#define RUNS_MOST ((size_t)1 << 22) /* of one fork: more is damage */

static void read_time(as_xfs_inode *i, uint64_t raw, bool big)
{
	const uint64_t second = 1000000000;
	i->mtime = big ? (int64_t)(raw / second) + INT32_MIN : (int32_t)(raw >> 32);
	i->nsec = (uint32_t)(big ? raw % second : raw & UINT32_MAX);
	if (i->nsec >= second)
		i->nsec = 0;
}

static void read_counts(as_xfs_inode *i, as_span raw, bool wide)
{
	as_cur c = as_cur_be(raw, 76);
	uint32_t first = as_u32(&c);
	i->extents = first;
	i->attr_extents = as_u16(&c);
	if (wide) {
		i->attr_extents = first;
		as_seek(&c, 24);
		i->extents = as_u64(&c);
	}
}

static void cut_forks(as_xfs_inode *i, as_span raw, uint8_t version, uint8_t begin)
{
	as_span all = as_from(raw, version >= 3 ? NEW_FORK : OLD_FORK);
	uint64_t at = (uint64_t)begin * 8;
	i->fork = all;
	if (at > 0 && at < all.n) {
		i->fork = as_cut(all, 0, at);
		i->attrs = as_from(all, at);
	}
	i->hurt = i->hurt || at >= all.n;
}

static bool parse(const as_xfs *x, as_span raw, as_xfs_inode *i)
{
	static const as_type types[16] = { [1] = AS_FIFO,
		[2] = AS_CHAR,
		[4] = AS_DIR,
		[6] = AS_BLOCK,
		[8] = AS_FILE,
		[10] = AS_SYMLINK,
		[12] = AS_SOCKET };
	enum { REALTIME = 1, BIGTIME = 8, WIDE = 16, INTERNAL = 32 };
	as_cur c = as_cur_be(raw, 0);
	uint16_t magic = as_u16(&c), mode = as_u16(&c);
	uint8_t version = as_u8(&c);
	i->format = as_u8(&c);
	uint16_t old_links = as_u16(&c);
	i->uid = as_u32(&c);
	i->gid = as_u32(&c);
	i->links = as_u32(&c);
	i->type = types[mode >> 12];
	i->mode = mode & 07777;
	as_seek(&c, 40);
	uint64_t changed = as_u64(&c);
	as_seek(&c, 56);
	i->size = as_u64(&c);
	as_seek(&c, 82);
	uint8_t begin = as_u8(&c);
	i->attr_format = as_u8(&c);
	as_seek(&c, 90);
	i->realtime = as_u16(&c) & REALTIME;
	as_seek(&c, 120);
	uint64_t more = version >= 3 ? as_u64(&c) : 0;
	as_seek(&c, 152);
	uint64_t number = version >= 3 ? as_u64(&c) : i->number;
	i->internal = more & INTERNAL;
	i->links = version == 1 ? old_links : i->links;
	i->hurt = !as_xfs_sound(x, raw, SUM_AT);
	read_time(i, changed, more & BIGTIME);
	read_counts(i, raw, more & WIDE);
	cut_forks(i, raw, version, begin);
	bool fits = version > 0 && version <= 3 && (version == 3) == (x->super.version == 5);
	return as_ok(&c) && magic == INODE_MAGIC && fits && number == i->number;
}

bool as_xfs_read_inode(const as_xfs *x, uint64_t number, as_xfs_inode *i)
{
	const as_xfs_super *s = &x->super;
	uint64_t at = as_xfs_block_at(x, number >> s->inode_log, 1);
	*i = (as_xfs_inode){ .number = number };
	if (number == 0 || at == AS_XFS_NOWHERE)
		return false;
	i->at = at + (number & ((1u << s->inode_log) - 1)) * s->inode;
	return parse(x, as_cut(x->body, i->at, s->inode), i);
}

/* A walk over a map. Every run must lie behind the one before; so trees that share their blocks, or lead back to
 * themselves, bring the walk on no further, and are left after some blocks that do not. */
typedef struct walk {
	as_xfs *x;
	as_xfs_runs *out;
	uint64_t inode, next, n; /* next: the first logical block that may come; n: extents met */
	uint64_t bad_at;         /* body offset of what made no sense */
	unsigned idle;           /* blocks that brought the walk on no further */
	bool damaged;
} walk;

static bool add_run(walk *w, as_xfs_run run)
{
	as_xfs_runs *r = w->out;
	as_xfs_run *list =
		r->n < RUNS_MOST ? as_xfs_room(w->x, r->list, r->n, &r->cap, sizeof(*list)) : NULL;
	if (!list)
		return false;
	r->list = list;
	r->list[r->n++] = run;
	return true;
}

bool as_xfs_extent(const as_xfs *x, as_cur *c, as_xfs_run *run, bool *unwritten)
{
	uint64_t high = as_u64(c), low = as_u64(c);
	uint64_t block = (high & 511) << 43 | low >> 21;
	run->logical = high >> 9 & ((1ull << 54) - 1);
	run->n = low & ((1u << 21) - 1);
	run->at = as_xfs_block_at(x, block, run->n);
	*unwritten = high >> 63;
	return as_ok(c) && run->n > 0 && run->at != AS_XFS_NOWHERE;
}

/* Takes n extents. One that makes no sense is left out, and the others still count. */
static void extents(walk *w, as_cur *c, uint64_t n)
{
	for (; n > 0 && as_ok(c); n--) {
		as_xfs_run run;
		bool unwritten = false, right = as_xfs_extent(w->x, c, &run, &unwritten);
		w->n += as_ok(c);
		if (!right || run.logical < w->next) {
			w->damaged = true;
			continue;
		}
		w->next = run.logical + run.n;
		if (unwritten)
			run.at = AS_PIECE_HOLE;
		w->damaged = !add_run(w, run) || w->damaged;
	}
}

static as_status branches(walk *w, as_cur *c, uint64_t n, unsigned level);

/* A block of a tree; level: how many blocks stand between it and data, itself included. */
static as_status branch(walk *w, uint64_t number, unsigned level)
{
	const as_xfs *x = w->x;
	bool new = x->super.version == 5;
	uint64_t head = new ? LONG_NEW : LONG_OLD, at = as_xfs_block_at(x, number, 1);
	as_status s = as_xfs_step(w->x);
	if (s != AS_OK)
		return s;
	as_span block = at == AS_XFS_NOWHERE ? (as_span){ 0 } : as_cut(x->body, at, x->super.block);
	as_cur c = as_cur_be(block, 4);
	uint16_t own_level = as_u16(&c), n = as_u16(&c);
	as_seek(&c, 56);
	uint64_t owner = new ? as_u64(&c) : w->inode;
	uint64_t room = block.n > head ? (block.n - head) / 16 : 0;
	bool right = as_starts(block, new ? "BMA3" : "BMAP") && as_xfs_sound(x, block, LONG_SUM);
	if (!right || own_level != level - 1 || n > room || owner != w->inode) {
		w->bad_at = at == AS_XFS_NOWHERE ? w->bad_at : at;
		w->damaged = true;
		return AS_OK;
	}
	as_struct(x->u, at, block.n, "XFS map of a file");
	as_seek(&c, level > 1 ? head + room * 8 : head);
	if (level > 1)
		return branches(w, &c, n, level - 1);
	extents(w, &c, n);
	return AS_OK;
}

static as_status branches(walk *w, as_cur *c, uint64_t n, unsigned level)
{
	as_status s = AS_OK;
	for (; n > 0 && s == AS_OK && w->idle < IDLE_MOST; n--) {
		uint64_t before = w->next;
		s = branch(w, as_u64(c), level);
		w->idle += w->next == before;
	}
	w->damaged = w->damaged || n > 0;
	return s;
}

as_status as_xfs_map(
	as_xfs *x, const as_xfs_inode *i, bool attrs, as_xfs_runs *out, uint64_t *bad_at)
{
	walk w = { .x = x, .out = out, .inode = i->number, .bad_at = i->at };
	as_span fork = attrs ? i->attrs : i->fork;
	uint8_t format = attrs ? i->attr_format : i->format;
	uint64_t due = attrs ? i->attr_extents : i->extents;
	as_cur c = as_cur_be(fork, 0);
	as_status s = AS_OK;
	out->n = 0;
	if (format == AS_XFS_EXTENTS)
		extents(&w, &c, due);
	if (format == AS_XFS_BTREE) {
		uint16_t level = as_u16(&c), n = as_u16(&c);
		uint64_t room = fork.n > 4 ? (fork.n - 4) / 16 : 0;
		as_seek(&c, 4 + room * 8);
		w.damaged = level == 0 || level > LEVELS_MOST || n > room || !as_ok(&c);
		if (!w.damaged)
			s = branches(&w, &c, n, level);
	}
	bool mapped = format == AS_XFS_EXTENTS || format == AS_XFS_BTREE;
	*bad_at = w.bad_at;
	if (s == AS_OK && (w.damaged || !mapped || w.n != due))
		s = AS_PARTIAL;
	return s;
}

as_span as_xfs_gather(
	const as_xfs *x, const as_xfs_runs *runs, uint64_t logical, uint64_t n, uint64_t *at)
{
	uint64_t block = x->super.block, done = 0;
	size_t low = 0, high = runs->n;
	while (low < high) { /* the first run that ends behind logical */
		size_t mid = low + (high - low) / 2;
		bool before = runs->list[mid].logical + runs->list[mid].n <= logical;
		low = before ? mid + 1 : low;
		high = before ? high : mid;
	}
	uint8_t *out = NULL;
	for (size_t i = low; i < runs->n && done < n; i++) {
		const as_xfs_run *r = &runs->list[i];
		if (r->logical > logical + done || r->at == AS_PIECE_HOLE)
			break;
		uint64_t skip = logical + done - r->logical, part = as_min(r->n - skip, n - done);
		as_span there = as_cut(x->body, r->at + skip * block, part * block);
		*at = done == 0 ? r->at + skip * block : *at;
		if (there.n == 0 || part == n)
			return there;
		if (!out && as_want(x->u, n * block) == AS_OK)
			out = as_alloc(as_memory(x->u), n * block);
		if (!out)
			break;
		memcpy(out + done * block, there.p, there.n);
		done += part;
	}
	return out && done == n ? as_bytes(out, n * block) : (as_span){ 0 };
}

static as_status put_hurt(as_xfs *x, as_node *dir, as_entry *e)
{
	as_status s = as_begin(x->u, dir, e, NULL);
	return s > AS_PARTIAL ? s : as_worse(s, as_end(x->u, true));
}

/* Emits a regular file (e is filled in) below dir. */
static as_status put_file(as_xfs *x, as_node *dir, as_entry *e, const as_xfs_inode *i)
{
	uint64_t block = x->super.block, bad_at = 0;
	as_pieces *p = &x->pieces;
	as_xfs_runs *runs = &x->runs;
	as_status s = AS_OK;
	if (i->realtime && i->extents > 0) {
		s = put_hurt(x, dir, e);
		return as_worse(
			s, as_refused(x->u, i->at, "unsupported",
				   "file stands on the realtime device, which is not here"));
	}
	as_pieces_clear(p);
	if (i->format == AS_XFS_LOCAL) {
		e->data = as_cut(i->fork, 0, i->size);
		return as_put(x->u, dir, e, NULL);
	}
	s = as_xfs_map(x, i, false, runs, &bad_at);
	if (s > AS_PARTIAL)
		return s;
	p->damaged = i->hurt || s == AS_PARTIAL;
	bool room = true;
	for (size_t k = 0; k < runs->n && room && p->bytes < i->size; k++) {
		const as_xfs_run *r = &runs->list[k];
		if (r->logical * block > p->bytes)
			room = as_pieces_add(p, AS_PIECE_HOLE, r->logical * block - p->bytes);
		room = room && as_pieces_add(p, r->at, r->n * block);
	}
	if (room && p->bytes < i->size)
		room = as_pieces_add(p, AS_PIECE_HOLE, i->size - p->bytes);
	if (!room)
		p->damaged = true;
	return as_put_pieces(x->u, x->body, dir, e, p, i->size, "XFS data");
}

/* A target that does not fit into the inode. In version 5 each run begins with "XSLM", offset u32, bytes u32, CRC-32C,
 * uuid[16], inode u64, block u64, LSN u64. mkfs.xfs leaves that out, and then Linux does not follow the link. *right:
 * nothing is wrong with it. */
static as_span far_target(as_xfs *x, const as_xfs_inode *i, bool *right)
{
	enum { TARGET_MOST = 1024, HEAD = 56, TARGET_SUM = 12 };
	as_xfs_runs *runs = &x->runs;
	uint64_t bad_at = 0, done = 0, at = 0;
	*right = true;
	if (i->size > TARGET_MOST || as_xfs_map(x, i, false, runs, &bad_at) != AS_OK)
		return (as_span){ 0 };
	uint8_t *out = as_alloc(as_memory(x->u), TARGET_MOST);
	for (size_t k = 0; out && k < runs->n && done < i->size; k++) {
		as_span part = as_xfs_gather(x, runs, runs->list[k].logical, runs->list[k].n, &at);
		bool headed = as_starts(part, "XSLM") && x->super.version == 5;
		*right = *right && as_xfs_sound(x, part, TARGET_SUM);
		as_struct(x->u, at, part.n, "XFS target of a link");
		part = as_from(part, headed ? HEAD : 0);
		part = as_cut(part, 0, as_min(part.n, i->size - done));
		if (part.n == 0)
			return (as_span){ 0 };
		memcpy(out + done, part.p, part.n);
		done += part.n;
	}
	return out && done == i->size ? as_bytes(out, done) : (as_span){ 0 };
}

static as_status put_link(as_xfs *x, as_node *dir, as_entry *e, const as_xfs_inode *i)
{
	bool right = true;
	e->target =
		i->format == AS_XFS_LOCAL ? as_cut(i->fork, 0, i->size) : far_target(x, i, &right);
	if (e->target.n == 0)
		return as_lost(x->u, i->at, "target of a symbolic link cannot be read");
	as_status s = as_put(x->u, dir, e, NULL);
	if (right)
		return s;
	return as_worse(
		s, as_lost(x->u, i->at, "checksum of the target of a symbolic link is wrong"));
}

static as_status put_node(as_xfs *x, as_node *dir, as_entry *e, const as_xfs_inode *i, bool again)
{
	if (e->type == AS_FILE && again)
		return as_put(x->u, dir, e, NULL);
	if (e->type == AS_FILE)
		return put_file(x, dir, e, i);
	if (e->type == AS_SYMLINK)
		return put_link(x, dir, e, i);
	if (e->type == AS_BLOCK || e->type == AS_CHAR) {
		as_cur c = as_cur_be(i->fork, 0);
		uint32_t device = as_u32(&c);
		e->major = device >> 18;
		e->minor = device & 0x3ffff;
	}
	return as_put(x->u, dir, e, NULL);
}

static as_status put_directory(as_xfs *x, as_node *dir, as_entry *e, const as_xfs_inode *i)
{
	as_node *node = NULL;
	as_status s = as_put(x->u, dir, e, &node);
	if (s > AS_PARTIAL || !node)
		return s;
	s = as_worse(s, as_xfs_attrs(x, i));
	as_status seen = as_visit(x->u, i->at);
	return as_worse(s, seen == AS_OK ? as_xfs_list(x, i, node) : seen);
}

/* A name whose inode is lost: what kind of thing it was may still be known. */
static as_status put_lost(as_xfs *x, const as_xfs_name *n, as_node *dir)
{
	as_entry e = { .at = n->at, .name = n->name, .type = n->ftype == 2 ? AS_DIR : AS_FILE };
	as_status s = AS_OK;
	if (n->ftype == 1)
		s = put_hurt(x, dir, &e);
	else if (n->ftype == 2)
		s = as_put(x->u, dir, &e, NULL);
	return as_worse(
		s, as_lost(x->u, n->at, "inode that a directory names is damaged or missing"));
}

as_status as_xfs_put(as_xfs *x, const as_xfs_name *n, as_node *dir)
{
	as_xfs_inode i;
	uint64_t one = 0;
	if (!as_xfs_read_inode(x, n->inode, &i) || i.type == 0)
		return put_lost(x, n, dir);
	as_entry e = { .at = i.at,
		.type = i.type,
		.name = n->name,
		.mode = i.mode,
		.uid = i.uid,
		.gid = i.gid,
		.mtime = i.mtime,
		.nsec = i.nsec,
		.has = AS_HAS_MODE | AS_HAS_OWNER | AS_HAS_MTIME,
		.inode = i.type == AS_DIR ? 0 : i.number,
		.deleted = i.links == 0 };
	bool again = as_map_get(&x->seen, i.number, &one);
	as_status s = as_map_set(&x->seen, i.number, 1);
	if (i.hurt && !again)
		s = as_worse(s, as_lost(x->u, i.at, "checksum of an inode is wrong"));
	if (s > AS_PARTIAL)
		return s;
	if (i.type == AS_DIR)
		return as_worse(s, put_directory(x, dir, &e, &i));
	s = as_worse(s, put_node(x, dir, &e, &i, again));
	return s <= AS_PARTIAL ? as_worse(s, as_xfs_attrs(x, &i)) : s;
}
