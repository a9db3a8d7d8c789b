/* SPDX-License-Identifier: Apache-2.0 */
/* What Allwinner's chips boot from when secure boot is on, little-endian:
 *    0 "TOC0.GLH"   8 0x89119800 u32   12 sum u32 of all words, with 5f0a6c39 in its place   24 items u32   28 size u32
 *   44 "MIE;"   48 items, each 32 bytes: name u32, offset u32, size u32, ..., 28 "IIE;"
 * Items: 010303 keys (sizes of modulus and exponent of two keys, u32 at 4 to 16; size of the signature u32 at 20; keys
 * at 24 and 536, modulus before exponent; signature at 1080, with the first key, of what stands before it), 010101 a
 * certificate (signed with the second key; holds the SHA-256 of the program), 010202 the program.
 * The certificate looks like X.509's and is none: 30 82 size u16, big-endian; in it 30 82 size u16 of what is signed:
 * so many bytes from this mark on, which leaves the last four out. The signature is its last bytes. */
#include "base/signature.h"
#include "unpack/vendor.h"

enum { HEADER = 48, ITEM = 32, ITEMS_MAX = 32, SUM_AT = 12, SIZE_LIMIT = 4 << 20 };
enum { KEY0 = 24, KEY_ROOM = 512, KEY1 = KEY0 + KEY_ROOM, KEY_SIGNED = 1080, RSA2048 = 256 };
enum { NAME_CERT = 0x010101, NAME_PROGRAM = 0x010202, NAME_KEYS = 0x010303 };
#define STAMP UINT32_C(0x5f0a6c39)
#define MAGIC UINT32_C(0x89119800)

typedef struct toc {
	uint32_t sum, n, size;
	as_span keys, cert, program;
} toc;

typedef struct item {
	uint32_t name, at, n;
} item;

static bool read_item(as_span image, uint32_t i, item *t)
{
	as_cur c = as_cur_le(image, HEADER + (uint64_t)i * ITEM);
	t->name = as_u32(&c);
	t->at = as_u32(&c);
	t->n = as_u32(&c);
	as_skip(&c, 16);
	return as_is(as_take(&c, 4), "IIE;") && as_ok(&c) && t->at >= HEADER;
}

static bool read_toc(as_span image, toc *t)
{
	as_cur c = as_cur_le(image, 8);
	*t = (toc){ 0 };
	uint32_t magic = as_u32(&c);
	t->sum = as_u32(&c);
	as_skip(&c, 8);
	t->n = as_u32(&c);
	t->size = as_u32(&c);
	bool end = as_is(as_cut(image, HEADER - 4, 4), "MIE;");
	return as_ok(&c) && magic == MAGIC && end && t->n > 0 && t->n <= ITEMS_MAX &&
	       t->size % 4 == 0 && t->size > HEADER && t->size <= SIZE_LIMIT;
}

static bool sum_right(as_span image, const toc *t)
{
	as_cur c = as_cur_le(as_cut(image, 0, t->size), 0);
	uint32_t sum = STAMP - t->sum;
	for (uint32_t i = 0; i < t->size / 4; i++)
		sum += as_u32(&c);
	return as_ok(&c) && sum == t->sum;
}

static as_status probe(as_span image, as_extent *out)
{
	toc t;
	if (!read_toc(image, &t))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(t.size, image.n) };
	out->sure = sum_right(image, &t) ? AS_CHECKSUMMED : AS_STRUCTURED;
	return AS_OK;
}

/* Key number i (0 or 1) of the keys' item, as its two numbers; false if they do not fit. */
static bool read_key(as_span keys, unsigned i, as_span *modulus, as_span *exponent)
{
	as_cur c = as_cur_le(keys, 4 + 8 * (uint64_t)i);
	uint32_t n = as_u32(&c), e = as_u32(&c);
	uint64_t at = i == 0 ? KEY0 : KEY1;
	if (!as_ok(&c) || n == 0 || n > KEY_ROOM || e == 0 || e > KEY_ROOM - n)
		return false;
	*modulus = as_cut(keys, at, n);
	*exponent = as_cut(keys, at + n, e);
	return exponent->n > 0;
}

static void tell_key(as_unpack *u, as_span modulus, const char *name)
{
	char hex[65];
	as_sha256 sum = as_sha256_of(modulus);
	as_sha256_hex(&sum, hex);
	as_tellf(u, modulus, name, "rsa%zu modulus-sha256:%s", modulus.n * 8, hex);
}

/* What a certificate signs and with what. */
static bool cert_right(as_span cert, as_span modulus, as_span exponent)
{
	as_cur c = as_cur_be(cert, 4);
	uint16_t mark = as_u16(&c), n = as_u16(&c);
	as_span data = as_cut(cert, 4, n);
	as_cur size = as_cur_be(cert, 2);
	uint64_t all = (uint64_t)as_u16(&size) + 4; /* what follows it is padding */
	return as_ok(&c) && mark == 0x3082 && all <= cert.n && all > RSA2048 &&
	       as_rsa_right(
		       modulus, exponent, "sha256", data, as_cut(cert, all - RSA2048, RSA2048));
}

static as_status tell_signatures(as_unpack *u, as_span body, const toc *t)
{
	as_span n0, e0, n1, e1;
	as_status s = AS_OK;
	as_cur c = as_cur_le(t->keys, 20);
	uint32_t n = as_u32(&c);
	if (!read_key(t->keys, 0, &n0, &e0) || !read_key(t->keys, 1, &n1, &e1))
		return as_lost(u, 0, "keys are damaged");
	tell_key(u, n0, "root-key");
	tell_key(u, n1, "firmware-key");
	as_span sig = as_cut(t->keys, KEY_SIGNED, n);
	if (sig.n > 0)
		s = as_vendor_sum(u, body, sig, "keys-signature",
			as_rsa_right(n0, e0, "sha256", as_cut(t->keys, 0, KEY_SIGNED), sig),
			"signature of the keys is wrong");
	if (t->cert.n > 0)
		s = as_worse(s, as_vendor_sum(u, body, t->cert, "certificate-signature",
					cert_right(t->cert, n1, e1),
					"signature of the certificate is wrong"));
	return s;
}

static as_status tell_digest(as_unpack *u, as_span body, const toc *t)
{
	as_sha256 sum = as_sha256_of(t->program);
	bool found = as_find(t->cert, as_bytes(sum.b, sizeof(sum.b)), 0) != SIZE_MAX;
	return as_vendor_sum(
		u, body, t->cert, "program-digest", found, "the certificate is of another program");
}

static as_status put_item(as_unpack *u, as_span body, toc *t, uint32_t i)
{
	item it;
	if (!read_item(body, i, &it))
		return as_lost(u, HEADER + (uint64_t)i * ITEM, "an item is damaged");
	as_span data = as_cut(body, it.at, it.n), name = { 0 };
	if (it.name == NAME_KEYS) {
		t->keys = data;
		name = as_lit("keys");
	} else if (it.name == NAME_CERT) {
		t->cert = data;
		name = as_lit("certificate");
	} else if (it.name == NAME_PROGRAM) {
		t->program = data;
		name = as_lit("program");
	} else {
		name = as_print(as_memory(u), "item-0x%06x", it.name);
	}
	as_span gap = as_cut(body, (uint64_t)it.at + it.n, -(it.at + it.n) % ITEM);
	if (as_all(gap, 0))
		as_struct(u, (uint64_t)it.at + it.n, gap.n, "alignment");
	return as_vendor_part(u, body, name, it.at, it.n);
}

static as_status unpack(as_unpack *u, as_span body)
{
	toc t;
	if (!read_toc(body, &t))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, HEADER + (uint64_t)t.n * ITEM, "TOC0 header");
	as_status s = as_vendor_sum(
		u, body, as_cut(body, SUM_AT, 4), "sum", sum_right(body, &t), "checksum is wrong");
	for (uint32_t i = 0; i < t.n && s <= AS_PARTIAL; i++)
		s = as_worse(s, put_item(u, body, &t, i));
	if (s > AS_PARTIAL)
		return s;
	if (t.keys.n > 0)
		s = as_worse(s, tell_signatures(u, body, &t));
	if (t.cert.n > 0 && t.program.n > 0)
		s = as_worse(s, tell_digest(u, body, &t));
	return s;
}

const as_format as_format_toc0 = {
	.id = "toc0",
	.title = "Allwinner secure boot program (TOC0)",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "TOC0.GLH\0\x98\x11\x89", .len = 12, .at = 0 },
		{ 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "with keys, certificate and program", NULL },
	.verifies = (const char *const[]){ "sum of all words",
		"RSA of the keys and of the certificate, with the keys in it",
		"SHA-256 of the program in the certificate", NULL },
	.keeps = NULL,
	.samples = (const char *const[]){ "mkimage (u-boot-tools 2023.01)", NULL },
	.gaps = (const char *const[]){ "whether a chip believes the root key cannot be seen in it",
		"TOC1, which holds what is loaded after it", NULL },
	.spec = "https://linux-sunxi.org/TOC0",
	.see = NULL,
};
