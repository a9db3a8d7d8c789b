/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the ARJ handler share. The layout is described in arj.c. */
#ifndef AS_FMT_ARJ_H
#define AS_FMT_ARJ_H

#include "codec/codec.h"
#include "unpack/format.h"

/* Decodes n bytes out of packed by method 1 to 4 into sink. Working memory is from the arena. AS_PARTIAL: damaged, or
 * it ends early. */
as_status as_arj_decode(as_arena *arena, unsigned method, as_span packed, uint64_t n, as_sink sink,
	void *ctx) AS_MUST_USE;

#endif
