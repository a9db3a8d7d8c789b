/* SPDX-License-Identifier: Apache-2.0 */
/* .ros: firmware of switches whose system is Marvell's ROS (Cisco Small Business, Dell, D-Link and others),
 * little-endian. Version 1:
 *    0 magic [4], such as "LS23"   4 "1.01"   8 time: second, minute, hour, unknown, day, month u8, year u16
 *   16 size of directory and files   20 sum of their bytes   24 "PACK"   28 unknown   32 files u32   36 unknown [12]
 * Version 2, 80 bytes: 4 "2.00"   8 size   12 inverse of the sum of the header's bytes, with this field 0
 *   16 size, 20 sum   24 "PACK"   32 files   40 time   48 size of directory and files   52 sum of their bytes
 *   64 version [16]
 * then files: name [16], offset u32, size u32, unknown [8]. A file may begin with a header of 32 bytes that has the
 * magic again and, at 20, its size unpacked. */
#include "unpack/vendor.h"

enum { FIRST = 48, SECOND = 80, ROW = 32, FILES_MOST = 1024, INNER = 32, NAME = 16 };

typedef struct header {
	bool second;
	uint64_t size; /* of this header */
	uint32_t n, sum, files;
	as_span magic, time;
} header;

static uint32_t sum_of(as_span s)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < s.n; i++)
		sum += s.p[i];
	return sum;
}

static bool is_version(as_span s, bool *second)
{
	*second = as_at(s, 0) == '2';
	return (as_at(s, 0) == '1' || *second) && as_at(s, 1) == '.' && as_vendor_printable(s);
}

static bool read_header(as_span image, header *h)
{
	as_cur c = as_cur_le(image, 0);
	h->magic = as_take(&c, 4);
	bool is = is_version(as_take(&c, 4), &h->second) && as_vendor_printable(h->magic);
	h->size = h->second ? SECOND : FIRST;
	as_seek(&c, 24);
	is = is && as_is(as_take(&c, 4), "PACK");
	as_skip(&c, 4);
	h->files = as_u32(&c);
	as_seek(&c, h->second ? 48 : 16);
	h->n = as_u32(&c);
	h->sum = as_u32(&c);
	h->time = as_cut(image, h->second ? 40 : 8, 8);
	return is && as_ok(&c) && image.n > h->size && h->files > 0 && h->files <= FILES_MOST &&
	       h->n > (uint64_t)h->files * ROW;
}

static bool sum_right(as_span image, const header *h)
{
	as_span all = as_cut(image, h->size, h->n);
	return all.n > 0 && sum_of(all) == h->sum;
}

static bool head_right(as_span image)
{
	as_cur c = as_cur_le(image, 12);
	uint32_t sum = as_u32(&c);
	return ~(sum_of(as_cut(image, 0, 12)) + sum_of(as_cut(image, 16, SECOND - 16))) == sum;
}

static bool read_row(
	as_span image, const header *h, uint32_t i, as_span *name, uint32_t *at, uint32_t *n)
{
	as_cur c = as_cur_le(image, h->size + (uint64_t)i * ROW);
	*name = as_take(&c, NAME);
	*at = as_u32(&c);
	*n = as_u32(&c);
	return as_ok(&c) && as_vendor_printable(*name) && *at >= h->size;
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	as_span name;
	uint32_t at = 0, n = 0;
	if (!read_header(image, &h))
		return AS_NOT_THIS;
	uint64_t end = h.size + h.n;
	for (uint32_t i = 0; i < h.files; i++) {
		if (!read_row(image, &h, i, &name, &at, &n))
			return AS_NOT_THIS;
		end = as_max(end, (uint64_t)at + n);
	}
	*out = (as_extent){ .size = as_min(end, image.n),
		.sure = sum_right(image, &h) || (h.second && head_right(image)) ? AS_CHECKSUMMED
			: end <= image.n                                        ? AS_STRUCTURED
										: AS_PLAUSIBLE };
	return AS_OK;
}

static as_status put_file(as_unpack *u, as_span body, const header *h, uint32_t i)
{
	as_span name;
	uint32_t at = 0, n = 0;
	if (!read_row(body, h, i, &name, &at, &n))
		return as_lost(u, h->size + (uint64_t)i * ROW, "row of a file is damaged");
	as_cur c = as_cur_le(body, at);
	bool second = false;
	if (n > INNER && as_same(as_take(&c, 4), h->magic) && is_version(as_take(&c, 4), &second)) {
		as_seek(&c, (uint64_t)at + 20);
		as_struct(u, at, INNER, "file header");
		as_tellf(u, as_cut(body, (uint64_t)at + 20, 4), "unpacked", "%u", as_u32(&c));
		return as_vendor_part(
			u, body, as_vendor_string(name), (uint64_t)at + INNER, n - INNER);
	}
	return as_vendor_part(u, body, as_vendor_string(name), at, n);
}

static void tell_time(as_unpack *u, as_span time)
{
	as_cur c = as_cur_le(time, 6);
	as_tellf(u, time, "built", "%04u-%02u-%02u %02u:%02u:%02u", as_u16(&c), as_at(time, 5),
		as_at(time, 4), as_at(time, 2), as_at(time, 1), as_at(time, 0));
}

static as_status unpack(as_unpack *u, as_span body)
{
	header h;
	as_status s = AS_OK;
	if (!read_header(body, &h))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, as_min(h.size + (uint64_t)h.files * ROW, body.n), "ROS header");
	as_vendor_text(u, h.magic, "family");
	tell_time(u, h.time);
	if (h.second) {
		as_vendor_text(u, as_cut(body, 64, 16), "version");
		s = as_vendor_sum(u, body, as_cut(body, 12, 4), "header-sum", head_right(body),
			"sum of the header is wrong");
	}
	if (h.size + h.n > body.n)
		s = as_worse(s, as_lost(u, body.n, "image is cut off"));
	else
		s = as_worse(s, as_vendor_sum(u, body, as_cut(body, h.second ? 52 : 20, 4), "sum",
					sum_right(body, &h), "sum of the files is wrong"));
	for (uint32_t i = 0; i < h.files && s <= AS_PARTIAL; i++)
		s = as_worse(s, put_file(u, body, &h, i));
	return s;
}

const as_format as_format_ros_pack = {
	.id = "ros_pack",
	.title = "ROS firmware of switches",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "PACK", .len = 4, .at = 24 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "versions 1 and 2", NULL },
	.verifies = (const char *const[]){ "sum of directory and files",
		"sum of the header (version 2)", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "the outer sum of version 2", NULL },
	.spec = "https://github.com/iam-TJ/ros_pack",
	.see = NULL,
};
