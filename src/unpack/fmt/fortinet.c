/* SPDX-License-Identifier: Apache-2.0 */
/* Fortinet's images as they are within gzip: a header of 512 bytes, then a disk, all of it mixed in blocks of 512
 * bytes: byte i of a block is the plain byte and i modulo 32, added, with byte i modulo 32 of a key of 32 letters and
 * digits and with the mixed byte before it (ff before the first) upon it. The key stands there where zeros were, in
 * one of the first blocks. It is believed if the disk ends its first sector as a boot sector does. */
#include "unpack/vendor.h"

#include <ctype.h>

enum { BLOCK = 512, KEY = 32, PIECE = 4096, LEAST = 3 * BLOCK };

static bool is_key(const uint8_t k[KEY])
{
	for (size_t i = 0; i < KEY; i++)
		if (!isalnum(k[i]))
			return false;
	return true;
}

/* The key, if the 32 bytes at that offset were zeros. */
static bool key_at(as_span image, size_t at, uint8_t k[KEY])
{
	for (size_t i = at; i < at + KEY; i++) {
		uint8_t before = i % BLOCK ? as_at(image, i - 1) : 0xff;
		k[i % KEY] = (uint8_t)(before ^ as_at(image, i) ^ i % KEY);
	}
	return is_key(k);
}

static void unmix(const uint8_t k[KEY], as_span image, uint64_t at, size_t n, uint8_t *out)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t p = at + i;
		uint8_t before = p % BLOCK ? image.p[p - 1] : 0xff;
		out[i] = (uint8_t)((before ^ image.p[p] ^ k[p % KEY]) - p % KEY);
	}
}

static bool find_key(as_span image, uint8_t k[KEY])
{
	static const size_t zeros[] = { 0x30, 0x40, 0x400 };
	uint8_t end[2];
	if (image.n < LEAST)
		return false;
	for (size_t i = 0; i < sizeof(zeros) / sizeof(zeros[0]); i++) {
		if (!key_at(image, zeros[i], k))
			continue;
		unmix(k, image, 2 * BLOCK - 2, 2, end);
		if (end[0] == 0x55 && end[1] == 0xaa)
			return true;
	}
	return false;
}

static as_status probe(as_span image, as_extent *out)
{
	uint8_t k[KEY];
	if (!find_key(image, k))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = image.n, .sure = AS_STRUCTURED };
	return AS_OK;
}

static as_status put_plain(as_unpack *u, as_span body, const uint8_t k[KEY], const char *name,
	uint64_t at, uint64_t end)
{
	uint8_t out[PIECE];
	bool want = true;
	as_entry e = { .at = at, .type = AS_PART, .name = as_lit(name) };
	as_status s = as_begin(u, NULL, &e, &want);
	if (s != AS_OK || !want)
		return s;
	for (; at < end && s == AS_OK; at += PIECE) {
		size_t n = as_min(PIECE, end - at);
		unmix(k, body, at, n, out);
		s = as_more(u, as_bytes(out, n));
	}
	return as_worse(s, as_end(u, s != AS_OK));
}

static as_status unpack(as_unpack *u, as_span body)
{
	uint8_t k[KEY];
	if (!find_key(body, k))
		return as_refused(u, 0, "encrypted", "the key is not found");
	as_struct(u, 0, body.n, "mixed image");
	as_tell(u, as_cut(body, 0, BLOCK), "encrypted",
		as_lit("mixed with a key that the image itself gives away"));
	as_status s = put_plain(u, body, k, "header", 0, BLOCK);
	return as_worse(s, put_plain(u, body, k, "disk", BLOCK, body.n));
}

const as_format as_format_fortinet = {
	.id = "fortinet",
	.title = "Fortinet image",
	.kind = AS_CARRIER,
	.magic = NULL,
	.anywhere = false,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "any key of letters and digits", NULL },
	.verifies = NULL,
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "rootfs.gz of newer releases, encrypted under a key that "
				       "its kernel holds",
		"signatures", NULL },
	.spec = "https://bishopfox.com/blog/breaking-fortinet-firmware-encryption",
	.see = NULL,
};
