/* SPDX-License-Identifier: Apache-2.0 */
/* Memory contents that a file gives piece by piece with the address of each: Intel HEX, S-records, UF2. Pieces that
 * follow each other in memory make one part, named by its address. */
#ifndef AS_UNPACK_HEXFILE_H
#define AS_UNPACK_HEXFILE_H

#include "unpack/format.h"

typedef struct as_hexes {
	as_unpack *u;
	const char *prefix; /* of the parts' names, constant */
	uint64_t next;      /* address behind the part that is open */
	bool open, want;
} as_hexes;

/* Adds bytes for an address; at is where they stand in the body. Statuses as as_begin and as_more. */
as_status as_hexes_add(as_hexes *p, uint64_t at, uint64_t address, as_span bytes) AS_MUST_USE;
/* Ends the part that is open, if one is. */
as_status as_hexes_end(as_hexes *p) AS_MUST_USE;

enum { AS_HEX_LINE = 300 /* bytes of the longest record */ };

#endif
