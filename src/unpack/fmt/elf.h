/* SPDX-License-Identifier: Apache-2.0 */
/* ELF programs that UPX has packed. */
#ifndef AS_FMT_ELF_H
#define AS_FMT_ELF_H

#include "unpack/format.h"

typedef struct as_elf_shape {
	bool wide, big;  /* 64 bits; big-endian */
	uint64_t behind; /* where the program headers end */
} as_elf_shape;

/* Where what UPX wrote ends, which is behind all segments; 0 if UPX has not packed the program. Pure. */
uint64_t as_elf_upx_end(as_span image, const as_elf_shape *shape);
/* If UPX has packed the program: tells so, and puts what it unpacks to as "unpacked". AS_OK if it has not. */
as_status as_elf_upx(as_unpack *u, as_span body, const as_elf_shape *shape) AS_MUST_USE;

/* Undoes UPX's filter of that number over n bytes at p; false if it is not known. marker: its parameter. */
bool as_elf_unfilter(uint8_t id, uint8_t marker, uint8_t *p, size_t n);

#endif
