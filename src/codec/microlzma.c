/* SPDX-License-Identifier: Apache-2.0 */
/* LZMA as EROFS keeps it: no header; the first byte, always 0 in an LZMA stream, holds the properties. */
#include "codec/state.h"

as_status as_decode_microlzma(
	as_span in, uint32_t dictionary, uint8_t *out, size_t cap, size_t *out_n)
{
	lzma_stream z = LZMA_STREAM_INIT;
	*out_n = 0;
	/* The decoder takes as much memory as the dictionary; none is needed beyond the output. */
	uint32_t most = (uint32_t)as_min(dictionary, as_max(cap, 4096));
	lzma_ret r = lzma_microlzma_decoder(&z, in.n, cap, false, most);
	z.next_in = in.p;
	z.avail_in = in.n;
	z.next_out = out;
	z.avail_out = cap;
	while (r == LZMA_OK && z.avail_out > 0) {
		size_t before = z.avail_out;
		r = lzma_code(&z, LZMA_RUN);
		if (r == LZMA_OK && z.avail_out == before && z.avail_in == 0)
			break;
	}
	*out_n = cap - z.avail_out;
	lzma_end(&z);
	if (r == LZMA_MEM_ERROR || r == LZMA_MEMLIMIT_ERROR)
		return AS_NOMEM;
	return *out_n == cap ? AS_OK : AS_PARTIAL;
}
