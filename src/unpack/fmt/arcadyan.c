/* SPDX-License-Identifier: Apache-2.0 */
/* Arcadyan's obfuscated firmware (Linksys WRT120N and others): a stream of LZMA behind four bytes, of which bytes 4 to
 * 36 changed places with bytes 104 to 136. Of those that then stand at 4 the halves of each byte, and each byte and
 * its neighbour, changed places, too. */
#include "codec/codec.h"
#include "unpack/stream.h"
#include "unpack/vendor.h"

enum {
	FIRST = 4,
	SECOND = 104,
	BLOCK = 32,
	HEAD = SECOND + BLOCK,
	LEAST = 256,
	LOOK = 4096,
	MOST = 16 << 20
};

/* Makes the first n bytes, at least HEAD of them, plain. */
static void clear(as_span in, uint8_t *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = as_at(in, i);
	for (size_t i = 0; i < BLOCK; i++) {
		uint8_t b = as_at(in, SECOND + (i ^ 1));
		out[FIRST + i] = (uint8_t)(b << 4 | b >> 4);
		out[SECOND + i] = as_at(in, FIRST + i);
	}
}

/* LZMA decodes nearly anything: its header must be one that encoders write. */
static bool is_usual(as_span lzma)
{
	as_cur c = as_cur_le(lzma, 0);
	uint8_t properties = as_u8(&c);
	uint32_t dictionary = as_u32(&c);
	uint64_t size = as_u64(&c);
	bool sized = size == UINT64_MAX || (size > lzma.n / 2 && size < (uint64_t)MOST * 64);
	return as_ok(&c) && properties == 0x5d && dictionary >= 1 << 16 && dictionary <= 1 << 26 &&
	       (dictionary & (dictionary - 1)) == 0 && sized && as_u8(&c) == 0;
}

static as_status probe(as_span image, as_extent *out)
{
	uint8_t plain[LOOK], start[LEAST];
	size_t n = as_min(image.n, LOOK), got = 0;
	if (image.n < LEAST || image.n > MOST || as_at(image, SECOND) != 0)
		return AS_NOT_THIS;
	clear(image, plain, n);
	as_span lzma = as_bytes(plain + FIRST, n - FIRST);
	if (!is_usual(lzma) || as_peek(AS_LZMA_ALONE, lzma, start, sizeof(start), &got) != AS_OK)
		return AS_NOT_THIS;
	*out = (as_extent){ .size = image.n, .sure = AS_STRUCTURED };
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	as_entry e = { .type = AS_PART, .name = as_lit("firmware") };
	uint64_t used = 0;
	bool want = true;
	as_status s = as_want(u, body.n);
	if (s != AS_OK || body.n < HEAD)
		return s;
	uint8_t *plain = as_alloc(as_memory(u), body.n);
	if (!plain)
		return AS_NOMEM;
	clear(body, plain, body.n);
	s = as_begin(u, NULL, &e, &want);
	if (s != AS_OK)
		return s;
	s = as_decode(
		AS_LZMA_ALONE, as_bytes(plain + FIRST, body.n - FIRST), as_sink_more, u, &used);
	s = as_decoded(u, s, used, "compressed data is damaged or cut off");
	as_struct(u, 0, FIRST + as_max(used, HEAD - FIRST), "obfuscated firmware");
	return as_worse(s, as_end(u, s != AS_OK));
}

const as_format as_format_arcadyan = {
	.id = "arcadyan",
	.title = "Arcadyan obfuscated firmware",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "\xd5\x08\0", .len = 3, .at = 105 }, { 0 } },
	.anywhere = false,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "the one of WRT120N", NULL },
	.verifies = NULL,
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "other ways to obfuscate", NULL },
	.spec = "https://web.archive.org/web/2014/http://www.devttys0.com/2014/02/"
		"reversing-the-wrt120n-firmware-obfuscation/",
	.see = NULL,
};
