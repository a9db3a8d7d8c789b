/* SPDX-License-Identifier: Apache-2.0 */
/* How DrayTek packs the parts of its firmware: aa1d7f50, then blocks of LZ4, each with its size before it (u32,
 * little-endian) and unpacked 64 KiB but the last. */
#include "codec/codec.h"
#include "unpack/vendor.h"

enum { MAGIC = 4, BLOCK = 1 << 16, PACKED_MAX = BLOCK + BLOCK / 255 + 16, LEAST = 16 };

/* Decodes the block at at into out; false if there is none. Sets at to the next one. */
static bool next_block(as_span image, uint64_t *at, uint8_t *out, size_t *n)
{
	as_cur c = as_cur_le(image, *at);
	uint32_t packed = as_u32(&c);
	as_span in = as_take(&c, packed <= PACKED_MAX ? packed : 0);
	if (!as_ok(&c) || in.n == 0 || as_decode_block(AS_LZ4_BLOCK, in, out, BLOCK, n) != AS_OK ||
		*n == 0)
		return false;
	*at = as_pos(&c);
	return true;
}

static as_status probe(as_span image, as_extent *out)
{
	uint8_t plain[BLOCK];
	uint64_t at = MAGIC;
	size_t n = BLOCK, blocks = 0;
	while (n == BLOCK && next_block(image, &at, plain, &n))
		blocks++;
	if (blocks == 0 || (blocks == 1 && n < LEAST))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = at, .sure = AS_STRUCTURED, .work = blocks * BLOCK };
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	uint8_t plain[BLOCK];
	uint64_t at = MAGIC;
	size_t n = BLOCK;
	bool want = true;
	as_entry e = { .type = AS_PART, .name = as_lit("unpacked") };
	as_status s = as_begin(u, NULL, &e, &want);
	if (s != AS_OK)
		return s;
	while (s == AS_OK && at < body.n) {
		if (n < BLOCK || !next_block(body, &at, plain, &n))
			s = as_lost(u, at, "a block is damaged");
		else
			s = as_more(u, as_bytes(plain, n));
	}
	as_struct(u, 0, at, "packed data");
	return as_worse(s, as_end(u, s != AS_OK));
}

const as_format as_format_draytek_lz4 = {
	.id = "draytek_lz4",
	.title = "DrayTek LZ4",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "\xaa\x1d\x7f\x50", .len = 4, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "blocks of 64 KiB", NULL },
	.verifies = NULL,
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "blocks that are not packed",
		"the image around it: its parts are found by search, its sum is not verified",
		"modules (DLM) are encrypted", NULL },
	.spec = "https://github.com/infobyte/draytek-arsenal",
	.see = NULL,
};
