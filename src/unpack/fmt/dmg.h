/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the handler of DMG share. */
#ifndef AS_DMG_H
#define AS_DMG_H

#include "unpack/format.h"

/* A partition's table of chunks. */
typedef struct as_dmg_table {
	as_span name, raw;
} as_dmg_table;

/* Checksums are told by kind (2: CRC-32), bits and 32 words. */
typedef struct as_dmg_sum {
	uint32_t kind, bits, value;
} as_dmg_sum;

enum { AS_DMG_CRC32 = 2, AS_DMG_SECTOR = 512, AS_DMG_SUM = 136 };

as_dmg_sum as_dmg_sum_at(as_span raw, uint64_t at);
/* Puts a partition, whose chunks are told relative to offset from of the body. Statuses as as_begin. */
as_status as_dmg_put(as_unpack *u, as_span body, uint64_t from, const as_dmg_table *t) AS_MUST_USE;

#endif
