/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the XFS handler share. The layout is described in xfs.c. */
#ifndef AS_FMT_XFS_H
#define AS_FMT_XFS_H

#include "base/map.h"
#include "unpack/format.h"
#include "unpack/pieces.h"

enum { /* incompatible features of version 5 */
	AS_XFS_FTYPE = 0x1,
	AS_XFS_SPARSE = 0x2,
	AS_XFS_META_UUID = 0x4,
};
enum { /* read-only compatible features of version 5 */
	AS_XFS_FINOBT = 0x1,
	AS_XFS_RMAPBT = 0x2,
	AS_XFS_REFLINK = 0x4,
};
enum { AS_XFS_VALUE = 65536 /* most bytes of an attribute's value */ };
#define AS_XFS_NOWHERE UINT64_MAX

typedef struct as_xfs_super {
	uint64_t blocks, log,
		root;       /* log: its first block, 0: on another device; root: its inode */
	uint64_t hidden[5]; /* inodes that no directory names: realtime and quotas */
	uint32_t block, sector, inode, dir_block; /* bytes */
	uint32_t ag_blocks, ags, log_blocks;
	unsigned ag_log,
		inode_log; /* bits of a block number in its group, of an inode in its block */
	unsigned version, incompat, ro_compat, flags;
	bool ftype;  /* directories keep types, too */
	bool summed; /* version 5, and its checksum is right */
	bool copy;   /* read from a copy: the first is damaged */
	as_span uuid, meta_uuid, label;
} as_xfs_super;

/* A run of blocks of a fork: n from logical on stand at body offset at, or were never written (AS_PIECE_HOLE). */
typedef struct as_xfs_run {
	uint64_t logical, at, n;
} as_xfs_run;

typedef struct as_xfs_runs {
	as_xfs_run *list; /* the arena's */
	size_t n, cap;
} as_xfs_runs;

/* What a directory still says of a name that was removed from it. */
typedef struct as_xfs_grave {
	as_node *dir;
	as_span name;
} as_xfs_grave;

/* A stretch of the body, bytes. */
typedef struct as_xfs_stretch {
	uint64_t at, n;
} as_xfs_stretch;

typedef struct as_xfs {
	as_unpack *u; /* NULL while probing: nothing is recorded */
	as_span body;
	as_xfs_super super;
	as_map seen;      /* inodes that were put */
	as_map buried;    /* low halves of inodes to what graves holds of them */
	as_pieces pieces; /* of the file that is put */
	as_xfs_runs runs; /* of the file, or of its attributes */
	uint8_t *value;   /* of an attribute: AS_XFS_VALUE bytes, or NULL */
	/* The arena's: inodes in use that were not put, free ones that still say something, names that were removed,
	 * and what is free, in order. */
	uint64_t *found, *freed;
	as_xfs_grave *graves;
	as_xfs_stretch *space;
	size_t n_found, found_cap, n_freed, freed_cap, n_graves, graves_cap, n_space, space_cap;
	uint64_t steps; /* blocks of metadata that may still be read: trees may share theirs */
} as_xfs;

typedef struct as_xfs_inode {
	uint64_t number, at; /* at: body offset */
	as_type type;        /* 0: free, or none that exists */
	uint32_t mode, uid, gid, links;
	int64_t mtime;
	uint32_t nsec;
	uint64_t size, extents, attr_extents;
	uint8_t format, attr_format;
	bool realtime, internal;
	bool hurt;           /* its checksum is wrong */
	as_span fork, attrs; /* what stands in the inode of its data and of its attributes */
} as_xfs_inode;

enum { AS_XFS_DEV, AS_XFS_LOCAL, AS_XFS_EXTENTS, AS_XFS_BTREE /* formats of a fork */ };

/* What a directory says of a name. */
typedef struct as_xfs_name {
	uint64_t inode, at; /* at: body offset */
	as_span name;
	uint8_t ftype; /* 0: it does not say */
} as_xfs_name;

/* Body offset of n blocks of a group from block on, or of n blocks by their number in the file system;
 * AS_XFS_NOWHERE if there are none such. Pure. */
uint64_t as_xfs_group_at(const as_xfs *x, uint64_t ag, uint64_t block, uint64_t n);
uint64_t as_xfs_block_at(const as_xfs *x, uint64_t block, uint64_t n);
/* Whether the checksum at offset sum of a block of metadata is right; version 4 has none: true. Pure. */
bool as_xfs_sound(const as_xfs *x, as_span block, uint64_t sum);
/* The list with room for one more of size bytes: *cap grows. NULL without memory. */
void *as_xfs_room(const as_xfs *x, void *list, size_t n, size_t *cap, size_t size);
/* Takes the next extent of a map; *unwritten: it was never written. False if it makes no sense; at the end c is bad. */
bool as_xfs_extent(const as_xfs *x, as_cur *c, as_xfs_run *run, bool *unwritten);
/* Counts a block of metadata; AS_LIMIT and a note if too many were read. */
as_status as_xfs_step(as_xfs *x) AS_MUST_USE;

/* Reads inode number; false if there is none at its place. Pure. */
bool as_xfs_read_inode(const as_xfs *x, uint64_t number, as_xfs_inode *i);
/* Appends the runs of an inode's data, or of its attributes, to out, sorted. AS_PARTIAL if some of the map is damaged;
 * where, is in *bad_at (a body offset). */
as_status as_xfs_map(as_xfs *x, const as_xfs_inode *i, bool attrs, as_xfs_runs *out,
	uint64_t *bad_at) AS_MUST_USE;
/* n blocks from logical on in one piece: of the body, or copied together. Empty if one is missing. *at: where the
 * first stands. */
as_span as_xfs_gather(
	const as_xfs *x, const as_xfs_runs *runs, uint64_t logical, uint64_t n, uint64_t *at);

/* Puts the inode that a directory names, and what is below it. */
as_status as_xfs_put(as_xfs *x, const as_xfs_name *n, as_node *dir) AS_MUST_USE;
/* Puts what a directory names. */
as_status as_xfs_list(as_xfs *x, const as_xfs_inode *dir, as_node *node) AS_MUST_USE;
/* The inode that a directory is in, or 0. */
uint64_t as_xfs_parent(as_xfs *x, const as_xfs_inode *dir);
/* Emits the extended attributes of the inode for the entry put last. */
as_status as_xfs_attrs(as_xfs *x, const as_xfs_inode *i) AS_MUST_USE;
/* Reads the headers and trees of all allocation groups, and gathers inodes that are in use and have no name. */
as_status as_xfs_groups(as_xfs *x) AS_MUST_USE;
/* Puts inodes that no directory names. */
as_status as_xfs_nameless(as_xfs *x) AS_MUST_USE;
/* Emits deleted files whose inode was not used again, and whose blocks are free. */
as_status as_xfs_deleted(as_xfs *x) AS_MUST_USE;
/* Says what state the log is in. */
as_status as_xfs_log(as_xfs *x) AS_MUST_USE;

#endif
