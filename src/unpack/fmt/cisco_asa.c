/* SPDX-License-Identifier: Apache-2.0 */
/* Cisco's images for ASA firewalls of the 5500-X and 1000 series, little-endian: a UUID of 16 bytes that may be
 * missing, then a block, which holds blocks:
 *    0 UUID [16]   16 size of what is told of it, in 16 bytes   17 unknown   18 size of its contents u32 (lowest four
 *      bits: none)   22 unknown [2]   24 1: its contents are blocks   25 unknown [7]; what is told, contents
 * Of the outer one a list is told, big-endian: type u8, size u16, bytes: 4 who signed it, 5 serial number, 6 who
 * issued that, 11 the signature; 3 holds 4 to 6. */
#include "unpack/vendor.h"

enum { UUID = 16, HEADER = 32, BLOCKS_MOST = 64, FIELDS_MOST = 32 };
enum { NESTED = 3, SIGNER = 4, SERIAL = 5, ISSUER = 6, SIGNATURE = 11 };

static const char whole[] = "\x11\xbb\x8d\x46\xd6\x38\x01\x4d\xa2\x6b\x7d\x66\x62\x0d\xfc\x74";
static const char outer[] = "\x60\xd0\x90\xeb\x09\xf7\x1a\x4a\x9f\x30\x9e\x45\xf7\x28\x74\x90";

static const struct {
	const char *uuid, *name;
} known[] = {
	{ "\x71\x54\x6a\x9d\xae\x27\xef\x42\x97\x98\xc3\xdf\xbe\x0d\xc5\x5e", "firmware" },
	{ "\x81\x0e\x04\xc5\x2e\xd1\x2d\x47\x89\x21\xa0\x2b\xb0\x00\x65\x35", "kernel-parameters" },
	{ "\x1a\x4d\xbf\x47\x90\x7c\xfc\x49\x90\x41\xcd\xeb\xa6\xc3\xf6\x47", "rootfs" },
	{ "\xe1\xc3\x85\x79\x4a\x5e\x89\x47\xb6\x96\x6d\x75\xa1\x83\x55\x33", "boot" },
	{ "\x2b\x74\x54\x1d\x6e\x2e\x6d\x48\xad\x21\xfa\x52\x71\xf3\x9b\x92", "kernel" },
	{ "\x53\x43\x21\x2a\xe9\x5f\x51\x42\x9a\xc8\x5d\x83\x1b\x0a\x94\x16", "boot-elf" },
};

typedef struct block {
	uint64_t at, told_at, data_at, end;
	uint64_t told, n;
	as_span uuid;
	bool nested;
} block;

static bool is_uuid(as_span s, const char *uuid) { return as_same(s, as_bytes(uuid, UUID)); }

static bool read_block(as_span image, uint64_t at, block *b)
{
	as_cur c = as_cur_le(image, at);
	*b = (block){ .at = at, .uuid = as_take(&c, UUID) };
	b->told = (uint64_t)as_u8(&c) * 16;
	as_skip(&c, 1);
	b->n = as_u32(&c) >> 4;
	as_skip(&c, 2);
	uint8_t nested = as_u8(&c);
	as_skip(&c, 7);
	b->nested = nested == 1;
	b->told_at = as_pos(&c);
	b->data_at = b->told_at + b->told;
	b->end = b->data_at + b->n;
	return as_ok(&c) && nested <= 1;
}

static as_status probe(as_span image, as_extent *out)
{
	block b, inner;
	uint64_t at = is_uuid(as_cut(image, 0, UUID), whole) ? UUID : 0;
	if (!read_block(image, at, &b) || !is_uuid(b.uuid, outer) || !b.nested ||
		!read_block(image, b.data_at, &inner) || inner.end > b.end)
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(b.end, image.n), .sure = AS_STRUCTURED };
	return AS_OK;
}

static void tell_signer(as_unpack *u, as_span told)
{
	as_cur c = as_cur_be(told, 0);
	for (unsigned i = 0; i < FIELDS_MOST && as_left(&c) > 3; i++) {
		uint8_t type = as_u8(&c);
		uint16_t n = as_u16(&c);
		if (type == NESTED)
			continue; /* its fields follow */
		as_span value = as_take(&c, n);
		if (type == 0 || !as_ok(&c))
			return;
		if (type == SIGNER)
			as_vendor_text(u, value, "signer");
		if (type == SERIAL)
			as_vendor_text(u, value, "serial");
		if (type == ISSUER)
			as_vendor_text(u, value, "issuer");
		if (type == SIGNATURE)
			as_tellf(u, value, "signature", "%u bits, not verified", n * 8U);
	}
}

static const char *name_of(as_span uuid)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (is_uuid(uuid, known[i].uuid))
			return known[i].name;
	return "unknown";
}

static as_status put_block(as_unpack *u, as_span body, const block *b, unsigned n)
{
	const char *name = name_of(b->uuid);
	as_span told = as_cut(body, b->told_at, b->told);
	if (as_is(as_lit(name), "kernel-parameters"))
		as_vendor_text(u, told, "command-line");
	as_span label = as_is(as_lit(name), "unknown") ? as_print(as_memory(u), "unknown %u", n)
						       : as_lit(name);
	return as_vendor_part(u, body, label, b->data_at, b->n);
}

/* Blocks hold blocks, whose bytes are theirs: as deep as it goes, each is met once, in order. */
static as_status unpack(as_unpack *u, as_span body)
{
	block b;
	as_status s = AS_OK;
	uint64_t at = is_uuid(as_cut(body, 0, UUID), whole) ? UUID : 0;
	as_struct(u, 0, at, "ASA mark");
	for (unsigned n = 0; at < body.n && s <= AS_PARTIAL; n++) {
		if (n == BLOCKS_MOST || !read_block(body, at, &b))
			return as_worse(s, as_lost(u, at, "header of a block is damaged"));
		as_struct(u, b.at, as_min(HEADER + b.told, body.n - b.at), "block header");
		if (is_uuid(b.uuid, outer))
			tell_signer(u, as_cut(body, b.told_at, b.told));
		if (!b.nested)
			s = as_worse(s, put_block(u, body, &b, n));
		at = b.nested ? b.data_at : b.end;
	}
	return s;
}

const as_format as_format_cisco_asa = {
	.id = "cisco_asa",
	.title = "Cisco ASA image",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = whole, .len = UUID, .at = 0 },
		{ .bytes = outer, .len = UUID, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "with and without the UUID in front", NULL },
	.verifies = NULL,
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "the signature is told, not verified",
		"images of the older 5500 series, which have no blocks", NULL },
	.spec = "https://github.com/datachi7d/asa-fw",
	.see = NULL,
};
