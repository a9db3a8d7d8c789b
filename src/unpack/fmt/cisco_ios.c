/* SPDX-License-Identifier: Apache-2.0 */
/* What a self-decompressing image of Cisco's IOS unpacks, within its ELF file, big-endian:
 *    0 feedface   4 size unpacked   8 size of the zip   12 sum of the zip   16 sum of what is in it   20 zip
 * A sum is of 32-bit words, what overflows added again; bytes that are no whole word are left out. */
#include "unpack/vendor.h"

enum { HEAD = 20 };

typedef struct header {
	uint32_t plain, n, sum, plain_sum;
} header;

static bool read_header(as_span image, header *h)
{
	as_cur c = as_cur_be(image, 4);
	*h = (header){ .plain = as_u32(&c) };
	h->n = as_u32(&c);
	h->sum = as_u32(&c);
	h->plain_sum = as_u32(&c);
	return as_is(as_take(&c, 4), "PK\3\4") && as_ok(&c) && h->n > 4 && h->plain > 0;
}

static bool sum_right(as_span image, const header *h)
{
	uint64_t sum = 0;
	as_cur c = as_cur_be(as_cut(image, HEAD, h->n), 0);
	while (as_left(&c) >= 4) {
		sum += as_u32(&c);
		sum = sum > UINT32_MAX ? (sum + 1) & UINT32_MAX : sum;
	}
	return sum == h->sum;
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	if (!read_header(image, &h))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(HEAD + (uint64_t)h.n, image.n) };
	out->sure = HEAD + (uint64_t)h.n > image.n ? AS_PLAUSIBLE
		    : sum_right(image, &h)         ? AS_CHECKSUMMED
						   : AS_STRUCTURED;
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	header h;
	as_status s = AS_OK;
	if (!read_header(body, &h))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, HEAD, "IOS header");
	as_tellf(u, as_cut(body, 4, 4), "unpacked", "%u", h.plain);
	if (HEAD + (uint64_t)h.n <= body.n)
		s = as_vendor_sum(u, body, as_cut(body, 12, 4), "sum", sum_right(body, &h),
			"checksum of the zip is wrong");
	return as_worse(s, as_vendor_part(u, body, as_lit("image.zip"), HEAD, h.n));
}

const as_format as_format_cisco_ios = {
	.id = "cisco_ios",
	.title = "Cisco IOS packed image",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "\xfe\xed\xfa\xce", .len = 4, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "within the program that unpacks it, and alone", NULL },
	.verifies = (const char *const[]){ "sum of the zip", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "the sum of what is in the zip",
		"the MD5 and the texts that other sections hold",
		"packages of IOS XE: what is in them is found by search", NULL },
	.spec = "https://blog.didierstevens.com/programs/network-appliance-forensic-toolkit/",
	.see = NULL,
};
