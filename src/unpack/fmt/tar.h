/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the tar handler share. The layout is described in tar.c. */
#ifndef AS_FMT_TAR_H
#define AS_FMT_TAR_H

#include "unpack/format.h"

/* A piece of a sparse file that is there; between pieces there are holes. */
typedef struct as_tar_piece {
	uint64_t at, n; /* in the file, bytes */
} as_tar_piece;

enum { AS_TAR_SIZE = 1, AS_TAR_UID = 2, AS_TAR_GID = 4, AS_TAR_MTIME = 8, AS_TAR_REAL = 16 };

/* What records before a header say about the entry, over the header's own fields. */
typedef struct as_tar_extra {
	as_span name, link;            /* p NULL: the header's own */
	unsigned has;                  /* AS_TAR_* */
	uint64_t size, uid, gid, real; /* real: size of a sparse file */
	int64_t mtime;
	as_span records;  /* POSIX records, for their attributes */
	as_span map;      /* GNU.sparse.map (version 0.1) */
	uint64_t version; /* GNU.sparse.major */
	bool sparse;
	bool bad; /* a record was malformed */
} as_tar_extra;

typedef struct as_tar_head {
	as_entry e;
	uint8_t type;
	bool posix, gnu;
	as_span prefix;   /* to be put before the name, or empty */
	uint64_t n;       /* bytes of data in the archive */
	uint64_t data_at; /* body offset */
	uint64_t next;    /* body offset of the next header; may be past the end */
} as_tar_head;

/* Reads the header at body offset at; false if none is there or its checksum is wrong. */
bool as_tar_read(as_span body, uint64_t at, as_tar_head *h);
/* Walks one entry from body offset at on: the headers that only say something about it are taken into x (global:
 * into *all), then *h is its own. False at the end of the archive or where it breaks off. */
bool as_tar_step(as_span body, uint64_t at, as_tar_head *h, as_tar_extra *all, as_tar_extra *x);
/* Settles the entry's name, link and owner by x. */
void as_tar_settle(as_unpack *u, as_tar_head *h, const as_tar_extra *x);
/* Emits an entry that was settled, with its attributes. body: the archive that it stands in. */
as_status as_tar_put(as_unpack *u, as_span body, as_tar_head *h, const as_tar_extra *x) AS_MUST_USE;
/* If the archive is an image of a container (OCI, Docker), emits the file system that its layers make together,
 * below "merged"; later images of the same archive below "merged-2" and so on. */
as_status as_tar_image(as_unpack *u, as_span body) AS_MUST_USE;
/* A header's number: octal digits, or 0x80 and a big-endian number. False if it is neither. */
bool as_tar_number(as_span field, uint64_t *out);
/* Reads POSIX records into x; later ones win. */
void as_tar_records(as_span records, as_tar_extra *x);
/* Emits the attributes in POSIX records for the entry put last. */
as_status as_tar_xattrs(as_unpack *u, as_span records);
/* Emits a sparse file (e is filled in): data is what the archive holds of it; head is the entry's
 * header block and what follows it. */
as_status as_tar_sparse(
	as_unpack *u, as_entry *e, const as_tar_extra *x, as_span head, as_span data);
/* Body bytes of the sparse headers that follow an old GNU header at body offset at (0: none). */
uint64_t as_tar_sparse_headers(as_span body, uint64_t at);

#endif
