/* SPDX-License-Identifier: Apache-2.0 */
/* DFU files: firmware with a suffix that says for which USB device it is, little-endian, 16 bytes from the end:
 *    0 device release u16   2 product u16   4 vendor u16   6 version of the suffix   8 "UFD"   11 its length (16)
 *   12 CRC-32 of everything before it, without the final inversion
 * DfuSe (version 11a) has images for several memories in front of the suffix:
 *    0 "DfuSe"   5 1   6 size without the suffix   10 number of targets; then targets:
 *    0 "Target"   6 alternate setting   7 is named u32   11 name, 255 bytes   266 size   270 number of elements;
 *    then elements: address u32, size u32, data */
#include "unpack/format.h"

enum { SUFFIX = 16, SE_HEADER = 11, TARGET = 274, NAME_LEN = 255, ELEMENTS_MAX = 65536 };

typedef struct suffix {
	uint16_t release, product, vendor, version;
	uint8_t len;
	uint32_t sum;
	bool right;
} suffix;

static bool read_suffix(as_span image, suffix *s)
{
	if (image.n <= SUFFIX)
		return false;
	as_cur c = as_cur_le(image, image.n - SUFFIX);
	*s = (suffix){ .release = as_u16(&c) };
	s->product = as_u16(&c);
	s->vendor = as_u16(&c);
	s->version = as_u16(&c);
	as_span magic = as_take(&c, 3);
	s->len = as_u8(&c);
	s->sum = as_u32(&c);
	if (!as_is(magic, "UFD") || s->len < SUFFIX || s->len > image.n)
		return false;
	s->right = (as_crc32(0, as_cut(image, 0, image.n - 4)) ^ UINT32_MAX) == s->sum;
	return true;
}

static bool is_se(as_span image) { return as_starts(image, "DfuSe") && as_at(image, 5) == 1; }

static as_status probe(as_span image, as_extent *out)
{
	suffix s;
	if (is_se(image)) {
		as_cur c = as_cur_le(image, 6);
		uint64_t size = as_u32(&c);
		if (!as_ok(&c) || size < SE_HEADER + TARGET)
			return AS_NOT_THIS;
		bool whole = read_suffix(as_cut(image, 0, size + SUFFIX), &s);
		*out = (as_extent){ .size = as_min(whole ? size + SUFFIX : size, image.n) };
		out->sure = whole && s.right ? AS_CHECKSUMMED : AS_PLAUSIBLE;
		return AS_OK;
	}
	/* Without a beginning of its own it is believed only if the checksum is right. */
	if (!read_suffix(image, &s) || !s.right)
		return AS_NOT_THIS;
	*out = (as_extent){ .size = image.n, .sure = AS_CHECKSUMMED };
	return AS_OK;
}

static as_status put_elements(as_unpack *u, as_cur *c, unsigned target, uint32_t n)
{
	as_status s = AS_OK;
	for (uint32_t i = 0; i < n && i < ELEMENTS_MAX && s <= AS_PARTIAL; i++) {
		size_t at = as_pos(c);
		uint32_t address = as_u32(c), size = as_u32(c);
		as_struct(u, at, 8, "element");
		as_entry e = { .at = at, .type = AS_PART };
		e.data = as_take(c, as_min(size, as_left(c)));
		e.name = as_print(as_memory(u), "target%u-0x%08x", target, address);
		if (!as_ok(c))
			return as_worse(s, as_lost(u, at, "elements are missing"));
		s = as_worse(s, as_put(u, NULL, &e, NULL));
		if (e.data.n < size)
			return as_worse(s, as_lost(u, at, "an element runs past the end"));
	}
	return s;
}

static as_status put_targets(as_unpack *u, as_span body)
{
	as_cur c = as_cur_le(body, SE_HEADER - 1);
	uint8_t n = as_u8(&c);
	as_status s = AS_OK;
	as_struct(u, 0, SE_HEADER, "DfuSe header");
	for (unsigned i = 0; i < n && s <= AS_PARTIAL; i++) {
		size_t at = as_pos(&c);
		as_span magic = as_take(&c, 6);
		uint8_t setting = as_u8(&c);
		uint32_t named = as_u32(&c);
		as_span name = as_take(&c, NAME_LEN);
		as_skip(&c, 4);
		uint32_t elements = as_u32(&c);
		if (!as_ok(&c) || !as_is(magic, "Target"))
			return as_worse(s, as_lost(u, at, "a target is damaged"));
		as_struct(u, at, TARGET, "DfuSe target");
		size_t end = as_find_byte(name, 0, 0);
		as_span label = as_print(as_memory(u), "target%u", i);
		as_tellf(u, as_cut(body, at, TARGET), (const char *)label.p, "setting %u%s%.*s",
			setting, named ? " " : "",
			named ? (int)(end == SIZE_MAX ? NAME_LEN : end) : 0, (const char *)name.p);
		s = as_worse(s, put_elements(u, &c, i, elements));
	}
	return s;
}

static as_status unpack(as_unpack *u, as_span body)
{
	suffix x;
	as_status s = AS_OK;
	as_span data = body;
	if (!read_suffix(body, &x)) {
		s = as_lost(u, body.n, "the suffix is missing");
	} else {
		data = as_cut(body, 0, body.n - x.len);
		as_span where = as_from(body, body.n - SUFFIX);
		as_struct(u, data.n, x.len, "DFU suffix");
		as_tellf(u, where, "device", "%04x:%04x release %04x", x.vendor, x.product,
			x.release);
		as_tell(u, where, "crc", as_lit(x.right ? "ok" : "wrong"));
		if (!x.right)
			s = as_lost(u, body.n - 4, "checksum is wrong");
	}
	if (is_se(body))
		return as_worse(s, put_targets(u, data));
	as_entry e = { .type = AS_PART, .name = as_lit("firmware"), .data = data };
	return as_worse(s, as_put(u, NULL, &e, NULL));
}

const as_format as_format_dfu = {
	.id = "dfu",
	.title = "USB DFU file",
	.kind = AS_CARRIER,
	.magic = NULL,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "plain firmware with a suffix", "DfuSe", NULL },
	.verifies = (const char *const[]){ "CRC-32", NULL },
	.keeps = NULL,
	.samples = (const char *const[]){ "dfu-suffix (dfu-util 0.11)",
		"DfuSe: generator from the published layout; not tried on a vendor's own image",
		NULL },
	.gaps = (const char *const[]){ "only as an object of its own, not inside others",
		"plain firmware whose checksum is wrong", NULL },
	.spec = "https://www.usb.org/sites/default/files/DFU_1.1.pdf",
	.see = NULL,
};
