/* SPDX-License-Identifier: Apache-2.0 */
/* Buffalo's encrypted firmware, big-endian:
 *    0 "start" or "asar1", NUL   6 seed u8   7 bytes of the product, product   then bytes of the version, version
 *   then bytes of the firmware, firmware, its sum
 * Each of the three is encrypted: RC4 with a state of 256 bytes or as many as there are to encrypt, under the first
 * byte of what was encrypted before (first the seed) and the key "Buffalo", which is public knowledge. The sum is
 * CRC-32 without the last inversion, begun with the size, over bytes with a sign. */
#include "unpack/vendor.h"

enum {
	MAGIC = 6,
	TEXT_MAX = 32,
	STATE = 256,
	LONG_MAX = 64 << 20, /* bytes of a state */
	PIECE = 4096
};

static const char key[] = "Buffalo";

typedef struct header {
	as_span product, version;
	uint8_t seed;
	uint32_t n;
	uint64_t data_at;
	bool wide; /* the state is as long as what it encrypts */
} header;

typedef struct rc4 {
	uint8_t *state; /* in the arena, or the caller's */
	size_t n;
	uint8_t i, j;
} rc4;

static void begin(rc4 *r, uint8_t seed)
{
	enum { KEY = sizeof(key) /* the seed, and the text without its NUL */ };
	size_t k = 0;
	for (size_t i = 0; i < r->n; i++)
		r->state[i] = (uint8_t)i;
	for (size_t i = 0; i < r->n; i++) {
		uint8_t t = r->state[i];
		uint8_t by = i % KEY == 0 ? seed : (uint8_t)key[i % KEY - 1];
		k = (k + by + t) % r->n;
		r->state[i] = r->state[k];
		r->state[k] = t;
	}
	r->i = r->j = 0;
}

static uint8_t next(rc4 *r, uint8_t in)
{
	r->i = (uint8_t)((r->i + 1u) % r->n);
	r->j = (uint8_t)((r->j + (unsigned)r->state[r->i]) % r->n);
	uint8_t t = r->state[r->j];
	r->state[r->j] = r->state[r->i];
	r->state[r->i] = t;
	return in ^ r->state[((unsigned)r->state[r->i] + r->state[r->j]) % r->n];
}

/* A text of at most TEXT_MAX bytes, with its NUL, into out; false if it is none. */
static bool read_text(as_span in, uint8_t seed, bool wide, uint8_t out[TEXT_MAX])
{
	uint8_t state[STATE];
	rc4 r = { .state = state, .n = wide ? in.n : STATE };
	if (in.n < 2 || in.n > TEXT_MAX)
		return false;
	begin(&r, seed);
	for (size_t i = 0; i < in.n; i++)
		out[i] = next(&r, in.p[i]);
	return as_vendor_printable(as_bytes(out, in.n - 1)) && out[in.n - 1] == 0 &&
	       as_vendor_string(as_bytes(out, in.n)).n == in.n - 1;
}

static bool read_header(as_span image, header *h)
{
	uint8_t text[TEXT_MAX];
	as_cur c = as_cur_be(image, MAGIC);
	h->seed = as_u8(&c);
	h->product = as_counted(&c);
	h->version = as_counted(&c);
	h->n = as_u32(&c);
	h->data_at = as_pos(&c);
	if (!as_ok(&c) || h->n == 0)
		return false;
	for (unsigned wide = 0; wide < 2; wide++) {
		h->wide = wide;
		if (read_text(h->product, h->seed, wide, text) &&
			read_text(h->version, as_at(h->product, 0), wide, text))
			return true;
	}
	return false;
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	if (!read_header(image, &h))
		return AS_NOT_THIS;
	uint64_t end = h.data_at + h.n + 4; /* filled up with one to four bytes */
	*out = (as_extent){ .size = as_min(end + (4 - end % 4), image.n), .sure = AS_STRUCTURED };
	return AS_OK;
}

static uint32_t sum_byte(uint32_t sum, uint8_t b)
{
	sum ^= b < 0x80 ? b : 0xffffff00 | b;
	for (unsigned i = 0; i < 8; i++)
		sum = sum >> 1 ^ (sum & 1 ? 0xedb88320 : 0);
	return sum;
}

static void tell(as_unpack *u, const header *h)
{
	uint8_t text[TEXT_MAX];
	if (read_text(h->product, h->seed, h->wide, text))
		as_tell(u, h->product, "product", as_bytes(text, h->product.n - 1));
	if (read_text(h->version, as_at(h->product, 0), h->wide, text))
		as_tell(u, h->version, "version", as_bytes(text, h->version.n - 1));
}

static as_status decode(as_unpack *u, const header *h, rc4 *r, as_span data, uint32_t *sum)
{
	uint8_t out[PIECE];
	as_status s = AS_OK;
	*sum = h->n;
	for (size_t at = 0; at < data.n && s == AS_OK; at += PIECE) {
		as_span in = as_cut(data, at, as_min(PIECE, data.n - at));
		for (size_t i = 0; i < in.n; i++) {
			out[i] = next(r, in.p[i]);
			*sum = sum_byte(*sum, out[i]);
		}
		s = as_more(u, as_bytes(out, in.n));
	}
	return s;
}

static as_status put_firmware(as_unpack *u, as_span body, const header *h)
{
	as_entry e = { .at = h->data_at, .type = AS_PART, .name = as_lit("firmware") };
	as_span data = as_cut(body, h->data_at, as_min(h->n, body.n - h->data_at));
	rc4 r = { .n = h->wide ? h->n : STATE };
	bool want = true;
	uint32_t sum = 0;
	as_cur c = as_cur_be(body, h->data_at + h->n);
	if (r.n > LONG_MAX)
		return as_refused(u, h->data_at, "limit", "the cipher's state is too large");
	as_status s = as_want(u, r.n);
	if (s != AS_OK)
		return s;
	r.state = as_alloc(as_memory(u), r.n);
	if (!r.state)
		return AS_NOMEM;
	s = as_begin(u, NULL, &e, &want);
	if (s != AS_OK)
		return s;
	begin(&r, as_at(h->version, 0));
	s = decode(u, h, &r, data, &sum);
	uint32_t stated = as_u32(&c);
	if (!as_ok(&c))
		s = as_worse(s, as_lost(u, body.n, "firmware is cut off"));
	else
		s = as_worse(s, as_vendor_sum(u, body, as_cut(body, h->data_at + h->n, 4), "sum",
					sum == stated, "checksum is wrong"));
	return as_worse(s, as_end(u, s != AS_OK));
}

static as_status unpack(as_unpack *u, as_span body)
{
	header h;
	if (!read_header(body, &h))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, body.n, "encrypted firmware");
	tell(u, &h);
	as_tell(u, as_cut(body, 0, MAGIC), "encrypted",
		as_lit(h.wide ? "RC4 with a long state, the key is public knowledge"
			      : "RC4, the key is public knowledge"));
	return put_firmware(u, body, &h);
}

const as_format as_format_buffalo_enc = {
	.id = "buffalo_enc",
	.title = "Buffalo encrypted firmware",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "start\0", .len = 6, .at = 0 },
		{ .bytes = "asar1\0", .len = 6, .at = 0 }, { 0 } },
	.anywhere = false,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "states of 256 bytes and long ones", NULL },
	.verifies = (const char *const[]){ "sum of the firmware", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "other keys than the one that is public knowledge", NULL },
	.spec = "https://github.com/openwrt/openwrt/blob/master/tools/firmware-utils/src/"
		"buffalo-lib.c",
	.see = NULL,
};
