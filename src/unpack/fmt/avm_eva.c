/* SPDX-License-Identifier: Apache-2.0 */
/* Kernels for AVM's boot loader EVA (FRITZ!Box), little-endian. A record:
 *    0 feed1281, or feedb007 of a second processor   4 size of what follows, the three words behind it left out
 *    8 load address   12 075a0201   16 size packed   20 unpacked   24 CRC-32 of the packed bytes
 *   28 LZMA: properties, dictionary u32, 0 [3], packed bytes
 * then: sum that makes size, load address and the bytes between zero   0   entry point.
 * Two records stand in one around them: 0 feed9112   4 size   8 load address, and the three words behind; the second
 * on four bytes. */
#include "codec/codec.h"
#include "unpack/stream.h"
#include "unpack/vendor.h"

enum {
	HEAD = 12,
	PACKED_HEAD = 16,
	PROPERTIES = 8,
	TAIL = 12,
	ALONE = 13, /* bytes of the header of lzma */
	SINGLE = 0xfeed1281,
	SECOND = 0xfeedb007,
	DUAL = 0xfeed9112,
	LZMA = 0x075a0201
};

typedef struct record {
	uint32_t magic, n, load, type, packed, plain, crc;
	as_span properties; /* and the dictionary's size */
	uint64_t data_at, end;
} record;

static bool read_record(as_span image, uint64_t at, record *r)
{
	as_cur c = as_cur_le(image, at);
	*r = (record){ .magic = as_u32(&c) };
	r->n = as_u32(&c);
	r->load = as_u32(&c);
	r->type = as_u32(&c);
	r->packed = as_u32(&c);
	r->plain = as_u32(&c);
	r->crc = as_u32(&c);
	r->properties = as_take(&c, 5);
	bool zero = as_all(as_take(&c, 3), 0);
	r->data_at = at + HEAD + PACKED_HEAD + PROPERTIES;
	r->end = at + HEAD + (uint64_t)r->n + TAIL;
	return as_ok(&c) && (r->magic == SINGLE || r->magic == SECOND) && r->type == LZMA && zero &&
	       r->packed > 0 && r->n == (uint64_t)r->packed + PACKED_HEAD + PROPERTIES;
}

/* Over the record that begins at at: its size, load address, bytes and the sum itself are zero together. */
static bool sum_right(as_span image, uint64_t at)
{
	as_cur c = as_cur_le(image, at + 4);
	uint32_t n = as_u32(&c), sum = n + as_u32(&c);
	as_span bytes = as_take(&c, n);
	for (size_t i = 0; i < bytes.n; i++)
		sum += bytes.p[i];
	sum += as_u32(&c);
	return as_ok(&c) && sum == 0;
}

static bool is_dual(as_span image, record *r)
{
	as_cur c = as_cur_le(image, 0);
	return as_u32(&c) == DUAL && read_record(image, HEAD, r);
}

static uint64_t size_of(as_span image, const record *first, bool dual)
{
	as_cur c = as_cur_le(image, 4);
	return dual ? HEAD + (uint64_t)as_u32(&c) + TAIL : first->end;
}

static as_status probe(as_span image, as_extent *out)
{
	record r;
	bool dual = is_dual(image, &r);
	if (!dual && !(read_record(image, 0, &r) && r.magic == SINGLE))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(size_of(image, &r, dual), image.n) };
	out->sure = sum_right(image, 0) ? AS_CHECKSUMMED : AS_STRUCTURED;
	return AS_OK;
}

/* The packed bytes with the header that lzma wants before them. */
static as_status decode(as_unpack *u, const record *r, as_span data)
{
	as_status s = as_want(u, ALONE + data.n);
	if (s != AS_OK)
		return s;
	uint8_t *all = as_alloc(as_memory(u), ALONE + data.n);
	if (!all)
		return AS_NOMEM;
	memcpy(all, r->properties.p, 5);
	for (unsigned i = 0; i < 8; i++)
		all[5 + i] = (uint8_t)(i < 4 ? r->plain >> 8 * i : 0);
	memcpy(all + ALONE, data.p, data.n);
	return as_decode(AS_LZMA_ALONE, as_bytes(all, ALONE + data.n), as_sink_more, u, NULL);
}

static as_status put_record(as_unpack *u, as_span body, uint64_t at, const record *r)
{
	as_span data = as_cut(body, r->data_at, as_min(r->packed, body.n - r->data_at));
	as_entry e = { .at = at, .type = AS_PART };
	e.name = as_lit(r->magic == SECOND ? "second" : "kernel");
	bool want = true, whole = r->end <= body.n;
	as_struct(u, at, as_min(r->end, body.n) - at, "packed kernel");
	as_tellf(u, as_cut(body, at + 8, 4), "load", "0x%08x", r->load);
	as_status s = whole ? as_vendor_sum(u, body, as_cut(body, r->end - TAIL, 4), "sum",
				      sum_right(body, at), "sum of a record is wrong")
			    : as_lost(u, body.n, "a record is cut off");
	if (whole)
		s = as_worse(s,
			as_vendor_sum(u, body, as_cut(body, at + 24, 4), "crc",
				as_crc32(0, data) == r->crc, "checksum of packed bytes is wrong"));
	s = as_worse(s, as_begin(u, NULL, &e, &want));
	if (s > AS_PARTIAL)
		return s;
	as_status got = decode(u, r, data);
	got = as_decoded(u, got, r->data_at, "a kernel is damaged");
	return as_worse(as_worse(s, got), as_end(u, got != AS_OK));
}

static as_status unpack(as_unpack *u, as_span body)
{
	record r;
	as_status s = AS_OK;
	bool dual = is_dual(body, &r);
	if (!dual && !read_record(body, 0, &r))
		return as_lost(u, 0, "header is damaged");
	if (!dual)
		return put_record(u, body, 0, &r);
	uint64_t size = size_of(body, &r, true), next = (r.end + 3) & ~(uint64_t)3;
	as_struct(u, 0, HEAD, "header");
	s = size <= body.n ? as_vendor_sum(u, body, as_cut(body, size - TAIL, 4), "sum",
				     sum_right(body, 0), "sum of both records is wrong")
			   : as_lost(u, body.n, "image is cut off");
	if (size <= body.n)
		as_struct(u, size - TAIL, TAIL, "sum and entry point");
	s = as_worse(s, put_record(u, body, HEAD, &r));
	if (s > AS_PARTIAL)
		return s;
	as_struct(u, r.end, next - r.end, "alignment");
	if (!read_record(body, next, &r))
		return as_worse(s, as_lost(u, as_min(next, body.n), "second record is damaged"));
	return as_worse(s, put_record(u, body, next, &r));
}

const as_format as_format_avm_eva = {
	.id = "avm_eva",
	.title = "AVM kernel",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "\x81\x12\xed\xfe", .len = 4, .at = 0 },
		{ .bytes = "\x12\x91\xed\xfe", .len = 4, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "one kernel; two, for two processors", NULL },
	.verifies = (const char *const[]){ "sum of each record and of both",
		"CRC-32 of the packed bytes", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "records that are not packed by LZMA", "other second magics",
		NULL },
	.spec = "https://github.com/openwrt/openwrt/blob/master/tools/firmware-utils/src/"
		"lzma2eva.c",
	.see = NULL,
};
