/* SPDX-License-Identifier: Apache-2.0 */
/* Where object bytes wait to be examined: memory first, then one unlinked file. Written by the
 * supervisor only; examiners map it read-only. */
#ifndef AS_SPOOL_H
#define AS_SPOOL_H

#include "base/span.h"

enum { AS_SPOOL_MEMORY, AS_SPOOL_FILE, AS_SPOOL_INPUT /* and on: one per input file */ };

typedef struct as_spool as_spool;

/* A region of one of the spool's files. */
typedef struct as_region {
	unsigned file;  /* AS_SPOOL_* */
	uint64_t at, n; /* bytes; at is page-aligned for regions of the spool's own */
} as_region;

/* A spool that keeps at most memory bytes in memory and the rest in an unlinked file made in folder.
 * NULL: neither could be made. Free with as_spool_free (NULL-safe). */
as_spool *as_spool_new(const char *folder, uint64_t memory);
void as_spool_free(as_spool *s);
/* Adds an input file, which the spool then owns; answers its file number, or -1 if it cannot be opened
 * once more for reading, or without memory: then it stays the caller's. */
int as_spool_add(as_spool *s, int fd);

/* Begins a region; as_spool_write and as_spool_hole append to it; as_spool_end when it is complete. Any
 * number may be written at the same time. A region that grows too large for memory is moved to the
 * file. AS_IO: the disk is full; the writer stays failed. */
typedef struct as_spool_writer {
	as_region region;
	uint64_t room; /* bytes of the file that are this region's to grow into */
	bool failed;
} as_spool_writer;
as_spool_writer as_spool_begin(as_spool *s);
as_status as_spool_write(as_spool *s, as_spool_writer *w, as_span bytes) AS_MUST_USE;
as_status as_spool_hole(as_spool *s, as_spool_writer *w, uint64_t n) AS_MUST_USE;
/* The region is complete (once per writer): what it did not use goes back. */
void as_spool_end(as_spool *s, const as_spool_writer *w);

/* Gives a region's storage back. Regions of inputs are left alone. */
void as_spool_drop(as_spool *s, as_region r);
/* A file descriptor that can only read a region's file (an examiner must not change what others will
 * read), or -1; the number of files. */
int as_spool_fd(const as_spool *s, unsigned file);
unsigned as_spool_files(const as_spool *s);
/* Reads up to n bytes of a region from offset at in it; AS_IO if they cannot be read. */
as_status as_spool_read(
	const as_spool *s, as_region r, uint64_t at, uint8_t *to, size_t n) AS_MUST_USE;

#endif
