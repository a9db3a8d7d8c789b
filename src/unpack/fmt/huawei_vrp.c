/* SPDX-License-Identifier: Apache-2.0 */
/* Huawei's packages for routers, switches and firewalls that run VRP, big-endian; no magic.
 *    0 u16   2 CRC-16 of bytes 4 to the end   4 unknown [8]   12 records u32   16 unknown [24]
 *   40 records of 24 bytes: 0 type u16   4 offset u32   8 size u32   12 flag u16   14 CRC-16   16 kind u32
 * 6186 CRC-16 of bytes 4 to 6186; then what the records name. Such a table may stand in it again. A file there:
 *    8 type u16   148 name [224]   372 size u32   378 CRC-16 of what follows this header   384 contents */
#include "unpack/vendor.h"

enum {
	HEADER = 6188,
	SUM_AT = 6186,
	SUMMED_FROM = 4,
	ROWS_AT = 40,
	ROW = 24,
	ROWS_MOST = 256,
	FILE_HEADER = 384,
	NAME = 224
};

typedef struct record {
	uint64_t row;
	uint16_t type;
	uint32_t at, n, kind;
} record;

static bool read_record(as_span image, uint32_t i, record *r)
{
	as_cur c = as_cur_be(image, ROWS_AT + (uint64_t)i * ROW);
	*r = (record){ .row = as_pos(&c) };
	r->type = as_u16(&c);
	as_skip(&c, 2);
	r->at = as_u32(&c);
	r->n = as_u32(&c);
	as_skip(&c, 4);
	r->kind = as_u32(&c);
	return as_ok(&c) && r->at >= HEADER;
}

/* The number of records, 0 if this is none. end: of what they name. */
static uint32_t read_header(as_span image, uint64_t *end)
{
	record r;
	as_cur c = as_cur_be(image, 12);
	uint32_t n = as_u32(&c);
	if (image.n <= HEADER || n == 0 || n > ROWS_MOST)
		return 0;
	*end = HEADER;
	for (uint32_t i = 0; i < n; i++) {
		if (!read_record(image, i, &r) || r.n == 0)
			return 0;
		*end = as_max(*end, (uint64_t)r.at + r.n);
	}
	as_seek(&c, SUM_AT);
	uint16_t sum = as_u16(&c);
	return as_vendor_crc16(as_cut(image, SUMMED_FROM, SUM_AT - SUMMED_FROM), 0) == sum ? n : 0;
}

/* Whether what is at bytes 2 is right for an image that ends there. */
static bool whole_right(as_span image, uint64_t end)
{
	as_cur c = as_cur_be(image, 2);
	uint16_t sum = as_u16(&c);
	as_span summed = as_cut(image, SUMMED_FROM, end - SUMMED_FROM);
	return summed.n > 0 && as_vendor_crc16(summed, 0) == sum;
}

static as_status probe(as_span image, as_extent *out)
{
	uint64_t end;
	if (read_header(image, &end) == 0)
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(end, image.n), .sure = AS_CHECKSUMMED };
	/* A filling up to eight bytes belongs to it if the sum of all says so. */
	for (uint64_t more = 0; more < 8 && end + more <= image.n; more++)
		if (as_all(as_cut(image, end, more), 0) && whole_right(image, end + more)) {
			out->size = end + more;
			break;
		}
	return AS_OK;
}

static as_status put_file(as_unpack *u, as_span body, const record *r, uint32_t i)
{
	as_span all = as_cut(body, r->at, as_min(r->n, body.n - as_min(r->at, body.n)));
	as_span filling = as_cut(body, (uint64_t)r->at + r->n, -(uint64_t)r->n % 8);
	as_span name = as_cut(all, 148, NAME);
	as_cur c = as_cur_be(all, 372);
	uint32_t n = as_u32(&c);
	as_skip(&c, 2);
	uint16_t sum = as_u16(&c);
	as_span data = as_cut(all, FILE_HEADER, n);
	bool right = data.n > 0 && as_vendor_crc16(data, 0) == sum;
	bool file = as_vendor_printable(name) && n > 0 && n <= r->n - as_min(r->n, FILE_HEADER);
	if (as_all(filling, 0))
		as_struct(u, (uint64_t)r->at + r->n, filling.n, "filling");
	as_span number = as_print(as_memory(u), "%u", i);
	if (!file && !right) /* a table within this one, or bytes as they are */
		return as_vendor_part(u, body, number, r->at, r->n);
	as_status s = AS_OK;
	as_struct(u, r->at, as_min(FILE_HEADER, all.n), "file header");
	if (data.n > 0)
		s = as_vendor_sum(u, body, as_cut(all, 378, 2), "file-crc", right,
			"checksum of a file is wrong");
	return as_worse(s, as_vendor_part(u, body, file ? as_vendor_string(name) : number,
				   (uint64_t)r->at + FILE_HEADER, n));
}

static as_status unpack(as_unpack *u, as_span body)
{
	record r;
	uint64_t end = 0;
	uint32_t n = read_header(body, &end);
	as_status s = AS_OK;
	as_struct(u, 0, HEADER, "VRP table of files");
	as_tellf(u, as_cut(body, 12, 4), "records", "%u", n);
	if (end > body.n)
		s = as_lost(u, body.n, "image is cut off");
	else
		s = as_vendor_sum(u, body, as_cut(body, 2, 2), "crc", whole_right(body, body.n),
			"checksum is wrong");
	for (uint32_t i = 0; i < n && s <= AS_PARTIAL; i++)
		if (read_record(body, i, &r))
			s = as_worse(s, put_file(u, body, &r, i));
	return s;
}

const as_format as_format_huawei_vrp = {
	.id = "huawei_vrp",
	.title = "Huawei VRP package",
	.kind = AS_CARRIER,
	.magic = NULL,
	.anywhere = false,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "tables within tables", NULL },
	.verifies = (const char *const[]){ "CRC-16 of the table", "CRC-16 of all",
		"CRC-16 of each file", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "kinds and types are not told: what they mean is not "
				       "published",
		"what stands before an archive in a file of its own is found by search", NULL },
	.spec = "https://github.com/embedi/Huawei-firewall-tools",
	.see = NULL,
};
