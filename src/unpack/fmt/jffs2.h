/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the JFFS2 handler share. */
#ifndef AS_FMT_JFFS2_H
#define AS_FMT_JFFS2_H

#include "base/map.h"
#include "unpack/format.h"

/* One piece of a file: what an inode node says. */
typedef struct as_j2_node {
	uint64_t at;
	as_span packed;
	uint32_t ino, version, isize, mtime, offset, dsize, mode;
	uint16_t uid, gid;
	uint8_t method;
	bool obsolete; /* marked so on flash */
	bool wrong;    /* checksum of its data */
} as_j2_node;

typedef struct as_j2_name {
	uint32_t parent, ino, version;
	uint64_t at;
	as_span name;
	uint8_t type;
	bool obsolete, live, chosen; /* chosen: the name under which a deleted inode is put */
} as_j2_name;

typedef struct as_j2_attribute {
	as_span name, value;
	uint32_t id, version;
	uint8_t prefix;
} as_j2_attribute;

typedef struct as_j2_ref {
	uint32_t ino, id, number; /* an odd number takes the reference back */
} as_j2_ref;

/* An inode: nodes [first, first + n). */
typedef struct as_j2_inode {
	uint32_t ino;
	size_t first, n;
	const as_j2_node *holder; /* of a link's or a device's data */
	bool live, put, put_once;
} as_j2_inode;

/* A stretch of a file and the node that holds it (NULL: a hole). */
typedef struct as_j2_stretch {
	uint32_t from, to;
	const as_j2_node *node;
} as_j2_stretch;

typedef struct as_j2_view {
	as_j2_stretch *list;
	size_t n;
	uint32_t size;
} as_j2_view;

enum {
	AS_J2_PAGE = 64 << 10 /* bytes that one packed node may hold: a page of any machine */,
	AS_J2_KEPT = 4
};

typedef struct as_j2_page {
	const as_j2_node *node;
	uint8_t *own;
	as_span data;
	bool damaged;
	uint64_t used;
} as_j2_page;

typedef struct as_j2 {
	as_unpack *u;
	as_span body;
	bool big, damaged;
	as_j2_node *nodes; /* by inode and version, one of each */
	as_j2_name *names; /* by parent, name and version */
	as_j2_attribute *attributes;
	as_j2_ref *refs;
	as_j2_inode *inodes;
	size_t n_nodes, n_names, n_attributes, n_refs, n_inodes;
	size_t longest; /* nodes of one inode */
	size_t put_attributes;
	uint32_t *points, *next;
	const as_j2_node **owner;
	as_j2_view views[2];
	as_j2_page kept[AS_J2_KEPT];
	uint64_t clock;
	as_buf scratch;
	as_map pages;  /* of a file: by which run of writes each was written */
	as_map listed; /* directories */
} as_j2;

/* CRC-32 as Linux counts it here: from 0 and not inverted. Pure. */
static inline uint32_t as_j2_crc(as_span s) { return as_crc32(UINT32_MAX, s) ^ UINT32_MAX; }

/* Decodes a node's data into out, which has room for cap bytes. AS_PARTIAL: damaged; what came is in *n. */
as_status as_j2_decode(
	as_j2 *q, const as_j2_node *node, uint8_t *out, size_t cap, size_t *n) AS_MUST_USE;

/* Room for the views of the longest file. */
as_status as_j2_prepare(as_j2 *q) AS_MUST_USE;
/* Puts the file, link or device whose last state inode has, and what of earlier contents is still there. e has name,
 * inode, at and deleted. */
as_status as_j2_put(as_j2 *q, as_node *dir, as_j2_inode *inode, as_entry *e) AS_MUST_USE;
/* Type, mode, owner and time of a node; false if the mode is of no type. Pure. */
bool as_j2_describe(const as_j2_node *node, as_entry *e);
/* The attributes of the entry put last. */
as_status as_j2_attributes(as_j2 *q, uint32_t ino) AS_MUST_USE;
/* Puts everything. */
as_status as_j2_tree(as_j2 *q) AS_MUST_USE;

#endif
