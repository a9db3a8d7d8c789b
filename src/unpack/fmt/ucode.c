/* SPDX-License-Identifier: Apache-2.0 */
/* Microcode of x86 processors, little-endian. Intel's updates, one after the other:
 *    0 1 u32   4 revision u32   8 date u32, decimal digits: month, day, year   12 processor u32   16 sum u32
 *   20 1 u32   24 platforms u32   28 size of the data u32 (0: 2000)   32 size u32 (0: 2048), all words add up to 0
 *   48 data, and behind it a table of more processors: how many u32, sum, 12 bytes, 12 bytes each
 * AMD's containers, one after the other:
 *    0 "DMA" 0   4 0 u32   8 size of a table of processors u32, the table (16 bytes each), then patches:
 *    0 1 u32   4 size u32   8 date u32, as above   12 revision u32   32 processor u16 (as the table has it) */
#include "unpack/vendor.h"

enum { HEADER = 48, OLD_DATA = 2000, OLD_SIZE = 2048, SIZE_LIMIT = 16 << 20, UPDATES_MAX = 1024 };
enum { AMD_HEADER = 12, PATCH = 8, PATCH_HEADER = 64, ENTRY = 16, TABLE_MAX = 64 << 10 };

typedef struct update {
	uint32_t revision, date, processor, platforms, data, size;
	bool sum;
	bool known; /* what it says of itself makes sense */
} update;

/* Whether decimal digits are a month, a day and a year of microcode. */
static bool is_date(uint32_t date)
{
	uint32_t month = date >> 24, day = date >> 16 & 0xff, year = date & 0xffff;
	bool digits = true;
	for (unsigned i = 0; i < 32; i += 4)
		digits = digits && (date >> i & 15) <= 9;
	return digits && month >= 1 && month <= 0x12 && day >= 1 && day <= 0x31 && year >= 0x1995 &&
	       year <= 0x2099;
}

static bool read_intel(as_span image, uint64_t at, update *v)
{
	as_cur c = as_cur_le(image, at);
	uint32_t version = as_u32(&c);
	v->revision = as_u32(&c);
	v->date = as_u32(&c);
	v->processor = as_u32(&c);
	as_skip(&c, 4);
	uint32_t loader = as_u32(&c);
	v->platforms = as_u32(&c);
	v->data = as_u32(&c);
	v->size = as_u32(&c);
	if (v->data == 0) {
		v->data = OLD_DATA;
		v->size = OLD_SIZE;
	}
	bool is = as_ok(&c) && version == 1 && loader == 1 && is_date(v->date) &&
		  v->size <= SIZE_LIMIT && v->size % 4 == 0 && v->size >= HEADER &&
		  v->data <= v->size - HEADER && v->data % 4 == 0;
	v->known = is;
	c = as_cur_le(as_cut(image, at, is ? v->size : 0), 0);
	uint32_t sum = c.s.n == 0;
	while (as_left(&c) >= 4)
		sum += as_u32(&c);
	v->sum = sum == 0;
	return is;
}

static bool read_amd(as_span image, uint64_t at, uint64_t *patches)
{
	as_cur c = as_cur_le(image, at);
	as_span magic = as_take(&c, 4);
	uint32_t type = as_u32(&c), n = as_u32(&c);
	*patches = at + AMD_HEADER + n;
	return as_ok(&c) && as_same(magic, as_bytes("DMA\0", 4)) && type == 0 && n >= ENTRY &&
	       n % ENTRY == 0 && n <= TABLE_MAX && *patches < image.n;
}

static bool read_patch(as_span image, uint64_t at, update *v)
{
	as_cur c = as_cur_le(image, at);
	uint32_t type = as_u32(&c);
	v->size = as_u32(&c);
	v->date = as_u32(&c);
	v->revision = as_u32(&c);
	as_skip(&c, 16);
	v->processor = as_u16(&c);
	v->known = is_date(v->date);
	return as_ok(&c) && type == 1 && v->size >= PATCH_HEADER && v->size <= SIZE_LIMIT;
}

/* Goes through all of it. u NULL: measures only. Answers where it ends. */
typedef as_status on_update(as_unpack *u, as_span body, uint64_t at, const update *v);

static uint64_t walk_intel(as_unpack *u, as_span body, on_update *put, as_status *s)
{
	uint64_t at = 0;
	update v;
	for (unsigned i = 0; i < UPDATES_MAX && *s <= AS_PARTIAL && at < body.n; i++) {
		if (!read_intel(body, at, &v) || (i > 0 && !v.sum && v.size <= body.n - at))
			break;
		if (put)
			*s = as_worse(*s, put(u, body, at, &v));
		at += v.size;
	}
	return at;
}

static uint64_t walk_amd(as_unpack *u, as_span body, on_update *put, as_status *s)
{
	uint64_t at = 0, next = 0;
	update v;
	for (unsigned i = 0; i < UPDATES_MAX && *s <= AS_PARTIAL && at < body.n; i++) {
		if (read_amd(body, at, &next)) {
			if (u)
				as_struct(u, at, next - at, "table of processors");
			at = next;
			continue;
		}
		if (at == 0 || !read_patch(body, at, &v))
			break;
		if (put)
			*s = as_worse(*s, put(u, body, at, &v));
		at += PATCH + (uint64_t)v.size;
	}
	return at;
}

static bool is_amd(as_span body) { return as_at(body, 0) == 'D'; }

static as_status probe(as_span image, as_extent *out)
{
	as_status s = AS_OK;
	update v = { 0 }, next = { 0 };
	uint64_t patches = 0;
	bool amd = is_amd(image);
	if (amd ? !read_amd(image, 0, &patches) || !read_patch(image, patches, &v)
		: !read_intel(image, 0, &v))
		return AS_NOT_THIS;
	/* Of Intel's a few small numbers and a date tell: without the sum it may be anything, but for one cut off, or
	 * one before another. What AMD's says of itself may be damaged, if another follows. */
	bool another = amd ? read_amd(image, patches + PATCH + (uint64_t)v.size, &patches)
			   : v.size <= image.n && read_intel(image, v.size, &next) && next.sum;
	if (!another && (amd ? !v.known : !v.sum && v.size <= image.n))
		return AS_NOT_THIS;
	uint64_t end = amd ? walk_amd(NULL, image, NULL, &s) : walk_intel(NULL, image, NULL, &s);
	*out = (as_extent){ .size = as_min(end, image.n) };
	out->sure = v.sum ? AS_CHECKSUMMED : amd ? AS_STRUCTURED : AS_PLAUSIBLE;
	return AS_OK;
}

static as_status put_part(
	as_unpack *u, as_span body, as_span name, const update *v, uint64_t at, uint64_t n)
{
	const char *text = name.p ? (const char *)name.p : "microcode";
	as_tellf(u, as_cut(body, at, 4), text, "revision=0x%08x date=%04x-%02x-%02x", v->revision,
		v->date & 0xffff, v->date >> 24, v->date >> 16 & 0xff);
	return as_vendor_part(u, body, name, at, n);
}

static as_status put_intel(as_unpack *u, as_span body, uint64_t at, const update *v)
{
	/* As the kernel calls the files: family, model, stepping. */
	uint32_t p = v->processor;
	uint32_t family = (p >> 8 & 15) + ((p >> 8 & 15) == 15 ? p >> 20 & 255 : 0);
	uint32_t model = (p >> 4 & 15) | (p >> 12 & 0xf0);
	as_span name = as_print(
		as_memory(u), "intel-%02x-%02x-%02x-0x%02x", family, model, p & 15, v->platforms);
	as_struct(u, at, HEADER, "update header");
	uint64_t end = at + HEADER + v->data;
	if (v->size > HEADER + v->data)
		as_struct(u, end, at + v->size - end, "table of processors");
	as_status s = AS_OK;
	if (as_cut(body, at, v->size).n > 0)
		s = as_vendor_sum(u, body, as_cut(body, at + 16, 4), "sum", v->sum,
			"checksum of an update is wrong");
	return as_worse(s, put_part(u, body, name, v, at + HEADER, v->data));
}

static as_status put_amd(as_unpack *u, as_span body, uint64_t at, const update *v)
{
	as_span name = as_print(as_memory(u), "amd-0x%04x-0x%08x", v->processor, v->revision);
	as_struct(u, at, PATCH, "patch header");
	if (!v->known)
		return as_worse(as_lost(u, at, "what an update says of itself is damaged"),
			as_vendor_part(u, body, as_lit("amd-damaged"), at + PATCH, v->size));
	return put_part(u, body, name, v, at + PATCH, v->size);
}

static as_status unpack(as_unpack *u, as_span body)
{
	as_status s = AS_OK;
	uint64_t end =
		is_amd(body) ? walk_amd(u, body, put_amd, &s) : walk_intel(u, body, put_intel, &s);
	return end < body.n && s <= AS_PARTIAL
		       ? as_worse(s, as_lost(u, end, "an update is damaged"))
		       : s;
}

const as_format as_format_ucode = {
	.id = "ucode",
	.title = "x86 microcode",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "\1\0\0\0", .len = 4, .at = 0, .start = true },
		{ .bytes = "DMA\0\0\0\0\0", .len = 8, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants =
		(const char *const[]){ "Intel's updates, one or many", "AMD's containers", NULL },
	.verifies = (const char *const[]){ "sums of Intel's updates", NULL },
	.keeps = NULL,
	.samples = (const char *const[]){ "generator from the published layout, which iucode_tool "
					  "2.3.1 reads; not tried on a "
					  "vendor's own image",
		NULL },
	.gaps = (const char *const[]){ "what it holds, which is enciphered, and its signatures",
		"the tables of further processors are not told",
		"Intel's in a raw image: found at the start of an object only", NULL },
	.spec = "https://www.intel.com/content/www/us/en/developer/articles/technical/"
		"intel-sdm.html",
	.see = NULL,
};
