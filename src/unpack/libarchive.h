/* SPDX-License-Identifier: Apache-2.0 */
/* Archives that libarchive reads, told as ours. It runs in the examiner, on bytes in memory. */
#ifndef AS_UNPACK_LIBARCHIVE_H
#define AS_UNPACK_LIBARCHIVE_H

#include "codec/codec.h"
#include "unpack/format.h"

struct archive;

typedef struct as_la_kind {
	int (*support)(struct archive *a); /* archive_read_support_format_... */
	unsigned has;                      /* AS_HAS_*: what the format keeps of an entry */
	bool made_up; /* the library gives entries without permissions 0666, 0777 or 0444: not told */
} as_la_kind;

/* Emits the entries of body, in the order of the archive; damage and encryption are noted. Times that the format
 * keeps without a zone are taken as UTC where the process has TZ=UTC, as examiners have. Statuses as as_put. */
as_status as_la_list(as_unpack *u, as_span body, const as_la_kind *k) AS_MUST_USE;

/* Hands on the contents of the first entry of archive, which is not told. AS_PARTIAL: they are damaged, or packed in a
 * way that the library does not know; else what the sink answers. */
as_status as_la_first(
	as_span archive, int (*support)(struct archive *a), as_sink sink, void *ctx) AS_MUST_USE;

#endif
