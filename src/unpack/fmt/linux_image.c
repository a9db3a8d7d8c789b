/* SPDX-License-Identifier: Apache-2.0 */
/* Image: a Linux kernel for arm64 or RISC-V that is not packed, little-endian.
 *    0 code   8 load offset u64   16 size in memory u64   24 flags u64   48 "RISCV" (RISC-V)
 *   56 "ARM" 64, or "RSC" 5   60 place of the PE header, 0 without EFI
 * The size in memory includes what is not in the file; with a PE header its sections tell the
 * file's end. */
#include "unpack/kernel.h"

enum { SMALLEST = 512 << 10 /* EFI programs with the same header are smaller */ };

typedef struct header {
	uint64_t load, size, flags;
	uint64_t file_end; /* by the PE sections; 0: not told */
	bool riscv;
} header;

/* arm64 begins with a branch (the first word may be "MZ" instead); RISC-V has a second mark. */
static bool begins_right(as_span image, bool riscv)
{
	enum { BRANCH = 5 /* upper six bits of the instruction */ };
	as_cur c = as_cur_le(image, 0);
	uint32_t first = as_u32(&c), second = as_u32(&c);
	if (riscv)
		return as_is(as_cut(image, 48, 5), "RISCV");
	return first >> 26 == BRANCH || second >> 26 == BRANCH;
}

static bool read_header(as_span image, header *h)
{
	as_cur c = as_cur_le(image, 8);
	*h = (header){ .load = as_u64(&c) };
	h->size = as_u64(&c);
	h->flags = as_u64(&c);
	as_seek(&c, 56);
	as_span magic = as_take(&c, 4);
	uint32_t pe = as_u32(&c);
	h->riscv = as_is(magic, "RSC\x05");
	if (!as_ok(&c) || (!h->riscv && !as_is(magic, "ARM\x64")) || h->load % 4096 != 0 ||
		!begins_right(image, h->riscv))
		return false;
	h->file_end = pe >= 64 && pe < image.n ? as_kernel_pe_end(image, pe) : 0;
	/* Before Linux 3.17 arm64 left the size 0. Offsets and sizes are small beside 64 bits. */
	return h->load < UINT32_MAX && h->size < UINT32_MAX &&
	       (h->size == 0 || h->size >= SMALLEST) && h->flags < UINT32_MAX;
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	if (!read_header(image, &h))
		return AS_NOT_THIS;
	uint64_t end = h.file_end ? h.file_end : h.size ? h.size : image.n;
	*out = (as_extent){ .size = as_min(end, image.n) };
	out->sure = h.file_end && end <= image.n ? AS_STRUCTURED : AS_PLAUSIBLE;
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	header h;
	if (!read_header(body, &h))
		return as_lost(u, 0, "header is damaged");
	as_tell(u, as_cut(body, 56, 4), "arch", as_lit(h.riscv ? "riscv" : "arm64"));
	as_tellf(u, as_cut(body, 16, 8), "memory-size", "%llu", (unsigned long long)h.size);
	as_tellf(u, as_cut(body, 24, 8), "flags", "0x%llx", (unsigned long long)h.flags);
	as_status s = h.file_end > body.n ? as_lost(u, body.n, "kernel is cut off") : AS_OK;
	return as_worse(s, as_kernel_parts(u, body, "kernel code and data"));
}

const as_format as_format_linux_image = {
	.id = "linux_image",
	.title = "Linux Image (arm64, RISC-V)",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "ARM\x64", .len = 4, .at = 56 },
		{ .bytes = "RSC\x05", .len = 4, .at = 56 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants =
		(const char *const[]){ "arm64", "RISC-V", "with and without a PE header", NULL },
	.verifies = NULL,
	.keeps = NULL,
	.samples = (const char *const[]){ "Linux's own build (Debian's arm64 kernel)",
		"generator from the published layout", NULL },
	.gaps =
		(const char *const[]){
			"without a PE header, what follows within its size in memory counts as it",
			NULL },
	.spec = "https://docs.kernel.org/arch/arm64/booting.html",
	.see = NULL,
};
