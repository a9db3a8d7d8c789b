/* SPDX-License-Identifier: Apache-2.0 */
/* How the pages of a NAND dump and their out-of-band bytes stand in it. */
#ifndef AS_FMT_NAND_H
#define AS_FMT_NAND_H

#include "unpack/format.h"
#include "unpack/oob.h"

typedef enum as_nand_proof {
	AS_NAND_NO,
	AS_NAND_LOOKS,  /* what stands behind each page looks like nothing else */
	AS_NAND_BLOCKS, /* headers of UBI stand a page and its out-of-band bytes apart */
	AS_NAND_CODES,  /* codes for error correction fit the pages before them */
} as_nand_proof;

typedef struct as_nand_shape {
	uint32_t page, spare;
	as_nand_proof proof; /* AS_NAND_NO: it is no dump */
	bool blank;          /* all out-of-band bytes looked at are erased */
	as_oob_code code;
} as_nand_shape;

/* Finds the shape of a dump that is the whole of image. Pure. */
as_nand_shape as_nand_find(as_span image);

#endif
