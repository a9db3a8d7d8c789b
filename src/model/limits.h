/* SPDX-License-Identifier: Apache-2.0 */
/* Budgets of a review. Every one is settable, and recorded in the dossier when it is hit. */
#ifndef AS_LIMITS_H
#define AS_LIMITS_H

#include <stdint.h>

typedef struct as_limits {
	unsigned depth;        /* containers within containers */
	uint64_t objects;      /* entries, in one container and in the whole review */
	uint64_t bytes;        /* unpacked, in the whole review; 0: in proportion to its inputs */
	uint64_t object_bytes; /* of one object */
	unsigned ratio;        /* bytes out per byte in, for one container, beyond AS_RATIO_FREE */
	unsigned seconds;      /* for one object */
	uint64_t memory;       /* of one examiner, bytes */
} as_limits;

enum { AS_RATIO_FREE = 256 << 20 /* bytes any container may expand to, whatever its size */ };

#endif
