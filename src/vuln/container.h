/* SPDX-License-Identifier: Apache-2.0 */
/* What feeds are packed in: compressed streams, tar, zip. */
#ifndef AS_VULN_CONTAINER_H
#define AS_VULN_CONTAINER_H

#include "base/arena.h"

/* Takes files one after another: begin, add, add, ..., end. damage: why a file ends early, or NULL. */
typedef struct as_taker {
	as_status (*begin)(void *ctx, as_span name);
	as_status (*add)(void *ctx, as_span bytes);
	as_status (*end)(void *ctx, const char *damage);
	void *ctx;
} as_taker;

/* Hands the file's bytes to a taker, unpacked: as they are, the contents of a compressed stream (gzip, xz,
 * Zstandard, bzip2), the files of a tar, also a compressed one, or of a zip. Archives in archives are handed
 * over as they are. What unpacks to more than as_unpacked_most allows is damage. data: the whole file; mapped: it
 * is a mapping of it, whose pages are given back once they were read. name: the file's; members are named
 * "name: path". Any status but AS_OK is the taker's, or AS_NOMEM. */
as_status as_container_read(
	as_span data, bool mapped, as_span name, const as_taker *taker) AS_MUST_USE;

/* The most bytes that so many may unpack to: more than deflate can make of them. Pure. */
uint64_t as_unpacked_most(uint64_t packed);

/* A tar that comes piece by piece. */
typedef struct as_tar as_tar;
as_tar *as_tar_new(as_span name, const as_taker *taker);
void as_tar_free(as_tar *t);
as_status as_tar_add(as_tar *t, as_span bytes) AS_MUST_USE;
/* damage: why no more bytes come, or NULL; without its end mark a tar counts as cut off. */
as_status as_tar_end(as_tar *t, const char *damage) AS_MUST_USE;
/* Whether the first 512 bytes are the head of a tar. Pure. */
bool as_is_tar(as_span head);

/* Hands the files of a zip to a taker. What is not as its directory says (size, sum), or stands in other files,
 * too, is damage. */
as_status as_zip_read(as_span data, as_span name, const as_taker *taker) AS_MUST_USE;

enum { AS_MEMBER_NAME = 1024 /* bytes of an archive's and of a member's name that are kept */ };
/* Does begin for a member of an archive: its name is "archive: path". */
as_status as_member_begin(const as_taker *taker, as_span archive, as_span path) AS_MUST_USE;

#endif
