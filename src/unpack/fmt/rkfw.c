/* SPDX-License-Identifier: Apache-2.0 */
/* Rockchip's update image (update.img), little-endian:
 *    0 "RKFW"   4 size of the header u16 (102)   6 version u32   14 year u16, month, day, hour, minute, second
 *   21 chip u32   25 offset of the loader u32, its size u32   33 offset of the update u32, its size u32
 * and behind the update the MD5 of what stands before it, as text. The update, also alone:
 *    0 "RKAF"   4 size without the sum behind it u32   8 model [34]   42 id [30]   72 manufacturer [56]   132 version
 *  136 parts u32   140 parts, each 112 bytes: name [32], file [60], size in flash u32, offset u32, offset in flash u32,
 *      padded size u32, size u32
 * Its sum is a CRC-32 of polynomial 0x04c10db7, the highest bit first, from 0. A part "parameter" stands between
 * "PARM", its size u32, and a sum of the same kind. */
#include "base/text.h"
#include "unpack/vendor.h"

enum {
	HEADER = 102,
	MD5_TEXT = 32,
	PARTS_AT = 140,
	PART = 112,
	PARTS_MAX = 64,
	SECTOR = 512 /* flash is counted in these */
};

typedef struct rkfw {
	uint32_t loader_at, loader, update_at, update;
	uint64_t end; /* without the digest */
} rkfw;

/* What the boot ROM takes from a computer, old and new. */
static bool is_loader(as_span s) { return as_starts(s, "BOOT") || as_starts(s, "LDR "); }

static bool read_rkfw(as_span image, rkfw *r)
{
	as_cur c = as_cur_le(image, 4);
	uint16_t head = as_u16(&c);
	as_seek(&c, 25);
	r->loader_at = as_u32(&c);
	r->loader = as_u32(&c);
	r->update_at = as_u32(&c);
	r->update = as_u32(&c);
	r->end = (uint64_t)r->update_at + r->update;
	uint64_t loader_end = (uint64_t)r->loader_at + r->loader;
	bool update = as_starts(as_from(image, r->update_at), "RKAF") || r->update_at >= image.n ||
		      is_loader(as_from(image, r->loader_at));
	return as_ok(&c) && head == HEADER && r->loader_at == HEADER && r->loader > 0 && update &&
	       r->update > PARTS_AT && r->update_at >= loader_end;
}

static uint32_t crc_of(as_span s)
{
	static const uint32_t table[16] = { 0, 0x04c10db7, 0x09821b6e, 0x0d4316d9, 0x130436dc,
		0x17c53b6b, 0x1a862db2, 0x1e472005, 0x26086db8, 0x22c9600f, 0x2f8a76d6, 0x2b4b7b61,
		0x350c5b64, 0x31cd56d3, 0x3c8e400a, 0x384f4dbd };
	uint32_t crc = 0;
	for (size_t i = 0; i < s.n; i++) {
		crc = crc << 4 ^ table[(crc >> 28) ^ s.p[i] >> 4];
		crc = crc << 4 ^ table[(crc >> 28) ^ (s.p[i] & 15)];
	}
	return crc;
}

static bool is_update(as_span image) { return as_starts(image, "RKAF"); }

/* Size and number of parts of an update. */
static bool read_update(as_span image, uint32_t *size, uint32_t *n)
{
	as_cur c = as_cur_le(image, 4);
	*size = as_u32(&c);
	as_seek(&c, 136);
	*n = as_u32(&c);
	bool text = as_vendor_printable(as_cut(image, PARTS_AT, 32));
	return as_ok(&c) && *n > 0 && *n <= PARTS_MAX && text &&
	       *size >= PARTS_AT + (uint64_t)*n * PART;
}

static as_status probe(as_span image, as_extent *out)
{
	rkfw r;
	uint32_t size = 0, n = 0;
	*out = (as_extent){ .sure = AS_STRUCTURED };
	if (is_update(image) && read_update(image, &size, &n))
		out->size = as_min((uint64_t)size + 4, image.n);
	else if (!is_update(image) && read_rkfw(image, &r))
		out->size = as_min(r.end + MD5_TEXT, image.n);
	return out->size > 0 ? AS_OK : AS_NOT_THIS;
}

/* The text between its header and its sum. */
static as_status put_parameter(as_unpack *u, as_span body, as_span name, uint64_t at)
{
	as_cur c = as_cur_le(body, at + 4);
	uint32_t n = as_u32(&c);
	as_span text = as_take(&c, n), where = as_cut(body, at + 8 + n, 4);
	uint32_t sum = as_u32(&c);
	if (!as_ok(&c))
		return as_lost(u, at, "parameters are cut off");
	as_struct(u, at, 8, "header of parameters");
	as_struct(u, at + 8 + n, 4, "sum of parameters");
	as_status s = as_vendor_sum(u, body, where, "parameter-sum", crc_of(text) == sum,
		"checksum of the parameters is wrong");
	return as_worse(s, as_vendor_part(u, body, name, at + 8, n));
}

static as_status put_part(as_unpack *u, as_span body, uint32_t i)
{
	uint64_t from = PARTS_AT + (uint64_t)i * PART;
	as_span raw = as_cut(body, from, PART);
	as_cur c = as_cur_le(raw, 0);
	as_span name = as_vendor_string(as_take(&c, 32)), file = as_vendor_string(as_take(&c, 60));
	as_skip(&c, 4);
	uint32_t at = as_u32(&c), flash = as_u32(&c);
	as_skip(&c, 4);
	uint32_t n = as_u32(&c);
	if (!as_ok(&c))
		return as_lost(u, as_min(from, body.n), "a part's entry is cut off");
	const char *label =
		(const char *)as_print(as_memory(u), "part %.*s", (int)name.n, (const char *)name.p)
			.p;
	if (label && flash != UINT32_MAX)
		as_tellf(u, raw, label, "file=%.*s flash=0x%llx", (int)file.n, (const char *)file.p,
			(unsigned long long)flash * SECTOR);
	if (n == 0 || name.n == 0 || as_is(file, "SELF") || as_is(file, "RESERVED"))
		return AS_OK; /* the image itself, or room */
	if (as_is(as_cut(body, at, 4), "PARM"))
		return put_parameter(u, body, name, at);
	return as_vendor_part(u, body, name, at, n);
}

static as_status unpack_update(as_unpack *u, as_span body)
{
	uint32_t size = 0, n = 0;
	if (!read_update(body, &size, &n))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, PARTS_AT + (uint64_t)n * PART, "header");
	as_vendor_text(u, as_cut(body, 8, 34), "model");
	as_vendor_text(u, as_cut(body, 72, 56), "manufacturer");
	as_span where = as_cut(body, size, 4), all = as_cut(body, 0, size);
	as_cur c = as_cur_le(where, 0);
	as_status s = AS_OK;
	if (where.n > 0) {
		as_struct(u, size, 4, "sum");
		s = as_vendor_sum(
			u, body, where, "sum", crc_of(all) == as_u32(&c), "checksum is wrong");
	}
	for (uint32_t i = 0; i < n && s <= AS_PARTIAL; i++)
		s = as_worse(s, put_part(u, body, i));
	return s;
}

static bool digest_right(as_span body, uint64_t end)
{
	uint8_t sum[MD5_TEXT / 2];
	as_span all = as_cut(body, 0, end);
	size_t n = as_hex_bytes(as_cut(body, end, MD5_TEXT), sum, sizeof(sum));
	return n == sizeof(sum) && as_vendor_digest_is("md5", &all, 1, as_bytes(sum, n));
}

static as_status unpack(as_unpack *u, as_span body)
{
	rkfw r;
	if (is_update(body))
		return unpack_update(u, body);
	if (!read_rkfw(body, &r))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, HEADER, "header");
	as_cur c = as_cur_le(body, 6);
	uint32_t version = as_u32(&c);
	as_tellf(u, as_cut(body, 6, 4), "version", "%u.%u.%u", version >> 24, version >> 16 & 255,
		version & 0xffff);
	as_seek(&c, 14);
	unsigned year = as_u16(&c), month = as_u8(&c), day = as_u8(&c), hour = as_u8(&c),
		 minute = as_u8(&c);
	as_tellf(u, as_cut(body, 14, 7), "made", "%04u-%02u-%02u %02u:%02u:%02u", year, month, day,
		hour, minute, as_u8(&c));
	as_tellf(u, as_cut(body, 21, 4), "chip", "0x%08x", as_u32(&c));
	as_status s = AS_OK;
	as_span digest = as_cut(body, r.end, MD5_TEXT);
	if (digest.n > 0) {
		as_struct(u, r.end, MD5_TEXT, "digest");
		s = as_vendor_sum(
			u, body, digest, "digest", digest_right(body, r.end), "digest is wrong");
	}
	s = as_worse(s, as_vendor_part(u, body, as_lit("loader"), r.loader_at, r.loader));
	return s <= AS_PARTIAL ? as_worse(s, as_vendor_part(u, body, as_lit("update"), r.update_at,
						     r.update))
			       : s;
}

const as_format as_format_rkfw = {
	.id = "rkfw",
	.title = "Rockchip update image (RKFW, RKAF)",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "RKFW\x66\0", .len = 6, .at = 0 },
		{ .bytes = "RKAF", .len = 4, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "with the loader (RKFW), and the update alone (RKAF)",
		NULL },
	.verifies =
		(const char *const[]){ "MD5 of RKFW, CRC-32 of RKAF and of the parameters", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "the loader (RKBOOT) is not opened", "signatures",
		"images of more than 4 GiB, whose sizes are cut in the header", NULL },
	.spec = "https://github.com/neo-technologies/rockchip-mkbootimg",
	.see = NULL,
};
