/* SPDX-License-Identifier: Apache-2.0 */
/* The container that NXP's i.MX 8X, 8QM, 8ULP and 9 boot from, little-endian:
 *    0 version 0   1 length u16   3 tag 87   4 flags u32: low two bits who signed it (0 nobody, 1 NXP, 2 the maker)
 *    8 version of the software u16   10 of the fuses   11 images   12 offset of the signatures u16
 *   16 images, each 128 bytes: offset u32, size u32, address u64, entry u64, flags u32 (low four bits what it is, next
 *      four for which core, bits 8 to 10 the digest, bit 11 encrypted), meta u32, digest [64], IV [32]
 * Signatures: version 0, length u16, tag 90. Offsets are from the beginning; two containers stand a KiB apart. */
#include "unpack/vendor.h"

enum {
	HEADER = 16,
	IMAGE = 128,
	IMAGES_MAX = 8,
	DIGEST_IN = 32,
	ENCRYPTED = 0x800,
	SIG_TAG = 0x90,
	SIZE_LIMIT = 64 << 20,
	OWNER = 3 /* of the flags */
};

typedef struct ahab {
	uint32_t flags;
	uint16_t len, version, sig;
	uint8_t n, fuses;
	uint64_t end;
} ahab;

typedef struct entry {
	uint32_t at, n, flags, meta;
	uint64_t address, entry;
	const char *algo; /* NULL: not known */
	as_span digest;
} entry;

static bool read_image(as_span body, unsigned i, entry *m)
{
	static const char *const algos[] = { "sha256", "sha384", "sha512" };
	static const uint8_t lens[] = { 32, 48, 64 };
	as_cur c = as_cur_le(body, HEADER + (uint64_t)i * IMAGE);
	m->at = as_u32(&c);
	m->n = as_u32(&c);
	m->address = as_u64(&c);
	m->entry = as_u64(&c);
	m->flags = as_u32(&c);
	m->meta = as_u32(&c);
	unsigned algo = m->flags >> 8 & 7;
	m->algo = algo < 3 ? algos[algo] : NULL;
	m->digest = as_take(&c, m->algo ? lens[algo] : 0);
	return as_ok(&c) && m->n <= SIZE_LIMIT && m->at <= SIZE_LIMIT;
}

static bool digest_right(as_span body, const entry *m)
{
	as_span data = as_cut(body, m->at, m->n);
	return m->algo && data.n > 0 && as_vendor_digest_is(m->algo, &data, 1, m->digest);
}

static bool read_ahab(as_span body, ahab *a)
{
	as_cur c = as_cur_le(body, 0);
	uint8_t version = as_u8(&c);
	*a = (ahab){ .len = as_u16(&c) };
	as_skip(&c, 1);
	a->flags = as_u32(&c);
	a->version = as_u16(&c);
	a->fuses = as_u8(&c);
	a->n = as_u8(&c);
	a->sig = as_u16(&c);
	uint16_t zero = as_u16(&c);
	uint64_t images = HEADER + (uint64_t)a->n * IMAGE;
	if (!as_ok(&c) || version != 0 || zero != 0 || a->n == 0 || a->n > IMAGES_MAX ||
		a->sig < images || a->len < a->sig || as_at(body, (uint64_t)a->sig + 3) != SIG_TAG)
		return false;
	a->end = a->len;
	for (unsigned i = 0; i < a->n; i++) {
		entry m;
		if (!read_image(body, i, &m))
			return false;
		a->end = m.n > 0 ? as_max(a->end, (uint64_t)m.at + m.n) : a->end;
	}
	return true;
}

static as_status probe(as_span image, as_extent *out)
{
	ahab a;
	if (!read_ahab(image, &a))
		return AS_NOT_THIS;
	unsigned right = 0;
	entry m;
	for (unsigned i = 0; i < a.n && right == 0; i++)
		right += read_image(image, i, &m) && digest_right(image, &m);
	*out = (as_extent){ .size = as_min(a.end, image.n), .work = a.n * as_min(a.end, image.n) };
	out->sure = right > 0 ? AS_CHECKSUMMED : AS_PLAUSIBLE;
	return AS_OK;
}

static const char *kind_of(uint32_t flags)
{
	static const char *const kinds[16] = { NULL, "csf", "scd", "program", "data", "dcd", "seco",
		"provisioning", "dek", NULL, NULL, NULL, NULL, "ddr-dummy", "v2x-dummy", NULL };
	return kinds[flags & 15] ? kinds[flags & 15] : "image";
}

static as_status put_image(as_unpack *u, as_span body, unsigned i)
{
	entry m;
	uint64_t from = HEADER + (uint64_t)i * IMAGE;
	if (!read_image(body, i, &m))
		return as_lost(u, from, "an image's entry is damaged");
	if (m.n == 0)
		return AS_OK; /* holds a place */
	as_span name = as_print(as_memory(u), "%s-%u", kind_of(m.flags), i);
	const char *text = name.p ? (const char *)name.p : "image";
	as_tellf(u, as_cut(body, from + 8, 16), text, "load=0x%llx entry=0x%llx core=%u",
		(unsigned long long)m.address, (unsigned long long)m.entry, m.flags >> 4 & 15);
	as_status s = AS_OK;
	const char *sum =
		(const char *)as_print(as_memory(u), "%s %s", text, m.algo ? m.algo : "digest").p;
	if (m.algo && sum && as_cut(body, m.at, m.n).n > 0)
		s = as_vendor_sum(u, body, m.digest, sum, digest_right(body, &m),
			"digest of an image is wrong");
	if ((m.flags & ENCRYPTED) != 0)
		s = as_worse(s, as_refused(u, from, "encrypted", "an image is encrypted"));
	return as_worse(s, as_vendor_part(u, body, name, m.at, m.n));
}

static as_status unpack(as_unpack *u, as_span body)
{
	static const char *const owners[] = { "nobody", "NXP", "the maker", "reserved" };
	ahab a;
	if (!read_ahab(body, &a))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, a.len, "container header");
	as_tell(u, as_cut(body, 4, 4), "signed-by", as_lit(owners[a.flags & OWNER]));
	as_tellf(u, as_cut(body, 8, 2), "software-version", "%u", a.version);
	as_status s = AS_OK;
	for (unsigned i = 0; i < a.n && s <= AS_PARTIAL; i++)
		s = as_worse(s, put_image(u, body, i));
	return s;
}

#define FLAGS(b)                                                                                   \
	{                                                                                          \
		.bytes = "\x87" b "\0\0\0", .len = 5, .at = 3                                      \
	}
const as_format as_format_ahab = {
	.id = "ahab",
	.title = "NXP i.MX 8 and 9 boot container (AHAB)",
	.kind = AS_CARRIER,
	/* The flags' low byte: who signed it, and which of his keys. */
	.magic = (const as_magic[]){ FLAGS("\x00"), FLAGS("\x01"), FLAGS("\x02"), FLAGS("\x10"),
		FLAGS("\x11"), FLAGS("\x12"), FLAGS("\x22"), FLAGS("\x32"), { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants =
		(const char *const[]){ "i.MX 8X, 8QM, 8ULP, 9", "SHA-256, SHA-384, SHA-512", NULL },
	.verifies = (const char *const[]){ "digest of each image", NULL },
	.keeps = NULL,
	.samples = (const char *const[]){ "mkimage (u-boot-tools 2023.01)", NULL },
	.gaps = (const char *const[]){ "signatures (AHAB) are not verified",
		"encrypted images are not opened", "containers whose keys are revoked (flags)",
		NULL },
	.spec = "https://docs.u-boot.org/en/latest/imx/ahab/ahab.html",
	.see = NULL,
};
