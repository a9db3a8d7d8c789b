/* SPDX-License-Identifier: Apache-2.0 */
/* Firmware of Senao and EnGenius, big-endian.
 *    0 unknown   4 vendor, product   12 version [16]   28 type   32 size of the firmware   36 0   40 MD5 of it
 *   56 0 [32]   88 sum of the header's bytes (with this field 0)   92 magic, which also mixes the firmware
 *   96 only for type 0: module, product, firmware version [3], date, other version [3], length of the model, model
 * then the firmware, each byte of it mixed with eight bits of the magic, shifted by its place modulo 8. */
#include "unpack/vendor.h"

#include <openssl/evp.h>

enum { HEADER = 96, MORE = 40, MODEL_MAX = 256, MAGIC = 0x12345678, PIECE = 4096 };

static const char *const types[] = { "combo", "bootloader", "kernel", "kernelapp", "apps" };

typedef struct header {
	uint32_t vendor, product, type, n, sum;
	as_span version, md5, model;
	uint64_t data_at;
} header;

static bool read_header(as_span image, header *h)
{
	as_cur c = as_cur_be(image, 4);
	*h = (header){ .vendor = as_u32(&c) };
	h->product = as_u32(&c);
	h->version = as_take(&c, 16);
	h->type = as_u32(&c);
	h->n = as_u32(&c);
	as_skip(&c, 4);
	h->md5 = as_take(&c, 16);
	as_skip(&c, 32);
	h->sum = as_u32(&c);
	bool fits = as_u32(&c) == MAGIC && h->n > 0 && h->type < 16;
	if (fits && h->type == 0) {
		as_skip(&c, MORE - 4);
		uint32_t model = as_u32(&c);
		fits = model <= MODEL_MAX;
		h->model = as_take(&c, fits ? model : 0);
	}
	h->data_at = as_pos(&c);
	return as_ok(&c) && fits;
}

/* The sum is made before the fields are put into big-endian order, which it does not notice. */
static bool head_right(as_span image, const header *h)
{
	uint32_t sum = 0;
	for (uint64_t i = 0; i < h->data_at; i++)
		sum += i >= 88 && i < 92 ? 0 : as_at(image, i);
	return sum == h->sum;
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	if (!read_header(image, &h))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(h.data_at + h.n, image.n) };
	out->sure = head_right(image, &h) ? AS_CHECKSUMMED : AS_PLAUSIBLE;
	return AS_OK;
}

static as_status decode(as_unpack *u, as_span data, EVP_MD_CTX *md)
{
	uint8_t out[PIECE];
	as_status s = AS_OK;
	as_cur c = as_cur_be(data, 0);
	while (as_left(&c) > 0 && s == AS_OK) {
		size_t n = 0;
		for (; n < PIECE && as_left(&c) > 0; n++)
			out[n] = as_u8(&c) ^ (uint8_t)(MAGIC >> (n % 8));
		if (EVP_DigestUpdate(md, out, n) != 1)
			return AS_NOMEM;
		s = as_more(u, as_bytes(out, n));
	}
	return s;
}

static as_status put_firmware(as_unpack *u, as_span body, const header *h)
{
	as_entry e = { .at = h->data_at, .type = AS_PART, .name = as_lit("firmware") };
	as_span data = as_cut(body, h->data_at, as_min(h->n, body.n - h->data_at));
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	uint8_t sum[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	bool want = true;
	as_status s = md && EVP_DigestInit_ex(md, EVP_md5(), NULL) == 1 ? AS_OK : AS_NOMEM;
	if (s == AS_OK)
		s = as_begin(u, NULL, &e, &want);
	if (s == AS_OK) {
		s = decode(u, data, md);
		if (data.n < h->n)
			s = as_worse(s, as_lost(u, body.n, "firmware is cut off"));
		else if (s == AS_OK && EVP_DigestFinal_ex(md, sum, &n) == 1)
			s = as_vendor_sum(u, body, h->md5, "md5", as_same(as_bytes(sum, n), h->md5),
				"MD5 is wrong");
		s = as_worse(s, as_end(u, s != AS_OK));
	}
	EVP_MD_CTX_free(md);
	return s;
}

static as_status unpack(as_unpack *u, as_span body)
{
	header h;
	if (!read_header(body, &h))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, h.data_at, "EnGenius header");
	as_struct(u, h.data_at, body.n - h.data_at, "mixed firmware");
	as_tellf(u, as_cut(body, 4, 4), "vendor", "0x%04x", h.vendor);
	as_tellf(u, as_cut(body, 8, 4), "product", "0x%04x", h.product);
	as_vendor_text(u, h.version, "version");
	as_vendor_text(u, h.model, "model");
	as_tell(u, as_cut(body, 28, 4), "type",
		as_lit(h.type < sizeof(types) / sizeof(types[0]) ? types[h.type] : "other"));
	as_status s = as_vendor_sum(u, body, as_cut(body, 88, 4), "header-sum",
		head_right(body, &h), "checksum of the header is wrong");
	return as_worse(s, put_firmware(u, body, &h));
}

const as_format as_format_engenius = {
	.id = "engenius",
	.title = "EnGenius and Senao firmware",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "\x12\x34\x56\x78", .len = 4, .at = 92 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "with and without the header of combined images", NULL },
	.verifies = (const char *const[]){ "sum of the header", "MD5 of the firmware", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "magics other than 0x12345678", NULL },
	.spec = "https://github.com/openwrt/firmware-utils/blob/master/src/mksenaofw.c",
	.see = NULL,
};
