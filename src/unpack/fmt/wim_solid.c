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
#define TABLES_MAX (UINT64_C(64) << 20)

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

static uint64_t chunks_of(const as_wim_solid *s)
{
	return s->size / s->chunk + (s->size % s->chunk != 0);
}

static void drop_chunks(as_wim *w, as_wim_solid *s)
{
	for (uint64_t i = 0; s->chunks && i < chunks_of(s); i++) {
		w->solid_kept -= s->chunks[i].p ? s->chunk : 0;
		free(s->chunks[i].p);
		s->chunks[i].p = NULL;
	}
}

void as_wim_solids_free(as_wim *w)
{
	for (size_t i = 0; i < w->n_solids; i++) {
		drop_chunks(w, &w->solids[i]);
		free(w->solids[i].chunks);
	}
}

static as_span block_bytes(const as_wim *w, const as_wim_solid *s)
{
	return as_cut(w->body, s->at, as_min(s->packed, as_from(w->body, s->at).n));
}

/* Where chunk i is packed. Empty: damaged. */
static as_span chunk_at(const as_wim *w, const as_wim_solid *s, uint64_t i)
{
	uint64_t from = s->chunks[i].at;
	return as_cut(block_bytes(w, s), from, s->chunks[i + 1].at - from);
}

/* Forgets chunks of all blocks if this one would be too much. */
static void make_room(as_wim *w, uint64_t more)
{
	for (size_t i = 0; i < w->n_solids && w->solid_kept + more > KEEP_MAX; i++)
		drop_chunks(w, &w->solids[i]);
}

/* Unpacks chunk i, unless it is there. */
static as_status have_chunk(as_wim *w, as_wim_solid *s, uint64_t i)
{
	static const uint32_t hows[] = { 0, AS_WIM_XPRESS, AS_WIM_LZX, AS_WIM_LZMS };
	size_t size = (size_t)as_min(s->chunk, s->size - i * s->chunk);
	if (s->chunks[i].p)
		return AS_OK;
	as_span in = chunk_at(w, s, i);
	if (in.n == 0)
		return as_lost(w->u, as_min(s->at, w->body.n), "a solid block is damaged");
	if (size > w->solid_room)
		return as_refused(w->u, s->at, "limit",
			"solid blocks would have to be unpacked over and over");
	w->solid_room -= size;
	make_room(w, s->chunk);
	uint8_t *out = malloc(size);
	if (!out)
		return AS_NOMEM;
	as_status got = AS_OK;
	if (in.n == size)
		memcpy(out, in.p, size);
	else
		got = as_wim_unpack_chunk(hows[s->how], s->chunk, in, out, size);
	if (got == AS_OK) {
		s->chunks[i].p = out;
		w->solid_kept += s->chunk;
		as_struct(w->u, s->at, s->packed, "solid block");
		return AS_OK;
	}
	free(out);
	return got == AS_NOMEM ? got : as_lost(w->u, s->at, "a chunk does not unpack");
}

/* Reads where the chunks of a block stand. */
static as_status read_chunks(as_wim *w, as_wim_solid *s)
{
	uint64_t n = chunks_of(s), at = HEAD + n * 4, room = (n + 1) * sizeof(*s->chunks);
	if (room > TABLES_MAX - w->solid_tables) {
		s->refused = true;
		return as_refused(w->u, as_min(s->at, w->body.n), "limit",
			"solid blocks have too many chunks");
	}
	s->chunks = calloc((size_t)n + 1, sizeof(*s->chunks));
	if (!s->chunks)
		return AS_NOMEM;
	w->solid_tables += room;
	as_cur c = as_cur_le(block_bytes(w, s), HEAD);
	for (uint64_t i = 0; i <= n; i++) {
		s->chunks[i].at = at;
		at += i < n ? as_u32(&c) : 0;
	}
	return AS_OK;
}

static bool is_sound(const as_wim *w, const as_wim_solid *s)
{
	/* A chunk has four bytes in the block at least. */
	return s->read && !s->refused && s->size / s->chunk <= block_bytes(w, s).n / 4;
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
		if (!block || !is_sound(w, block))
			return as_lost(w->u, as_min(b->line, w->body.n),
				"contents are in no solid block, or in one that is damaged");
		s = block->chunks ? AS_OK : read_chunks(w, block);
		if (s != AS_OK)
			return s;
		uint64_t in = at - block->from, i = in / block->chunk, skip = in % block->chunk;
		uint64_t size = as_min(block->chunk, block->size - i * block->chunk);
		s = have_chunk(w, block, i);
		if (s != AS_OK)
			return s;
		uint64_t n = as_min(left, size - skip);
		s = sink(ctx, as_bytes(&block->chunks[i].p[skip], (size_t)n));
		left -= n;
		at += n;
	}
	return s;
}
