/* SPDX-License-Identifier: Apache-2.0 */
/* WIM: header, table of contents, and how contents are kept. */
#ifndef AS_FMT_WIM_H
#define AS_FMT_WIM_H

#include "base/map.h"
#include "unpack/format.h"

enum { AS_WIM_METADATA = 2, AS_WIM_COMPRESSED = 4, AS_WIM_SPANNED = 8, AS_WIM_SOLID = 16 };
enum { AS_WIM_XPRESS = 0x20000, AS_WIM_LZX = 0x40000, AS_WIM_LZMS = 0x80000 };

/* Contents: where they stand, packed, and what they are. */
typedef struct as_wim_blob {
	uint64_t packed, at, size;
	uint8_t flags;
	uint64_t line; /* of the table; 0: it is none of its */
	as_span sha1;
} as_wim_blob;

enum { AS_WIM_SOLIDS = 4096 };

typedef struct as_wim_chunk {
	uint64_t at; /* where it stands in its block */
	uint8_t *p;  /* unpacked; NULL: it is not */
} as_wim_chunk;

/* A solid block: contents one behind the other, packed as one. */
typedef struct as_wim_solid {
	uint64_t at, packed, size;
	uint64_t from; /* where it begins in its run of such blocks, whose bytes are counted on */
	bool first;    /* of its run */
	bool read, refused;   /* its header was read; it cannot be read, which was said */
	uint32_t chunk, how;  /* bytes of a chunk; 1 XPRESS, 2 LZX, 3 LZMS */
	as_wim_chunk *chunks; /* one more than there are: where the last one ends */
} as_wim_solid;

typedef struct as_wim {
	as_unpack *u;
	as_span body;
	uint32_t flags, chunk, images;
	uint16_t part, parts;
	as_wim_blob table, xml;
	as_map blobs;    /* SHA-1 -> offset of its line in the table */
	uint8_t *buf;    /* a chunk unpacked */
	size_t buf_n;    /* bytes of it */
	bool pipable;    /* a header before each chunk, and no table of them */
	uint64_t header; /* where the header stands that tells everything */
	as_wim_solid *solids;
	size_t n_solids;
	as_map runs;           /* line of the table -> the first block of its run, and one */
	uint64_t solid_room;   /* bytes that chunks of solid blocks may still unpack to */
	uint64_t solid_kept;   /* bytes of chunks that are unpacked */
	uint64_t solid_tables; /* bytes that the tables of chunks take */
	uint64_t
		tree_room; /* bytes of entries' items and streams that may still be read: entries may overlap */
	bool overlap;   /* that was not enough */
	uint64_t image; /* that is being read */
	uint64_t room;  /* bytes of metadata that may still be unpacked */
} as_wim;

as_wim_blob as_wim_read_blob(as_cur *c);
/* Hands a blob's contents on, chunk by chunk. AS_PARTIAL: damaged, or packed in a way that is not read, and said. */
as_status as_wim_unpack(
	as_wim *w, const as_wim_blob *b, as_status (*sink)(void *, as_span), void *ctx) AS_MUST_USE;
/* Notes what of the table's lines from..to is in solid blocks. */
as_status as_wim_solids(as_wim *w, as_span table) AS_MUST_USE;
/* Gives their memory back. */
void as_wim_solids_free(as_wim *w);
/* Unpacks one chunk to n bytes. how: AS_WIM_XPRESS and so on. AS_NOT_THIS: in a way that is not known. */
as_status as_wim_unpack_chunk(
	uint32_t how, uint32_t chunk, as_span in, uint8_t *out, size_t n) AS_MUST_USE;
/* The same as as_wim_unpack, for a blob in a solid block. */
as_status as_wim_unpack_solid(
	as_wim *w, const as_wim_blob *b, as_status (*sink)(void *, as_span), void *ctx) AS_MUST_USE;
/* Emits the tree of an image whose metadata is meta, below dir. */
as_status as_wim_tree(as_wim *w, as_span meta, as_node *dir) AS_MUST_USE;
/* The blob of that SHA-1; false: the table has none. */
bool as_wim_find(const as_wim *w, as_span sha1, as_wim_blob *b);

#endif
