/* SPDX-License-Identifier: Apache-2.0 */
/* UPDATE.APP: Huawei's images of all partitions of a device, little-endian: 92 zeros, then items:
 *    0 55aa5aa5   4 size of this header   8 1   12 hardware [8]   20 number   24 size   28 date [16]   44 time [16]
 *   60 partition [16]   76 [16]   92 CRC-16 of the first 98 bytes, with this field 0   94 bytes of a block u16
 *   96 u16   98 CRC-16 of each block of the contents; then the contents, filled up to 4 bytes.
 * The CRC-16 is X.25's: polynomial 0x8408, begun with ones, inverted. What is too large for one item has several. */
#include "unpack/vendor.h"

enum { LEAD = 92, HEADER = 98, SUM_AT = 92, ITEMS_MOST = 4096 };

typedef struct item {
	uint64_t at; /* of its header */
	uint32_t head, n;
	uint16_t sum, block;
	as_span hardware, name;
} item;

static uint16_t crc16(uint16_t crc, as_span s)
{
	static const uint16_t table[16] = { 0, 0x1081, 0x2102, 0x3183, 0x4204, 0x5285, 0x6306,
		0x7387, 0x8408, 0x9489, 0xa50a, 0xb58b, 0xc60c, 0xd68d, 0xe70e, 0xf78f };
	for (size_t i = 0; i < s.n; i++) {
		crc = (uint16_t)(crc >> 4 ^ table[(crc ^ s.p[i]) & 15]);
		crc = (uint16_t)(crc >> 4 ^ table[(crc ^ s.p[i] >> 4) & 15]);
	}
	return crc;
}

static uint16_t inverse(uint16_t crc) { return (uint16_t)(crc ^ 0xffff); }

static uint64_t blocks_of(const item *it) { return ((uint64_t)it->n + it->block - 1) / it->block; }

static bool read_item(as_span image, uint64_t at, item *it)
{
	as_cur c = as_cur_le(image, at);
	*it = (item){ .at = at };
	bool is = as_is(as_take(&c, 4), "\x55\xaa\x5a\xa5");
	it->head = as_u32(&c);
	is = is && as_u32(&c) == 1;
	it->hardware = as_take(&c, 8);
	as_skip(&c, 4);
	it->n = as_u32(&c);
	as_skip(&c, 32);
	it->name = as_take(&c, 16);
	as_skip(&c, 16);
	it->sum = as_u16(&c);
	it->block = as_u16(&c);
	as_skip(&c, 2);
	return as_ok(&c) && is && it->block > 0 && it->head == HEADER + 2 * blocks_of(it);
}

static bool head_right(as_span image, const item *it)
{
	static const uint8_t none[2];
	uint16_t crc = crc16(0xffff, as_cut(image, it->at, SUM_AT));
	crc = crc16(crc, as_bytes(none, sizeof(none)));
	crc = crc16(crc, as_cut(image, it->at + SUM_AT + 2, HEADER - SUM_AT - 2));
	return inverse(crc) == it->sum;
}

static uint64_t end_of(const item *it) { return it->at + it->head + it->n; }

static as_status probe(as_span image, as_extent *out)
{
	item it;
	uint64_t end = LEAD, at = LEAD;
	size_t n = 0;
	if (!as_all(as_cut(image, 0, LEAD), 0) || !read_item(image, at, &it))
		return AS_NOT_THIS;
	bool right = head_right(image, &it);
	for (; n < ITEMS_MOST && read_item(image, at, &it); n++) {
		end = end_of(&it);
		at = (end + 3) & ~UINT64_C(3);
	}
	*out = (as_extent){ .size = as_min(at, image.n),
		.sure = right ? AS_CHECKSUMMED : AS_STRUCTURED };
	return AS_OK;
}

/* Whether every whole block of the contents has its CRC; *at is the first that has another. */
static bool blocks_right(as_span body, const item *it, as_span data, uint64_t *at)
{
	as_cur c = as_cur_le(body, it->at + HEADER);
	for (uint64_t from = 0; from < data.n; from += it->block) {
		as_span block = as_cut(data, from, as_min(it->block, data.n - from));
		uint16_t sum = as_u16(&c);
		if (block.n < it->block && data.n < it->n)
			break; /* cut off */
		if (inverse(crc16(0xffff, block)) != sum) {
			*at = it->at + it->head + from;
			return false;
		}
	}
	return as_ok(&c);
}

static as_status put_item(as_unpack *u, as_span body, const item *it)
{
	uint64_t from = it->at + it->head, wrong = it->at;
	as_span data = as_cut(body, from, as_min(it->n, body.n - as_min(from, body.n)));
	as_span name = as_vendor_string(it->name);
	as_struct(u, it->at, as_min(it->head, body.n - it->at), "item header");
	as_status s = as_vendor_sum(u, body, as_cut(body, it->at + SUM_AT, 2), "item-crc",
		head_right(body, it), "checksum of an item's header is wrong");
	bool right = data.n == 0 || blocks_right(body, it, data, &wrong);
	as_tell(u, as_cut(body, it->at + HEADER, it->head - HEADER), "blocks",
		as_lit(right ? "ok" : "wrong"));
	if (!right)
		s = as_worse(s, as_lost(u, wrong, "checksum of a block is wrong"));
	if (name.n == 0)
		name = as_print(as_memory(u), "%llu", (unsigned long long)it->at);
	return as_worse(s, as_vendor_part(u, body, name, from, it->n));
}

static as_status unpack(as_unpack *u, as_span body)
{
	item it;
	as_status s = AS_OK;
	uint64_t at = LEAD;
	as_struct(u, 0, LEAD, "lead");
	for (size_t n = 0; n < ITEMS_MOST && s <= AS_PARTIAL && read_item(body, at, &it); n++) {
		if (n == 0)
			as_vendor_text(u, it.hardware, "hardware");
		s = as_worse(s, put_item(u, body, &it));
		at = (end_of(&it) + 3) & ~UINT64_C(3);
		if (end_of(&it) < body.n)
			as_struct(u, end_of(&it), as_min(at, body.n) - end_of(&it), "filling");
	}
	return s;
}

const as_format as_format_huawei_app = {
	.id = "huawei_app",
	.title = "Huawei UPDATE.APP",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "\x55\xaa\x5a\xa5", .len = 4, .at = LEAD }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "blocks of any size", NULL },
	.verifies = (const char *const[]){ "CRC-16 of each header", "CRC-16 of each block", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "a partition of several items is not joined",
		"what follows a damaged header is found by search", NULL },
	.spec = "https://github.com/YKG/huawei_UPDATE.APP_unpacktool",
	.see = NULL,
};
