/* SPDX-License-Identifier: Apache-2.0 */
/* config.cfg: what Nokia's (Alcatel-Lucent's) fibre terminals save of their settings, in either byte order.
 *    0 00123123   4 size of what is packed   8 CRC-32 of it   12 size unpacked and one   16 unknown   20 zlib
 * On some devices all of it is AES-256-CBC under a key that is public knowledge, filled up as PKCS #7 has it. */
#include "codec/cipher.h"
#include "codec/codec.h"
#include "unpack/vendor.h"

enum { HEADER = 20, MAGIC = 0x00123123, MOST = 16 << 20 };

static const uint8_t key[32] = { 0x3d, 0xa3, 0x73, 0xd7, 0xdc, 0x82, 0x2e, 0x2a, 0x47, 0x0d, 0xec,
	0x37, 0x89, 0x6e, 0x80, 0xd7, 0x2c, 0x49, 0xb3, 0x16, 0x29, 0xdd, 0xc9, 0x97, 0x35, 0x4b,
	0x84, 0x03, 0x91, 0x77, 0x9e, 0xa4 };
static const uint8_t iv[AS_AES_BLOCK] = { 0xd0, 0xe6, 0xdc, 0xcd, 0xa7, 0x4a, 0x00, 0xdf, 0x76,
	0x0f, 0xc0, 0x85, 0x11, 0xcb, 0x05, 0xea };

typedef struct header {
	bool secret, big;
	uint32_t n, sum, plain;
} header;

/* Reads the first 16 bytes of the header, which are the cipher's first block. */
static bool read_plain(as_span start, header *h)
{
	as_cur c = as_cur_be(start, 0);
	uint32_t magic = as_u32(&c);
	c.big = h->big = magic == MAGIC;
	h->n = as_u32(&c);
	h->sum = as_u32(&c);
	h->plain = as_u32(&c);
	return as_ok(&c) && (magic == MAGIC || magic == __builtin_bswap32(MAGIC)) && h->n > 8;
}

static bool read_header(as_span image, header *h)
{
	uint8_t first[AS_AES_BLOCK];
	*h = (header){ 0 };
	if (image.n <= HEADER + 8)
		return false;
	if (read_plain(image, h))
		return true;
	h->secret = image.n % AS_AES_BLOCK == 0 && image.n <= MOST &&
		    as_decipher_start(AS_AES256_CBC, key, iv, image, first, sizeof(first)) &&
		    read_plain(as_bytes(first, sizeof(first)), h);
	return h->secret && HEADER + (uint64_t)h->n < image.n &&
	       HEADER + (uint64_t)h->n + AS_AES_BLOCK >= image.n;
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	if (!read_header(image, &h))
		return AS_NOT_THIS;
	as_span packed = as_cut(image, HEADER, h.n);
	if (h.secret)
		*out = (as_extent){ .size = image.n, .sure = AS_STRUCTURED };
	else if (packed.n > 0 && as_crc32(0, packed) == h.sum)
		*out = (as_extent){ .size = HEADER + (uint64_t)h.n, .sure = AS_CHECKSUMMED };
	else if (as_at(image, HEADER) == 0x78 && h.plain > h.n / 2)
		*out = (as_extent){ .size = as_min(HEADER + (uint64_t)h.n, image.n),
			.sure = AS_PLAUSIBLE };
	else
		return AS_NOT_THIS;
	return AS_OK;
}

typedef struct room {
	uint8_t *p;
	size_t n, cap;
} room;

static as_status on_bytes(void *ctx, as_span bytes)
{
	room *r = ctx;
	if (bytes.n > r->cap - r->n)
		return AS_PARTIAL;
	memcpy(&r->p[r->n], bytes.p, bytes.n);
	r->n += bytes.n;
	return AS_OK;
}

/* The image deciphered, in the container's memory; empty if that cannot be had. */
static as_span decipher(as_unpack *u, as_span body)
{
	room r = { .cap = body.n };
	if (as_want(u, body.n) != AS_OK)
		return (as_span){ 0 };
	r.p = as_alloc(as_memory(u), body.n);
	if (!r.p || as_decipher(AS_AES256_CBC, key, iv, body, on_bytes, &r) != AS_OK)
		return (as_span){ 0 };
	return as_bytes(r.p, r.n);
}

static as_status unpack(as_unpack *u, as_span body)
{
	header h;
	bool want = true;
	as_entry e = { .at = HEADER, .type = AS_PART, .name = as_lit("config.xml") };
	if (!read_header(body, &h))
		return as_lost(u, 0, "header is damaged");
	as_span all = h.secret ? decipher(u, body) : body;
	as_struct(u, 0, h.secret ? body.n : HEADER, "configuration header");
	if (h.secret)
		as_tell(u, as_cut(body, 0, AS_AES_BLOCK), "encrypted",
			as_lit("AES-256-CBC, the key is public knowledge"));
	if (all.n < HEADER)
		return as_lost(u, 0, "there is no memory to decipher it");
	as_span packed = as_cut(all, HEADER, as_min(h.n, all.n - HEADER));
	as_status s = packed.n < h.n ? as_lost(u, body.n, "configuration is cut off")
				     : as_vendor_sum(u, body, as_cut(body, 8, 4), "crc",
					       as_crc32(0, packed) == h.sum, "checksum is wrong");
	if (!h.secret)
		as_struct(u, HEADER, packed.n, "packed configuration");
	as_status d = as_begin(u, NULL, &e, &want);
	if (d == AS_OK && want) {
		d = as_decode(AS_ZLIB, packed, as_sink_more, u, NULL);
		if (d == AS_PARTIAL || d == AS_NOT_THIS)
			d = as_lost(u, HEADER, "packed bytes are damaged");
		d = as_worse(d, as_end(u, d != AS_OK));
	}
	return as_worse(s, d);
}

const as_format as_format_nokia_config = {
	.id = "nokia_config",
	.title = "Nokia ONT configuration",
	.kind = AS_CARRIER,
	.magic = NULL, /* the magic begins with NUL, or is enciphered */
	.anywhere = false,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "big-endian and little-endian",
		"encrypted under the key that is public knowledge", NULL },
	.verifies = (const char *const[]){ "CRC-32 of what is packed", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "encrypted values within the configuration",
		"devices whose key is another", NULL },
	.spec = "https://0x41.cf/reversing/2019/10/08/unlocking-nokia-g240wa.html",
	.see = NULL,
};
