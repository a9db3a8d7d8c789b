/* SPDX-License-Identifier: Apache-2.0 */
/* WatchGuard's updates (sysa-dl), big-endian.
 *    0 MD5 of the sections [16]   16 their size u32   20 12611920 or 15611928; then sections:
 *    0 name [16]   16 size u32, contents; or of the second kind, whose name has 7f before it:
 *    0 name [16]   16 unknown [24]   40 size u32   44 MD5 [16], contents
 * "HMAC" is HMAC-SHA-1 of the sections before it, under a key that is public knowledge. "WGPKG": what it is about,
 * NUL, "WGPKG" NUL, unknown [6], size u32, bzip2. */
#include "unpack/vendor.h"

#include <openssl/hmac.h>

enum { HEADER = 24, FIRST = 0x12611920, SECOND = 0x15611928, NAME = 16, MORE = 24, MD5 = 16 };

static const char hmac_key[] = "etaonrishdlcupfm";

typedef struct section {
	uint64_t head, at, n; /* where its header stands, where its contents do */
	as_span name, md5;
} section;

static bool read_section(as_span image, uint64_t at, section *t)
{
	as_cur c = as_cur_be(image, at);
	bool second = as_at(image, at) == 0x7f;
	*t = (section){ .head = at, .name = as_from(as_take(&c, NAME), second ? 1 : 0) };
	as_skip(&c, second ? MORE : 0);
	t->n = as_u32(&c);
	t->md5 = second ? as_take(&c, MD5) : (as_span){ 0 };
	t->at = as_pos(&c);
	return as_ok(&c) && as_vendor_printable(t->name);
}

static bool read_header(as_span image, uint32_t *n, as_span *md5)
{
	as_cur c = as_cur_be(image, 0);
	*md5 = as_take(&c, MD5);
	*n = as_u32(&c);
	uint32_t magic = as_u32(&c);
	return as_ok(&c) && *n > NAME && (magic == FIRST || magic == SECOND);
}

static bool md5_right(as_span image, uint32_t n, as_span md5)
{
	as_span all = as_cut(image, HEADER, n);
	return all.n > 0 && as_vendor_digest_is("md5", &all, 1, md5);
}

static as_status probe(as_span image, as_extent *out)
{
	section t;
	uint32_t n = 0;
	as_span md5;
	if (!read_header(image, &n, &md5) || !read_section(image, HEADER, &t) ||
		t.at + t.n > HEADER + (uint64_t)n)
		return AS_NOT_THIS;
	bool right = md5_right(image, n, md5);
	*out = (as_extent){ .work = as_min(n, image.n) };
	if (!right && !as_vendor_filled(t.name))
		return AS_NOT_THIS;
	out->size = as_min(HEADER + (uint64_t)n, image.n);
	out->sure = right ? AS_CHECKSUMMED : AS_PLAUSIBLE;
	return AS_OK;
}

/* The part of a package that is packed, or all of the section's contents. */
static as_status put_contents(as_unpack *u, as_span body, const section *t)
{
	as_span data = as_cut(body, t->at, as_min(t->n, body.n - as_min(t->at, body.n)));
	as_span name = as_vendor_string(t->name);
	as_cur c = as_cur_be(data, 0);
	if (!as_is(name, "WGPKG"))
		return as_vendor_part(u, body, name, t->at, t->n);
	as_span about = as_str(&c, 1);
	bool is = as_is(as_take(&c, 5), "WGPKG") && as_u8(&c) == 0;
	as_skip(&c, 6);
	uint32_t n = as_u32(&c);
	if (!as_ok(&c) || !is || n > data.n - as_pos(&c))
		return as_vendor_part(u, body, name, t->at, t->n);
	as_struct(u, t->at, as_pos(&c), "package header");
	as_vendor_text(u, about, "package");
	return as_vendor_part(u, body, name, t->at + as_pos(&c), n);
}

/* hmac: whether it was met already. One is verified: each takes all that stands before it. */
static as_status put_section(as_unpack *u, as_span body, const section *t, bool *hmac)
{
	uint8_t mac[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	as_span before = as_cut(body, HEADER, t->head - HEADER), data = as_cut(body, t->at, t->n);
	as_struct(u, t->head, t->at - t->head, "section header");
	if (t->md5.n > 0 && data.n > 0 && as_vendor_digest_is("md5", &data, 1, t->md5))
		as_tell(u, t->md5, "section-md5",
			as_lit("ok")); /* what it is of is not published */
	if (*hmac || !as_is(as_vendor_string(t->name), "HMAC") || data.n < AS_SHA1_LEN)
		return put_contents(u, body, t);
	*hmac = true;
	as_struct(u, t->at, t->n, "HMAC");
	bool right =
		HMAC(EVP_sha1(), hmac_key, sizeof(hmac_key) - 1, before.p, before.n, mac, &n) &&
		as_same(as_bytes(mac, n), as_cut(data, 0, AS_SHA1_LEN));
	return as_vendor_sum(u, body, data, "hmac", right, "HMAC of the sections is wrong");
}

static as_status unpack(as_unpack *u, as_span body)
{
	section t;
	as_span md5;
	uint32_t n = 0;
	bool hmac = false;
	if (!read_header(body, &n, &md5))
		return as_lost(u, 0, "header is damaged");
	uint64_t end = HEADER + (uint64_t)n, at = HEADER;
	as_struct(u, 0, HEADER, "WatchGuard header");
	as_status s = end > body.n ? as_lost(u, body.n, "image is cut off")
				   : as_vendor_sum(u, body, md5, "md5", md5_right(body, n, md5),
					     "MD5 is wrong");
	while (at < as_min(end, body.n) && s <= AS_PARTIAL) {
		if (!read_section(body, at, &t))
			return as_worse(s, as_lost(u, at, "header of a section is damaged"));
		s = as_worse(s, put_section(u, body, &t, &hmac));
		at = t.at + t.n;
	}
	return s;
}

const as_format as_format_watchguard = {
	.id = "watchguard",
	.title = "WatchGuard update",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "\x12\x61\x19\x20", .len = 4, .at = 20 },
		{ .bytes = "\x15\x61\x19\x28", .len = 4, .at = 20 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "sections of both kinds", NULL },
	.verifies = (const char *const[]){ "MD5 of the sections",
		"HMAC-SHA-1 under a key that is public knowledge", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "MD5 of a section that is wrong: what it is of is not "
				       "published",
		NULL },
	.spec = "https://github.com/kaitai-io/kaitai_struct_formats/blob/master/firmware/"
		"watchguard_sysa_dl.ksy",
	.see = NULL,
};
