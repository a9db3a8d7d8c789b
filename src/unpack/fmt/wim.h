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
	as_span sha1;
} as_wim_blob;

typedef struct as_wim {
	as_unpack *u;
	as_span body;
	uint32_t flags, chunk, images;
	uint16_t part, parts;
	as_wim_blob table, xml;
	as_map blobs;   /* SHA-1 -> offset of its line in the table */
	uint8_t *buf;   /* a chunk unpacked */
	uint64_t image; /* that is being read */
	uint64_t room;  /* bytes of metadata that may still be unpacked */
} as_wim;

as_wim_blob as_wim_read_blob(as_cur *c);
/* Hands a blob's contents on, chunk by chunk. AS_PARTIAL: damaged, or packed in a way that is not read, and said. */
as_status as_wim_unpack(
	as_wim *w, const as_wim_blob *b, as_status (*sink)(void *, as_span), void *ctx) AS_MUST_USE;
/* Emits the tree of an image whose metadata is meta, below dir. */
as_status as_wim_tree(as_wim *w, as_span meta, as_node *dir) AS_MUST_USE;
/* The blob of that SHA-1; false: the table has none. */
bool as_wim_find(const as_wim *w, as_span sha1, as_wim_blob *b);

#endif
