/* SPDX-License-Identifier: Apache-2.0 */
/* xz: LZMA2 blocks with checks, an index and a footer.
 *    0 fd "7zXZ" 00   6 flags (00, check)   8 CRC-32 of the flags   12 blocks, index, footer ("YZ")
 * Streams may follow each other, with zeros between in units of four bytes. */
#include "unpack/stream.h"

static as_status probe(as_span image, as_extent *out)
{
	as_cur c = as_cur_le(image, 6);
	as_span flags = as_take(&c, 2);
	uint32_t sum = as_u32(&c);
	if (!as_ok(&c) || flags.p[0] != 0 || sum != as_crc32(0, flags))
		return AS_NOT_THIS;
	if (as_stream_probe(AS_XZ, image, true, out) != AS_OK)
		return AS_NOT_THIS;
	out->sure = AS_CHECKSUMMED;
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	static const char *const checks[16] = {
		[0] = "none", [1] = "crc32", [4] = "crc64", [10] = "sha256"
	};
	const char *check = checks[as_at(body, 7) & 15];
	as_tell(u, as_cut(body, 7, 1), "check", as_lit(check ? check : "unknown"));
	return as_stream_unpack(u, AS_XZ, body, &(as_entry){ .type = AS_PART });
}

const as_format as_format_xz = {
	.id = "xz",
	.title = "xz",
	.kind = AS_STREAM,
	.magic = (const as_magic[]){ { .bytes = "\xfd"
						"7zXZ\0",
					     .len = 6,
					     .at = 0 },
		{ 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "several streams and blocks, zeros between streams",
		"branch filters", "checks none, CRC-32, CRC-64, SHA-256", NULL },
	.verifies = (const char *const[]){ "CRC-32 of headers and index",
		"the check of each block, by the library", NULL },
	.keeps = NULL,
	.samples = (const char *const[]){ "xz 5.4.1", NULL },
	.gaps = (const char *const[]){ "dictionaries of more than 128 MiB", NULL },
	.spec = "https://tukaani.org/xz/xz-file-format.txt",
	.see = "xz -dc < IN > OUT",
};
