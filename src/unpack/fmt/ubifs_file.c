/* SPDX-License-Identifier: Apache-2.0 */
/* Contents of UBIFS files: blocks of 4 KiB, each in a node of its own; the newest counts, unless the file was made
 * shorter after it. Links, devices and values of extended attributes stand in the inode's node. */
#include "codec/codec.h"
#include "unpack/fmt/ubifs.h"

uint32_t as_ub_flags(const as_ub_node *node, uint32_t *links)
{
	as_cur c = as_cur_le(node->bytes, 92);
	*links = as_u32(&c);
	as_seek(&c, 108);
	return as_u32(&c);
}

bool as_ub_describe(const as_ub_node *node, as_entry *e, as_span *data)
{
	static const as_type types[16] = { [1] = AS_FIFO,
		[2] = AS_CHAR,
		[4] = AS_DIR,
		[6] = AS_BLOCK,
		[8] = AS_FILE,
		[10] = AS_SYMLINK,
		[12] = AS_SOCKET };
	as_cur c = as_cur_le(node->bytes, 72);
	e->has = AS_HAS_MODE | AS_HAS_OWNER | AS_HAS_MTIME;
	e->mtime = (int64_t)as_u64(&c);
	as_skip(&c, 8);
	e->nsec = as_u32(&c);
	e->nsec = e->nsec < 1000000000 ? e->nsec : 0;
	as_skip(&c, 4);
	e->uid = as_u32(&c);
	e->gid = as_u32(&c);
	uint32_t mode = as_u32(&c);
	e->mode = mode & 07777;
	e->type = types[mode >> 12 & 15];
	as_skip(&c, 4);
	uint32_t len = as_u32(&c);
	if (data)
		*data = as_cut(node->bytes, 160, as_min(len, node->bytes.n - 160));
	return e->type != 0;
}

uint64_t as_ub_size(const as_ub_node *node)
{
	as_cur c = as_cur_le(node->bytes, 48);
	return as_u64(&c);
}

/* The least size that the file was given after the node was written. */
static uint64_t cut_after(const as_ub *q, const as_ub_inode *inode, uint64_t sequence)
{
	size_t low = inode->first, end = inode->first + inode->n, high = end;
	while (low <
		high) { /* the first truncation that is newer; they stand last, in their order */
		size_t mid = low + (high - low) / 2;
		if (q->nodes[mid].kind < AS_UB_CUT || q->nodes[mid].sequence <= sequence)
			low = mid + 1;
		else
			high = mid;
	}
	return low < end ? q->nodes[low].cut : UINT64_MAX;
}

as_status as_ub_decode(const as_ub_node *node, uint8_t *out, size_t *n)
{
	static const as_method methods[] = { AS_STORED, AS_LZO_BLOCK, AS_DEFLATE, AS_ZSTD };
	as_cur c = as_cur_le(node->bytes, 40);
	uint32_t due = (uint32_t)as_min(as_u32(&c), AS_UB_BLOCK);
	uint16_t method = as_u16(&c);
	as_span packed = as_from(node->bytes, 48);
	*n = 0;
	if (method >= sizeof(methods) / sizeof(methods[0]))
		return AS_NOT_THIS;
	as_status s = packed.n > 0 ? as_decode_block(methods[method], packed, out, due, n) : AS_OK;
	if (s > AS_NOT_THIS)
		return s;
	return *n == due ? AS_OK : AS_PARTIAL;
}

/* Decodes a block; *got is what came of it. */
static as_status decode(as_ub *q, const as_ub_node *node, as_span *got, bool *damaged)
{
	size_t n = 0;
	as_status s = as_ub_decode(node, q->block, &n);
	*got = as_bytes(q->block, n);
	if (s == AS_OK || s > AS_NOT_THIS)
		return s;
	*damaged = true;
	if (s == AS_NOT_THIS)
		return as_refused(
			q->u, node->at, "unsupported", "a block is packed in an unknown way");
	return as_lost(q->u, node->at, "the data of a block are damaged");
}

/* Of the nodes [i, end) of one block, the one that has its contents; NULL: a hole. */
static const as_ub_node *newest(const as_ub *q, const as_ub_inode *inode, size_t i, size_t end)
{
	const as_ub_node *best = NULL;
	for (size_t k = end; k-- > i && !best;)
		if (q->nodes[k].counts || !inode->live)
			best = &q->nodes[k];
	if (!best)
		return NULL;
	uint64_t from = (uint64_t)best->block * AS_UB_BLOCK;
	return cut_after(q, inode, best->sequence) <= from ? NULL : best;
}

static as_status emit_block(
	as_ub *q, const as_ub_node *node, uint64_t size, uint64_t *at, bool *damaged)
{
	uint64_t from = (uint64_t)node->block * AS_UB_BLOCK;
	as_span got = { 0 };
	if (from >= size)
		return AS_OK;
	as_status s = from > *at ? as_zero(q->u, from - *at) : AS_OK;
	if (s == AS_OK)
		s = decode(q, node, &got, damaged);
	got = as_cut(got, 0, as_min(got.n, size - from));
	if (s <= AS_PARTIAL && got.n > 0)
		s = as_more(q->u, got);
	*at = from + got.n;
	return s <= AS_PARTIAL ? AS_OK : s;
}

void as_ub_view_now(const as_ub *q, const as_ub_inode *inode, as_ub_view *v)
{
	size_t end = inode->first + inode->n;
	v->n = 0;
	v->size = as_ub_size(inode->state);
	for (size_t i = inode->first, behind; i < end; i = behind) {
		const as_ub_node *n = &q->nodes[i];
		for (behind = i + 1; behind < end && q->nodes[behind].kind == n->kind &&
				     q->nodes[behind].block == n->block;)
			behind++;
		n = n->kind == AS_UB_DATA ? newest(q, inode, i, behind) : NULL;
		if (n)
			v->list[v->n++] = n;
	}
}

as_status as_ub_emit(as_ub *q, const as_ub_view *v, bool *damaged)
{
	uint64_t at = 0;
	as_status s = AS_OK;
	for (size_t i = 0; s == AS_OK && i < v->n; i++)
		s = emit_block(q, v->list[i], v->size, &at, damaged);
	return s == AS_OK && at < v->size ? as_zero(q->u, v->size - at) : s;
}

static as_status put_file(as_ub *q, as_node *dir, const as_ub_inode *inode, const as_entry *e)
{
	uint32_t links = 0;
	bool want = false, sealed = as_ub_flags(inode->state, &links) & AS_UB_IS_ENCRYPTED;
	bool damaged = sealed;
	as_status s = as_begin(q->u, dir, e, &want);
	if (s == AS_OK && want && sealed)
		(void)as_refused(q->u, e->at, "encrypted",
			"a file is encrypted: its contents were not examined");
	if (s == AS_OK && want && !sealed) {
		as_ub_view_now(q, inode, &q->now);
		s = as_ub_emit(q, &q->now, &damaged);
	}
	return s <= AS_PARTIAL ? as_worse(s, as_end(q->u, damaged)) : s;
}

as_status as_ub_put(as_ub *q, as_node *dir, as_ub_inode *inode, as_entry *e)
{
	as_span data = { 0 };
	uint32_t links = 0;
	if (!as_ub_describe(inode->state, e, &data))
		return as_lost(q->u, inode->state->at, "an inode is of no type");
	if (e->type == AS_FILE)
		return put_file(q, dir, inode, e);
	if (e->type == AS_SYMLINK && as_ub_flags(inode->state, &links) & AS_UB_IS_ENCRYPTED)
		(void)as_refused(q->u, e->at, "encrypted", "a link's target is encrypted");
	else if (e->type == AS_SYMLINK)
		e->target = data;
	if (e->type == AS_CHAR || e->type == AS_BLOCK) {
		as_cur c = as_cur_le(data, 0);
		uint32_t v = as_u32(&c);
		if (!as_ok(&c))
			(void)as_lost(q->u, e->at, "a device has no number");
		e->major = v >> 8 & 0xfff;
		e->minor = (v & 0xff) | (v >> 12 & 0xfff00);
	}
	return as_put(q->u, dir, e, NULL);
}
