/* SPDX-License-Identifier: Apache-2.0 */
/* ikconfig: the configuration that a Linux kernel carries (CONFIG_IKCONFIG): "IKCFG_ST", a gzip
 * stream, "IKCFG_ED". Found by itself in kernels that have no header of their own. */
#include "unpack/kernel.h"

enum { MARK_LEN = 8, LARGEST = 1 << 20 };

static as_status probe(as_span image, as_extent *out)
{
	as_span near = as_cut(image, 0, as_min(image.n, LARGEST));
	as_span gzip = as_kernel_config(near);
	uint64_t at = 0;
	if (gzip.n == 0 || !as_within(near, gzip, &at) || at != MARK_LEN)
		return AS_NOT_THIS;
	*out = (as_extent){ .size = at + gzip.n + MARK_LEN, .sure = AS_STRUCTURED };
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	as_entry e = {
		.at = MARK_LEN, .type = AS_PART, .name = as_lit("config.gz"), .hint = "gzip"
	};
	e.data = as_kernel_config(body);
	as_struct(u, 0, MARK_LEN, "IKCFG_ST");
	as_struct(u, MARK_LEN + e.data.n, MARK_LEN, "IKCFG_ED");
	return e.data.n > 0 ? as_put(u, NULL, &e, NULL) : as_lost(u, 0, "no configuration in it");
}

const as_format as_format_ikconfig = {
	.id = "ikconfig",
	.title = "Linux kernel configuration",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "IKCFG_ST\x1f\x8b\x08", .len = 11, .at = 0 },
		{ 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "the gzip stream between its two marks", NULL },
	.verifies = (const char *const[]){ "those of gzip, by that format", NULL },
	.keeps = NULL,
	.samples = (const char *const[]){ "generator from the published layout", NULL },
	.gaps = NULL,
	.spec = "https://github.com/torvalds/linux/blob/master/kernel/configs.c",
	.see = NULL,
};
