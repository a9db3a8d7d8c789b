/* SPDX-License-Identifier: Apache-2.0 */
/* digicap.dav: Hikvision's updates, little-endian. The header is mixed with 16 bytes that are public knowledge: byte i
 * with the one at i + i / 16, modulo 16. Unmixed:
 *    0 "SWKH"   4 sum of the bytes from 12 to the header's end   8 size of the header   12 files   16 language
 *   20 class of the device   24 maker   28 features, version, date [36]
 *   64 files: name [32], offset u32, size u32, sum of its bytes u32
 * or around several of those: 0 "02KH", sum and size as above   16 size of all   20 packages
 *   96 packages: offset u32, size u32, u32, and, but for the last, product [32]
 * "03KH" is enciphered under a key of the device. */
#include "unpack/vendor.h"

enum { FIXED = 64, FILES_MOST = 1024, HEADER_MOST = 16384, PACKAGES_AT = 96, ROW = 44 };

static const uint8_t key[16] = { 0xba, 0xcd, 0xbc, 0xfe, 0xd6, 0xca, 0xdd, 0xd3, 0xba, 0xb9, 0xa3,
	0xab, 0xbf, 0xcb, 0xb5, 0xbe };

typedef enum kind { FILES, PACKAGES, SECRET } kind;

typedef struct header {
	kind kind;
	as_span plain; /* unmixed, in the caller's buffer */
	uint32_t sum, n;
	bool right;
} header;

static as_span unmix(as_span mixed, uint8_t *out)
{
	for (size_t i = 0; i < mixed.n; i++)
		out[i] = mixed.p[i] ^ key[(i + i / 16) % 16];
	return as_bytes(out, mixed.n);
}

static uint32_t sum_of(as_span s)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < s.n; i++)
		sum += s.p[i];
	return sum;
}

static bool read_header(as_span image, uint8_t buffer[HEADER_MOST], header *h)
{
	as_span first = unmix(as_cut(image, 0, FIXED), buffer);
	as_cur c = as_cur_le(first, 0);
	as_span magic = as_take(&c, 4);
	h->kind = as_is(magic, "SWKH") ? FILES : as_is(magic, "02KH") ? PACKAGES : SECRET;
	h->sum = as_u32(&c);
	uint32_t size = as_u32(&c);
	h->n = as_u32(&c);
	if (h->kind == PACKAGES) {
		as_skip(&c, 4);
		h->n = as_u32(&c);
	}
	uint64_t least = h->kind == FILES ? FIXED + (uint64_t)h->n * ROW
					  : PACKAGES_AT + (uint64_t)h->n * ROW - 32;
	if (!as_ok(&c) || h->n == 0 || h->n > FILES_MOST || size > HEADER_MOST || size > image.n ||
		size < FIXED)
		return false;
	if (h->kind == SECRET) {
		h->plain = first;
		return as_is(magic, "03KH");
	}
	h->plain = unmix(as_cut(image, 0, size), buffer);
	h->right = sum_of(as_from(h->plain, 12)) == h->sum;
	return size >= least;
}

/* Row i: bytes of the image that it names, and its sum. */
static as_span read_row(const header *h, uint32_t i, uint32_t *at, uint32_t *n, uint32_t *sum)
{
	bool files = h->kind == FILES;
	as_cur c = as_cur_le(h->plain, (files ? FIXED : PACKAGES_AT) + (uint64_t)i * ROW);
	as_span name = files ? as_take(&c, 32) : (as_span){ 0 };
	*at = as_u32(&c);
	*n = as_u32(&c);
	*sum = as_u32(&c);
	return name;
}

static as_status probe(as_span image, as_extent *out)
{
	uint8_t buffer[HEADER_MOST];
	header h = { 0 };
	if (!read_header(image, buffer, &h) || (h.kind != SECRET && !h.right))
		return AS_NOT_THIS;
	uint64_t end = h.plain.n;
	for (uint32_t i = 0; i < h.n && h.kind != SECRET; i++) {
		uint32_t at = 0, n = 0, sum = 0;
		(void)read_row(&h, i, &at, &n, &sum);
		end = as_max(end, (uint64_t)at + n);
	}
	*out = (as_extent){ .size = h.kind == SECRET ? image.n : as_min(end, image.n),
		.sure = h.kind == SECRET ? AS_PLAUSIBLE : AS_CHECKSUMMED };
	return AS_OK;
}

static as_status put_row(as_unpack *u, as_span body, const header *h, uint32_t i)
{
	uint32_t at = 0, n = 0, sum = 0;
	as_status s = AS_OK;
	as_span name = as_vendor_string(read_row(h, i, &at, &n, &sum));
	as_span data = as_cut(body, at, n);
	uint64_t row = FIXED + (uint64_t)i * ROW + 40; /* of its sum */
	if (h->kind == PACKAGES)
		return as_vendor_part(u, body, as_print(as_memory(u), "package %u", i), at, n);
	if (name.n == 0)
		name = as_print(as_memory(u), "%u", i);
	else
		name = as_print(as_memory(u), "%.*s", (int)name.n, (const char *)name.p);
	if (data.n > 0)
		s = as_vendor_sum(u, body, as_cut(body, row, 4), "file-sum", sum_of(data) == sum,
			"sum of a file is wrong");
	return as_worse(s, as_vendor_part(u, body, name, at, n));
}

static as_status unpack(as_unpack *u, as_span body)
{
	uint8_t buffer[HEADER_MOST];
	header h = { 0 };
	if (!read_header(body, buffer, &h))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, h.plain.n, "mixed header");
	if (h.kind == SECRET)
		return as_refused(u, 0, "encrypted", "the key is the device's own");
	as_status s = as_vendor_sum(
		u, body, as_cut(body, 4, 4), "header-sum", h.right, "sum of the header is wrong");
	as_cur c = as_cur_le(h.plain, 16);
	if (h.kind == FILES) {
		as_tellf(u, as_cut(body, 16, 4), "language", "%u", as_u32(&c));
		as_tellf(u, as_cut(body, 20, 4), "device-class", "%u", as_u32(&c));
	}
	for (uint32_t i = 0; i < h.n && s <= AS_PARTIAL; i++)
		s = as_worse(s, put_row(u, body, &h, i));
	return s;
}

const as_format as_format_hikvision = {
	.id = "hikvision",
	.title = "Hikvision digicap.dav",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "\xe9\x9a\xf7\xb6", .len = 4, .at = 0 },
		{ .bytes = "\x8a\xff\xf7\xb6", .len = 4, .at = 0 },
		{ .bytes = "\x8a\xfe\xf7\xb6", .len = 4, .at = 0, .start = true }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "files; several packages of files", NULL },
	.verifies = (const char *const[]){ "sum of the header", "sum of each file", NULL },
	.keeps = NULL,
	.samples =
		(const char *const[]){
			"generator from the published layout; the sum of the header is held "
			"against two published headers of the maker's",
			NULL },
	.gaps = (const char *const[]){ "packages under a key of the device are said, not opened",
		"files that are encrypted within a package", NULL },
	.spec = "https://github.com/MatrixEditor/hiktools",
	.see = NULL,
};
