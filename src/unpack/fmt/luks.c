/* SPDX-License-Identifier: Apache-2.0 */
/* LUKS: an encrypted disk of Linux, big-endian. Version 1:
 *    0 "LUKS" ba be   6 version u16   8 cipher, 40 its mode, 72 hash, 32 bytes each  104 payload, sectors u32
 *  108 bytes of the key u32   168 UUID, 40 bytes   208 eight key slots: 0 00ac71f3 if it is used   4 iterations u32
 *    8 salt   40 key material, sectors u32   44 stripes u32
 * Version 2: 8 bytes of the header with its JSON u64   16 sequence number u64   24 label, 48 bytes
 *   72 checksum's algorithm, 32 bytes   168 UUID, 40 bytes   208 subsystem, 48 bytes   256 offset of this header u64
 *  448 checksum, 64 bytes   4096 JSON: keyslots, segments; behind it the same once more, with "SKUL" */
#include "unpack/format.h"
#include "unpack/verity.h"
#include "vuln/json.h"

enum {
	HEADER1 = 592,
	HEADER2 = 4096,
	SLOTS = 8,
	SLOTS_AT = 208,
	SECTOR = 512,
	SUM_AT = 448,
	SUM = 64,
	MEMBERS_MAX = 64,
	IN_USE = 0x00ac71f3,
};

static as_span text_at(as_span raw, uint64_t at, uint64_t n)
{
	as_span s = as_cut(raw, at, n);
	return as_cut(s, 0, as_min(as_find_byte(s, 0, 0), s.n));
}

static uint16_t version_of(as_span s)
{
	bool magic = as_same(as_cut(s, 0, 6), as_bytes("LUKS\xba\xbe", 6)) ||
		     as_same(as_cut(s, 0, 6), as_bytes("SKUL\xba\xbe", 6));
	as_cur c = as_cur_be(s, 6);
	uint16_t version = as_u16(&c);
	return magic ? version : 0;
}

static uint64_t length2(as_span s)
{
	as_cur c = as_cur_be(s, 8);
	return as_u64(&c);
}

/* Whether the header of version 2 at the start of s, with its JSON, has the checksum that it tells. */
static bool sum_right(as_span s)
{
	static const uint8_t zeros[SUM];
	uint8_t got[AS_DIGEST_MAX];
	size_t n = 0;
	as_span raw = as_cut(s, 0, length2(s));
	as_span name = text_at(raw, 72, 32), want = as_cut(raw, SUM_AT, SUM);
	as_buf b = { 0 };
	as_buf_add(&b, zeros, SUM);
	as_buf_add(&b, as_from(raw, SUM_AT + SUM).p, as_from(raw, SUM_AT + SUM).n);
	bool ok = raw.n > HEADER2 && !b.bad &&
		  as_digest(name, as_cut(raw, 0, SUM_AT), as_buf_span_of(&b), got, &n) &&
		  as_same(as_cut(want, 0, n), as_bytes(got, n));
	as_buf_free(&b);
	return ok;
}

static bool known_length(uint64_t n) { return n >= 16 << 10 && n <= 4 << 20 && (n & (n - 1)) == 0; }

static as_status probe(as_span image, as_extent *out)
{
	uint16_t version = version_of(image);
	*out = (as_extent){ .size = image.n, .sure = AS_STRUCTURED };
	if (version == 2 && known_length(length2(image))) {
		out->sure = sum_right(image) ? AS_CHECKSUMMED : AS_STRUCTURED;
		out->label = text_at(image, 24, 48);
		return AS_OK;
	}
	as_cur c = as_cur_be(image, 108);
	uint32_t key = as_u32(&c);
	bool named = text_at(image, 8, 32).n > 0 && as_is_text(text_at(image, 8, 32));
	return version == 1 && image.n >= HEADER1 && named && key >= 8 && key <= 1024 ? AS_OK
										      : AS_NOT_THIS;
}

static void tell_text(as_unpack *u, const char *name, as_span s)
{
	if (s.n > 0)
		as_tell(u, s, name, s);
}

/* What is encrypted stands for itself: nobody looks into it. */
static as_status put_payload(as_unpack *u, as_span body, uint64_t at, uint64_t n, const char *name)
{
	as_status s = as_refused(u, as_min(at, body.n), "encrypted", "the payload is encrypted");
	as_entry e = { .at = at, .type = AS_PART, .name = as_lit(name), .hint = "raw" };
	e.data = as_cut(body, at, at < body.n ? as_min(n, body.n - at) : 0);
	return e.data.n > 0 ? as_worse(s, as_put(u, NULL, &e, NULL)) : s;
}

static const char *numbered(as_unpack *u, const char *what, unsigned i)
{
	const char *name = (const char *)as_print(as_memory(u), "%s %u", what, i).p;
	return name ? name : what;
}

static as_status open1(as_unpack *u, as_span body)
{
	as_cur c = as_cur_be(body, 104);
	uint64_t payload = (uint64_t)as_u32(&c) * SECTOR;
	uint32_t key = as_u32(&c);
	as_span cipher = text_at(body, 8, 32), mode = text_at(body, 40, 32);
	as_span hash = text_at(body, 72, 32);
	as_struct(u, 0, HEADER1, "LUKS header");
	as_tellf(u, as_cut(body, 8, 64), "cipher", "%.*s-%.*s", (int)cipher.n,
		(const char *)cipher.p, (int)mode.n, (const char *)mode.p);
	as_tellf(u, as_cut(body, 108, 4), "key-bits", "%u", key * 8);
	tell_text(u, "hash", hash);
	tell_text(u, "uuid", text_at(body, 168, 40));
	for (unsigned i = 0; i < SLOTS; i++) {
		as_span slot = as_cut(body, SLOTS_AT + i * 48u, 48);
		as_cur k = as_cur_be(slot, 0);
		uint32_t state = as_u32(&k), iterations = as_u32(&k);
		as_skip(&k, 32);
		uint64_t at = (uint64_t)as_u32(&k) * SECTOR;
		uint32_t stripes = as_u32(&k);
		if (!as_ok(&k) || state != IN_USE)
			continue;
		as_tellf(u, slot, numbered(u, "keyslot", i), "pbkdf2 %.*s iterations=%u stripes=%u",
			(int)hash.n, (const char *)hash.p, iterations, stripes);
		uint64_t n = (((uint64_t)key * stripes + SECTOR - 1) / SECTOR) * SECTOR;
		if (at < body.n)
			as_struct(u, at, as_min(n, body.n - at), "LUKS key material");
	}
	return put_payload(u, body, payload, body.n, "payload");
}

/* The text or number that stands under a key, or empty. */
static as_span member(const as_value *v, const char *key)
{
	const as_value *m = as_json_get(v, key);
	return m && (m->type == AS_JSON_TEXT || m->type == AS_JSON_NUMBER) ? m->text
									   : (as_span){ 0 };
}

static uint64_t number(const as_value *v, const char *key, uint64_t otherwise)
{
	uint64_t n = otherwise;
	return as_number(member(v, key), 10, &n) ? n : otherwise;
}

/* Appends " KEY=VALUE" for each key that is there. */
static void add_members(as_buf *b, const as_value *v, const char *const *keys)
{
	for (; v && *keys; keys++) {
		as_span value = member(v, *keys);
		if (value.n > 0)
			as_buf_print(b, " %s=%.*s", *keys, (int)as_min(value.n, 64),
				(const char *)value.p);
	}
}

static void tell_members(
	as_unpack *u, as_span where, const char *what, const as_value *v, as_buf *b)
{
	uint64_t i = 0;
	as_span text = as_buf_span_of(b);
	(void)as_number(v->key, 10, &i);
	as_tell(u, where, numbered(u, what, (unsigned)i),
		as_from(text, as_starts(text, " ") ? 1 : 0));
	as_buf_free(b);
}

static void tell_slots(as_unpack *u, as_span body, as_span json, const as_value *slots)
{
	static const char *const of_slot[] = { "type", "key_size", NULL };
	static const char *const of_kdf[] = { "type", "hash", "iterations", "time", "memory",
		"cpus", NULL };
	unsigned n = 0;
	for (const as_value *v = slots ? slots->first : NULL; v && n < MEMBERS_MAX;
		v = v->next, n++) {
		as_buf b = { 0 };
		const as_value *area = as_json_get(v, "area");
		add_members(&b, v, of_slot);
		as_buf_text(&b, " kdf:");
		add_members(&b, as_json_get(v, "kdf"), of_kdf);
		tell_members(u, json, "keyslot", v, &b);
		uint64_t at = number(area, "offset", UINT64_MAX), len = number(area, "size", 0);
		if (at < body.n)
			as_struct(u, at, as_min(len, body.n - at), "LUKS key material");
	}
}

static as_status put_segments(as_unpack *u, as_span body, as_span json, const as_value *all)
{
	static const char *const of_segment[] = { "type", "encryption", "sector_size", "offset",
		"size", NULL };
	as_status s = AS_OK;
	unsigned n = 0;
	for (const as_value *v = all ? all->first : NULL; v && n < MEMBERS_MAX; v = v->next, n++) {
		as_buf b = { 0 };
		add_members(&b, v, of_segment);
		tell_members(u, json, "segment", v, &b);
		tell_text(u, "cipher", member(v, "encryption"));
		s = as_worse(s, put_payload(u, body, number(v, "offset", UINT64_MAX),
					number(v, "size", UINT64_MAX), numbered(u, "payload", n)));
	}
	return s;
}

/* The header of version 2 to go by, and whether it is the second. */
static as_span find2(as_span body, bool *second, bool *right)
{
	*second = false;
	*right = sum_right(body);
	uint64_t n = length2(body);
	as_span other = as_from(body, n);
	if (*right || version_of(other) != 2 || length2(other) != n || !sum_right(other))
		return as_cut(body, 0, as_min(n, body.n));
	*second = *right = true;
	return as_cut(other, 0, n);
}

static as_status open2(as_unpack *u, as_span body)
{
	bool second = false, right = false;
	as_span head = find2(body, &second, &right);
	as_span json = as_from(head, HEADER2);
	json = as_cut(json, 0, as_min(as_find_byte(json, 0, 0), json.n));
	as_status s = AS_OK;
	as_struct(u, 0, head.n, "LUKS header");
	as_struct(u, head.n, as_min(head.n, body.n - head.n), "LUKS header");
	tell_text(u, "label", text_at(head, 24, 48));
	tell_text(u, "uuid", text_at(head, 168, 40));
	tell_text(u, "subsystem", text_at(head, 208, 48));
	as_tell(u, as_cut(head, SUM_AT, SUM), "checksum", as_lit(right ? "ok" : "wrong"));
	if (second)
		s = as_lost(u, 0, "the first header is broken: the second was used");
	else if (!right)
		s = as_lost(u, SUM_AT, "checksum of the header is wrong");
	as_fault fault = { 0 };
	const as_value *root = as_json_parse(as_memory(u), json, &fault);
	if (!root)
		return as_worse(s, as_refused(u, HEADER2, "encrypted",
					   "the payload is encrypted; its description is damaged"));
	tell_slots(u, body, json, as_json_get(root, "keyslots"));
	return as_worse(s, put_segments(u, body, json, as_json_get(root, "segments")));
}

static as_status unpack(as_unpack *u, as_span body)
{
	as_tellf(u, as_cut(body, 6, 2), "version", "%u", version_of(body));
	return version_of(body) == 1 ? open1(u, body) : open2(u, body);
}

const as_format as_format_luks = {
	.id = "luks",
	.title = "LUKS encrypted disk",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "LUKS\xba\xbe", .len = 6, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "versions 1 and 2", NULL },
	.verifies = (const char *const[]){ "checksum of the header (version 2)", NULL },
	.keeps = (const char *const[]){ "cipher, key slots, key derivation, label and UUID", NULL },
	.samples = (const char *const[]){ "cryptsetup 2.6.1", NULL },
	.gaps = (const char *const[]){ "the payload is encrypted, and is not decrypted",
		"a payload without an end of its own reaches to the end of the object",
		"dm-crypt without LUKS has no header: it cannot be told from noise", NULL },
	.spec = "https://gitlab.com/cryptsetup/LUKS2-docs",
	.see = NULL,
};
