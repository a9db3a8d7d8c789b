/* SPDX-License-Identifier: Apache-2.0 */
/* SEAMA: firmware of Alpha Networks (D-Link and others), big-endian. One header after another:
 *    0 5ea3a417   4 reserved u16   6 bytes of meta data u16   8 size of the image
 *   12 MD5 of the image, only if there is one   then meta data ("name=value", NUL each), the image
 * The first one, the seal, may have no image. */
#include "base/ascii.h"
#include "unpack/vendor.h"

enum { FIXED = 12, MD5 = 16, MAGIC = 0x5ea3a417, ENTITIES_MAX = 64 };

typedef struct entity {
	uint16_t n_meta;
	uint32_t n;
	as_span sum, meta;
	uint64_t data_at, next;
} entity;

static bool read_entity(as_span image, uint64_t at, entity *e)
{
	as_cur c = as_cur_be(image, at);
	uint32_t magic = as_u32(&c);
	as_skip(&c, 2);
	e->n_meta = as_u16(&c);
	e->n = as_u32(&c);
	e->sum = e->n ? as_take(&c, MD5) : (as_span){ 0 };
	e->meta = as_take(&c, e->n_meta);
	e->data_at = as_pos(&c);
	e->next = e->data_at + e->n;
	return as_ok(&c) && magic == MAGIC;
}

/* "name=value", with a name as programs write it. */
static bool is_pair(as_span word)
{
	size_t eq = as_find(word, as_bytes("=", 1), 0);
	if (eq == 0 || eq == SIZE_MAX || !as_vendor_printable(word))
		return false;
	for (size_t i = 0; i < eq; i++)
		if (!as_is_word(as_at(word, i)))
			return false;
	return true;
}

/* Meta data is pairs in text, NUL after each and to the end: without it a header would be a magic
 * and lengths, which a program's code holds by chance. */
static bool meta_fits(const entity *e)
{
	as_cur c = as_cur_be(e->meta, 0);
	size_t n = 0;
	while (as_left(&c) > 0) {
		as_span word = as_str(&c, 1);
		if (!as_ok(&c) || (word.n > 0 && !is_pair(word)))
			return false;
		n += word.n > 0;
	}
	return n > 0;
}

static as_status probe(as_span image, as_extent *out)
{
	uint64_t at = 0;
	entity e;
	unsigned n = 0;
	uint64_t held = 0;
	for (; n < ENTITIES_MAX && at < image.n && read_entity(image, at, &e) && meta_fits(&e);
		n++) {
		held += e.n;
		at = e.next;
	}
	if (n == 0 || held == 0)
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(at, image.n) };
	out->sure = at <= image.n ? AS_STRUCTURED : AS_PLAUSIBLE;
	return AS_OK;
}

static void tell_meta(as_unpack *u, as_span meta)
{
	as_cur c = as_cur_be(meta, 0);
	while (as_left(&c) > 0) {
		as_span word = as_str(&c, 1);
		if (!as_ok(&c))
			return;
		if (word.n > 0)
			as_tell(u, word, "meta", word);
	}
}

static as_status unpack(as_unpack *u, as_span body)
{
	as_status s = AS_OK;
	entity e;
	unsigned parts = 0;
	for (uint64_t at = 0; at < body.n && s <= AS_PARTIAL; at = e.next) {
		if (!read_entity(body, at, &e))
			return as_worse(s, as_lost(u, at, "a header is damaged"));
		as_struct(u, at, e.data_at - at, "SEAMA header");
		tell_meta(u, e.meta);
		if (e.n == 0)
			continue;
		as_span data = as_cut(body, e.data_at, e.n);
		if (data.n == e.n)
			s = as_worse(s, as_vendor_sum(u, body, e.sum, "md5",
						as_vendor_digest_is("md5", &data, 1, e.sum),
						"MD5 is wrong"));
		as_span name = as_print(as_memory(u), "%u", parts++);
		s = as_worse(s, as_vendor_part(u, body, name, e.data_at, e.n));
	}
	return s;
}

const as_format as_format_seama = {
	.id = "seama",
	.title = "SEAMA",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "\x5e\xa3\xa4\x17", .len = 4, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "sealed images and single entities", NULL },
	.verifies = (const char *const[]){ "MD5 of each image", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = NULL,
	.spec = "https://openwrt.org/docs/techref/headers",
	.see = NULL,
};
