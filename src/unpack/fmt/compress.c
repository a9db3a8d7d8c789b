/* SPDX-License-Identifier: Apache-2.0 */
/* compress (.Z): LZW.
 *    0 1f 9d   2 flags: low 5 bits, the longest code (9 to 16); 80, codes may be cleared   3 codes
 * It has neither sizes nor checksum nor end mark: what makes no sense ends it. */
#include "unpack/stream.h"

static bool glance(as_span start)
{
	uint8_t flags = as_at(start, 2);
	/* The first code is of one byte: its ninth bit is clear. */
	return !(flags & 0x60) && (flags & 31) >= 9 && (flags & 31) <= 16 && start.n > 4 &&
	       !(start.p[4] & 1);
}

static as_status probe(as_span image, as_extent *out)
{
	return glance(image) ? as_stream_probe(AS_COMPRESS, image, false, out) : AS_NOT_THIS;
}

static as_status unpack(as_unpack *u, as_span body)
{
	as_tellf(u, as_cut(body, 2, 1), "longest code", "%u", as_at(body, 2) & 31);
	/* Once all codes of 9 bits are taken, the writer uses one more, which does not fit: its own reader fails. */
	enum { WHOLE = 3 + 9 * 256 / 8 /* bytes that are sure */ };
	as_status s = as_stream_unpack(u, AS_COMPRESS, body, &(as_entry){ .type = AS_PART });
	bool unsure = (as_at(body, 2) & 31) == 9 && body.n > WHOLE;
	return unsure ? as_worse(
				s, as_lost(u, WHOLE,
					   "codes of 9 bits only: the writer itself could not read "
					   "what it wrote, contents may be wrong from here on"))
		      : s;
}

const as_format as_format_compress = {
	.id = "compress",
	.title = "compress (LZW)",
	.kind = AS_STREAM,
	.magic = (const as_magic[]){ { .bytes = "\x1f\x9d", .len = 2, .at = 0 }, { 0 } },
	.anywhere = true,
	.glance = glance,
	.probe = probe,
	.unpack = unpack,
	.variants =
		(const char *const[]){
			"codes of up to 10 to 16 bits, with and without clearing", NULL },
	.samples = (const char *const[]){ "compress (ncompress 4.2.4.6)", NULL },
	.verifies = NULL,
	.keeps = NULL,
	.gaps =
		(const char *const[]){
			"codes of 9 bits only (compress -b 9): ncompress writes what neither it "
			"nor gzip can read; the contents are given and said to be unsure",
			"nothing says where it ends: what follows it is taken for "
			"more of it, and then for damage",
			NULL },
	.spec = "https://en.wikipedia.org/wiki/Compress_(software)",
	.see = "gzip -dc < IN > OUT",
};
