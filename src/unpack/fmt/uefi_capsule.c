/* SPDX-License-Identifier: Apache-2.0 */
/* An update capsule of UEFI, little-endian (UEFI specification, chapters 8 and 23):
 *    0 GUID of the kind   16 header size u32   20 flags u32   24 size of all u32
 * What follows is the image itself, or, in a capsule for firmware management:
 *    0 version u32 (1)   4 drivers u16   6 payloads u16   8 offset of each, u64, from here
 * where a payload has
 *    0 version u32 (1 to 3)   4 GUID of what it updates   20 index   24 size u32   28 size of the vendor's u32
 *  [32 hardware u64: from version 2   40 capsules it takes u64: 3]
 * and before the image, if it is signed: count u64, size u32, 0200 u16, 0ef1 u16, GUID of PKCS#7, the signature of
 * image and count. EDK II puts "MSS1", header size u32, version u32, lowest version u32 in front of the image. */
#include "unpack/bundle.h"
#include "unpack/fmt/uefi_fv.h"
#include "unpack/vendor.h"

enum { HEADER = 28, HEADER_MAX = 4096, ITEMS_MAX = 64, ITEM = 32, AUTH = 32, CERT = 24 };
enum { REVISION = 0x200, CERT_TYPE = 0xef1, NEWEST = 3, EDK = 16 };

#define FMP "\xed\xd5\xcb\x6d\x2d\xe8\x44\x4c\xbd\xa1\x71\x94\x19\x9a\xd9\x2a"
#define PKCS7 "\x9d\xd2\xaf\x4a\xdf\x68\xee\x49\x8a\xa9\x34\x7d\x37\x56\x65\xa7"
#define ACCEPT "\x46\x60\x99\x0c\xc0\xbc\x04\x4d\x85\xec\xe1\xfc\xed\xf1\xc6\xf8"
#define REVERT "\x4b\x8b\xd5\xac\xe8\xc0\x5f\x47\x99\xb5\x6b\x3f\x7e\x07\xaa\xf0"

static const struct kind {
	const char *guid, *name;
} kinds[] = {
	{ FMP, "firmware management" },
	{ "\xbd\x86\x66\x3b\x76\x0d\x30\x40\xb7\x0e\xb5\x51\x9e\x2f\xc5\xa0", "EFI" },
	{ "\xb9\x82\x91\x53\xb5\xab\x91\x43\xb6\x9a\xe3\xa9\x43\xf7\x2f\xcc", "Intel" },
	{ "\x90\xbb\xee\x14\x0a\x89\xdb\x43\xae\xd1\x5d\x3c\x45\x88\xa4\x18", "AMI, not signed" },
	{ "\x8b\xa6\x3c\x4a\x23\x77\xfb\x48\x80\x3d\x57\x8c\xc1\xfe\xc4\x4d", "AMI, signed" },
	{ ACCEPT, "acceptance of an update" },
	{ REVERT, "rejection of an update" },
};

typedef struct capsule {
	as_span guid;
	uint64_t head, size;
	uint32_t flags;
	const char *name;
	bool managed;        /* by firmware management */
	uint64_t items;      /* where the list of offsets is, in the body */
	uint16_t drivers, n; /* entries that are drivers, entries at all */
} capsule;

static bool read_managed(as_span image, capsule *k)
{
	as_cur c = as_cur_le(image, k->head);
	uint32_t version = as_u32(&c);
	k->drivers = as_u16(&c);
	uint16_t payloads = as_u16(&c);
	k->items = as_pos(&c);
	k->managed = true;
	if (!as_ok(&c) || version != 1 || k->drivers > ITEMS_MAX || payloads > ITEMS_MAX ||
		k->drivers + payloads == 0)
		return false;
	k->n = (uint16_t)(k->drivers + payloads);
	uint64_t before = 8 + 8 * (uint64_t)k->n - 1;
	for (unsigned i = 0; i < k->n; i++) {
		uint64_t at = as_u64(&c);
		if (!as_ok(&c) || at <= before || at > k->size - k->head)
			return false;
		before = at;
	}
	return true;
}

static bool read_capsule(as_span image, capsule *k)
{
	as_cur c = as_cur_le(image, 0);
	*k = (capsule){ .guid = as_take(&c, AS_UEFI_GUID) };
	k->head = as_u32(&c);
	k->flags = as_u32(&c);
	k->size = as_u32(&c);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (as_uefi_is_guid(k->guid, kinds[i].guid))
			k->name = kinds[i].name;
	/* Bits 16 to 18 say when it is to be taken, those below are the kind's. */
	if (!as_ok(&c) || !k->name || k->head < HEADER || k->head > HEADER_MAX ||
		k->size < k->head || k->flags >> 19 != 0)
		return false;
	if (as_uefi_is_guid(k->guid, FMP))
		return read_managed(image, k);
	bool empty = as_uefi_is_guid(k->guid, ACCEPT) || as_uefi_is_guid(k->guid, REVERT);
	return empty ? k->size <= HEADER + AS_UEFI_GUID : k->size > k->head;
}

static as_status probe(as_span image, as_extent *out)
{
	capsule k;
	if (!read_capsule(image, &k) || (!k.managed && k.size > image.n))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(k.size, image.n) };
	out->sure = k.managed ? AS_STRUCTURED : AS_PLAUSIBLE;
	return AS_OK;
}

static const char *named(as_unpack *u, const char *what, unsigned i, const char *more)
{
	as_span s = as_print(as_memory(u), "%s-%u%s", what, i, more);
	return s.p ? (const char *)s.p : what;
}

/* The signature is over the image and the count behind it. */
static as_status verify(as_unpack *u, as_span body, as_span der, as_span image, as_span count)
{
	as_status s = as_want(u, image.n + count.n);
	if (s != AS_OK)
		return s;
	uint8_t *both = as_alloc(as_memory(u), image.n + count.n);
	if (!both)
		return AS_NOMEM;
	memcpy(both, image.p, image.n);
	memcpy(both + image.n, count.p, count.n);
	return as_bundle_cms(u, body, der, as_bytes(both, image.n + count.n), NULL);
}

/* Takes the authentication off the front of an image, if there is one. */
static as_status open_signed(as_unpack *u, as_span body, unsigned i, as_span *image)
{
	as_cur c = as_cur_le(*image, 0);
	as_span count = as_take(&c, 8);
	uint32_t n = as_u32(&c);
	uint16_t revision = as_u16(&c), type = as_u16(&c);
	as_span guid = as_take(&c, AS_UEFI_GUID);
	if (!as_ok(&c) || revision != REVISION || type != CERT_TYPE)
		return AS_OK;
	as_span der = as_cut(*image, AUTH, n - as_min(n, CERT)), all = *image;
	uint64_t at = 0;
	(void)as_within(body, *image, &at);
	if (n <= CERT || der.n == 0)
		return as_lost(u, at, "the signature runs past the payload");
	*image = as_from(all, 8 + (uint64_t)n);
	as_struct(u, at, AUTH, "authentication header");
	as_cur v = as_cur_le(count, 0);
	as_tellf(u, count, named(u, "payload", i, "/monotonic-count"), "%llu",
		(unsigned long long)as_u64(&v));
	as_entry e = { .at = at + AUTH, .type = AS_PART, .data = der };
	e.name = as_print(as_memory(u), "payload-%u.p7", i);
	as_status s = as_put(u, NULL, &e, NULL);
	if (s > AS_PARTIAL || !as_uefi_is_guid(guid, PKCS7))
		return s;
	return as_worse(s, verify(u, body, der, *image, count));
}

/* EDK II's header of versions. */
static void open_versions(as_unpack *u, as_span body, unsigned i, as_span *image)
{
	as_cur c = as_cur_le(*image, 4);
	uint32_t head = as_u32(&c), version = as_u32(&c), lowest = as_u32(&c);
	uint64_t at = 0;
	if (!as_starts(*image, "MSS1") || !as_ok(&c) || head < EDK || head > image->n ||
		!as_within(body, *image, &at))
		return;
	as_struct(u, at, head, "payload versions");
	as_tellf(u, as_cut(*image, 8, 4), named(u, "payload", i, "/version"), "%u, not below %u",
		version, lowest);
	*image = as_from(*image, head);
}

static as_status put_payload(as_unpack *u, as_span body, uint64_t at, uint64_t end, unsigned i)
{
	as_cur c = as_cur_le(body, at);
	uint32_t version = as_u32(&c);
	as_span guid = as_take(&c, AS_UEFI_GUID);
	uint8_t index = as_u8(&c);
	as_skip(&c, 3);
	uint32_t size = as_u32(&c), vendor = as_u32(&c);
	as_skip(&c, version >= NEWEST ? 16 : version == 2 ? 8 : 0);
	if (!as_ok(&c) || version == 0 || version > NEWEST)
		return as_lost(u, at, "a payload's header is damaged");
	uint64_t from = as_pos(&c);
	as_struct(u, at, from - at, "payload header");
	as_tellf(u, guid, named(u, "payload", i, "/updates"), "%s, index %u",
		(const char *)as_uefi_guid(as_memory(u), guid).p, index);
	as_span image = as_cut(body, from, as_min(size, as_min(end, body.n) - as_min(from, end)));
	as_status s = image.n < size ? as_lost(u, at, "a payload is cut off") : AS_OK;
	s = as_worse(s, open_signed(u, body, i, &image));
	open_versions(u, body, i, &image);
	as_entry e = { .at = at, .type = AS_PART, .name = as_print(as_memory(u), "payload-%u", i) };
	e.data = image;
	if (s <= AS_PARTIAL && image.n > 0)
		s = as_worse(s, as_put(u, NULL, &e, NULL));
	if (s <= AS_PARTIAL && vendor > 0)
		s = as_worse(s, as_vendor_part(u, body, as_print(as_memory(u), "vendor-%u", i),
					from + size, vendor));
	return s;
}

static as_status put_managed(as_unpack *u, as_span body, const capsule *k)
{
	as_cur c = as_cur_le(body, k->items);
	as_status s = AS_OK;
	as_struct(u, k->head, k->items + 8 * (uint64_t)k->n - k->head, "list of payloads");
	for (unsigned i = 0; i < k->n && s <= AS_PARTIAL; i++) {
		uint64_t at = k->head + as_u64(&c);
		as_cur next = c;
		uint64_t end = i + 1u < k->n ? k->head + as_u64(&next) : k->size;
		if (i < k->drivers)
			s = as_worse(
				s, as_vendor_part(u, body, as_print(as_memory(u), "driver-%u", i),
					   at, end - at));
		else
			s = as_worse(s, put_payload(u, body, at, end, i - k->drivers));
	}
	return s;
}

static as_status unpack(as_unpack *u, as_span body)
{
	capsule k;
	if (!read_capsule(body, &k))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, as_min(k.head, body.n), "capsule header");
	as_tell(u, k.guid, "kind", as_lit(k.name));
	as_tellf(u, as_cut(body, 20, 4), "flags", "0x%x%s%s%s", k.flags,
		k.flags >> 16 & 1 ? ", kept over a reset" : "",
		k.flags >> 17 & 1 ? ", into the system table" : "",
		k.flags >> 18 & 1 ? ", resets" : "");
	as_status s = k.size > body.n ? as_lost(u, body.n, "capsule is cut off") : AS_OK;
	if (k.managed)
		return as_worse(s, put_managed(u, body, &k));
	if (as_uefi_is_guid(k.guid, ACCEPT) && k.size == HEADER + AS_UEFI_GUID)
		as_tell(u, as_cut(body, HEADER, AS_UEFI_GUID), "accepts",
			as_uefi_guid(as_memory(u), as_cut(body, HEADER, AS_UEFI_GUID)));
	if (as_uefi_is_guid(k.guid, ACCEPT) || as_uefi_is_guid(k.guid, REVERT)) {
		as_struct(u, 0, body.n, "capsule");
		return s;
	}
	return as_worse(s, as_vendor_part(u, body, as_lit("image"), k.head, k.size - k.head));
}

#define GUID(i)                                                                                    \
	{                                                                                          \
		.bytes = i, .len = 16, .at = 0                                                     \
	}
const as_format as_format_uefi_capsule = {
	.id = "uefi_capsule",
	.title = "UEFI capsule",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ GUID(FMP),
		GUID("\xbd\x86\x66\x3b\x76\x0d\x30\x40\xb7\x0e\xb5\x51\x9e\x2f\xc5\xa0"),
		GUID("\xb9\x82\x91\x53\xb5\xab\x91\x43\xb6\x9a\xe3\xa9\x43\xf7\x2f\xcc"),
		GUID("\x90\xbb\xee\x14\x0a\x89\xdb\x43\xae\xd1\x5d\x3c\x45\x88\xa4\x18"),
		GUID("\x8b\xa6\x3c\x4a\x23\x77\xfb\x48\x80\x3d\x57\x8c\xc1\xfe\xc4\x4d"),
		GUID(ACCEPT), GUID(REVERT), { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants =
		(const char *const[]){
			"firmware management (FMP) with drivers, payloads, signatures",
			"capsules of EFI, Intel and AMI", "U-Boot's of acceptance and rejection",
			NULL },
	.verifies =
		(const char *const[]){ "PKCS#7 signature of a payload with the certificate in it, "
				       "which nobody vouches for",
			NULL },
	.keeps = NULL,
	.samples = (const char *const[]){ "mkeficapsule (u-boot-tools 2023.01)",
		"generator from the published layout for EFI, Intel and AMI", NULL },
	.gaps = (const char *const[]){ "the signature of AMI's capsules", NULL },
	.spec = "https://uefi.org/specs/UEFI/2.10/23_Firmware_Update_and_Reporting.html",
	.see = NULL,
};
