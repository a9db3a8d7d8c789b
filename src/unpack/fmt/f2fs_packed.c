/* SPDX-License-Identifier: Apache-2.0 */
/* Packed files of F2FS. A file is cut into clusters of 4 to 256 blocks. The addresses of one that is packed are
 * 0xfffffffe, then its blocks, then 0; together they are: 0 packed length   4 checksum   8 zeros[16]   24 data. */
#include "codec/codec.h"
#include "unpack/fmt/f2fs.h"

#include <string.h>

enum { HEADER = 24, CLUSTER_MOST = 256 };
enum { LZO, LZ4, ZSTD, LZORLE };

typedef struct packing {
	as_f2fs *x;
	const as_f2fs_inode *i;
	uint64_t left;                 /* bytes */
	uint32_t blocks[CLUSTER_MOST]; /* of the cluster that is being gathered */
	uint32_t n;
	bool damaged;
	as_status s;
} packing;

static as_span take_block(const packing *p, uint32_t block)
{
	as_span raw = as_f2fs_block(p->x, block);
	if (raw.n > 0)
		as_struct(p->x->u, (uint64_t)block * AS_F2FS_BLOCK, raw.n, "f2fs data");
	return raw;
}

static void give(packing *p, as_span bytes, uint64_t due)
{
	bytes = as_cut(bytes, 0, as_min(bytes.n, due));
	if (p->s == AS_OK && bytes.n > 0)
		p->s = as_more(p->x->u, bytes);
	if (p->s == AS_OK && bytes.n < due)
		p->s = as_zero(p->x->u, due - bytes.n);
	p->left -= due;
}

static void give_plain(packing *p)
{
	for (uint32_t k = 0; k < p->n && p->left > 0 && p->s == AS_OK; k++) {
		bool hole = p->blocks[k] == AS_F2FS_HOLE || p->blocks[k] == AS_F2FS_NEW;
		as_span raw = hole ? (as_span){ 0 } : take_block(p, p->blocks[k]);
		p->damaged = p->damaged || (!hole && raw.n == 0);
		give(p, raw, as_min(AS_F2FS_BLOCK, p->left));
	}
}

static as_status decode(const packing *p, as_span in, size_t *n)
{
	static const as_method methods[] = { AS_LZO_BLOCK, AS_LZ4_BLOCK, AS_ZSTD };
	size_t cap = (size_t)p->i->cluster * AS_F2FS_BLOCK;
	if (p->i->algorithm == LZORLE)
		return as_decode_lzorle(in, p->x->plain, cap, n);
	return as_decode_block(methods[p->i->algorithm], in, p->x->plain, cap, n);
}

static void give_packed(packing *p)
{
	as_f2fs *x = p->x;
	size_t held = 0, n = 0;
	uint64_t due = as_min((uint64_t)p->i->cluster * AS_F2FS_BLOCK, p->left);
	bool whole = true;
	for (uint32_t k = 1; k < p->n; k++) {
		uint32_t block = p->blocks[k];
		if (block == AS_F2FS_HOLE || block == AS_F2FS_NEW) /* NEW: set aside, not used */
			continue;
		as_span raw = take_block(p, block);
		whole = whole && raw.n > 0;
		if (raw.n > 0)
			memcpy(x->packed + held, raw.p, raw.n);
		held += raw.n;
	}
	as_cur c = as_cur_le(as_bytes(x->packed, held), 0);
	uint32_t len = as_u32(&c), sum = as_u32(&c);
	as_seek(&c, HEADER);
	as_span in = as_take(&c, len);
	bool right =
		whole && as_ok(&c) && (!p->i->sum_cluster || as_f2fs_crc(0xf2f52010u, in) == sum);
	if (right)
		right = decode(p, in, &n) == AS_OK && n >= due;
	p->damaged = p->damaged || !right;
	give(p, as_bytes(x->plain, n), due);
}

static bool gather(void *ctx, uint32_t block, uint64_t n)
{
	packing *p = ctx;
	uint64_t bytes = as_min(n, p->left / AS_F2FS_BLOCK + 1) * AS_F2FS_BLOCK;
	if (n > 1 || (p->n == 0 && block == AS_F2FS_BAD)) { /* nodes begin and end with a cluster */
		p->damaged = p->damaged || block == AS_F2FS_BAD;
		give(p, (as_span){ 0 }, as_min(bytes, p->left));
		return p->s == AS_OK && p->left > 0;
	}
	p->blocks[p->n++] = block;
	if (p->n < p->i->cluster)
		return true;
	if (p->blocks[0] == AS_F2FS_PACKED)
		give_packed(p);
	else
		give_plain(p);
	p->n = 0;
	return p->s == AS_OK && p->left > 0;
}

static bool has_room(as_f2fs *x, size_t bytes)
{
	if (bytes <= x->cluster)
		return true;
	if (as_want(x->u, 2 * (uint64_t)bytes) != AS_OK)
		return false;
	x->packed = as_alloc(as_memory(x->u), bytes);
	x->plain = as_alloc(as_memory(x->u), bytes);
	x->cluster = x->packed && x->plain ? bytes : 0;
	return x->cluster > 0;
}

as_status as_f2fs_put_packed(as_f2fs *x, as_node *dir, as_entry *e, const as_f2fs_inode *i)
{
	packing p = { .x = x, .i = i, .left = i->size };
	bool want = false;
	as_status s = as_begin(x->u, dir, e, &want);
	if (s != AS_OK)
		return s;
	if (!want)
		return as_end(x->u, false);
	if (i->algorithm > LZORLE || !has_room(x, (size_t)i->cluster * AS_F2FS_BLOCK)) {
		s = as_end(x->u, true);
		return as_worse(s, as_refused(x->u, i->at, "unsupported",
					   "packing of a file is unknown or asks for too much"));
	}
	as_f2fs_walk(x, i, gather, &p);
	if (p.s == AS_OK)
		p.s = as_zero(x->u, p.left);
	if (p.s > AS_PARTIAL)
		return p.s;
	s = as_worse(p.s, as_end(x->u, p.damaged));
	return p.damaged ? as_worse(s,
				   as_lost(x->u, i->at, "blocks of a file are damaged or missing"))
			 : s;
}
