/* SPDX-License-Identifier: Apache-2.0 */
/* Error correction of NAND pages by the out-of-band bytes behind them: Hamming codes of three bytes, each of which
 * tells a wrong bit in 256 or 512 bytes and notices two. */
#ifndef AS_UNPACK_OOB_H
#define AS_UNPACK_OOB_H

#include "base/span.h"

enum { AS_OOB_STEPS = 32, AS_OOB_PAGE = 8192, AS_OOB_SAMPLES = 64 };

/* Which codes the out-of-band bytes hold, and where. */
typedef struct as_oob_code {
	uint32_t step; /* bytes that a code covers; 0: none was found */
	uint32_t n;    /* codes of a page */
	bool smart; /* the order of SmartMedia; else that of Linux, in which the first two bytes change places */
	uint16_t at[AS_OOB_STEPS][3]; /* where its bytes stand in the out-of-band bytes */
} as_oob_code;

/* What became of a page or a step of it; the worst last. */
typedef enum as_oob_state {
	AS_OOB_RIGHT,
	AS_OOB_NONE,  /* no code was written */
	AS_OOB_FIXED, /* wrong bits were corrected, in the code or what it covers */
	AS_OOB_WRONG, /* more is wrong than can be corrected */
} as_oob_state;

/* Line and column parities of data, of which the codes are made. Pure. */
typedef struct as_oob_parity {
	uint32_t
		line; /* offsets of the bytes with an odd number of ones, combined by exclusive or */
	uint8_t column; /* numbers of the bits that are ones, combined the same way */
	bool odd;       /* the number of ones is */
} as_oob_parity;
as_oob_parity as_oob_parity_of(as_span data);
/* Bits 0, 2, ... are those of a, exclusive or odd; 1, 3, ... are those of a. n of a. Pure. */
uint32_t as_oob_weave(uint32_t a, bool odd, unsigned n);

/* The code of 256 or 512 bytes: three bytes, the first in the lowest bits. Pure. */
uint32_t as_oob_hamming(as_span data, bool smart);

/* Finds out which codes the pages numbered in list have, where page and spare bytes alternate in image, by trying
 * them. Pure. False: none that at least four pieces of data bear out. */
bool as_oob_find(as_span image, uint32_t page, uint32_t spare, const uint64_t *list, size_t n,
	as_oob_code *code);
/* Verifies a page. AS_OOB_FIXED: copy, of AS_OOB_PAGE bytes, has the page as it was. *bits grows by the bits of
 * the page that were corrected. */
as_oob_state as_oob_page(
	const as_oob_code *code, as_span page, as_span spare, uint8_t *copy, uint64_t *bits);

#endif
