/* SPDX-License-Identifier: Apache-2.0 */
/* What AS_OP_PACKED does: operations on the parts of 16 bytes, of which the machine (machine.h) alone makes use. */
#ifndef AS_CODE_PACKED_H
#define AS_CODE_PACKED_H

#include "code/op.h"

/* lane is the bytes of a part; parts are numbered from the lowest. */
typedef enum as_packed {
	AS_PACKED_EQUAL,    /* each part: all ones where those of a and b are equal, else 0 */
	AS_PACKED_GREATER,  /* ... where a's is greater than b's, signed */
	AS_PACKED_ABOVE_EQ, /* ... where it is not below, unsigned */
	AS_PACKED_LEAST,    /* each part: the smaller of both, unsigned */
	AS_PACKED_MOST,
	AS_PACKED_ADD,
	AS_PACKED_SUB,
	AS_PACKED_SUB_TO_0,    /* a - b, but 0 where b is greater, unsigned */
	AS_PACKED_CARRIES,     /* each part: all ones where the sum of both overflows, unsigned */
	AS_PACKED_AND_NOT,     /* ~a & b, of everything */
	AS_PACKED_WEAVE,       /* the parts of the lower halves of a and b in turn, a's first */
	AS_PACKED_SIGNS,       /* bit i: the sign of part i of a */
	AS_PACKED_UP,          /* a moved up by count bytes, zeros come in */
	AS_PACKED_DOWN,        /* down */
	AS_PACKED_SHUFFLE,     /* parts of 4 bytes of a, as the pairs of bits in count say */
	AS_PACKED_SHUFFLE_LOW, /* parts of 2 bytes of its lower half; the upper stays */
	AS_PACKED_REPEAT,      /* every part is a's lowest */
	AS_PACKED_NARROW, /* the lower halves of a's parts of 2 * lane bytes, moved down by count bits before */
	AS_PACKED_PAIRS_LEAST, /* of neighbours, first a's, then b's: the smaller, unsigned */
	AS_PACKED_PAIRS_MOST,
	AS_PACKED_PAIRS_ADD,
	AS_PACKED_REVERSE_BITS, /* of the width bytes of a */
	AS_N_PACKED
} as_packed;

/* Appends dst = which(a, b) on parts of lane bytes; b may be AS_REG_NONE. width is that of dst, in bytes. */
void as_op_packed(as_ops *ops, as_packed which, uint8_t width, uint8_t dst, uint8_t a, uint8_t b,
	unsigned lane, unsigned count);
/* Does it: low and high halves of a and b to those of *r. Pure. */
void as_packed_do(const as_op *op, const uint64_t a[2], const uint64_t b[2], uint64_t r[2]);

#endif
