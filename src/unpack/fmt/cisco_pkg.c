/* SPDX-License-Identifier: Apache-2.0 */
/* Cisco's packages of sections (.pkg of FirePOWER modules), little-endian.
 *    0 c5c0 u16   2 0 u16   4 version u32   8 sections u8   9 kind: 'r' to 'w'   10 [8]; then sections:
 *    0 type u8: 1 archive, 2 checksum, 3 key, 4 signed checksum, 5 encrypted archive   1 name [11]   12 size u32
 *   16 contents; an encrypted archive's begin with its size u64, initial vector [16], hash [56]
 * An encrypted archive is AES-256-CBC under the key that stands in the section of that type, which itself is
 * AES-256-CBC under a key that is public knowledge, with an initial vector of zeros. */
#include "codec/cipher.h"
#include "unpack/vendor.h"

enum { HEADER = 18, SECTION = 16, MOST = 64, KEY = 32, SECRET_HEAD = 80, IV_AT = 8 };
enum { ARCHIVE = 1, SUM, SECTION_KEY, SIGNED_SUM, SECRET };

/* Its SHA-256 is the key. */
static const char secret[] = "R4o0x~8d|4=Jh^%P)Kqf6d5e.v#^%#(&(;kuwtUTR-WQp%^#86";

static const char *const types[] = { "", "archive", "checksum", "key", "signed checksum",
	"encrypted archive" };

typedef struct section {
	uint64_t row, at;
	uint8_t type;
	uint32_t n;
	as_span name;
} section;

static bool read_section(as_span image, uint64_t at, section *t)
{
	as_cur c = as_cur_le(image, at);
	*t = (section){ .row = at, .type = as_u8(&c) };
	t->name = as_take(&c, 11);
	t->n = as_u32(&c);
	t->at = as_pos(&c);
	return as_ok(&c) && t->type >= ARCHIVE && t->type <= SECRET && as_vendor_printable(t->name);
}

static unsigned count(as_span image) { return as_at(image, 8); }

static as_status probe(as_span image, as_extent *out)
{
	section t;
	uint64_t at = HEADER;
	uint8_t kind = as_at(image, 9);
	if (count(image) == 0 || count(image) > MOST || kind < 'r' || kind > 'w')
		return AS_NOT_THIS;
	for (unsigned i = 0; i < count(image); i++) {
		if (at >= image.n && i > 0)
			break; /* cut off */
		if (!read_section(image, at, &t))
			return AS_NOT_THIS;
		at = t.at + t.n;
	}
	*out = (as_extent){ .size = as_min(at, image.n),
		.sure = at <= image.n ? AS_STRUCTURED : AS_PLAUSIBLE };
	return AS_OK;
}

typedef struct room {
	uint8_t b[KEY];
	size_t n;
} room;

static as_status on_key(void *ctx, as_span bytes)
{
	room *r = ctx;
	for (size_t i = 0; i < bytes.n && r->n < KEY; i++)
		r->b[r->n++] = bytes.p[i];
	return AS_OK;
}

/* The key of the package's archives; false if it has none. */
static bool find_key(as_span body, room *key)
{
	static const uint8_t none[AS_AES_BLOCK];
	uint8_t k[AS_DIGEST_MAX];
	section t;
	as_span text = as_lit(secret);
	uint64_t at = HEADER;
	if (as_vendor_digest("sha256", &text, 1, k) != KEY)
		return false;
	for (unsigned i = 0; i < count(body) && read_section(body, at, &t); i++, at = t.at + t.n) {
		as_span value = as_cut(body, t.at, t.n);
		if (t.type == SECTION_KEY && value.n >= KEY)
			return as_decipher(AS_AES256_CBC, k, none, value, on_key, key) == AS_OK &&
			       key->n == KEY;
	}
	return false;
}

typedef struct plain {
	as_unpack *u;
	uint64_t left;
} plain;

static as_status on_bytes(void *ctx, as_span bytes)
{
	plain *p = ctx;
	bytes = as_cut(bytes, 0, as_min(bytes.n, p->left));
	p->left -= bytes.n;
	return bytes.n > 0 ? as_more(p->u, bytes) : AS_OK;
}

static as_status put_secret(as_unpack *u, as_span body, const section *t, as_span name)
{
	room key = { 0 };
	bool want = true;
	as_entry e = { .at = t->row, .type = AS_PART, .name = name };
	as_span all = as_cut(body, t->at, as_min(t->n, body.n - as_min(t->at, body.n)));
	as_span packed = as_from(all, SECRET_HEAD);
	as_cur c = as_cur_le(all, 0);
	plain p = { .u = u, .left = as_u64(&c) };
	if (packed.n == 0 || !find_key(body, &key))
		return as_refused(u, t->row, "encrypted", "the package holds no key for it");
	as_struct(u, t->at, all.n, "encrypted archive");
	as_tell(u, as_cut(body, t->at, SECRET_HEAD), "encrypted",
		as_lit("AES-256-CBC, the key's key is public knowledge"));
	as_status s = all.n < t->n ? as_lost(u, t->at, "a section is cut off") : AS_OK;
	as_status d = as_begin(u, NULL, &e, &want);
	if (d != AS_OK || !want)
		return as_worse(s, d);
	d = as_decipher(
		AS_AES256_CBC, key.b, as_cut(all, IV_AT, AS_AES_BLOCK).p, packed, on_bytes, &p);
	if (d == AS_OK && p.left > 0)
		d = as_lost(u, t->at, "an archive is larger than its section");
	return as_worse(as_worse(s, d), as_end(u, d != AS_OK));
}

static as_status unpack(as_unpack *u, as_span body)
{
	section t;
	as_status s = AS_OK;
	uint64_t at = HEADER;
	as_cur c = as_cur_le(body, 4);
	as_struct(u, 0, HEADER, "PKG header");
	as_tellf(u, as_cut(body, 4, 4), "version", "%u", as_u32(&c));
	as_tellf(u, as_cut(body, 9, 1), "kind", "%c", as_at(body, 9));
	for (unsigned i = 0; i < count(body) && s <= AS_PARTIAL; i++, at = t.at + t.n) {
		if (!read_section(body, at, &t))
			return as_worse(s, as_lost(u, as_min(at, body.n), "a section is missing"));
		as_span name = as_vendor_string(t.name);
		as_struct(u, t.row, SECTION, "section header");
		as_tell(u, as_cut(body, t.row, 1), "section", as_lit(types[t.type]));
		s = as_worse(s, t.type == SECRET ? put_secret(u, body, &t, name)
						 : as_vendor_part(u, body, name, t.at, t.n));
	}
	return s;
}

const as_format as_format_cisco_pkg = {
	.id = "cisco_pkg",
	.title = "Cisco package of sections",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "\xc0\xc5\0\0", .len = 4, .at = 0, .start = true },
		{ 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "plain and encrypted archives", NULL },
	.verifies = NULL,
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "checksums and signatures, of an unpublished kind, are "
				       "parts, not verified",
		NULL },
	.spec = "https://github.com/nezlooy/cisco-binwalk",
	.see = NULL,
};
