/* SPDX-License-Identifier: Apache-2.0 */
/* QNAP's firmware, by its last 74 bytes, little-endian:
 *    0 "icpnas"   6 bytes that are encrypted, from the object's start   10 device [16]   26 version [16]
 *   42 date [16]   58 revision [16]
 * The cipher is PC1 with seven pairs of bytes for a key, "QNAPNASVERSION", which is public knowledge; each byte that
 * comes out is mixed with the key. What is inside is packed by gzip. */
#include "unpack/vendor.h"

enum { TAIL = 74, PAIRS = 7, PIECE = 4096, LCG = 0x4e35, MUL = 0x15a };

static const char secret[] = "QNAPNASVERSION";

typedef struct cipher {
	uint16_t y[256][PAIRS], z[256][PAIRS]; /* by what all bytes so far are, mixed */
	uint16_t last_y, last_z;
	uint8_t acc;
} cipher;

static void start(cipher *k)
{
	*k = (cipher){ 0 };
	for (unsigned a = 0; a < 256; a++) {
		uint32_t x = 0;
		for (unsigned i = 0; i < PAIRS; i++) {
			uint32_t high = (uint8_t)secret[2 * i] ^ a;
			uint32_t low = (uint8_t)secret[2 * i + 1] ^ a;
			/* The original sums with sign. */
			uint32_t pair = (high << 8) - (high < 0x80 ? 0 : 0x100) + low;
			x = (x ^ pair) & 0xffff;
			k->z[a][i] = (uint16_t)(MUL * x);
			k->y[a][i] = (uint16_t)(LCG * x + 1);
			x = k->y[a][i];
		}
	}
}

static uint8_t next(cipher *k, uint8_t in)
{
	uint32_t mixed = 0;
	for (unsigned i = 0; i < PAIRS; i++) {
		uint32_t before = k->last_y;
		k->last_y = k->z[k->acc][i];
		k->last_z = (uint16_t)(k->last_y + before + LCG * ((uint32_t)k->last_z + i));
		mixed ^= (uint32_t)k->y[k->acc][i] ^ k->last_z;
	}
	uint8_t out = in ^ (uint8_t)(mixed >> 8) ^ (uint8_t)mixed;
	k->acc ^= out;
	return out;
}

/* Bytes that are encrypted. */
static bool read_tail(as_span image, uint32_t *n)
{
	as_cur c = as_cur_le(as_from(image, image.n - TAIL), 0);
	bool is = as_is(as_take(&c, 6), "icpnas");
	*n = as_u32(&c);
	return as_ok(&c) && is && image.n > TAIL && *n > 0 && *n <= image.n - TAIL &&
	       as_vendor_printable(as_take(&c, 16)) && as_vendor_printable(as_take(&c, 16));
}

static as_status probe(as_span image, as_extent *out)
{
	uint32_t n;
	if (!read_tail(image, &n))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = image.n,
		.sure = AS_STRUCTURED,
		.label = as_vendor_string(as_cut(image, image.n - TAIL + 10, 16)) };
	return AS_OK;
}

static as_status decode(as_unpack *u, cipher *k, as_span data)
{
	uint8_t out[PIECE];
	as_status s = AS_OK;
	for (size_t at = 0; at < data.n && s == AS_OK; at += PIECE) {
		as_span in = as_cut(data, at, as_min(PIECE, data.n - at));
		for (size_t i = 0; i < in.n; i++)
			out[i] = next(k, in.p[i]);
		s = as_more(u, as_bytes(out, in.n));
	}
	return s;
}

static bool opens(cipher *k, as_span data)
{
	start(k);
	bool first = next(k, as_at(data, 0)) == 0x1f;
	bool second = next(k, as_at(data, 1)) == 0x8b;
	start(k);
	return first && second;
}

static as_status unpack(as_unpack *u, as_span body)
{
	static const char *const fields[] = { "device", "version", "date", "revision" };
	uint32_t n;
	cipher k;
	bool want = true;
	if (!read_tail(body, &n))
		return as_lost(u, 0, "last bytes are damaged");
	as_span tail = as_from(body, body.n - TAIL);
	as_struct(u, 0, body.n, "encrypted firmware");
	for (unsigned i = 0; i < 4; i++)
		as_vendor_text(u, as_cut(tail, 10 + 16 * i, 16), fields[i]);
	if (!opens(&k, body))
		return as_refused(u, 0, "encrypted", "no key that is public knowledge opens it");
	as_tell(u, as_cut(tail, 0, 6), "encrypted", as_lit("PC1, the key is public knowledge"));
	as_entry e = { .type = AS_PART, .name = as_lit("decrypted") };
	as_status s = as_begin(u, NULL, &e, &want);
	if (s != AS_OK)
		return s;
	s = decode(u, &k, as_cut(body, 0, n));
	if (s == AS_OK)
		s = as_more(u, as_cut(body, n, body.n - TAIL - n));
	return as_worse(s, as_end(u, s != AS_OK));
}

const as_format as_format_qnap = {
	.id = "qnap",
	.title = "QNAP firmware",
	.kind = AS_CARRIER,
	.magic = NULL,
	.anywhere = false,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "of network storage (QTS)", NULL },
	.verifies = NULL,
	.keeps = NULL,
	.samples =
		(const char *const[]){
			"generator from the published layout; the first four bytes of a vendor's "
			"image, which are published, come out right",
			NULL },
	.gaps = (const char *const[]){ "other keys, as of QNAP's switches and routers",
		"searched only at the end of an object", NULL },
	.spec = "https://gist.github.com/ulidtko/966277a465f1856109b2d2674dcee741",
	.see = NULL,
};
