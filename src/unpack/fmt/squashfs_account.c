/* SPDX-License-Identifier: Apache-2.0 */
/* Which bytes of a SquashFS image its own structure leads to. What it does not lead to may hold anything: the
 * superblock alone says how long the image is. Tables stand behind each other: inodes, directories, then for each
 * lookup table its metadata blocks and an index of their offsets; metadata blocks are a 16-bit length (top bit:
 * stored) and bytes. */
#include "unpack/fmt/squashfs.h"

enum {
	FRAGMENT = 16, /* bytes of an entry of the fragment table */
	FRAGMENT_2 = 8,
	EXPORTED = 8,
	OWNER = 4,
	XATTR_SET = 16,
	XATTR_HEAD = 16,          /* before the index: start u64, sets u32, unused u32 */
	STEPS_MOST = AS_SQ_STEPS, /* entries of tables and block lists looked at in all */
};

bool as_sq_step(as_sq *q)
{
	if (q->steps++ == STEPS_MOST)
		(void)as_refused(q->u, 0, "limit", "too many blocks: not all were accounted for");
	return q->steps <= STEPS_MOST;
}

/* Marks the metadata block at body offset at; where the next one would be, or 0 if it does not fit. */
static uint64_t mark_block(as_sq *q, uint64_t at, const char *label)
{
	as_cur c = as_sq_cur(q, as_cut(q->body, 0, q->super.used), at);
	uint64_t len = as_u16(&c) & (AS_SQ_META_STORED - 1);
	as_skip(&c, len + (q->super.marked ? 1 : 0));
	if (!as_ok(&c) || len == 0 || len > AS_SQ_META)
		return 0;
	as_struct(q->u, at, as_pos(&c) - at, label);
	return as_pos(&c);
}

static void mark_chain(as_sq *q, uint64_t at, uint64_t end, const char *label)
{
	while (at != 0 && at < end && as_sq_step(q))
		at = mark_block(q, at, label);
}

/* Marks a lookup table of n bytes and its index; *first becomes the lowest offset of any block. */
static void mark_table(as_sq *q, uint64_t index, uint64_t n, uint64_t *first)
{
	as_cur c = as_sq_cur(q, as_cut(q->body, 0, q->super.used), index);
	uint64_t blocks = n / AS_SQ_META + (n % AS_SQ_META != 0);
	if (index == AS_SQ_NO_TABLE)
		return;
	for (uint64_t i = 0; i < blocks && as_sq_step(q); i++) {
		uint64_t at = q->super.major < 3 ? as_u32(&c) : as_u64(&c);
		if (!as_ok(&c) || mark_block(q, at, AS_SQ_TABLES) == 0)
			break;
		*first = as_min(*first, at);
	}
	as_struct(q->u, index, as_min(as_pos(&c), q->body.n) - index, AS_SQ_TABLES);
}

static void mark_fragments(as_sq *q)
{
	uint64_t at = 0;
	uint32_t word = 0;
	for (uint32_t i = 0; i < q->super.fragments && as_sq_step(q); i++) {
		if (!as_sq_fragment_at(q, i, &at, &word))
			return; /* who needs it will say so */
		if (!(word & AS_SQ_STORED))
			as_struct(q->u, at, word & (AS_SQ_STORED - 1), "squashfs fragment");
	}
}

void as_sq_account(as_sq *q)
{
	const as_sq_super *p = &q->super;
	bool old = p->major < 4;
	uint64_t first = as_min(old ? p->uid_table : p->id_table, p->used);
	uint64_t fragment = p->major < 3 ? FRAGMENT_2 : FRAGMENT;
	if (p->used > q->body.n)
		return;
	mark_chain(q, p->inode_table, p->dir_table, "squashfs inodes");
	mark_table(q, p->fragment_table, p->fragments * fragment, &first);
	mark_table(q, p->export_table, (uint64_t)p->inodes * EXPORTED, &first);
	if (!old)
		mark_table(q, p->id_table, (uint64_t)p->ids * OWNER, &first);
	if (old && p->uids)
		as_struct(q->u, p->uid_table, (uint64_t)p->uids * OWNER, AS_SQ_TABLES);
	if (old && p->gids)
		as_struct(q->u, p->gid_table, (uint64_t)p->gids * OWNER, AS_SQ_TABLES);
	if (q->xattr_base != AS_SQ_NO_TABLE) {
		uint64_t sets = UINT64_MAX;
		as_struct(q->u, p->xattr_table, XATTR_HEAD, AS_SQ_TABLES);
		mark_table(
			q, p->xattr_table + XATTR_HEAD, (uint64_t)q->n_xattrs * XATTR_SET, &sets);
		mark_chain(q, q->xattr_base, as_min(sets, p->xattr_table), AS_SQ_TABLES);
	}
	mark_chain(q, p->dir_table, first, AS_SQ_TABLES);
	mark_fragments(q);
}
