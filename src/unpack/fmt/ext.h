/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the ext2/3/4 handler share. The layout is described in ext.c. */
#ifndef AS_FMT_EXT_H
#define AS_FMT_EXT_H

#include "base/map.h"
#include "unpack/format.h"

enum { /* incompatible features */
	AS_EXT_FILETYPE = 0x2,
	AS_EXT_RECOVER = 0x4,
	AS_EXT_JOURNAL_DEV = 0x8,
	AS_EXT_META_BG = 0x10,
	AS_EXT_64BIT = 0x80,
	AS_EXT_CSUM_SEED = 0x2000,
};
enum { AS_EXT_METADATA_CSUM = 0x400 /* read-only compatible feature */ };
enum { /* inode flags */
	AS_EXT_ENCRYPTED = 0x800,
	AS_EXT_EXTENTS = 0x80000,
	AS_EXT_INLINE = 0x10000000,
};

typedef struct as_ext_super {
	uint64_t blocks;
	uint32_t inodes, free_inodes, first_block, block; /* block: bytes */
	uint32_t group_blocks, group_inodes, groups;
	uint32_t compat, incompat, ro_compat;
	uint32_t inode_size, desc_size;                        /* bytes */
	uint32_t first_meta_bg, rev, made, backup[2], journal; /* journal: its inode */
	uint16_t state, group; /* group: which copy of the superblock this is */
	as_span uuid, label, mounted;
} as_ext_super;

/* What a directory still says of a name that was removed from it. */
typedef struct as_ext_grave {
	uint32_t inode;
	as_node *dir;
	as_span name;
} as_ext_grave;

typedef struct as_ext_graves {
	as_ext_grave *list; /* the arena's */
	size_t n, cap;
} as_ext_graves;

/* What fast commits say, and of one inode; ext_fast.c's. */
typedef struct as_ext_fast as_ext_fast;
typedef struct as_ext_state as_ext_state;

/* A range of a file that a fast commit moved: logical blocks, and where the first stands (0: a hole). */
typedef struct as_ext_piece {
	uint64_t from, end, at;
} as_ext_piece;

typedef struct as_ext {
	as_unpack *u; /* NULL while probing: nothing is recorded */
	as_span body;
	as_ext_super super;
	as_map *replayed;      /* blocks to where they stand in the journal, or NULL */
	as_ext_graves *graves; /* or NULL */
	as_ext_fast *fast;     /* or NULL */
} as_ext;

typedef struct as_ext_inode {
	uint32_t number;
	uint64_t at;  /* body offset */
	as_type type; /* 0: none that exists */
	uint32_t mode, uid, gid, flags;
	int64_t mtime;
	uint32_t nsec, deleted; /* deleted: when */
	uint64_t size, acl;     /* acl: block of the attributes, or 0 */
	uint16_t links;
	as_span block; /* the 60 bytes that hold the map, a short target, or inline data */
	as_span extra; /* the inode's own room for attributes */
	const as_ext_state *fast; /* what fast commits say of it, or NULL */
} as_ext_inode;

/* Called for each run of a file's blocks in order: n blocks from logical on stand at block
 * physical, or are a hole (0). Another status than AS_OK ends the walk, which returns it. */
typedef as_status (*as_ext_run)(void *ctx, uint64_t logical, uint64_t physical, uint64_t n);

/* Reads the superblock of an image; false if its fields contradict each other. Pure. */
bool as_ext_read_super(as_span image, as_ext_super *s);
/* Reads inode number n out of raw, which stands at body offset at. False if raw is too short. Pure. */
bool as_ext_parse_inode(as_span raw, uint32_t n, uint64_t at, as_ext_inode *i);
/* Body offset of inode number n; 0: there is none. Pure. */
uint64_t as_ext_inode_at(const as_ext *x, uint32_t n);
/* Body offset of a group's descriptor. Pure. */
uint64_t as_ext_descriptor_at(const as_ext_super *s, uint32_t group);
/* n bytes at body offset at, which do not cross a block, as they are after the journal was replayed. Pure. */
as_span as_ext_bytes(const as_ext *x, uint64_t at, uint64_t n);
/* Where block at stands: itself, or in the journal. *escaped: there its first four bytes were taken out. */
uint64_t as_ext_place(const as_ext *x, uint64_t at, bool *escaped);
/* Fills x->replayed with what the journal holds, if it has to be replayed. */
as_status as_ext_replay(as_ext *x);
/* Reads the fast commits in n blocks of the journal, which stand at those of the image, if they follow the transaction
 * before that number. */
as_status as_ext_fast_replay(as_ext *x, const uint64_t *blocks, uint64_t n, uint32_t number);
/* Says which of what they name was not met, and frees x->fast. */
as_status as_ext_fast_end(as_ext *x);
/* The bytes of an inode that a fast commit wrote, or none; *state: what else they say of it, or NULL. Pure. */
as_span as_ext_fast_inode(const as_ext *x, uint32_t number, const as_ext_state **state);
/* The ranges that they moved, in order; how many. Pure. */
size_t as_ext_fast_pieces(const as_ext_state *s, const as_ext_piece **pieces);
/* Whether a fast commit made the inode: blocks of a directory hold nothing yet. Pure. */
bool as_ext_fast_made(const as_ext_state *s);
/* Whether fast commits took the last name of an inode. Pure. */
bool as_ext_fast_gone(const as_ext_inode *i);
/* Whether a name of a directory is told by as_ext_fast_next, or was taken away. Pure. */
bool as_ext_fast_hides(const as_ext *x, uint32_t dir, as_span name);
/* The next name that fast commits put into a directory; false: no more. *k is 0 to begin. */
bool as_ext_fast_next(const as_ext *x, uint32_t dir, size_t *k, uint32_t *inode, as_span *name);
/* Emits deleted files whose inode and blocks are still there, in the inode tables or in the journal. */
as_status as_ext_deleted(const as_ext *x);
/* Reads inode number n; false if it lies outside. Pure. */
bool as_ext_read_inode(const as_ext *x, uint32_t n, as_ext_inode *i);
/* Walks the runs of an inode, holes and all, up to its size. AS_PARTIAL if the map is damaged
 * (where, is in *bad_at, a body offset). */
as_status as_ext_walk(
	const as_ext *x, const as_ext_inode *i, as_ext_run run, void *ctx, uint64_t *bad_at);
/* n blocks from block at; empty if they are not all in the image. One block may stand in the journal. Borrows from
 * the body. */
as_span as_ext_blocks(const as_ext *x, uint64_t at, uint64_t n);
/* Emits the extended attributes of the inode for the entry put last. */
as_status as_ext_xattrs(const as_ext *x, const as_ext_inode *i);
/* Data kept inside the inode, behind what its block field holds; empty if there is none. Pure. */
as_span as_ext_inline_rest(const as_ext_inode *i);
/* Emits a regular file (e is filled in) below dir. */
as_status as_ext_file(const as_ext *x, as_node *dir, as_entry *e, const as_ext_inode *i);

#endif
