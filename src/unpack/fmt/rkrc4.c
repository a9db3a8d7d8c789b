/* SPDX-License-Identifier: Apache-2.0 */
/* The boot image of Rockchip's older chips, little-endian. Its first block of 512 bytes is enciphered with RC4 and a
 * key that all of them share and that everybody knows:
 *    0 0x0ff0aa55 u32   4 zeros [4]   8 program in the clear u32 (0: it is enciphered, each block by itself)
 *   12 offset of the program u16   506 its size u16   508 its size and that of the second stage u16; in blocks
 * The program begins with the chip's name ("RK33") in place of its first four bytes. */
#include "unpack/vendor.h"

enum {
	BLOCK = 512,
	SIGN = 0x0ff0aa55,
	PROGRAM_MIN = 4,     /* blocks in front of it */
	BOOT_UNKNOWN = 1024, /* blocks of a second stage that mkimage writes when there is none */
	KEY_LEN = 16,
};

typedef struct rk {
	uint8_t head[BLOCK]; /* in the clear */
	bool clear;
	uint64_t at, n, n_boot; /* bytes */
} rk;

/* RC4 of n bytes, at most a block, from the key's beginning. */
static void rc4(const uint8_t *in, uint8_t *out, size_t n)
{
	static const uint8_t key[KEY_LEN] = { 124, 78, 3, 4, 85, 5, 9, 7, 45, 44, 123, 56, 23, 13,
		23, 17 };
	uint8_t s[256], i = 0, j = 0, t = 0;
	for (size_t k = 0; k < 256; k++)
		s[k] = (uint8_t)k;
	for (size_t k = 0; k < 256; k++) {
		j = (uint8_t)(j + s[k] + key[k % KEY_LEN]);
		t = s[k];
		s[k] = s[j];
		s[j] = t;
	}
	j = 0;
	for (size_t k = 0; k < n; k++) {
		i = (uint8_t)(i + 1);
		j = (uint8_t)(j + s[i]);
		t = s[i];
		s[i] = s[j];
		s[j] = t;
		out[k] = in[k] ^ s[(uint8_t)(s[i] + s[j])];
	}
}

static bool read_rk(as_span image, rk *r)
{
	if (image.n < BLOCK)
		return false;
	rc4(image.p, r->head, BLOCK);
	as_cur c = as_cur_le(as_bytes(r->head, BLOCK), 0);
	uint32_t sign = as_u32(&c), zero = as_u32(&c), clear = as_u32(&c);
	r->at = (uint64_t)as_u16(&c) * BLOCK;
	as_seek(&c, BLOCK - 6);
	uint64_t n = as_u16(&c), all = as_u16(&c);
	if (!as_ok(&c) || sign != SIGN || zero != 0 || clear > 1 || n == 0 || all < n ||
		r->at < (uint64_t)PROGRAM_MIN * BLOCK)
		return false;
	r->clear = clear == 1;
	r->n = n * BLOCK;
	r->n_boot = all - n == BOOT_UNKNOWN ? 0 : (all - n) * BLOCK;
	return true;
}

static as_status probe(as_span image, as_extent *out)
{
	rk r;
	if (!read_rk(image, &r))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(r.at + r.n + r.n_boot, image.n), .sure = AS_STRUCTURED };
	return AS_OK;
}

/* A part, deciphered if it must be. */
static as_status put(
	as_unpack *u, as_span body, const rk *r, const char *name, uint64_t at, uint64_t n)
{
	as_span data = as_cut(body, at, n);
	if (r->clear || data.n == 0)
		return as_vendor_part(u, body, as_lit(name), at, n);
	as_status s = as_want(u, data.n);
	uint8_t *plain = s == AS_OK ? as_alloc(as_memory(u), data.n) : NULL;
	if (!plain)
		return s == AS_OK ? AS_NOMEM : s;
	for (size_t k = 0; k < data.n; k += BLOCK)
		rc4(as_from(data, k).p, &plain[k], (size_t)as_min(BLOCK, data.n - k));
	as_struct(u, at, data.n, "enciphered program");
	as_entry e = { .at = at, .type = AS_PART, .name = as_lit(name) };
	e.data = as_bytes(plain, data.n);
	s = data.n < n ? as_lost(u, at, "a part is cut off") : AS_OK;
	return as_worse(s, as_put(u, NULL, &e, NULL));
}

static as_status unpack(as_unpack *u, as_span body)
{
	rk r;
	if (!read_rk(body, &r))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, BLOCK, "boot header");
	as_span gap = as_cut(body, BLOCK, r.at - BLOCK);
	if (as_all(gap, 0))
		as_struct(u, BLOCK, gap.n, "padding");
	as_tell(u, as_cut(body, 0, BLOCK), "cipher",
		r.clear ? as_lit("header") : as_lit("header and program"));
	as_status s = put(u, body, &r, "program", r.at, r.n);
	if (s <= AS_PARTIAL && r.n_boot > 0)
		s = as_worse(s, put(u, body, &r, "second-stage", r.at + r.n, r.n_boot));
	return s;
}

const as_format as_format_rkrc4 = {
	.id = "rkrc4",
	.title = "Rockchip boot image (RC4)",
	.kind = AS_CARRIER,
	.magic =
		(const as_magic[]){
			{ .bytes = "\x3b\x8c\xdc\xfc\xbe\x9f\x9d\x51", .len = 8, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants =
		(const char *const[]){ "RK30xx to RK33xx, the program enciphered or not", NULL },
	.verifies = NULL,
	.keeps = NULL,
	.samples = (const char *const[]){ "mkimage (u-boot-tools 2023.01)",
		"Debian's u-boot-rockchip", NULL },
	.gaps =
		(const char *const[]){
			"images for SPI flash, of which only each second block of 2 KiB is used",
			NULL },
	.spec = "https://opensource.rock-chips.com/wiki_Boot_option",
	.see = NULL,
};
