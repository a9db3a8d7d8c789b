/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the SquashFS handler share: the superblock, the reader of metadata streams, the
 * inode, and the contents of files. The layout is described in squashfs.c. */
#ifndef AS_FMT_SQUASHFS_H
#define AS_FMT_SQUASHFS_H

#include "base/map.h"
#include "codec/codec.h"
#include "unpack/format.h"

enum {
	AS_SQ_META = 8192,          /* bytes a metadata block holds at most */
	AS_SQ_META_STORED = 0x8000, /* in its length word: not compressed */
	AS_SQ_STORED = 1 << 24,     /* in a data block's length word: not compressed */
	AS_SQ_SUPER = 96,           /* bytes of the superblock */
	AS_SQ_SLOTS = 512,          /* decoded metadata blocks kept; a power of two */
	AS_SQ_RUN = 12,             /* bytes before the entries of a run of a listing, at most */
	AS_SQ_STEPS = 1 << 24,      /* entries of tables and block lists that are accounted for */
};
#define AS_SQ_NONE UINT32_MAX /* no fragment, no extended attributes */
#define AS_SQ_TABLES "squashfs directories and tables"
#define AS_SQ_NO_TABLE UINT64_MAX /* this table is not there */

typedef struct as_sq_super {
	bool big,
		marked; /* big-endian; metadata blocks have a byte more between length and bytes */
	uint32_t inodes, made, block, fragments;
	uint16_t method, block_log, flags, ids, major, minor;
	uint64_t root, used;
	uint64_t id_table, xattr_table, inode_table, dir_table, fragment_table, export_table;
	uint64_t uid_table, gid_table; /* before version 4 */
	uint8_t uids, gids, bytes;     /* entries of these; bytes of the superblock */
} as_sq_super;

typedef struct as_sq_slot as_sq_slot; /* a decoded metadata block; squashfs_meta.c */

/* A decoded fragment block. */
typedef struct as_sq_fragment {
	uint64_t used; /* clock of the last use; 0: empty */
	uint32_t index;
	bool damaged;
	as_span data; /* in the image (stored) or in own */
	uint8_t *own; /* super.block bytes, allocated on first use */
} as_sq_fragment;

typedef struct as_sq {
	as_unpack *u; /* NULL while probing: nothing is recorded */
	as_span body;
	as_sq_super super;
	as_method method;
	int16_t properties; /* of LZMA that stands without the header of a file; -1: as method says */
	uint8_t skip;       /* bytes before such LZMA */
	uint8_t run_bytes, name_bytes; /* before the entries of a run, before a name */
	uint8_t *packed; /* room for such a block behind a header; packed_most bytes */
	size_t packed_most;
	as_sq_slot **meta;    /* decoded metadata blocks, by a hash of their offset */
	as_sq_fragment *kept; /* decoded fragment blocks */
	size_t n_kept;        /* elements of kept */
	uint64_t clock;       /* counts uses of fragments: the least recently used one goes */
	uint8_t *block;       /* one decoded data block, super.block bytes */
	as_map seen;          /* references of the directories walked */
	uint64_t xattr_base;  /* where the attributes' metadata starts; AS_SQ_NO_TABLE: none */
	uint32_t n_xattrs;
	uint64_t xattr_bytes; /* emitted: many inodes may name one large set */
	uint64_t steps;       /* of the account; see as_sq_step */
} as_sq;

/* A place in a chain of metadata blocks; reading moves it. */
typedef struct as_sq_meta {
	uint64_t block; /* body offset of the block's length word */
	uint32_t at;    /* bytes into the decoded block */
	bool bad;       /* a read did not fit; stays */
} as_sq_meta;

typedef struct as_sq_inode {
	as_type type;
	uint64_t ref; /* block (from the inode table) << 16 | offset: the inode's identity */
	uint16_t mode, uid, gid; /* uid and gid are indexes */
	uint32_t mtime;
	uint64_t size;  /* bytes of the file, of the target, of a directory's listing plus 3 */
	uint64_t start; /* file: body offset of the first block; directory: block of the listing */
	uint32_t fragment, offset; /* index and offset in it; directory: offset in the block */
	uint32_t rdev, xattr;
	as_sq_meta rest; /* behind the fixed part: a file's block list, a symlink's target */
} as_sq_inode;

/* Reads the superblock; false if it cannot be one. Pure. */
bool as_sq_read_super(as_span image, as_sq_super *super);
/* The same of versions 1 to 3; big: big-endian. */
bool as_sq_read_old(as_span image, bool big, as_sq_super *super);
static inline as_cur as_sq_cur(const as_sq *q, as_span s, uint64_t at)
{
	return q->super.big ? as_cur_be(s, at) : as_cur_le(s, at);
}
/* Unpacks one block of at most cap bytes; as as_decode_block. */
as_status as_sq_unpack(const as_sq *q, as_span raw, uint8_t *out, size_t cap, size_t *n);
/* Whether the root's inode is there and a directory, as the blocks are taken to be packed. */
bool as_sq_root_fits(as_sq *q);
/* Sets how blocks are packed: as stated if that unpacks the root's inode, else what does. Without room in q->packed,
 * LZMA that has no header is not tried. False: nothing does (and it is as stated). */
bool as_sq_find_packing(as_sq *q, as_method stated);
/* What versions 1 to 3 have of their own; as their namesakes. */
bool as_sq_read_old_inode(as_sq *q, uint64_t ref, as_sq_inode *inode);
bool as_sq_old_owner(const as_sq *q, const as_sq_inode *inode, uint32_t *uid, uint32_t *gid);
bool as_sq_old_run(as_sq *q, as_sq_meta *m, uint32_t *count, uint32_t *block);
bool as_sq_old_name(as_sq *q, as_sq_meta *m, uint32_t *offset, size_t *n);
bool as_sq_old_word(as_sq *q, as_sq_meta *m, uint32_t *word);
bool as_sq_old_fragment(as_sq *q, uint32_t i, uint64_t *at, uint32_t *word);
/* Decodes the metadata block at body offset at into out (AS_SQ_META bytes); *next: offset of the
 * block after it. AS_PARTIAL if there is none or it is damaged. */
as_status as_sq_decode_meta(const as_sq *q, uint64_t at, uint8_t *out, size_t *n, uint64_t *next);
/* The place that a reference (block << 16 | offset) means in the table that starts there. Pure. */
as_sq_meta as_sq_place(uint64_t table, uint64_t ref);
/* Reads n bytes into out, over as many blocks as it takes, and moves m. False (and m bad) if the
 * chain ends or a block is damaged, which has then been recorded. */
bool as_sq_read(as_sq *q, as_sq_meta *m, uint8_t *out, size_t n);
/* Place of entry i of a table of size-byte entries that is reached through an index of 64-bit block
 * (before version 3: 32-bit) offsets at body offset index. The place is bad if the index ends before. */
as_sq_meta as_sq_entry(const as_sq *q, uint64_t index, uint64_t i, unsigned size);
/* Reads the inode of a reference. False if it cannot be read (recorded). */
bool as_sq_read_inode(as_sq *q, uint64_t ref, as_sq_inode *inode);
/* Decodes the data block of that length word at body offset at, at most super.block bytes. *got is
 * cut from the body (stored) or lies in out. AS_PARTIAL if damaged; *got is then what came. */
as_status as_sq_data(const as_sq *q, uint64_t at, uint32_t word, uint8_t *out, as_span *got);
/* Where fragment block i stands and its length word; false if the table does not reach so far. */
bool as_sq_fragment_at(as_sq *q, uint32_t i, uint64_t *at, uint32_t *word);
/* Counts one step over a table or block list of the account; false (recorded) once there were AS_SQ_STEPS. */
bool as_sq_step(as_sq *q);
/* Marks what the image's structure leads to: tables, metadata blocks, fragment blocks. */
void as_sq_account(as_sq *q);
/* Emits a file (e is filled in but for its data) below dir. */
as_status as_sq_file(as_sq *q, as_node *dir, as_entry *e, as_sq_inode *inode);
/* Emits the extended attributes of set i for the entry put last. */
as_status as_sq_xattrs(as_sq *q, uint32_t i);

#endif
