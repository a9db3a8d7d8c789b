/* SPDX-License-Identifier: Apache-2.0 */
/* zImage: a self-unpacking Linux kernel for 32-bit ARM.
 *    0 code   36 magic 0x016f2818   40 start address   44 end address; their difference is the size
 * All in the machine's byte order. A compressed kernel lies somewhere behind the code. Device
 * trees are often appended: they come after the size. */
#include "unpack/kernel.h"

enum { MAGIC_AT = 36, MAGIC = 0x016f2818, SMALLEST = 4096 };

static bool read_header(as_span image, uint64_t *n)
{
	for (int big = 0; big < 2; big++) {
		as_cur c = as_cur_of(image, MAGIC_AT, big);
		uint32_t magic = as_u32(&c), start = as_u32(&c), end = as_u32(&c);
		*n = (uint64_t)end - start;
		/* It begins with the same no-operation again and again; EFI changes the first
		 * two. */
		as_span first = as_cut(image, 8, 4);
		bool idle = as_same(first, as_cut(image, 12, 4)) &&
			    as_same(first, as_cut(image, 16, 4));
		if (as_ok(&c) && magic == MAGIC && end > start)
			return idle && *n >= SMALLEST && *n <= UINT32_MAX / 4;
	}
	return false;
}

static as_status probe(as_span image, as_extent *out)
{
	uint64_t n = 0;
	if (!read_header(image, &n))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(n, image.n) };
	out->sure = n <= image.n ? AS_STRUCTURED : AS_PLAUSIBLE;
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	uint64_t n = 0;
	if (!read_header(body, &n))
		return as_lost(u, 0, "header is damaged");
	as_status s = n > body.n ? as_lost(u, body.n, "kernel is cut off") : AS_OK;
	return as_worse(s, as_kernel_payload(u, body, MAGIC_AT + 12, body.n, "zImage code"));
}

const as_format as_format_zimage = {
	.id = "zimage",
	.title = "Linux zImage (ARM)",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "\x18\x28\x6f\x01", .len = 4, .at = MAGIC_AT },
		{ .bytes = "\x01\x6f\x28\x18", .len = 4, .at = MAGIC_AT }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "both byte orders",
		"gzip, xz, LZMA, LZ4, lzop, bzip2, Zstandard payloads", "device trees appended",
		NULL },
	.verifies = NULL,
	.keeps = NULL,
	.samples = (const char *const[]){ "Linux's own build (Debian's armhf and armel vmlinuz)",
		"generator from the published layout", NULL },
	.gaps = NULL,
	.spec = "https://docs.kernel.org/arch/arm/booting.html",
	.see = NULL,
};
