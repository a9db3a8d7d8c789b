/* SPDX-License-Identifier: Apache-2.0 */
/* Amlogic's upgrade package (USB Burning Tool), little-endian:
 *    0 CRC-32 of what follows, not inverted at the end   4 version u32   8 27b51956 u32   12 size u64   20 alignment
 *   24 items u32   64 items:
 *    0 number u32   4 type u32 (0, fe sparse, 1fe UBI, 2fe UBIFS)   16 offset u64   24 size u64   32 main type [32]
 *      subtype [32], verified u32, is a copy u16, of number u16, 24 bytes; or with 256 bytes for both types
 * An item of main type VERIFY holds "sha1sum " and the digest of the one that has its subtype. */
#include "base/text.h"
#include "unpack/vendor.h"

enum { HEADER = 64, ITEMS_MAX = 256, TEXT = 32, LONG_TEXT = 256, FIXED = 64, HEX = 40 };

typedef struct package {
	uint64_t size;
	uint32_t sum, version, n, text; /* text: bytes of a type */
} package;

typedef struct item {
	as_span main, sub, raw;
	uint32_t type;
	uint16_t copy;
	uint64_t at, n;
} item;

static bool read_item(as_span image, const package *p, uint32_t i, item *t)
{
	uint64_t from = HEADER + (uint64_t)i * (FIXED + 2 * p->text);
	as_cur c = as_cur_le(image, from + 4);
	t->raw = as_cut(image, from, FIXED + 2 * p->text);
	t->type = as_u32(&c);
	as_skip(&c, 8);
	t->at = as_u64(&c);
	t->n = as_u64(&c);
	as_span main = as_take(&c, p->text), sub = as_take(&c, p->text);
	t->main = as_vendor_string(main);
	t->sub = as_vendor_string(sub);
	as_skip(&c, 4);
	t->copy = as_u16(&c);
	return as_ok(&c) && t->raw.n > 0 && as_vendor_printable(main) && as_vendor_printable(sub) &&
	       t->copy <= 1;
}

static bool read_package(as_span image, package *p)
{
	as_cur c = as_cur_le(image, 0);
	p->sum = as_u32(&c);
	p->version = as_u32(&c);
	as_skip(&c, 4);
	p->size = as_u64(&c);
	as_skip(&c, 4);
	p->n = as_u32(&c);
	item t;
	p->text = TEXT;
	bool fits = p->n > 0 && p->n <= ITEMS_MAX && p->version <= 2;
	/* What the version means is told in different ways: a second item is where the first one ends. */
	for (uint32_t i = 0; fits && i < p->n && i < 2 && p->text == TEXT; i++)
		if (!read_item(image, p, i, &t) || t.at < HEADER)
			p->text = LONG_TEXT;
	return as_ok(&c) && fits && read_item(image, p, 0, &t) && t.at >= HEADER &&
	       p->size > HEADER + (uint64_t)p->n * (FIXED + 2 * p->text);
}

static as_status probe(as_span image, as_extent *out)
{
	package p;
	if (!read_package(image, &p))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(p.size, image.n), .sure = AS_STRUCTURED };
	return AS_OK;
}

/* Whether a digest in the item v fits the item that it is of. */
static as_status check_digest(as_unpack *u, as_span body, const package *p, const item *v)
{
	uint8_t sum[AS_SHA1_LEN];
	as_span said = as_trim(as_cut(body, v->at, as_min(v->n, HEX + 8)));
	if (!as_starts(said, "sha1sum ") ||
		as_hex_bytes(as_from(said, 8), sum, sizeof(sum)) != sizeof(sum))
		return AS_OK;
	for (uint32_t i = 0; i < p->n; i++) {
		item t;
		if (!read_item(body, p, i, &t) || as_is(t.main, "VERIFY") ||
			!as_same(t.sub, v->sub))
			continue;
		as_span data = as_cut(body, t.at, t.n);
		bool right = data.n > 0 &&
			     as_vendor_digest_is("sha1", &data, 1, as_bytes(sum, sizeof(sum)));
		const char *name = (const char *)as_print(
			as_memory(u), "sha1 %.*s", (int)t.sub.n, (const char *)t.sub.p)
					   .p;
		return as_vendor_sum(u, body, as_cut(body, v->at + 8, HEX), name ? name : "sha1",
			right, "digest of an item is wrong");
	}
	return AS_OK;
}

static as_status put_item(as_unpack *u, as_span body, const package *p, uint32_t i)
{
	item t;
	if (!read_item(body, p, i, &t))
		return as_lost(u, HEADER, "an item is damaged");
	as_struct(u, HEADER + (uint64_t)i * t.raw.n, t.raw.n, "item");
	as_span name = as_print(as_memory(u), "%.*s.%.*s", (int)t.sub.n, (const char *)t.sub.p,
		(int)t.main.n, (const char *)t.main.p);
	if (t.copy == 1)
		return AS_OK; /* of another item, whose bytes are meant */
	as_status s = as_is(t.main, "VERIFY") ? check_digest(u, body, p, &t) : AS_OK;
	return as_worse(s, as_vendor_part(u, body, name, t.at, t.n));
}

static as_status unpack(as_unpack *u, as_span body)
{
	package p;
	if (!read_package(body, &p))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, HEADER, "header");
	as_tellf(u, as_cut(body, 4, 4), "version", "%u", p.version);
	as_span all = as_cut(body, 4, p.size - 4);
	as_status s = AS_OK;
	if (all.n > 0)
		s = as_vendor_sum(u, body, as_cut(body, 0, 4), "sum",
			as_vendor_jamcrc(all) == p.sum, "checksum is wrong");
	for (uint32_t i = 0; i < p.n && s <= AS_PARTIAL; i++)
		s = as_worse(s, put_item(u, body, &p, i));
	return s;
}

const as_format as_format_aml_package = {
	.id = "aml_package",
	.title = "Amlogic upgrade package",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "\x56\x19\xb5\x27", .len = 4, .at = 8 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "types of 32 and of 256 bytes", NULL },
	.verifies =
		(const char *const[]){ "CRC-32 of all, SHA-1 of the items that have one", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "encrypted boot loaders in it stay so", NULL },
	.spec = "https://github.com/JetHome/aml-imgpack",
	.see = NULL,
};
