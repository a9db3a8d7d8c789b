/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the NTFS handler share. */
#ifndef AS_FMT_NTFS_H
#define AS_FMT_NTFS_H

#include "base/map.h"
#include "unpack/pieces.h"

/* A stretch of an attribute: n clusters from its cluster vcn on, which stand at lcn of the volume, AS_PIECE_HOLE,
 * or AS_NTFS_GONE. */
typedef struct as_ntfs_run {
	uint64_t vcn, n, lcn;
} as_ntfs_run;
#define AS_NTFS_GONE (UINT64_MAX - 1)

/* Zero it and set arena to begin. */
typedef struct as_ntfs_runs {
	as_arena *arena; /* owns list */
	as_ntfs_run *list;
	size_t n, cap;
	bool damaged; /* not all that it should tell of is there */
} as_ntfs_runs;

enum { AS_NTFS_LZX_CHUNK = 32768 }; /* of the Overlay Filter: chunks of that size are LZX */
enum {
	AS_NTFS_STANDARD = 0x10,
	AS_NTFS_LIST = 0x20,
	AS_NTFS_NAME = 0x30,
	AS_NTFS_VOLUME_NAME = 0x60,
	AS_NTFS_VOLUME = 0x70,
	AS_NTFS_DATA = 0x80,
	AS_NTFS_BITMAP = 0xb0,
	AS_NTFS_REPARSE = 0xc0,
	AS_NTFS_EA = 0xe0
};

/* One attribute, or the part of it that stands in one record. */
typedef struct as_ntfs_attr {
	uint32_t type;
	uint16_t flags; /* 00ff compressed, 4000 encrypted */
	as_span name;   /* UTF-16 */
	bool resident;
	as_span value;        /* resident */
	as_span pairs;        /* else: its map, and clusters [vcn, end) that it tells of */
	uint64_t vcn, end;    /* clusters */
	uint64_t size, valid; /* bytes; of the part with vcn 0 */
	uint8_t unit;         /* log2 of the clusters that are packed together */
} as_ntfs_attr;

typedef struct as_ntfs_record {
	uint64_t number, at; /* at: body offset */
	as_span raw;         /* fixed up; ends where the first torn sector begins */
	uint64_t base;       /* record whose extension it is, with sequence number base_sequence */
	uint16_t sequence, base_sequence, first;
	bool in_use, directory, has_base, whole;
} as_ntfs_record;

/* A file with all of its records. */
typedef struct as_ntfs_file {
	uint64_t number, at;
	as_ntfs_attr *attrs;
	size_t n, cap;
	bool in_use, directory;
	bool whole;     /* all records were read */
	bool apart;     /* its contents do not stand in its streams, */
	uint32_t chunk; /* but packed in one for itself (0: not), so many bytes at a time */
} as_ntfs_file;

/* A name: which record has it, in which directory. */
typedef struct as_ntfs_link {
	uint32_t parent, number;
	uint64_t order; /* in which it was met */
	uint16_t parent_sequence;
	uint8_t space; /* namespace: 0 POSIX, 1 Win32, 2 DOS, 3 both */
	bool deleted, several;
	as_span name; /* UTF-8 */
} as_ntfs_link;

typedef struct as_ntfs_extra {
	uint32_t base, number;
} as_ntfs_extra;

typedef struct as_ntfs {
	as_unpack *u;
	as_span body;
	uint64_t boot; /* where the boot sector that is used stands; UINT64_MAX: none */
	uint64_t sector, cluster, record; /* bytes */
	uint64_t size, clusters, mft_at,
		mirror_at; /* size: of the volume, bytes; at: body offsets */
	as_arena *scratch; /* of the file at hand */
	as_ntfs_runs mft;
	uint64_t n_records;
	uint64_t looks,
		values; /* what may still be read: clusters in the bitmap; bytes of values */
	bool tired;     /* they are used up */
	as_span mft_bitmap, bitmap; /* which records, which clusters are in use */
	uint8_t *state;             /* of each record: AS_NTFS_IN_USE and so on */
	uint16_t *sequence;
	as_ntfs_link *links;   /* by parent */
	as_ntfs_extra *extras; /* by base */
	size_t n_links, cap_links, n_extras, cap_extras;
	as_map shared; /* record of several names to where its as_entry is kept */
	as_pieces pieces;
} as_ntfs;

enum {
	AS_NTFS_IN_USE = 1,
	AS_NTFS_DIRECTORY = 2,
	AS_NTFS_READ = 4,
	AS_NTFS_NAMED = 8,
	AS_NTFS_LISTED = 16,
	AS_NTFS_EXTENSION = 32,
	AS_NTFS_LINKED = 64
};

/* ---- records: ntfs_record.c */

/* Reads the record that stands at body offset at, in one piece (raw: its bytes); false if it is none. The copy with
 * its sectors' ends put right is the arena's. */
bool as_ntfs_parse(as_arena *a, as_span raw, uint64_t number, uint64_t at, as_ntfs_record *r);
/* Reads record number of the MFT, or its copy; false if both are none. *copied (may be NULL): it was the copy. */
bool as_ntfs_read_record(
	const as_ntfs *q, as_arena *a, uint64_t number, as_ntfs_record *r, bool *copied);
/* Where record number stands, body offset; 0 if that is not known. */
uint64_t as_ntfs_place(const as_ntfs *q, uint64_t number);
/* The next attribute of r from *at on (0 to begin); false at the end. One that makes no sense has type 0. */
bool as_ntfs_next(const as_ntfs_record *r, uint64_t *at, as_ntfs_attr *out);
/* Whether the mark that ends the attributes stands at at. */
bool as_ntfs_ended(const as_ntfs_record *r, uint64_t at);
/* Adds the runs of a to r, in whatever order its parts come. */
void as_ntfs_map(const as_ntfs *q, const as_ntfs_attr *a, as_ntfs_runs *r);
/* Puts runs in order and tells gaps between them as gone. */
void as_ntfs_runs_close(as_ntfs_runs *r);
/* Copies n bytes from byte at of what runs tell into out; false if not all of them are there. Holes are zeros. */
bool as_ntfs_copy(const as_ntfs *q, const as_ntfs_runs *r, uint64_t at, uint8_t *out, uint64_t n);
/* Which records there are, and the parts of the MFT that a list tells of: fills mft, n_records. */
as_status as_ntfs_open_mft(as_ntfs *q) AS_MUST_USE;

/* ---- contents: ntfs_data.c */

/* All attributes of the file, of its extension records too, sorted by type, name and cluster; in q->scratch, so until
 * the next call. */
as_status as_ntfs_gather(as_ntfs *q, uint64_t number, as_ntfs_file *f) AS_MUST_USE;
/* The first part of the attribute without a name of that type, or NULL. */
const as_ntfs_attr *as_ntfs_find(const as_ntfs_file *f, uint32_t type);
/* The first part of the attribute behind a's; NULL after the last, and for NULL the first. */
const as_ntfs_attr *as_ntfs_after(const as_ntfs_file *f, const as_ntfs_attr *a);
/* The runs of all parts of the attribute that a is the first of, in the scratch arena. */
as_ntfs_runs as_ntfs_runs_of(const as_ntfs *q, const as_ntfs_file *f, const as_ntfs_attr *a);
/* Its value (of NULL: none), resident or not, if that is whole and not longer than most bytes; else empty. In the
 * scratch arena, or cut from the body. */
as_span as_ntfs_value(as_ntfs *q, const as_ntfs_file *f, const as_ntfs_attr *a, uint64_t most);
/* Puts e, a file with the contents of the stream that a is the first part of (NULL: it has none). */
as_status as_ntfs_put_stream(as_ntfs *q, const as_ntfs_file *f, const as_ntfs_attr *a, as_node *dir,
	as_entry *e) AS_MUST_USE;
/* Whether all contents of the stream of a deleted file are still there. */
bool as_ntfs_is_whole(as_ntfs *q, const as_ntfs_file *f, const as_ntfs_attr *a);
/* Accounts for every attribute of the file that is no content. system: data too. */
void as_ntfs_account(const as_ntfs *q, const as_ntfs_file *f, bool system);

/* Accounts for what the runs tell, under label. */
void as_ntfs_account_runs(const as_ntfs *q, const as_ntfs_runs *r, const char *label);

/* ---- files packed by the Overlay Filter: ntfs_overlay.c */

/* Puts e, a file of size bytes that is packed in chunks (f->chunk). */
as_status as_ntfs_put_overlay(
	as_ntfs *q, const as_ntfs_file *f, uint64_t size, as_node *dir, as_entry *e) AS_MUST_USE;
/* The stream that packed contents stand in, or NULL. */
const as_ntfs_attr *as_ntfs_overlay(const as_ntfs_file *f);

/* ---- LZNT1: ntfs_lznt1.c */

/* Decodes what is packed into out, which is zeroed and has room for room bytes; answers how many came. *damaged
 * becomes true if not all could be read. Pure. */
size_t as_ntfs_lznt1(as_span packed, uint8_t *out, size_t room, bool *damaged);

/* ---- what kind of file it is: ntfs_kind.c */

/* Type, times, owner, mode and target of e, from attributes; tells in f whether its contents stand apart. */
as_status as_ntfs_describe(as_ntfs *q, as_ntfs_file *f, as_entry *e) AS_MUST_USE;
/* Puts the extended attributes of the entry put last. */
as_status as_ntfs_attributes(as_ntfs *q, const as_ntfs_file *f) AS_MUST_USE;

/* ---- names: ntfs_tree.c */

as_status as_ntfs_tree(as_ntfs *q) AS_MUST_USE;

#endif
