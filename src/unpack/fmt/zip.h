/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the zip handler share. The layout is described in zip.c. */
#ifndef AS_FMT_ZIP_H
#define AS_FMT_ZIP_H

#include "codec/codec.h"
#include "unpack/format.h"

enum { AS_ZIP_ENCRYPTED = 1, AS_ZIP_END_MARK = 2 /* LZMA */, AS_ZIP_DESCRIPTOR = 8 };

typedef struct as_zip_entry {
	as_entry e;
	uint16_t flags, method;
	uint32_t crc;
	uint64_t packed, size; /* bytes of the data in the archive, and unpacked */
	uint64_t local;        /* where the local header stands, bytes from the archive's start */
	uint64_t data_at;      /* body offset of the data */
	uint64_t next;         /* offset behind this header (and a local entry's data, if known) */
	as_span extra;
	bool unknown; /* sizes stand behind the data only */
} as_zip_entry;

/* Reads a central header, or a local one, at body offset at. False if there is none. */
bool as_zip_read_central(as_span body, uint64_t at, as_zip_entry *z);
bool as_zip_read_local(as_span body, uint64_t at, as_zip_entry *z);
/* Takes 64-bit sizes, time and owner from extra fields. central: which of the two headers it is. */
void as_zip_extra(as_span extra, bool central, as_zip_entry *z);
/* Emits the entry, whose data starts at z->data_at. *used (may be NULL): packed bytes it took,
 * where the headers do not tell. */
as_status as_zip_put(as_unpack *u, as_span body, as_zip_entry *z, uint64_t *used);

/* Hands on the contents of an entry of known size. AS_NOT_THIS: they are encrypted, or packed in a way that is not
 * known; else as as_decode. */
as_status as_zip_contents(
	as_unpack *u, as_span body, const as_zip_entry *z, as_sink sink, void *ctx) AS_MUST_USE;

/* Block-based updates of Android: NAME.new.dat, packed by Brotli or not, and how to place it. */
enum { AS_ZIP_UPDATES = 32 /* partitions of one */ };
typedef struct as_zip_updates {
	as_zip_entry data[AS_ZIP_UPDATES], lists[AS_ZIP_UPDATES];
	size_t n_data, n_lists;
} as_zip_updates;
/* Remembers an entry if it is of that kind. */
void as_zip_note(as_zip_updates *all, const as_zip_entry *z);
/* Emits the images of the partitions. */
as_status as_zip_images(as_unpack *u, as_span body, const as_zip_updates *all) AS_MUST_USE;

#endif
