/* SPDX-License-Identifier: Apache-2.0 */
/* Bare machine code without any header, such as boot loaders and the firmware of controllers: which instruction set
 * (code/blob_set.h) and which address (code/blob_base.h) are guessed, and it is said how well. All of the bytes become
 * one region of memory at that address, which is taken not to change: what of it is data cannot be told. Not read: x86
 * (its instructions have any length and begin anywhere: that is not told from data well enough), microMIPS, big-endian
 * Thumb, code that begins at an odd place of the object, and more than one program in an object: the larger counts. */
#ifndef AS_CODE_BLOB_H
#define AS_CODE_BLOB_H

#include "code/blob_base.h"
#include "code/program.h"

typedef struct as_blob {
	as_blob_evidence evidence;
	as_blob_base
		place; /* place.sure 0: not known, and base is 0, or what calls of MIPS tell of it */
	bool vectors;  /* the base was told by a table of interrupt vectors (Cortex-M) */
	uint64_t base;
	as_span where; /* the code */
} as_blob;

/* Lays out p. AS_NOT_THIS: no machine code, as far as can be told. AS_NOMEM. */
as_status as_blob_open(as_program *p, as_span data) AS_MUST_USE;

#endif
