/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the VHDX handler share. The layout is described in vhdx.c and vhdx_log.c. */
#ifndef AS_FMT_VHDX_H
#define AS_FMT_VHDX_H

#include "base/map.h"
#include "unpack/format.h"

/* Bytes that the log puts into the image; zeros where data is empty. */
typedef struct as_vhdx_write {
	uint64_t at, n;
	as_span first, data,
		last; /* of a sector: its first eight bytes, what follows, its last four */
} as_vhdx_write;

/* The image as it is after its log was replayed. */
typedef struct as_vhdx {
	as_unpack *u;
	as_span body;
	uint64_t end; /* where the image ends then */
	as_vhdx_write *writes;
	size_t n;
	as_map touched; /* the MiB of the image that the log writes to */
} as_vhdx;

/* Whether s, but for its sum at offset 4, has the sum (CRC-32C) that stands there. Pure. */
bool as_vhdx_sum_right(as_span s);
/* Reads the log that stands at [at, at + n) of the body and belongs to id; v is set but for its writes.
 * AS_PARTIAL: no or not all writes could be read, which was recorded. Free v->touched afterwards. */
as_status as_vhdx_replay(as_vhdx *v, uint64_t at, uint64_t n, as_span id);
/* Whether the log changes any of n bytes at offset at. Pure. */
bool as_vhdx_changes(const as_vhdx *v, uint64_t at, uint64_t n);
/* n bytes at offset at as they are then: cut from the body, or put together in the arena or, if it is given, in
 * room. Empty if the image then has not so many, or without memory. */
as_span as_vhdx_bytes(const as_vhdx *v, uint64_t at, uint64_t n, uint8_t *room);

#endif
