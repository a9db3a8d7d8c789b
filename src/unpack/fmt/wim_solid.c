/* SPDX-License-Identifier: Apache-2.0 */
/* Solid blocks of WIM (ESD). In the table, lines with the flag 10: first those of the blocks, whose size is 2^32;
 * then those of contents: their size packed is their size, their offset counts through all blocks of the run. A block:
 *    0 size u64   8 bytes of a chunk u32   12 1 XPRESS, 2 LZX, 3 LZMS   16 of each chunk, how long it is packed u32;
 *    then the chunks
 * Files come in the order of their names, which is not that of contents: what was unpacked is kept, if it may be. */
#include <stdlib.h>
#include <string.h>

#include "wim.h"

enum { LINE = 50, HEAD = 16, CHUNK_MIN = 1 << 12, CHUNK_MAX = 1 << 26, AGAIN = 16 };
#define SOLID_SIZE (UINT64_C(1) << 32)
#define KEEP_MAX (UINT64_C(512) << 20)

static as_status note(as_wim *w, const as_wim_blob *b, uint64_t line, bool *blobs)
{
	if (b->size != SOLID_SIZE) {
		*blobs = true;
		size_t first = w->n_solids; /* behind it */
		while (first > 1 && !w->solids[first - 1].first)
			first--;
		return first > 0 ? as_map_set(&w->runs, line, first - 1) : AS_OK;
	}
	if (w->n_solids == AS_WIM_SOLIDS)
		return as_lost(w->u, line, "too many solid blocks");
	as_wim_solid *s = &w->solids[w->n_solids++];
	*s = (as_wim_solid){ .at = b->at, .packed = b->packed };
	s->first = w->n_solids == 1 || *blobs;
	*blobs = false;
	as_cur c = as_cur_le(w->body, s->at);
	s->size = as_u64(&c);
	s->chunk = as_u32(&c);
	s->how = as_u32(&c);
	s->read = as_ok(&c) && s->packed >= HEAD && s->chunk >= CHUNK_MIN &&
		  s->chunk <= CHUNK_MAX && s->how >= 1 && s->how <= 3;
	const as_wim_solid *before = s->first ? NULL : &w->solids[w->n_solids - 2];
	if (before && !as_add(&s->from, before->from, before->size))
		s->read = false;
	return AS_OK;
}

as_status as_wim_solids(as_wim *w, as_span table)
{
	bool blobs = false;
	as_status s = AS_OK;
	w->solid_room = KEEP_MAX * AGAIN;
	for (uint64_t at = 0; at + LINE <= table.n && s <= AS_PARTIAL; at += LINE) {
		as_cur c = as_cur_le(table, at);
		as_wim_blob b = as_wim_read_blob(&c);
		if (!(b.flags & AS_WIM_SOLID)) {
			blobs = true;
			continue;
		}
		if (!w->solids)
			w->solids =
				as_alloc_array(as_memory(w->u), AS_WIM_SOLIDS, sizeof(*w->solids));
		if (!w->solids)
			return AS_NOMEM;
		s = as_worse(s, note(w, &b, w->table.at + at, &blobs));
	}
	return s <= AS_PARTIAL ? AS_OK : s;
}

static uint64_t chunks_of(const as_wim_solid *s) { return (s->size + s->chunk - 1) / s->chunk; }

static void drop_chunks(as_wim_solid *s)
{
	for (uint64_t i = 0; s->chunks && i < chunks_of(s); i++) {
		free(s->chunks[i]);
		s->chunks[i] = NULL;
	}
}

void as_wim_solids_free(as_wim *w)
{
	for (size_t i = 0; i < w->n_solids; i++) {
		drop_chunks(&w->solids[i]);
		free(w->solids[i].chunks);
	}
}

/* Where chunk i is packed. Empty: damaged. */
static as_span chunk_at(const as_wim *w, as_wim_solid *s, uint64_t i)
{
	as_span block = as_cut(w->body, s->at, as_min(s->packed, as_from(w->body, s->at).n));
	bool on = i >= s->met; /* chunks are mostly asked for in order */
	uint64_t k = on ? s->met : 0, at = on ? s->met_at : 0;
	as_cur c = as_cur_le(block, HEAD + 4 * k);
	for (; k < i && as_ok(&c); k++)
		at += as_u32(&c);
	s->met = i;
	s->met_at = at;
	at += HEAD + chunks_of(s) * 4;
	uint32_t n = as_u32(&c);
	return as_ok(&c) ? as_cut(block, at, n) : (as_span){ 0 };
}

/* Forgets chunks of all blocks if this one would be too much. */
static void make_room(as_wim *w, uint64_t more)
{
	if (w->solid_kept + more > KEEP_MAX) {
		for (size_t i = 0; i < w->n_solids; i++)
			drop_chunks(&w->solids[i]);
		w->solid_kept = 0;
	}
	w->solid_kept += more;
}

/* Unpacks chunk i, unless it is there. */
static as_status have_chunk(as_wim *w, as_wim_solid *s, uint64_t i)
{
	static const uint32_t hows[] = { 0, AS_WIM_XPRESS, AS_WIM_LZX, AS_WIM_LZMS };
	size_t size = (size_t)as_min(s->chunk, s->size - i * s->chunk);
	if (s->chunks[i])
		return AS_OK;
	as_span in = chunk_at(w, s, i);
	if (in.n == 0)
		return as_lost(w->u, as_min(s->at, w->body.n), "a solid block is damaged");
	if (size > w->solid_room)
		return as_refused(w->u, s->at, "limit",
			"solid blocks would have to be unpacked over and over");
	w->solid_room -= size;
	make_room(w, size);
	uint8_t *out = malloc(size);
	if (!out)
		return AS_NOMEM;
	as_status got = AS_OK;
	if (in.n == size)
		memcpy(out, in.p, size);
	else
		got = as_wim_unpack_chunk(hows[s->how], s->chunk, in, out, size);
	if (got == AS_OK) {
		s->chunks[i] = out;
		as_struct(w->u, s->at, s->packed, "solid block");
		return AS_OK;
	}
	free(out);
	return got == AS_NOMEM ? got : as_lost(w->u, s->at, "a chunk does not unpack");
}

static bool is_sound(as_wim_solid *s)
{
	/* A chunk has four bytes in the block at least. */
	if (!s->read || s->size / s->chunk > s->packed / 4)
		return false;
	if (!s->chunks)
		s->chunks = calloc((size_t)chunks_of(s) + 1, sizeof(*s->chunks));
	return s->chunks != NULL;
}

/* The block of the run from first on that holds offset at; NULL: none does. */
static as_wim_solid *block_of(as_wim *w, uint64_t first, uint64_t at)
{
	for (uint64_t i = first; i < w->n_solids && (i == first || !w->solids[i].first); i++) {
		as_wim_solid *s = &w->solids[i];
		if (s->read && at >= s->from && at - s->from < s->size)
			return s;
	}
	return NULL;
}

as_status as_wim_unpack_solid(
	as_wim *w, const as_wim_blob *b, as_status (*sink)(void *, as_span), void *ctx)
{
	uint64_t first = 0, left = b->packed, at = b->at;
	as_status s = AS_OK;
	bool known = as_map_get(&w->runs, b->line, &first);
	while (left > 0 && s == AS_OK) {
		as_wim_solid *block = known ? block_of(w, first, at) : NULL;
		if (!block || !is_sound(block))
			return as_lost(w->u, as_min(b->line, w->body.n),
				"contents are in no solid block, or in one that is damaged");
		uint64_t in = at - block->from, i = in / block->chunk, skip = in % block->chunk;
		uint64_t size = as_min(block->chunk, block->size - i * block->chunk);
		s = have_chunk(w, block, i);
		if (s != AS_OK)
			return s;
		uint64_t n = as_min(left, size - skip);
		s = sink(ctx, as_bytes(&block->chunks[i][skip], (size_t)n));
		left -= n;
		at += n;
	}
	return s;
}
