/* SPDX-License-Identifier: Apache-2.0 */
/* Contents of SquashFS files: a run of blocks whose lengths stand behind the inode (0: a hole), and
 * the rest, shorter than a block, in a fragment block that many files share. A fragment block is
 * decoded once: the last ones stay decoded, since neighbours in a directory share them. */
#include "unpack/fmt/squashfs.h"

as_status as_sq_data(const as_sq *q, uint64_t at, uint32_t word, uint8_t *out, as_span *got)
{
	size_t n = 0;
	uint32_t len = word & (AS_SQ_STORED - 1);
	as_span raw = as_cut(as_cut(q->body, 0, q->super.used), at, len);
	*got = (as_span){ 0 };
	if (raw.n == 0 || raw.n > q->super.block)
		return AS_PARTIAL;
	if (word & AS_SQ_STORED) {
		*got = raw;
		return AS_OK;
	}
	as_status s = as_sq_unpack(q, raw, out, q->super.block, &n);
	*got = as_bytes(out, n);
	/* A block that asks for too much memory is no valid one. */
	return s == AS_NOT_THIS || s == AS_NOMEM ? AS_PARTIAL : s;
}

bool as_sq_fragment_at(as_sq *q, uint32_t i, uint64_t *at, uint32_t *word)
{
	uint8_t raw[16];
	if (i >= q->super.fragments || q->super.fragment_table == AS_SQ_NO_TABLE)
		return false;
	if (q->super.major < 4)
		return as_sq_old_fragment(q, i, at, word);
	as_sq_meta m = as_sq_entry(q, q->super.fragment_table, i, sizeof(raw));
	if (!as_sq_read(q, &m, raw, sizeof(raw)))
		return false;
	as_cur c = as_sq_cur(q, as_bytes(raw, sizeof(raw)), 0);
	*at = as_u64(&c);
	*word = as_u32(&c);
	return true;
}

static as_status decode_fragment(as_sq *q, as_sq_fragment *f, uint32_t i)
{
	uint64_t at = 0;
	uint32_t word = 0;
	*f = (as_sq_fragment){ .index = i, .own = f->own };
	if (!as_sq_fragment_at(q, i, &at, &word)) {
		f->damaged = true;
		return as_lost(q->u, 80, "fragment index out of range");
	}
	if (!f->own)
		f->own = as_alloc(as_memory(q->u), q->super.block);
	if (!f->own)
		return AS_NOMEM;
	as_status s = as_sq_data(q, at, word, f->own, &f->data);
	f->damaged = s != AS_OK;
	if (s == AS_PARTIAL)
		return as_lost(q->u, at, "fragment block is damaged");
	return s;
}

/* The decoded fragment i; NULL only with a status that ends the run. */
static as_status fragment(as_sq *q, uint32_t i, as_sq_fragment **out)
{
	as_sq_fragment *old = &q->kept[0];
	for (size_t k = 0; k < q->n_kept; k++) {
		as_sq_fragment *f = &q->kept[k];
		if (f->used > 0 && f->index == i) {
			f->used = ++q->clock;
			*out = f;
			return AS_OK;
		}
		if (f->used < old->used)
			old = f;
	}
	as_status s = decode_fragment(q, old, i);
	old->used = ++q->clock;
	*out = old;
	return s;
}

static bool read_word(as_sq *q, as_sq_meta *m, uint32_t *word)
{
	uint8_t raw[4];
	if (q->super.major < 4)
		return as_sq_old_word(q, m, word);
	bool ok = as_sq_read(q, m, raw, 4);
	as_cur c = as_sq_cur(q, as_bytes(raw, 4), 0);
	*word = ok ? as_u32(&c) : 0;
	return ok;
}

/* One block of the file: at most want bytes are due. *damaged is set, never cleared. */
static as_status emit_block(as_sq *q, uint64_t at, uint32_t word, uint64_t due, bool *damaged)
{
	as_span got = { 0 };
	if ((word & (AS_SQ_STORED - 1)) == 0)
		return as_zero(q->u, due);
	as_status s = as_sq_data(q, at, word, q->block, &got);
	if (s > AS_PARTIAL)
		return s;
	if (s == AS_PARTIAL || got.n < due) {
		*damaged = true;
		(void)as_lost(q->u, at, "data block is damaged");
	}
	got = as_cut(got, 0, as_min(got.n, due));
	s = got.n > 0 ? as_more(q->u, got) : AS_OK;
	/* What follows keeps its offset in the file. */
	return s == AS_OK && got.n < due ? as_zero(q->u, due - got.n) : s;
}

static as_status emit_tail(as_sq *q, const as_sq_inode *inode, uint64_t due, bool *damaged)
{
	as_sq_fragment *f = NULL;
	as_status s = fragment(q, inode->fragment, &f);
	if (s > AS_PARTIAL)
		return s;
	as_span part = as_cut(f->data, inode->offset, due);
	if (part.n < due) {
		*damaged = true;
		part = as_from(f->data, inode->offset);
		if (!f->damaged)
			(void)as_lost(q->u, 80, "file reaches past its fragment block");
	}
	return part.n > 0 ? as_more(q->u, part) : AS_OK;
}

/* Bytes of the file that stand in blocks of their own, not in a fragment. */
static uint64_t in_blocks(const as_sq *q, const as_sq_inode *inode)
{
	return inode->fragment == AS_SQ_NONE ? inode->size
					     : inode->size - inode->size % q->super.block;
}

/* Marks the file's blocks, whether or not it is ours to decode. */
static void mark(as_sq *q, const as_sq_inode *inode)
{
	uint64_t at = inode->start;
	uint32_t word = 0;
	as_sq_meta list = inode->rest;
	for (uint64_t left = in_blocks(q, inode); left > 0; left -= as_min(left, q->super.block)) {
		if (at > q->super.used || !as_sq_step(q) || !read_word(q, &list, &word))
			break;
		at += word & (AS_SQ_STORED - 1);
	}
	if (at > inode->start && at <= q->super.used)
		as_struct(q->u, inode->start, at - inode->start, "squashfs data");
}

static as_status emit(as_sq *q, as_sq_inode *inode, bool *damaged)
{
	uint64_t left = in_blocks(q, inode), at = inode->start, tail = inode->size - left;
	as_status s = AS_OK;
	as_sq_meta list = inode->rest;
	while (left > 0 && s == AS_OK) {
		uint32_t word = 0;
		uint64_t due = as_min(left, q->super.block);
		if (!read_word(q, &list, &word) || at > q->super.used) {
			*damaged = true;
			(void)as_lost(q->u, inode->start, "file's blocks run past the image");
			break;
		}
		s = emit_block(q, at, word, due, damaged);
		at += word & (AS_SQ_STORED - 1);
		left -= due;
	}
	return s == AS_OK && left == 0 && tail > 0 ? emit_tail(q, inode, tail, damaged) : s;
}

/* The file's bytes if they stand in the image as they are, in one piece; else empty. */
static as_span in_place(as_sq *q, const as_sq_inode *inode)
{
	uint64_t left = in_blocks(q, inode);
	as_sq_meta list = inode->rest;
	as_span none = { 0 };
	if (left == 0) { /* all in a fragment: stored ones are as good as a file of their own */
		uint64_t at = 0;
		uint32_t word = 0;
		if (!as_sq_fragment_at(q, inode->fragment, &at, &word) || !(word & AS_SQ_STORED))
			return none;
		as_span whole = as_cut(q->body, at, word & (AS_SQ_STORED - 1));
		return as_cut(whole, inode->offset, inode->size);
	}
	if (left != inode->size || as_cut(q->body, inode->start, left).n == 0)
		return none;
	for (; left > 0; left -= as_min(left, q->super.block)) {
		uint32_t word = 0;
		if (!read_word(q, &list, &word) ||
			word != (AS_SQ_STORED | as_min(left, q->super.block)))
			return none;
	}
	return as_cut(q->body, inode->start, inode->size);
}

as_status as_sq_file(as_sq *q, as_node *dir, as_entry *e, as_sq_inode *inode)
{
	bool want = true, damaged = false;
	if (inode->size > 0)
		e->data = in_place(q, inode);
	if (inode->size == 0 || e->data.n > 0)
		return as_put(q->u, dir, e, NULL);
	as_status s = as_begin(q->u, dir, e, &want);
	if (s != AS_OK)
		return s;
	mark(q, inode);
	if (want)
		s = emit(q, inode, &damaged);
	if (s > AS_PARTIAL)
		return s;
	s = as_worse(s, as_end(q->u, damaged));
	return damaged ? as_worse(s, AS_PARTIAL) : s;
}
