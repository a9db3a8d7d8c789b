/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the EROFS handler share. The layout is described in erofs.c, erofs_inode.c and
 * erofs_packed.c. */
#ifndef AS_FMT_EROFS_H
#define AS_FMT_EROFS_H

#include "unpack/format.h"

enum { /* incompatible features */
	AS_EROFS_ZERO_PADDING = 0x1,
	AS_EROFS_CONFIGS = 0x2,
	AS_EROFS_CHUNKED = 0x4,
	AS_EROFS_DEVICES = 0x8,
	AS_EROFS_TAILS = 0x10,
	AS_EROFS_FRAGMENTS = 0x20,
	AS_EROFS_PREFIXES = 0x40,
	AS_EROFS_KNOWN = 0x7f,
};

typedef enum as_erofs_layout {
	AS_EROFS_PLAIN,
	AS_EROFS_FULL, /* compressed, an index of 8 bytes per cluster */
	AS_EROFS_INLINE,
	AS_EROFS_COMPACT, /* compressed, an index of 2 or 4 bytes per cluster */
	AS_EROFS_CHUNKS,
} as_erofs_layout;

typedef struct as_erofs_super {
	uint32_t compat, incompat, bits, block; /* block: bytes, 1 << bits */
	uint64_t blocks, meta, attributes;      /* the last two: bytes */
	uint64_t root, packed;                  /* inode numbers; packed 0: none */
	int64_t epoch;
	uint32_t epoch_nsec, slots, devices, dictionary, prefixes;
	uint64_t prefix_at; /* bytes */
	bool summed;        /* the superblock's checksum is right */
} as_erofs_super;

typedef struct as_erofs_inode {
	uint64_t number, at; /* at: body offset */
	uint64_t body_at;    /* behind the inode and its attributes */
	unsigned layout;
	uint32_t mode, uid, gid, links, info, nsec;
	uint64_t size;
	int64_t mtime;
	as_type type; /* 0: none that exists */
	as_span attributes;
} as_erofs_inode;

/* A stretch of a file and the bytes it is decoded from. */
typedef struct as_erofs_piece {
	uint64_t from, n; /* of the file, bytes */
	uint64_t at, len; /* of the image, bytes; in the packed file if fragment */
	uint8_t kind;     /* as_erofs_kind */
	bool partial;     /* only the start of what it decodes to is wanted */
	bool fragment, lost;
} as_erofs_piece;

typedef enum as_erofs_kind {
	AS_EROFS_LZ4,
	AS_EROFS_LZMA,
	AS_EROFS_DEFLATE,
	AS_EROFS_ZSTD,
	AS_EROFS_SHIFTED,    /* stored */
	AS_EROFS_INTERLACED, /* stored, each byte where it stands in its block of the file */
} as_erofs_kind;

typedef struct as_erofs {
	as_unpack *u; /* NULL while probing */
	as_span body;
	as_erofs_super super;
	as_erofs_inode packed; /* the file that holds the ends of others; type 0: none */
	as_erofs_piece *pieces;
	size_t n_pieces; /* of the packed file, if it is compressed */
	size_t decoded;  /* which of them stands in kept, + 1 */
	as_span kept;
	uint8_t *out[2];
	size_t room[2];
} as_erofs;

/* Called for each piece in order. Another status than AS_OK ends the walk, which returns it. */
typedef as_status (*as_erofs_visit)(void *ctx, const as_erofs_piece *p);

/* Reads inode number n; false if it lies outside. Pure. */
bool as_erofs_read_inode(const as_erofs *x, uint64_t n, as_erofs_inode *i);
/* The bytes of block k of a file that is not compressed or in chunks; empty if they are not there. Pure. */
as_span as_erofs_flat(const as_erofs *x, const as_erofs_inode *i, uint64_t k);
/* Emits the extended attributes of the inode for the entry put last. */
as_status as_erofs_attributes(const as_erofs *x, const as_erofs_inode *i);
/* Emits a regular file (e is filled in) below dir. */
as_status as_erofs_file(as_erofs *x, as_node *dir, as_entry *e, const as_erofs_inode *i);
/* All of a small file (most bytes at most), in the container's memory; AS_PARTIAL if it cannot be read. */
as_status as_erofs_whole(as_erofs *x, const as_erofs_inode *i, uint64_t most, as_span *out);

/* Walks the pieces of a compressed file. AS_PARTIAL if its index makes no sense. */
as_status as_erofs_walk(
	const as_erofs *x, const as_erofs_inode *i, as_erofs_visit visit, void *ctx);
/* The first piece of a compressed file. */
as_status as_erofs_first(const as_erofs *x, const as_erofs_inode *i, as_erofs_piece *p);
/* Decoded bytes of the packed file around offset from, which is *skip in *got; empty if they cannot be had. */
as_status as_erofs_packed_at(as_erofs *x, uint64_t from, as_span *got, uint64_t *skip);
/* Decodes a piece into one of two buffers (which: 0 or 1). AS_PARTIAL: *got is less than p->n bytes. */
as_status as_erofs_decode(as_erofs *x, const as_erofs_piece *p, unsigned which, as_span *got);

#endif
