/* SPDX-License-Identifier: Apache-2.0 */
/* Contents that stand in pieces of a file system's image, with holes between them. */
#ifndef AS_PIECES_H
#define AS_PIECES_H

#include "unpack/format.h"

#define AS_PIECE_HOLE UINT64_MAX

typedef struct as_piece {
	uint64_t at, n; /* body offset, or AS_PIECE_HOLE; bytes */
} as_piece;

enum { AS_PIECES_MAX = 1 << 20 /* of one file: more is damage */ };

/* Zero it and set arena to begin; used again for the next file after as_pieces_clear. */
typedef struct as_pieces {
	as_arena *arena; /* owns list */
	as_piece *list;
	size_t n, cap;
	uint64_t bytes; /* of all pieces, holes too */
	bool damaged;   /* the map was: what is known of the contents is their beginning */
} as_pieces;

void as_pieces_clear(as_pieces *p);
/* Adds n bytes at body offset at, or a hole. Too many make p damaged and answer false. */
bool as_pieces_add(as_pieces *p, uint64_t at, uint64_t n);
/* Emits e, a file of size bytes whose contents are p. What no piece tells of is a hole, unless p is damaged: then
 * the contents end there, and a loss is recorded at e->at. label: what the account calls the bytes. */
as_status as_put_pieces(as_unpack *u, as_span body, as_node *dir, as_entry *e, const as_pieces *p,
	uint64_t size, const char *label) AS_MUST_USE;
/* The first size bytes in one piece: cut from body if they stand so, else copied into memory of u, holes and what is
 * outside of body as zeros. Fewer if the pieces are. Empty if that is more than may be asked for. */
as_span as_pieces_read(as_unpack *u, as_span body, const as_pieces *p, uint64_t size);

#endif
