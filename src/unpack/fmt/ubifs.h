/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the UBIFS handler share. */
#ifndef AS_FMT_UBIFS_H
#define AS_FMT_UBIFS_H

#include "base/map.h"
#include "unpack/format.h"

typedef enum as_ub_kind {
	AS_UB_INODE,
	AS_UB_DATA,
	AS_UB_NAME,
	AS_UB_XATTR,
	AS_UB_CUT, /* a file was made shorter */
	AS_UB_PAD,
	AS_UB_SUPER,
	AS_UB_MASTER,
	AS_UB_REF,
	AS_UB_INDEX,
	AS_UB_COMMIT,
	AS_UB_ORPHANS,
	AS_UB_AUTH,
	AS_UB_SIGNATURE,
	AS_UB_KINDS,
} as_ub_kind;

enum { AS_UB_BLOCK = 4096, AS_UB_HEADER = 24 };

/* A node as it stands on flash, header and all. */
typedef struct as_ub_raw {
	uint64_t at, sequence;
	as_span bytes;
	as_ub_kind kind;
} as_ub_raw;

/* An inode, data or truncation node. */
typedef struct as_ub_node {
	uint64_t at, sequence;
	uint64_t cut; /* truncation: the least size of this one and all later ones of the inode */
	as_span bytes;
	uint32_t ino, block;
	as_ub_kind kind;
	bool counts; /* the index or the journal has it */
} as_ub_node;

typedef struct as_ub_name {
	uint64_t at, sequence, ino;
	as_span name;
	uint32_t parent;
	uint8_t type;
	bool xattr, counts, live, chosen;
} as_ub_name;

/* An inode's nodes: [first, first + n) of all. */
typedef struct as_ub_inode {
	uint32_t ino;
	size_t first, n;
	const as_ub_node *
		state; /* the newest inode node that counts, or of a deleted one; NULL: none is left */
	bool live, put, named;
} as_ub_inode;

typedef struct as_ub_super {
	uint32_t flags, leb, n_lebs, log_lebs, lpt_lebs, orphan_lebs, version;
	uint32_t base; /* LEB that the body begins with: 0, or 1 or 2 if those before it are gone */
	uint32_t table, behind; /* LEBs of the table of free space: [table, behind) */
	uint16_t method, hash;
	bool known, guessed; /* guessed: the superblock is gone, others told */
} as_ub_super;

/* What a file holds: its data nodes by block, no more than one of each; what has none is a hole. */
typedef struct as_ub_view {
	const as_ub_node **list;
	size_t n;
	uint64_t size;
} as_ub_view;

typedef struct as_ub {
	as_unpack *u;
	as_span body;
	as_ub_super super;
	bool damaged,
		by_number; /* by_number: the index is damaged, the newest of all nodes count */
	as_ub_node *nodes;
	as_ub_name *names; /* by kind, parent, name and sequence */
	as_ub_inode *inodes;
	size_t n_nodes, n_names, n_inodes;
	as_map indexed; /* where nodes stand that the index has */
	as_map buds;    /* journal: LEB to the offset from which on it is read */
	as_map listed;
	size_t put_xattrs;
	uint8_t *block; /* AS_UB_BLOCK bytes */
	as_ub_view now; /* of the file put last; has room for the longest */
} as_ub;

enum { AS_UB_ENCRYPTED = 0x10, AS_UB_SIGNED = 0x20 /* flags of the superblock */ };

/* Reads the node at offset at; false if there is none or its checksum is wrong. Pure. */
bool as_ub_read(as_span body, uint64_t at, as_ub_raw *r);
/* The superblock at the start of body, or what can be told without it if a master node stands there; known is false if
 * neither does. *work: bytes looked through in vain. Pure. */
as_ub_super as_ub_read_super(as_span body, uint64_t *work);
/* The same of a body that begins with a master node. Pure. */
as_ub_super as_ub_guess(as_span body, uint64_t *work);
/* Finds out what counts: walks the index, and reads the log for what was written since. */
as_status as_ub_index(as_ub *q) AS_MUST_USE;
/* Puts everything. */
as_status as_ub_tree(as_ub *q) AS_MUST_USE;
/* Puts a file, link or device. e has name, at, inode and deleted. */
as_status as_ub_put(as_ub *q, as_node *dir, as_ub_inode *inode, as_entry *e) AS_MUST_USE;
/* Puts earlier contents of a file that are still there, as deleted ones of that name. */
as_status as_ub_put_states(
	as_ub *q, as_node *dir, const as_ub_inode *inode, as_span name) AS_MUST_USE;
/* What the file holds now; v->list has room for all its nodes. */
void as_ub_view_now(const as_ub *q, const as_ub_inode *inode, as_ub_view *v);
/* Hands on what a view has; *damaged: not all of it could be decoded. */
as_status as_ub_emit(as_ub *q, const as_ub_view *v, bool *damaged) AS_MUST_USE;
/* Decodes a data node into out, of AS_UB_BLOCK bytes. AS_PARTIAL: not all came; AS_NOT_THIS: it is packed in an
 * unknown way. */
as_status as_ub_decode(const as_ub_node *node, uint8_t *out, size_t *n) AS_MUST_USE;
/* How large an inode node says its file is. Pure. */
uint64_t as_ub_size(const as_ub_node *node);
/* What an inode node says; false if its type is none. data (may be NULL): what stands in the node itself. */
bool as_ub_describe(const as_ub_node *node, as_entry *e, as_span *data);
/* Its flags (0x20: it is the value of an extended attribute, 0x100: encrypted) and number of names. Pure. */
uint32_t as_ub_flags(const as_ub_node *node, uint32_t *links);

enum { AS_UB_IS_XATTR = 0x20, AS_UB_IS_ENCRYPTED = 0x100 };

#endif
