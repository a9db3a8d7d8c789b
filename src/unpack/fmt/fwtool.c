/* SPDX-License-Identifier: Apache-2.0 */
/* What OpenWrt's fwtool puts behind an image, big-endian; Teltonika's and other makers' firmware has it, too. From the
 * object's end: a trailer, before it its data, and so on:
 *    0 "FWx0"   4 CRC-32, without the last inversion, of all before   8 type: 0 signature, 1 metadata   9 0 [3]
 *   12 bytes of data and trailer
 * Metadata is version u32 (0), flags u32, and JSON. */
#include "unpack/vendor.h"

enum { TRAILER = 16, CHUNKS_MAX = 8, HEAD = 8, DATA_MAX = 64 << 10, TOLD_MAX = 2048 };

typedef struct chunk {
	uint32_t sum, n;
	uint8_t type;
	uint64_t at, trailer; /* where data and trailer stand */
} chunk;

/* The chunk that ends at end. */
static bool read_chunk(as_span image, uint64_t end, chunk *k)
{
	if (end < TRAILER)
		return false;
	as_cur c = as_cur_be(image, end - TRAILER);
	bool is = as_is(as_take(&c, 4), "FWx0");
	*k = (chunk){ .sum = as_u32(&c), .trailer = end - TRAILER };
	k->type = as_u8(&c);
	bool zero = as_all(as_take(&c, 3), 0);
	k->n = as_u32(&c);
	k->at = end - k->n;
	return as_ok(&c) && is && zero && k->n >= TRAILER && k->n <= DATA_MAX && k->n < end &&
	       k->type <= 1;
}

static bool sum_right(as_span image, const chunk *k)
{
	return as_vendor_jamcrc(as_cut(image, 0, k->trailer)) == k->sum;
}

static as_status probe(as_span image, as_extent *out)
{
	chunk k;
	if (!read_chunk(image, image.n, &k))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = image.n,
		.sure = sum_right(image, &k) ? AS_CHECKSUMMED : AS_PLAUSIBLE };
	return AS_OK;
}

static as_status put_chunk(as_unpack *u, as_span body, const chunk *k)
{
	bool info = k->type == 1;
	uint64_t head = info ? as_min(HEAD, k->trailer - k->at) : 0;
	as_span data = as_cut(body, k->at + head, k->trailer - k->at - head);
	as_struct(u, k->at, head, "metadata's header");
	as_struct(u, k->trailer, TRAILER, "fwtool trailer");
	if (info && data.n <= TOLD_MAX)
		as_vendor_text(u, data, "metadata");
	as_status s = as_vendor_sum(u, body, as_cut(body, k->trailer + 4, 4),
		info ? "metadata-crc" : "signature-crc", sum_right(body, k), "checksum is wrong");
	return as_worse(s, as_vendor_part(u, body, as_lit(info ? "metadata.json" : "signature"),
				   k->at + head, data.n));
}

static as_status unpack(as_unpack *u, as_span body)
{
	chunk k;
	as_status s = AS_OK;
	uint64_t end = body.n;
	for (unsigned i = 0; i < CHUNKS_MAX && s <= AS_PARTIAL && read_chunk(body, end, &k); i++) {
		s = as_worse(s, put_chunk(u, body, &k));
		end = k.at;
	}
	return s > AS_PARTIAL ? s : as_worse(s, as_vendor_part(u, body, as_lit("image"), 0, end));
}

const as_format as_format_fwtool = {
	.id = "fwtool",
	.title = "OpenWrt image with metadata",
	.kind = AS_CARRIER,
	.magic = NULL,
	.anywhere = false,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "metadata, signature, both", NULL },
	.verifies = (const char *const[]){ "CRC-32 of each", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "signatures are parts, not verified",
		"searched only at the end of an object", NULL },
	.spec = "https://github.com/openwrt/fwtool",
	.see = NULL,
};
