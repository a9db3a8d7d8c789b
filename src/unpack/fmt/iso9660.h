/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the ISO 9660 handler share. The layout is described in iso9660.c. */
#ifndef AS_FMT_ISO9660_H
#define AS_FMT_ISO9660_H

#include "base/map.h"
#include "unpack/pieces.h"

enum { AS_ISO_SECTOR = 2048, AS_ISO_BOOTS = 64, AS_ISO_ROOTS = 8 };

/* What the Rock Ridge fields of a record say. */
typedef struct as_iso_rock {
	bool name, target, relocated; /* relocated: stands here for its old place's sake only */
	bool name_goes_on, part_goes_on;
	unsigned has;                   /* AS_HAS_* */
	uint32_t mode, links, uid, gid; /* mode: with the type's bits */
	uint64_t inode;
	int64_t mtime;
	uint32_t nsec, major, minor;
	uint32_t child;            /* block of the directory that this record stands for, or 0 */
	bool device, zipped, wide; /* wide: zisofs 2 */
	bool sparse;
	uint8_t header; /* of zipped contents: bytes, log2 of a block's bytes, bytes unpacked */
	uint8_t log_block;
	uint64_t unpacked;
} as_iso_rock;

typedef struct as_iso_root {
	uint64_t at; /* of its record */
	bool joliet;
} as_iso_root;

/* A boot image of El Torito's catalog. */
typedef struct as_iso_boot {
	uint64_t at, n, next; /* body offsets of it and of what follows it; n: bytes that it says */
	uint8_t platform, media;
	bool named; /* a file stands there */
} as_iso_boot;

typedef struct as_iso {
	as_unpack *u;
	as_span body;
	uint32_t block; /* bytes */
	uint64_t size;
	as_iso_root roots[AS_ISO_ROOTS]; /* of the primary tree first */
	size_t n_roots;
	as_iso_boot boots[AS_ISO_BOOTS];
	size_t n_boots;
	bool rock; /* records have Rock Ridge fields */
	uint8_t skip;
	as_buf name, target, xattrs; /* of the record being read; owned */
	as_map seen;                 /* extents that have a name */
	as_pieces pieces;
} as_iso;

/* Reads the Rock Ridge fields in area, and where they lead; the name and the target stand in x. */
as_status as_iso_rock_of(as_iso *x, as_span area, as_iso_rock *r);
/* Emits the attributes that as_iso_rock_of met, for the entry put last. */
as_status as_iso_xattrs(as_iso *x, uint64_t at);
/* Emits a file whose contents zisofs has packed into data. */
as_status as_iso_unzip(as_iso *x, as_node *dir, as_entry *e, as_span data, const as_iso_rock *r);
/* The date of a record: 7 bytes, or 17 digits. False if it is none. */
bool as_iso_date(as_span raw, int64_t *mtime, uint32_t *nsec);
/* Reads El Torito's catalog at block lba; emits those of its images that have no name in the tree. */
as_status as_iso_read_catalog(as_iso *x, uint32_t lba);
as_status as_iso_put_boots(as_iso *x);
/* Emits the volumes of HFS and HFS+ that a partition map of Apple tells of. */
as_status as_iso_put_apple(as_iso *x);

#endif
