/* SPDX-License-Identifier: Apache-2.0 */
/* ZyXEL's RAS images, big-endian; no magic.
 *    0 sum of the root file system   4 size of it   8 version [32]   40 sum of bytes 0 to 2048 (with the first sum in
 *   this field)   44 board [64]   108 sum of the kernel   112 size of it (or -1 both)   116 0xff to the header's end
 * The header has the size of an erase block; the root file system follows, then the kernel. A sum is System V's, in
 * 32 bits. */
#include "unpack/vendor.h"

enum { SUMMED = 2048, FIXED = 116, HEADER_MIN = 4096, HEADER_MAX = 1 << 18 };

typedef struct header {
	uint32_t root_sum, root, sum, kernel_sum, kernel;
	as_span version, board;
	uint64_t n; /* bytes of the header */
} header;

static uint32_t fold(uint32_t s)
{
	uint32_t r = (s & 0xffff) + (s >> 16);
	return (r & 0xffff) + (r >> 16);
}

static uint32_t sum_of(as_span s)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < s.n; i++)
		sum += as_at(s, i);
	return fold(sum);
}

static bool head_right(as_span image, const header *h)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < SUMMED; i++)
		sum += as_at(image, i >= 40 && i < 44 ? i - 40 : i);
	return fold(sum) == h->sum;
}

static bool read_header(as_span image, header *h)
{
	as_cur c = as_cur_be(image, 0);
	*h = (header){ .root_sum = as_u32(&c) };
	h->root = as_u32(&c);
	h->version = as_take(&c, 32);
	h->sum = as_u32(&c);
	h->board = as_take(&c, 64);
	h->kernel_sum = as_u32(&c);
	h->kernel = as_u32(&c);
	if (!as_ok(&c) || image.n < HEADER_MIN || h->root_sum > 0xffff || h->sum > 0xffff ||
		h->root == 0 || h->root == UINT32_MAX)
		return false;
	bool blank = as_all(as_cut(image, FIXED, SUMMED - FIXED), 0xff);
	h->kernel = h->kernel == UINT32_MAX ? 0 : h->kernel;
	for (h->n = HEADER_MIN; h->n < HEADER_MAX && h->n * 2 <= image.n &&
				as_all(as_cut(image, h->n, h->n), 0xff);)
		h->n *= 2;
	return blank && as_vendor_printable(h->version) && as_vendor_printable(h->board) &&
	       head_right(image, h);
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	if (!read_header(image, &h))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(h.n + h.root + h.kernel, image.n),
		.sure = AS_CHECKSUMMED };
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	header h;
	as_status s = AS_OK;
	if (!read_header(body, &h))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, h.n, "RAS header");
	as_vendor_text(u, h.version, "version");
	as_vendor_text(u, h.board, "board");
	as_span root = as_cut(body, h.n, h.root), kernel = as_cut(body, h.n + h.root, h.kernel);
	if (root.n > 0)
		s = as_vendor_sum(u, body, as_cut(body, 0, 4), "rootfs-sum",
			sum_of(root) == h.root_sum, "checksum of the root file system is wrong");
	if (kernel.n > 0)
		s = as_worse(s,
			as_vendor_sum(u, body, as_cut(body, 108, 4), "kernel-sum",
				sum_of(kernel) == h.kernel_sum, "checksum of the kernel is wrong"));
	s = as_worse(s, as_vendor_part(u, body, as_lit("rootfs"), h.n, h.root));
	return s > AS_PARTIAL ? s
			      : as_worse(s, as_vendor_part(u, body, as_lit("kernel"), h.n + h.root,
						    h.kernel));
}

const as_format as_format_ras = {
	.id = "ras",
	.title = "ZyXEL RAS image",
	.kind = AS_CARRIER,
	.magic = NULL,
	.anywhere = false,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "headers of 4 KiB to 256 KiB",
		"with and without a kernel", NULL },
	.verifies =
		(const char *const[]){ "sums of the header, root file system and kernel", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "older RAS images, of ZyNOS", NULL },
	.spec = "https://github.com/openwrt/openwrt/blob/master/tools/firmware-utils/src/"
		"mkrasimage.c",
	.see = NULL,
};
