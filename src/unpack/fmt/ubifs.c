/* SPDX-License-Identifier: Apache-2.0 */
/* UBIFS: Linux's file system for UBI volumes, little-endian, in logical erase blocks (LEBs). LEB 0 has the superblock,
 * 1 and 2 the master node, then come the log, a table of free space, orphans, and nodes. A node starts on 8 bytes:
 *    0 0x06101831   4 CRC from 8 on   8 sequence u64   16 length   20 kind u8; then by kind
 *   inode 0, data 1, name 2, extended attribute 3: a key of 16 bytes, of which the first 4 are the inode's number,
 *   the next a block's number (29 bits) for data
 *   padding 5: 24 bytes skipped behind it
 *   superblock 6: 28 flags 36 LEB size 40 LEBs 56 log LEBs 60 table LEBs 64 orphan LEBs 80 version 84 method u16
 *   master 7: 32 commit u64 44 log LEB 48 root's LEB 52 its offset 56 its length
 *   reference 8 (journal): 24 LEB 28 offset       commit start 10: 24 commit u64
 *   index 9: 24 children u16 26 level u16 28 children, each LEB, offset, length, 8 bytes of key (and a hash)
 * What the index has, and what the journal has written since, counts; other nodes are what was removed or written
 * over and not yet erased. */
#include "unpack/fmt/ubifs.h"
#include "unpack/runs.h"

#include <stdlib.h>

enum {
	MAGIC = 0x06101831,
	SUMMED_FROM = 8,
	LEB_MIN = 4096,
	LEB_MAX = 16 << 20,
	PADDING = 0xce,
	UNNAMED = 64,
	LOG = 3, /* LEB */
};

/* By kind: the shortest and longest node. */
static const struct {
	uint32_t least, most;
	const char *label;
} kinds[AS_UB_KINDS] = { { 160, 160 + 4096, "inode" }, { 48, 48 + 8192, "data" },
	{ 57, 56 + 256, "name" }, { 57, 56 + 256, "extended attribute" }, { 56, 56, "truncation" },
	{ 28, 28, "padding" }, { 4096, 4096, "superblock" }, { 512, 512, "master" },
	{ 64, 64, "journal reference" }, { 28, 16384, "index" }, { 32, 32, "commit start" },
	{ 32, 16384, "orphans" }, { 24, 256, "authentication" }, { 24, 4096, "signature" } };

bool as_ub_read(as_span body, uint64_t at, as_ub_raw *r)
{
	as_cur c = as_cur_le(body, at);
	uint32_t magic = as_u32(&c), sum = as_u32(&c);
	*r = (as_ub_raw){ .at = at, .sequence = as_u64(&c) };
	uint32_t len = as_u32(&c);
	uint8_t kind = as_u8(&c);
	/* mkfs.ubifs forgets the kind of the empty signature behind the superblock. */
	if (kind == AS_UB_INODE && len == UNNAMED)
		kind = AS_UB_SIGNATURE;
	if (!as_ok(&c) || magic != MAGIC || kind >= AS_UB_KINDS || len < kinds[kind].least ||
		len > kinds[kind].most)
		return false;
	r->kind = kind;
	r->bytes = as_cut(body, at, len);
	return r->bytes.n > 0 && (as_crc32(0, as_from(r->bytes, SUMMED_FROM)) ^ UINT32_MAX) == sum;
}

as_ub_super as_ub_read_super(as_span body, uint64_t *work)
{
	as_ub_raw r;
	as_ub_super s = { 0 };
	*work = 0;
	if (!as_ub_read(body, 0, &r) || (r.kind != AS_UB_SUPER && r.kind != AS_UB_MASTER))
		return s;
	if (r.kind == AS_UB_MASTER)
		return as_ub_guess(body, work);
	as_cur c = as_cur_le(r.bytes, 28);
	s.flags = as_u32(&c);
	as_skip(&c, 4);
	s.leb = as_u32(&c);
	s.n_lebs = as_u32(&c);
	as_seek(&c, 56);
	s.log_lebs = as_u32(&c);
	s.lpt_lebs = as_u32(&c);
	s.orphan_lebs = as_u32(&c);
	as_seek(&c, 80);
	s.version = as_u32(&c);
	s.method = as_u16(&c);
	as_seek(&c, 256);
	s.hash = as_u16(&c);
	s.table = (uint32_t)as_min(LOG + (uint64_t)s.log_lebs, UINT32_MAX);
	s.behind = (uint32_t)as_min((uint64_t)s.table + s.lpt_lebs, UINT32_MAX);
	s.known = as_ok(&c) && s.leb >= LEB_MIN && s.leb <= LEB_MAX && s.leb % 8 == 0;
	return s;
}

static bool glance(as_span start)
{
	uint8_t kind = as_at(start, 20), low = as_at(start, 16), high = as_at(start, 17);
	return (kind == AS_UB_SUPER && low == 0 && high == 16) ||
	       (kind == AS_UB_MASTER && low == 0 && high == 2);
}

static as_status probe(as_span image, as_extent *out)
{
	uint64_t size = 0, work = 0;
	as_ub_super s = as_ub_read_super(image, &work);
	out->work = work;
	if (!s.known || !as_mul(&size, s.leb, s.n_lebs - as_min(s.base, s.n_lebs)))
		return AS_NOT_THIS;
	if (s.guessed && size == 0) /* not even that is told */
		size = image.n;
	*out = (as_extent){ .size = as_min(as_max(size, s.leb), image.n), .sure = AS_CHECKSUMMED };
	return AS_OK;
}

/* ---- scanning */

/* The next node of the LEB that ends at end; *at moves behind it. *damage: the first byte passed that is neither blank
 * nor padding nor a node, or UINT64_MAX. */
static bool next_node(const as_ub *q, uint64_t *at, uint64_t end, as_ub_raw *r, uint64_t *damage)
{
	as_span leb = as_cut(q->body, 0, end);
	while (*at + AS_UB_HEADER <= end) {
		if (as_ub_read(leb, *at, r)) {
			as_cur c = as_cur_le(r->bytes, AS_UB_HEADER);
			uint64_t pad = r->kind == AS_UB_PAD ? as_u32(&c) : 0;
			*at += (r->bytes.n + 7) / 8 * 8;
			*at = as_min(end, *at + as_min(pad, q->super.leb) / 8 * 8);
			return true;
		}
		uint8_t first = q->body.p[*at];
		bool blank = first == 0xff || first == 0 || first == PADDING;
		uint64_t n = blank ? as_padding_at(leb, *at) / 8 * 8 : 0;
		if (n == 0 && first != PADDING)
			*damage = as_min(*damage, *at);
		*at += n ? n : 8;
	}
	return false;
}

static bool counts(const as_ub *q, uint64_t at)
{
	uint64_t from = 0;
	return q->by_number || as_map_get(&q->indexed, at, &from) ||
	       (as_map_get(&q->buds, at / q->super.leb + q->super.base, &from) &&
		       at % q->super.leb >= from);
}

static void take_node(as_ub *q, const as_ub_raw *r)
{
	as_cur c = as_cur_le(r->bytes, AS_UB_HEADER);
	as_ub_node *n = &q->nodes[q->n_nodes++];
	*n = (as_ub_node){ .at = r->at, .sequence = r->sequence, .bytes = r->bytes };
	n->kind = r->kind;
	n->ino = as_u32(&c);
	n->block = r->kind == AS_UB_DATA ? as_u32(&c) & 0x1fffffff : 0;
	n->counts = counts(q, r->at);
	as_seek(&c, 48);
	n->cut = r->kind == AS_UB_CUT ? as_u64(&c) : 0;
}

static void take_name(as_ub *q, const as_ub_raw *r)
{
	as_cur c = as_cur_le(r->bytes, AS_UB_HEADER);
	as_ub_name *n = &q->names[q->n_names];
	*n = (as_ub_name){ .at = r->at, .sequence = r->sequence, .parent = as_u32(&c) };
	n->xattr = r->kind == AS_UB_XATTR;
	as_seek(&c, 40);
	n->ino = as_u64(&c);
	as_skip(&c, 1);
	n->type = as_u8(&c);
	uint16_t len = as_u16(&c);
	as_skip(&c, 4);
	n->name = as_take(&c, len);
	n->counts = counts(q, r->at);
	q->n_names += as_ok(&c);
}

/* Goes through all LEBs but the table of free space, which has no nodes. each counts or takes. */
static void scan(as_ub *q, bool take, size_t *n_nodes, size_t *n_names)
{
	const as_ub_super *s = &q->super;
	for (uint64_t leb = 0; leb * s->leb < q->body.n; leb++) {
		uint64_t at = leb * s->leb, end = as_min(at + s->leb, q->body.n);
		uint64_t damage = UINT64_MAX;
		as_ub_raw r;
		if (leb + s->base >= s->table && leb + s->base < s->behind) {
			if (take)
				as_struct(q->u, at, end - at, "UBIFS space table");
			continue;
		}
		while (next_node(q, &at, end, &r, &damage)) {
			bool node = r.kind <= AS_UB_DATA || r.kind == AS_UB_CUT;
			bool name = r.kind == AS_UB_NAME || r.kind == AS_UB_XATTR;
			*n_nodes += node;
			*n_names += name;
			if (!take)
				continue;
			if (node)
				take_node(q, &r);
			else if (name)
				take_name(q, &r);
			as_struct(q->u, r.at, (r.bytes.n + 7) / 8 * 8, kinds[r.kind].label);
		}
		if (damage == UINT64_MAX || !take)
			continue;
		q->damaged = true;
		(void)as_lost(q->u, damage, "bytes that are no node, or a damaged one");
	}
}

static int node_order(const void *x, const void *y)
{
	const as_ub_node *a = x, *b = y;
	if (a->ino != b->ino)
		return a->ino < b->ino ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->block != b->block)
		return a->block < b->block ? -1 : 1;
	if (a->sequence != b->sequence)
		return a->sequence < b->sequence ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

static int name_order(const void *x, const void *y)
{
	const as_ub_name *a = x, *b = y;
	if (a->xattr != b->xattr)
		return a->xattr ? 1 : -1;
	if (a->parent != b->parent)
		return a->parent < b->parent ? -1 : 1;
	size_t n = as_min(a->name.n, b->name.n);
	int c = n > 0 ? memcmp(a->name.p, b->name.p, n) : 0;
	if (c != 0 || a->name.n != b->name.n)
		return c != 0 ? c : a->name.n < b->name.n ? -1 : 1;
	if (a->sequence != b->sequence)
		return a->sequence < b->sequence ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

/* Which inode node tells how it is, or how it was before it was deleted. */
static void settle(as_ub *q, as_ub_inode *inode)
{
	const as_ub_node *newest = NULL, *last = NULL;
	uint64_t cut = UINT64_MAX;
	for (size_t i = inode->first; i < inode->first + inode->n; i++) {
		const as_ub_node *n = &q->nodes[i];
		uint32_t links = 0;
		if (n->kind != AS_UB_INODE)
			continue;
		(void)as_ub_flags(n, &links);
		newest = n->counts ? n : newest;
		last = links > 0 ? n : last;
	}
	uint32_t links = 0;
	if (newest)
		(void)as_ub_flags(newest, &links);
	inode->live = links > 0;
	inode->state = links > 0 ? newest : last;
	for (size_t i = inode->first + inode->n; i-- > inode->first;)
		if (q->nodes[i].kind == AS_UB_CUT)
			q->nodes[i].cut = cut = as_min(cut, q->nodes[i].cut);
}

static as_status collect(as_ub *q)
{
	size_t nodes = 0, names = 0;
	scan(q, false, &nodes, &names);
	as_arena *a = as_memory(q->u);
	as_status s = as_want(
		q->u, nodes * (sizeof(*q->nodes) + sizeof(*q->inodes)) + names * sizeof(*q->names));
	if (s != AS_OK)
		return s;
	q->nodes = as_alloc_array(a, nodes + 1, sizeof(*q->nodes));
	q->names = as_alloc_array(a, names + 1, sizeof(*q->names));
	q->inodes = as_alloc_array(a, nodes + 1, sizeof(*q->inodes));
	q->block = as_alloc(a, AS_UB_BLOCK);
	if (!q->nodes || !q->names || !q->inodes || !q->block)
		return AS_NOMEM;
	scan(q, true, &nodes, &names);
	if (q->n_nodes > 1)
		qsort(q->nodes, q->n_nodes, sizeof(*q->nodes), node_order);
	if (q->n_names > 1)
		qsort(q->names, q->n_names, sizeof(*q->names), name_order);
	for (size_t i = 0; i < q->n_nodes; i++) {
		as_ub_inode *last = q->n_inodes > 0 ? &q->inodes[q->n_inodes - 1] : NULL;
		if (!last || last->ino != q->nodes[i].ino) {
			last = &q->inodes[q->n_inodes++];
			*last = (as_ub_inode){ .ino = q->nodes[i].ino, .first = i };
		}
		last->n++;
	}
	size_t longest = 0;
	for (size_t i = 0; i < q->n_inodes; i++) {
		settle(q, &q->inodes[i]);
		longest = (size_t)as_max(longest, q->inodes[i].n);
	}
	q->now.list = as_alloc_array(a, longest + 1, sizeof(const as_ub_node *));
	return q->now.list ? AS_OK : AS_NOMEM;
}

static as_status tell(as_ub *q)
{
	static const char *const methods[] = { "none", "lzo", "zlib", "zstd" };
	const as_ub_super *s = &q->super;
	as_span head = as_cut(q->body, 0, 4096);
	as_tellf(q->u, head, "leb-size", "%u", s->leb);
	if (s->guessed)
		return as_lost(
			q->u, 0, "the superblock is gone: the master node told what it could");
	as_tellf(q->u, head, "version", "%u", s->version);
	as_tellf(q->u, head, "compression", "%s", s->method < 4 ? methods[s->method] : "unknown");
	if (s->flags & AS_UB_SIGNED)
		as_tellf(q->u, head, "authentication", "hash algorithm %u", s->hash);
	if (s->flags & AS_UB_ENCRYPTED)
		as_tell(q->u, head, "encryption", as_lit("fscrypt"));
	if ((uint64_t)s->leb * s->n_lebs > q->body.n)
		return as_lost(q->u, q->body.n, "the image ends before its file system does");
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	uint64_t work = 0;
	as_ub q = { .u = u, .body = body, .super = as_ub_read_super(body, &work) };
	if (!q.super.known)
		return as_lost(u, 0, "the superblock is damaged");
	q.indexed.seed = q.buds.seed = q.listed.seed = (uintptr_t)&q ^ (uintptr_t)body.p << 16;
	as_status s = tell(&q);
	s = as_worse(s, as_ub_index(&q));
	if (s <= AS_PARTIAL)
		s = as_worse(s, collect(&q));
	if (s <= AS_PARTIAL)
		s = as_worse(s, as_ub_tree(&q));
	as_map_free(&q.indexed);
	as_map_free(&q.buds);
	as_map_free(&q.listed);
	return s;
}

const as_format as_format_ubifs = {
	.id = "ubifs",
	.title = "UBIFS",
	.kind = AS_FILESYSTEM,
	.magic = (const as_magic[]){ { .bytes = "\x31\x18\x10\x06", .len = 4, .at = 0 }, { 0 } },
	.anywhere = true,
	.shared = true,
	.glance = glance,
	.probe = probe,
	.unpack = unpack,
	.reads_through = true,
	.variants = (const char *const[]){ "index and journal; all nodes by their numbers if the "
					   "index is damaged",
		"data stored, or packed by LZO, zlib or zstd",
		"deleted inodes whose nodes are not yet erased, and earlier contents of files",
		"without superblock, from the master node, the commit's start and the root of the "
		"index",
		"encrypted files (recognised), authentication (recognised)", NULL },
	.verifies = (const char *const[]){ "CRC-32 of each node", NULL },
	.keeps = (const char *const[]){ "mode", "owner", "time of change (1 ns)", "device numbers",
		"hard links", "holes", "extended attributes", NULL },
	.samples = (const char *const[]){ "mkfs.ubifs (mtd-utils 2.1.5)",
		"journal, truncations, removed files: generator from the published layout, not "
		"tried on a vendor's own image",
		NULL },
	.gaps = (const char *const[]){ "encrypted files are not decrypted",
		"hashes and signatures of authenticated ones are not verified",
		"a volume whose superblock and both master nodes are damaged is not opened", NULL },
	.spec = "http://www.linux-mtd.infradead.org/doc/ubifs.html",
	.see = NULL,
};
