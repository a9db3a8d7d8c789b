/* SPDX-License-Identifier: Apache-2.0 */
/* Files that Windows packed with its Overlay Filter ("compact"): their stream is one hole, and the contents stand in
 * the stream WofCompressedData: where each chunk but the first begins, behind this table (u32; u64 for files from 4 GiB
 * on), then the chunks, each packed with XPRESS, or with LZX (chunks of
 * 32 KiB), as in WIM, or as it is where that would not make it shorter. */
#include "codec/codec.h"
#include "unpack/fmt/ntfs.h"

/* A packed file on its way out. */
typedef struct overlay {
	as_ntfs *q;
	const as_ntfs_attr *packed;
	as_ntfs_runs runs;
	uint64_t size, table; /* bytes: of the file; of the table */
	unsigned width;       /* of an entry of the table */
	uint8_t *in, *out;    /* room for a chunk */
	bool damaged;
} overlay;

static bool copy_packed(const overlay *o, uint64_t at, uint8_t *out, uint64_t n)
{
	if (!o->packed->resident)
		return as_ntfs_copy(o->q, &o->runs, at, out, n);
	as_span there = as_cut(o->packed->value, at, n);
	if (there.n > 0)
		memcpy(out, there.p, there.n);
	return there.n == n;
}

/* Where chunk i begins, from the end of the table. */
static bool begin_of(const overlay *o, uint64_t i, uint64_t *at)
{
	uint8_t raw[8] = { 0 };
	*at = 0;
	if (i == 0)
		return true;
	if (i * o->width > o->table) {
		*at = o->packed->size - o->table;
		return true;
	}
	bool read = copy_packed(o, (i - 1) * o->width, raw, o->width);
	as_cur c = as_cur_le(as_bytes(raw, o->width), 0);
	*at = as_uint(&c, o->width);
	return read;
}

static as_status unpack_chunk(as_span in, uint8_t *out, size_t n, uint32_t chunk)
{
	return chunk == AS_NTFS_LZX_CHUNK ? as_decode_lzx(in, chunk, out, n)
					  : as_decode_xpress(in, out, n);
}

static as_status emit_chunk(overlay *o, uint64_t i, uint64_t chunk)
{
	uint64_t from = 0, to = 0, n = as_min(chunk, o->size - i * chunk);
	bool right = begin_of(o, i, &from) && begin_of(o, i + 1, &to) && from < to &&
		     to - from <= n && copy_packed(o, o->table + from, o->in, to - from);
	if (right && to - from == n)
		return as_more(o->q->u, as_bytes(o->in, n));
	right = right &&
		unpack_chunk(as_bytes(o->in, to - from), o->out, n, (uint32_t)chunk) == AS_OK;
	o->damaged = o->damaged || !right;
	return right ? as_more(o->q->u, as_bytes(o->out, n)) : as_zero(o->q->u, n);
}

const as_ntfs_attr *as_ntfs_overlay(const as_ntfs_file *f)
{
	static const char name[] = "WofCompressedData";
	for (const as_ntfs_attr *a = NULL; (a = as_ntfs_after(f, a));) {
		bool same = a->type == AS_NTFS_DATA && a->name.n == 2 * (sizeof(name) - 1);
		for (size_t i = 0; same && i < a->name.n; i++)
			same = as_at(a->name, i) == (i % 2 ? 0 : name[i / 2]);
		if (same)
			return a;
	}
	return NULL;
}

as_status as_ntfs_put_overlay(
	as_ntfs *q, const as_ntfs_file *f, uint64_t size, as_node *dir, as_entry *e)
{
	overlay o = { .q = q, .packed = as_ntfs_overlay(f), .size = size };
	uint64_t chunks = size / f->chunk + (size % f->chunk > 0);
	bool want = false;
	o.width = size >> 32 ? 8 : 4;
	o.table = chunks > 0 ? (chunks - 1) * o.width : 0;
	o.runs = o.packed ? as_ntfs_runs_of(q, f, o.packed) : (as_ntfs_runs){ 0 };
	as_ntfs_account_runs(q, &o.runs, "ntfs packed data");
	o.in = as_alloc(q->scratch, f->chunk);
	o.out = as_alloc(q->scratch, f->chunk);
	if (!o.in || !o.out)
		return AS_NOMEM;
	/* More chunks than the volume has room for would only be zeros. */
	bool fits = o.packed && !(o.table > o.packed->size || o.packed->size > q->body.n);
	o.damaged = !fits;
	as_status s = as_begin(q->u, dir, e, &want);
	for (uint64_t i = 0; want && s == AS_OK && fits && i < chunks; i++)
		s = emit_chunk(&o, i, f->chunk);
	if (s > AS_PARTIAL)
		return s;
	s = as_worse(s, as_end(q->u, o.damaged));
	return o.damaged ? as_worse(s, as_lost(q->u, e->at, "packed contents are damaged")) : s;
}
