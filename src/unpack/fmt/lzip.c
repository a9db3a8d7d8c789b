/* SPDX-License-Identifier: Apache-2.0 */
/* lzip: members of an LZMA stream with an end mark between a header and a trailer, little-endian.
 *    0 "LZIP"   4 version (0, 1)   5 dictionary size: 2^(low 5 bits), less (high 3 bits) sixteenths of it
 *    6 LZMA stream (lc 3, lp 0, pb 2); then   0 CRC-32 of the contents   4 their size u64   12 member size u64
 * Members follow each other without a gap. A member's size stands at its end only, so the end of all is found
 * by decoding. */
#include "unpack/stream.h"

enum { HEAD = 6, LOG_LEAST = 12, LOG_MOST = 29 };

static uint32_t dictionary_of(as_span in)
{
	uint8_t coded = as_at(in, 5);
	uint32_t n = 1u << (coded & 31);
	return n - n / 16 * (coded >> 5);
}

static as_status probe(as_span image, as_extent *out)
{
	unsigned log = as_at(image, 5) & 31u;
	if (image.n <= HEAD || image.p[4] > 1 || log < LOG_LEAST || log > LOG_MOST ||
		image.p[HEAD] != 0)
		return AS_NOT_THIS;
	return as_stream_probe(AS_LZIP, image, true, out);
}

static as_status unpack(as_unpack *u, as_span body)
{
	as_tellf(u, as_cut(body, 4, 1), "version", "%u", as_at(body, 4));
	as_tellf(u, as_cut(body, 5, 1), "dictionary", "%u", dictionary_of(body));
	return as_stream_unpack(u, AS_LZIP, body, &(as_entry){ .type = AS_PART });
}

const as_format as_format_lzip = {
	.id = "lzip",
	.title = "lzip",
	.kind = AS_STREAM,
	.magic = (const as_magic[]){ { .bytes = "LZIP", .len = 4, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "version 0 and 1; several members", NULL },
	.verifies = (const char *const[]){ "CRC-32 and sizes of each member", NULL },
	.samples = (const char *const[]){ "lzip 1.23", NULL },
	.keeps = NULL,
	.gaps = (const char *const[]){ "dictionaries of more than 128 MiB", NULL },
	.spec = "https://www.nongnu.org/lzip/manual/lzip_manual.html#File-format",
	.see = "lzip -dc < IN > OUT",
};
