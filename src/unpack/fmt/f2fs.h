/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the F2FS handler share. The layout is described in f2fs.c. */
#ifndef AS_FMT_F2FS_H
#define AS_FMT_F2FS_H

#include "base/map.h"
#include "unpack/pieces.h"

enum { AS_F2FS_BLOCK = 4096, AS_F2FS_FOOTER = 24, AS_F2FS_SUPER = 3072, AS_F2FS_SUPER_AT = 1024 };
enum { /* features */
	AS_F2FS_EXTRA = 0x8,
	AS_F2FS_INODE_SUM = 0x20,
	AS_F2FS_FLEXIBLE = 0x40,
	AS_F2FS_SUPER_SUM = 0x800,
	AS_F2FS_CASEFOLD = 0x1000,
	AS_F2FS_COMPRESSION = 0x2000,
};
enum { /* how an inode keeps what belongs to it */
	AS_F2FS_INLINE_XATTR = 1,
	AS_F2FS_INLINE_DATA = 2,
	AS_F2FS_INLINE_NAMES = 4,
	AS_F2FS_HAS_EXTRA = 0x20,
};
enum { AS_F2FS_ENCRYPTED = 4 /* advice */ };
/* Addresses of blocks that are none. */
#define AS_F2FS_HOLE 0u
#define AS_F2FS_BAD 0xfffffffdu    /* ours: the node that would tell is lost */
#define AS_F2FS_PACKED 0xfffffffeu /* a packed cluster begins */
#define AS_F2FS_NEW 0xffffffffu    /* not written yet */

typedef struct as_f2fs_super {
	uint64_t at, blocks; /* at: which copy was read, a body offset */
	uint32_t log_block, log_segment, features, root, payload, quota[3];
	uint32_t cp, sit, nat, main; /* blocks */
	uint32_t cp_segments, sit_segments, nat_segments, main_segments, segments;
	as_span raw, uuid;
	bool summed, wrong; /* its checksum is right, or wrong; neither: it has none */
} as_f2fs_super;

typedef struct as_f2fs_checkpoint {
	uint64_t at, version;       /* at: body offset; 0: there is none */
	uint32_t sum, flags, total; /* total: blocks of the pack */
	uint32_t next_node;         /* block where the log of warm nodes goes on */
	as_span nat_bits, sit_bits; /* which of two copies of a block of the table counts */
	as_span nat_journal, sit_journal;
	bool open;       /* its end is missing or of another version */
	bool other_lost; /* the other pack is no checkpoint */
} as_f2fs_checkpoint;

typedef struct as_f2fs_found {
	uint32_t number, block;
} as_f2fs_found;

typedef struct as_f2fs {
	as_unpack *u; /* NULL while probing */
	as_span body;
	as_f2fs_super super;
	as_f2fs_checkpoint cp;
	uint32_t seed; /* of checksums of inodes */
	as_map newer; /* node to block (and inode << 32): the journal, and what was rolled forward */
	as_map index;   /* node to block: the newest copies that a search found */
	as_map seen;    /* inodes that were put: 0, or 1 + where a directory's node stands */
	as_node **dirs; /* nodes of directories */
	size_t n_dirs, cap_dirs;
	as_f2fs_found *inodes; /* all that the search found, in the order of their blocks */
	size_t n_inodes, cap_inodes;
	uint32_t *fresh; /* inodes that a roll forward brought, which may stand in no directory */
	size_t n_fresh;
	uint64_t budget; /* blocks of maps that may still be read */
	bool searched, was_found, quiet;
	as_pieces pieces;
	uint8_t *xattrs;         /* attributes of an inode in one piece */
	uint8_t *packed, *plain; /* a cluster each */
	size_t cluster;          /* bytes of each */
} as_f2fs;

typedef struct as_f2fs_inode {
	uint32_t number, mode, links, uid, gid, nsec, generation, flags, parent, xattr_node;
	uint64_t at, size; /* at: body offset */
	int64_t mtime;
	as_type type; /* 0: none that exists */
	uint8_t advice, kept;
	as_span name, raw;           /* raw: its block */
	uint32_t extra, own_xattrs;  /* bytes, of the inode's own room for addresses */
	uint32_t cluster, algorithm; /* blocks of a cluster, or 0: not packed */
	bool sum_cluster, wrong;     /* clusters have checksums; the inode's own is wrong */
} as_f2fs_inode;

/* CRC-32 as F2FS takes it: from seed, nothing inverted. Pure. */
uint32_t as_f2fs_crc(uint32_t seed, as_span s);
/* Reads the first copy of the superblock that makes sense and has no wrong checksum; else one that has. Pure. */
bool as_f2fs_read_super(as_span image, as_f2fs_super *s);
/* Reads the newest valid checkpoint; false if there is none. Pure. */
bool as_f2fs_read_checkpoint(as_span image, const as_f2fs_super *s, as_f2fs_checkpoint *cp);
/* Fills x->newer with what the journal of nodes holds. */
as_status as_f2fs_read_journal(as_f2fs *x);

/* The block of a node by the table of nodes; 0: there is none. *inode: to which it belongs. */
uint32_t as_f2fs_place(const as_f2fs *x, uint32_t node, uint32_t *inode);
/* The bytes of a block of the main area; empty if it lies outside. */
as_span as_f2fs_block(const as_f2fs *x, uint64_t block);
/* The block of a node of inode, wherever it is found; empty if it is lost. */
as_span as_f2fs_node(as_f2fs *x, uint32_t node, uint32_t inode);
/* Whether a block of the main area is in use, as the table of segments says; unknown: false. */
bool as_f2fs_in_use(const as_f2fs *x, uint32_t block);
/* Whether the segment of a block may hold nodes, as the table of segments says. */
bool as_f2fs_may_hold_nodes(const as_f2fs *x, uint32_t block);

/* Reads an inode out of its block; false if it makes no sense. */
bool as_f2fs_parse_inode(const as_f2fs *x, as_span raw, as_f2fs_inode *i);
/* What stands in the inode in the place of addresses: inline data, inline names. */
as_span as_f2fs_inline(const as_f2fs_inode *i);
/* Called for each block of a file in order, or n holes or lost blocks at once; false ends the walk. */
typedef bool (*as_f2fs_run)(void *ctx, uint32_t block, uint64_t n);
void as_f2fs_walk(as_f2fs *x, const as_f2fs_inode *i, as_f2fs_run run, void *ctx);
/* Fills x->pieces with a file that is not packed. */
void as_f2fs_gather(as_f2fs *x, const as_f2fs_inode *i);
/* Emits the attributes of the entry put last. */
as_status as_f2fs_xattrs(as_f2fs *x, const as_f2fs_inode *i);
/* Emits a file whose clusters are packed. */
as_status as_f2fs_put_packed(as_f2fs *x, as_node *dir, as_entry *e, const as_f2fs_inode *i);
/* Emits an inode under a name, with all that is below a directory. dir NULL: the root. */
as_status as_f2fs_put(as_f2fs *x, const as_f2fs_inode *i, as_span name, as_node *dir, bool deleted);

/* Looks for nodes in the whole main area, once. */
as_status as_f2fs_search(as_f2fs *x);
/* Makes what was synced after the checkpoint count. */
as_status as_f2fs_roll_forward(as_f2fs *x);
/* Emits inodes that no directory names: those that lost their directory, and deleted files. */
as_status as_f2fs_rest(as_f2fs *x);

#endif
