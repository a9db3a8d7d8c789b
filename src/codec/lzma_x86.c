/* SPDX-License-Identifier: Apache-2.0 */
/* LZMA with its 13-byte header, over which the jumps of x86 programs were made absolute (UEFI). */
#include "codec/state.h"

enum { HEADER = 13, DICTIONARY_AT = 1 };

as_status as_decode_lzma_x86(as_span in, uint8_t *out, size_t cap, size_t *out_n)
{
	lzma_stream z = LZMA_STREAM_INIT;
	lzma_options_lzma o = { 0 };
	as_span packed = as_from(in, HEADER);
	*out_n = 0;
	unsigned props = as_at(in, 0);
	if (packed.n == 0 || props >= 9 * 5 * 5 || cap == 0)
		return AS_NOT_THIS;
	as_cur c = as_cur_le(in, DICTIONARY_AT);
	/* No more of the dictionary is needed than comes out. */
	o.dict_size = (uint32_t)as_min(as_u32(&c), as_max(cap, 4096));
	o.dict_size = o.dict_size < 4096 ? 4096 : o.dict_size;
	o.lc = props % 9;
	o.lp = props / 9 % 5;
	o.pb = props / 45;
	o.ext_flags = LZMA_LZMA1EXT_ALLOW_EOPM;
	o.ext_size_low = (uint32_t)cap;
	o.ext_size_high = (uint32_t)((uint64_t)cap >> 32);
	lzma_filter chain[] = { { .id = LZMA_FILTER_X86 },
		{ .id = LZMA_FILTER_LZMA1EXT, .options = &o }, { .id = LZMA_VLI_UNKNOWN } };
	lzma_ret r = lzma_raw_decoder(&z, chain);
	z.next_in = packed.p;
	z.avail_in = packed.n;
	z.next_out = out;
	z.avail_out = cap;
	if (r == LZMA_OK)
		r = lzma_code(&z, LZMA_FINISH);
	*out_n = cap - z.avail_out;
	lzma_end(&z);
	if (r == LZMA_MEM_ERROR || r == LZMA_MEMLIMIT_ERROR)
		return AS_NOMEM;
	return *out_n == cap && (r == LZMA_OK || r == LZMA_STREAM_END) ? AS_OK : AS_PARTIAL;
}
