/* SPDX-License-Identifier: Apache-2.0 */
/* Files that were deleted. Linux takes mode, size and count of extents out of the inode, but writes nothing over the
 * extents themselves; they are good while all their blocks are free. Where they end is not said: an inode that had more
 * of them once tells these, too, and the size is that of the blocks. */
#include "unpack/fmt/xfs.h"

/* Whether all of a stretch of the body is free. */
static bool is_free(const as_xfs *x, uint64_t at, uint64_t n)
{
	size_t low = 0, high = x->n_space;
	while (low < high) { /* the first that ends behind at */
		size_t mid = low + (high - low) / 2;
		bool before = x->space[mid].at + x->space[mid].n <= at;
		low = before ? mid + 1 : low;
		high = before ? high : mid;
	}
	return low < x->n_space && x->space[low].at <= at &&
	       n <= x->space[low].n - (at - x->space[low].at);
}

/* Blocks of what is no file: of a directory, a target, attributes. */
static bool is_metadata(as_span block)
{
	static const char *const magics[] = { "XDB3", "XDD3", "XD2B", "XD2D", "XSLM" };
	bool found = false;
	for (unsigned k = 0; k < sizeof(magics) / sizeof(magics[0]); k++)
		found = found || as_starts(block, magics[k]);
	return found;
}

/* Gathers what the inode still says; false if that cannot be a file as it was. */
static bool gather(as_xfs *x, const as_xfs_inode *i)
{
	as_pieces *p = &x->pieces;
	uint64_t block = x->super.block, n = 0;
	as_cur c = as_cur_be(i->fork, 0);
	as_pieces_clear(p);
	while (as_left(&c) >= 16) {
		as_xfs_run run;
		bool unwritten = false;
		if (!as_xfs_extent(x, &c, &run, &unwritten) || run.logical * block < p->bytes)
			break;
		if (run.logical * block - p->bytes > x->body.n || p->bytes > x->body.n)
			break;
		if (!is_free(x, run.at, run.n * block))
			return false;
		if (n++ == 0 && is_metadata(as_cut(x->body, run.at, block)))
			return false;
		if (!as_pieces_add(p, AS_PIECE_HOLE, run.logical * block - p->bytes) ||
			!as_pieces_add(p, unwritten ? AS_PIECE_HOLE : run.at, run.n * block))
			return false;
	}
	return n > 0;
}

as_status as_xfs_deleted(as_xfs *x)
{
	as_status s = AS_OK;
	for (size_t k = 0; k < x->n_freed && s <= AS_PARTIAL; k++) {
		as_xfs_inode i;
		if (!as_xfs_read_inode(x, x->freed[k], &i) || !gather(x, &i))
			continue;
		as_entry e = { .at = i.at,
			.type = AS_FILE,
			.uid = i.uid,
			.gid = i.gid,
			.mtime = i.mtime,
			.nsec = i.nsec,
			.has = AS_HAS_OWNER | AS_HAS_MTIME,
			.deleted = true };
		as_node *dir = NULL;
		uint64_t grave = 0;
		if (as_map_get(&x->buried, (uint32_t)i.number, &grave)) {
			e.name = x->graves[grave].name;
			dir = x->graves[grave].dir;
		}
		if (e.name.n == 0)
			e.name = as_print(
				as_memory(x->u), "inode-%llu", (unsigned long long)i.number);
		s = as_worse(s, as_put_pieces(x->u, x->body, dir, &e, &x->pieces, x->pieces.bytes,
					"XFS data of a deleted file"));
	}
	return s;
}
