/* SPDX-License-Identifier: Apache-2.0 */
#include "code/fingerprint.h"

#include "base/map.h"

uint64_t as_fingerprint_of(const as_program *p, const as_kept *k)
{
	uint64_t h = 0;
	for (uint32_t i = 0; i < k->flow.n_blocks; i++)
		for (uint32_t j = 0; j < k->flow.blocks[i].n; j++) {
			const as_op *op = &k->flow.ops[k->flow.blocks[i].first + j];
			const uint8_t word[4] = { op->kind, op->width, op->cond, op->shift };
			h = as_hash64(h, as_bytes(word, sizeof(word)));
		}
	for (uint32_t i = 0; i < k->values.n_calls; i++)
		h = as_hash64(h, as_api_name(p, k->values.calls[i].goal));
	return h;
}
