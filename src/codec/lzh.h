/* SPDX-License-Identifier: Apache-2.0 */
/* The compression of LHA's family, as ARJ and UEFI have it. */
#ifndef AS_CODEC_LZH_H
#define AS_CODEC_LZH_H

#include "base/arena.h"
#include "codec/codec.h"

typedef enum as_lzh {
	AS_LZH_ARJ,         /* methods 1 to 3 */
	AS_LZH_ARJ_FASTEST, /* method 4 */
	AS_LZH_EFI,         /* EFI 1.1: UEFI's standard compression */
	AS_LZH_TIANO,       /* EDK's own, with a larger window */
} as_lzh;

/* Decodes n bytes out of packed into sink. Working memory is from the arena. *used (may be NULL): bytes of packed that
 * were read. AS_PARTIAL: damaged, or it ends early. */
as_status as_lzh_decode(as_arena *arena, as_lzh how, as_span packed, uint64_t n, as_sink sink,
	void *ctx, uint64_t *used) AS_MUST_USE;

#endif
