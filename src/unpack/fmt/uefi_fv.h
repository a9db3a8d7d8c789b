/* SPDX-License-Identifier: Apache-2.0 */
/* What the handlers of UEFI's formats share. */
#ifndef AS_FMT_UEFI_FV_H
#define AS_FMT_UEFI_FV_H

#include "unpack/format.h"

enum { AS_UEFI_GUID = 16 /* bytes */ };

/* A GUID as people write it, from its 16 bytes. */
as_span as_uefi_guid(as_arena *a, as_span guid);
/* Whether s is the GUID in those 16 bytes. Pure. */
bool as_uefi_is_guid(as_span s, const char *guid);

typedef enum as_uefi_packing {
	AS_UEFI_LZMA,     /* with its 13-byte header */
	AS_UEFI_LZMA_X86, /* the same, with the jumps of x86 made absolute */
	AS_UEFI_STANDARD, /* sizes and EFI 1.1's codes, or Tiano's */
	AS_UEFI_TIANO,    /* the same, Tiano's only */
	AS_UEFI_BROTLI,   /* two sizes before it */
} as_uefi_packing;

/* Bytes that the packed sections of a volume unpack to. */
enum { AS_UEFI_ROOM = 128 << 20 };

/* What a packed section holds, in the arena; what is wrong with it is told at body offset at, and *s made worse.
 * *left: bytes that may still come out of those of the volume. */
as_span as_uefi_unpacked(as_unpack *u, uint64_t at, as_uefi_packing how, as_span packed,
	uint64_t *left, as_status *s);

/* Puts the variables of the store at body offset from: a file of each, named as Linux names them. */
as_status as_uefi_variables(as_unpack *u, as_span body, uint64_t from) AS_MUST_USE;

#endif
