/* SPDX-License-Identifier: Apache-2.0 */
#include "unpack/pieces.h"

#include <string.h>

void as_pieces_clear(as_pieces *p)
{
	p->n = 0;
	p->bytes = 0;
	p->damaged = false;
}

static bool grow(as_pieces *p)
{
	size_t cap = p->cap ? p->cap * 2 : 64;
	as_piece *list = p->n < AS_PIECES_MAX ? as_alloc_array(p->arena, cap, sizeof(*list)) : NULL;
	if (!list)
		return false;
	if (p->n > 0)
		memcpy(list, p->list, p->n * sizeof(*list));
	p->list = list;
	p->cap = cap;
	return true;
}

bool as_pieces_add(as_pieces *p, uint64_t at, uint64_t n)
{
	uint64_t bytes = 0, end = 0;
	bool hole = at == AS_PIECE_HOLE;
	if (n == 0)
		return true;
	if (!as_add(&bytes, p->bytes, n) || (!hole && !as_add(&end, at, n)))
		return !(p->damaged = true);
	as_piece *last = p->n > 0 ? &p->list[p->n - 1] : NULL;
	bool joins = last && (hole ? last->at == at
				   : last->at != AS_PIECE_HOLE && last->at + last->n == at);
	if (joins) {
		last->n += n;
	} else {
		if (p->n == p->cap && !grow(p))
			return !(p->damaged = true);
		p->list[p->n++] = (as_piece){ at, n };
	}
	p->bytes = bytes;
	return true;
}

/* Contents on their way out. */
typedef struct way {
	as_unpack *u;
	as_span body;
	const char *label;
	uint64_t missing; /* zeros due for what lies outside of the image, unless nothing follows */
	bool lost;
} way;

static as_status emit(way *w, as_piece piece)
{
	if (piece.at == AS_PIECE_HOLE)
		return as_zero(w->u, piece.n);
	as_span there = as_from(w->body, piece.at);
	there = as_cut(there, 0, as_min(there.n, piece.n));
	as_status s = AS_OK;
	if (there.n > 0) {
		s = as_zero(w->u, w->missing);
		w->missing = 0;
		as_struct(w->u, piece.at, there.n, w->label);
	}
	if (s == AS_OK && there.n > 0)
		s = as_more(w->u, there);
	w->missing += piece.n - there.n;
	w->lost = w->lost || there.n < piece.n;
	return s;
}

as_status as_put_pieces(as_unpack *u, as_span body, as_node *dir, as_entry *e, const as_pieces *p,
	uint64_t size, const char *label)
{
	bool want = false;
	way w = { .u = u, .body = body, .label = label, .lost = p->damaged };
	if (p->n > 0 && p->list[0].at != AS_PIECE_HOLE && p->list[0].n >= size)
		e->data = as_cut(body, p->list[0].at, size);
	if (!w.lost && (size == 0 || e->data.n > 0))
		return as_put(u, dir, e, NULL);
	e->data = (as_span){ 0 };
	as_status s = as_begin(u, dir, e, &want);
	for (size_t i = 0; i < p->n && want && s == AS_OK && size > 0; i++) {
		as_piece piece = p->list[i];
		piece.n = as_min(piece.n, size);
		size -= piece.n;
		s = emit(&w, piece);
	}
	if (s == AS_OK && want && !w.lost)
		s = as_zero(u, size);
	if (s > AS_PARTIAL)
		return s;
	s = as_worse(s, as_end(u, w.lost));
	return w.lost ? as_worse(s, as_lost(u, e->at, "blocks of a file are damaged or missing"))
		      : s;
}

as_span as_pieces_read(as_unpack *u, as_span body, const as_pieces *p, uint64_t size)
{
	size = as_min(size, p->bytes);
	if (p->n > 0 && p->list[0].at != AS_PIECE_HOLE && p->list[0].n >= size) {
		as_span whole = as_cut(body, p->list[0].at, size);
		if (whole.n > 0)
			return whole;
	}
	uint8_t *out = size > 0 && size <= body.n && as_want(u, size) == AS_OK
			       ? as_alloc(as_memory(u), size)
			       : NULL;
	uint64_t done = 0;
	for (size_t i = 0; out && i < p->n && done < size; i++) {
		uint64_t n = as_min(p->list[i].n, size - done);
		as_span there = p->list[i].at == AS_PIECE_HOLE ? (as_span){ 0 }
							       : as_from(body, p->list[i].at);
		if (there.n > 0)
			memcpy(out + done, there.p, as_min(there.n, n));
		done += n;
	}
	return out ? as_bytes(out, done) : (as_span){ 0 };
}
