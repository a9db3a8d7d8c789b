/* SPDX-License-Identifier: Apache-2.0 */
/* dtb: a flattened device tree, the description of a board (layout: unpack/fdt.c). It is measured
 * and its identity told; nodes are not files. A tree with /images is a FIT image, not this. */
#include "unpack/fdt.h"
#include "unpack/format.h"

enum { STRINGS_MAX = 16 /* told of one list */ };

static bool is_fit(const as_fdt *fdt)
{
	as_fdt_walk w = as_fdt_begin(fdt);
	return as_fdt_next(&w) == AS_FDT_NODE && as_fdt_enter(&w, "images");
}

static as_status probe(as_span image, as_extent *out)
{
	as_fdt fdt;
	if (!as_fdt_open(image, &fdt) || is_fit(&fdt))
		return AS_NOT_THIS;
	bool whole = as_fdt_whole(&fdt);
	if (!whole && fdt.all.n == fdt.size)
		return AS_NOT_THIS;
	as_fdt_walk w = as_fdt_begin(&fdt);
	if (as_fdt_next(&w) != AS_FDT_NODE || w.name.n != 0)
		return AS_NOT_THIS;
	*out = (as_extent){ .size = fdt.all.n, .sure = whole ? AS_STRUCTURED : AS_PLAUSIBLE };
	out->label = as_fdt_text(w, "model");
	return AS_OK;
}

/* Every string of a list, each as a property of its own. */
static void tell_list(as_unpack *u, const char *name, as_span list)
{
	for (size_t i = 0; i < STRINGS_MAX; i++) {
		as_span s = as_field(list, '\0', i);
		if (s.n == 0)
			return;
		as_tell(u, s, name, s);
	}
}

static const struct told {
	const char *node; /* child of the root; NULL: the root itself */
	const char *property, *name;
} told[] = {
	{ NULL, "model", "model" },
	{ NULL, "compatible", "compatible" },
	{ NULL, "serial-number", "serial-number" },
	{ "chosen", "bootargs", "bootargs" },
	{ "chosen", "stdout-path", "stdout-path" },
};

static as_status unpack(as_unpack *u, as_span body)
{
	as_fdt fdt;
	if (!as_fdt_open(body, &fdt))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, fdt.all.n, "device tree");
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		as_fdt_walk w = as_fdt_begin(&fdt);
		if (as_fdt_next(&w) != AS_FDT_NODE)
			break;
		if (!told[i].node || as_fdt_enter(&w, told[i].node))
			tell_list(u, told[i].name, as_fdt_text(w, told[i].property));
	}
	return as_fdt_whole(&fdt) ? AS_OK : as_lost(u, 0, "device tree is cut off or damaged");
}

const as_format as_format_dtb = {
	.id = "dtb",
	.title = "Device tree",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "\xd0\x0d\xfe\xed", .len = 4, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "versions 16 and 17", "with padding behind it", NULL },
	.verifies = NULL,
	.keeps = NULL,
	.samples = (const char *const[]){ "dtc 1.6.1",
		"Linux's own build (Debian's device trees for ARM boards)", NULL },
	.gaps = (const char *const[]){ "versions before 16", "nodes are not entries", NULL },
	.spec = "https://www.devicetree.org/specifications/",
	.see = "fdtdump IN > OUT",
};
