/* SPDX-License-Identifier: Apache-2.0 */
/* A Linux kernel as bare memory contents, without any header: what comes out of a compressed one
 * on ARM, MIPS and PowerPC. There is no magic: it is known by the texts that every kernel has, and
 * believed only where it is all there is (no boot loader beside it, no flash padding in it). */
#include "unpack/kernel.h"

enum {
	SMALLEST = 512 << 10,
	LARGEST = 128 << 20,
	ERASED = 4096 /* bytes of 0xff in a row, as in flash */
};

static const char *const texts[] = { "Kernel panic - not syncing", "/sbin/init", "VFS: " };

/* Whether some aligned page of s is erased flash. */
static bool has_erased(as_span s)
{
	for (uint64_t at = 0; at + ERASED <= s.n; at += ERASED)
		if (s.p[at] == 0xff && as_all(as_cut(s, at, ERASED), 0xff))
			return true;
	return false;
}

static as_status probe(as_span image, as_extent *out)
{
	if (image.n < SMALLEST || image.n > LARGEST ||
		as_starts(image, "\x7f"
				 "ELF"))
		return AS_NOT_THIS;
	if (has_erased(image) || as_kernel_banner(image).n == 0 || as_has(image, "U-Boot "))
		return AS_NOT_THIS;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!as_has(image, texts[i]))
			return AS_NOT_THIS;
	*out = (as_extent){ .size = image.n, .sure = AS_GUESS };
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	return as_kernel_parts(u, body, "kernel code and data");
}

const as_format as_format_linux_raw = {
	.id = "linux_raw",
	.title = "bare Linux kernel",
	.kind = AS_CARRIER,
	.magic = NULL,
	.probe = probe,
	.unpack = unpack,
	.variants =
		(const char *const[]){
			"any architecture and byte order, by the texts that every kernel has",
			NULL },
	.verifies = NULL,
	.keeps = NULL,
	.samples = (const char *const[]){ "Linux's own build (Debian's armel and armhf kernels, "
					  "unpacked; mipsel in the gateway image)",
		"generator from the published layout", NULL },
	.gaps =
		(const char *const[]){
			"not found inside raw flash images, only as an object of its own", NULL },
	.spec = "https://docs.kernel.org/arch/arm/booting.html",
	.see = NULL,
};
