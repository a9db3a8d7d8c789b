/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the handlers of HFS and HFS+ share. Big-endian; a B-tree is a file of nodes:
 *    0 next u32   4 previous u32   8 kind u8 (255 leaf, 0 index, 1 header, 2 map)   9 height u8   10 records u16
 *   14 records; at the node's end, backwards, where each begins and where the last ends u16[]
 * The first node's first record: 4 root u32   8 records in leaves u32   12 first leaf u32   20 node's size u16
 *   24 nodes u32; its third: a bit for each node in use. */
#ifndef AS_HFSPLUS_H
#define AS_HFSPLUS_H

#include "base/map.h"
#include "unpack/pieces.h"

enum { AS_HFS_ROOT = 2, AS_HFS_DATA = 0, AS_HFS_RESOURCE = 0xff };

/* A record of a tree's leaf. Order: by id, then as they stand. */
typedef struct as_hfs_record {
	as_span name, data; /* name: as it stands in the key */
	uint64_t at;        /* body offset */
	uint32_t id, start, order;
	uint8_t fork;
} as_hfs_record;

typedef struct as_hfs_tree {
	const char *label; /* of the account */
	bool (*parse)(as_span raw, as_hfs_record *r);
	as_pieces pieces;
	uint64_t *ends; /* of each piece in the file */
	as_span file;
	uint32_t node; /* bytes */
	as_hfs_record *records;
	size_t n, cap;
} as_hfs_tree;

/* Bytes of the volume that the journal has newer. */
typedef struct as_hfs_patch {
	uint64_t at;
	as_span bytes;
} as_hfs_patch;

typedef struct as_hfs_fork {
	uint64_t size;
	as_span extents;
} as_hfs_fork;

/* What a file's or folder's record says. */
typedef struct as_hfs_item {
	bool folder, compressed;
	uint32_t id, special, kind, creator, uid, gid;
	uint16_t mode; /* 0: not known */
	uint32_t time; /* since 1904; 0: not known */
	as_span finder;
	as_hfs_fork data, resource;
} as_hfs_item;

typedef struct as_hfs {
	as_unpack *u;
	as_span body;
	bool wide;      /* HFS+ */
	uint64_t first; /* body offset of block 0 */
	uint64_t block; /* bytes */
	uint32_t blocks;
	bool (*item)(const struct as_hfs *v, as_span data, as_hfs_item *i);
	as_span (*name)(const struct as_hfs *v, as_span raw); /* as UTF-8 */
	as_span (*thread)(as_span data, uint32_t *parent);    /* the name in a thread's record */
	as_hfs_patch *patches;
	size_t n_patches;
	as_hfs_tree catalog, extents, attributes;
	as_pieces pieces;
	uint64_t xattrs_left; /* attributes that may still be told */
} as_hfs;

/* Reads a tree of that fork (of the file id): all records of its leaves, sorted. A tree that is damaged is read leaf by
 * leaf. Statuses as as_lost and as_want. */
as_status as_hfs_read_tree(
	as_hfs *v, as_hfs_tree *t, const as_hfs_fork *f, uint32_t id) AS_MUST_USE;
/* The records of that id: *n of them from the one answered on. */
const as_hfs_record *as_hfs_find(const as_hfs_tree *t, uint32_t id, size_t *n);
/* Gathers where a fork stands; p is damaged if not all of it is known. */
void as_hfs_gather(const as_hfs *v, const as_hfs_fork *f, uint32_t id, uint8_t fork, as_pieces *p);

/* Puts everything that the catalog names, and what it no longer does. */
as_status as_hfs_put_catalog(as_hfs *v) AS_MUST_USE;

/* The extended attributes of the entry put last. */
as_status as_hfs_put_xattrs(as_hfs *v, const as_hfs_item *i, bool unpacked) AS_MUST_USE;
/* Whether the item's contents are packed into an attribute (decmpfs), and that attribute's value. */
bool as_hfs_is_packed(as_hfs *v, const as_hfs_item *i, as_span *value);
/* Puts such a file. *unpacked: its contents were told. */
as_status as_hfs_put_packed(as_hfs *v, as_node *dir, as_entry *e, const as_hfs_item *i,
	as_span value, bool *unpacked) AS_MUST_USE;

/* Reads the journal that the block tells of, if what it has was not written to its place. */
as_status as_hfs_read_journal(as_hfs *v, uint32_t block) AS_MUST_USE;

#endif
