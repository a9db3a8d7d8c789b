/* SPDX-License-Identifier: Apache-2.0 */
/* dtb: a flattened device tree, the description of a board (layout: unpack/fdt.c). It is measured
 * and its identity told; nodes are not files. A tree with /images is a FIT image, not this.
 *   /signature/NAME   a public key that U-Boot believes: algo, key-name-hint, required (for what a signature must
 *                     be: "conf" or "image"), and the key itself, whose SHA-256 is told (layout: fmt/fit_sign.c) */
#include <stdio.h>

#include "base/text.h"
#include "unpack/fmt/fit.h"
#include "unpack/vendor.h"

enum {
	HEADER = 40,
	STRINGS_MAX = 16, /* told of one list */
	KEYS_MAX = 64,    /* that are told */
	PUBLIC_MAX = 4096 /* digits of a number that is told */
};

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

static const char *name_of_key(as_unpack *u, as_span node, const char *what)
{
	as_span s = as_print(as_memory(u), "signature/%.*s/%s", (int)as_min(node.n, 64),
		(const char *)node.p, what);
	return s.p ? (const char *)s.p : "signature";
}

/* SHA-256 of the numbers that make a public key. */
static void tell_digest(as_unpack *u, as_fdt_walk w)
{
	as_span rsa = as_fdt_prop(w, "rsa,modulus"), x = as_fdt_prop(w, "ecdsa,x-point");
	as_span pieces[2] = { rsa.n > 0 ? rsa : x,
		rsa.n > 0 ? as_bytes("", 0) : as_fdt_prop(w, "ecdsa,y-point") };
	uint8_t sum[AS_DIGEST_MAX];
	char hex[2 * AS_DIGEST_MAX + 1] = "";
	size_t n = pieces[0].n > 0 ? as_vendor_digest("sha256", pieces, 2, sum) : 0;
	for (size_t i = 0; i < n; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", sum[i]);
	if (n > 0)
		as_tell(u, pieces[0],
			name_of_key(u, w.name, rsa.n > 0 ? "modulus-sha256" : "point-sha256"),
			as_lit(hex));
}

/* The numbers themselves: signatures in other objects are verified with them (src/signed.c). */
static void tell_public(as_unpack *u, as_fdt_walk w)
{
	as_public_key k = as_fit_key(w);
	as_arena *mem = as_memory(u);
	bool rsa = k.modulus.n > 0;
	as_span one = as_hex_of(mem, rsa ? k.modulus : k.x);
	as_span two = as_hex_of(mem, rsa ? k.exponent : k.y);
	if (one.n == 0 || two.n == 0 || one.n > PUBLIC_MAX || two.n > PUBLIC_MAX)
		return;
	as_span text = as_print(mem, "%s%.*s %.*s %.*s", rsa ? "rsa" : "",
		rsa ? 0 : (int)as_min(k.curve.n, 64), (const char *)k.curve.p, (int)one.n,
		(const char *)one.p, (int)two.n, (const char *)two.p);
	as_tell(u, rsa ? k.modulus : k.x, name_of_key(u, w.name, AS_FIT_PUBLIC), text);
}

static void tell_keys(as_unpack *u, as_fdt_walk w)
{
	static const char *const texts[] = { "algo", "ecdsa,curve", "key-name-hint", "required" };
	unsigned depth = w.depth;
	for (unsigned n = 0; n < KEYS_MAX && as_fdt_child(&w, depth); n++) {
		for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
			as_span v = as_fdt_text(w, texts[i]);
			if (v.n > 0)
				as_tell(u, v, name_of_key(u, w.name, texts[i]), v);
		}
		tell_digest(u, w);
		tell_public(u, w);
	}
}

static as_status unpack(as_unpack *u, as_span body)
{
	as_fdt fdt;
	if (!as_fdt_open(body, &fdt))
		return as_lost(u, 0, "header is damaged");
	bool whole = as_fdt_whole(&fdt);
	/* What a damaged one holds, such as the images of a FIT that is cut off, is looked for. */
	as_struct(u, 0, whole ? fdt.all.n : as_min(HEADER, fdt.all.n), "device tree");
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		as_fdt_walk w = as_fdt_begin(&fdt);
		if (as_fdt_next(&w) != AS_FDT_NODE)
			break;
		if (!told[i].node || as_fdt_enter(&w, told[i].node))
			tell_list(u, told[i].name, as_fdt_text(w, told[i].property));
	}
	as_fdt_walk keys = as_fdt_begin(&fdt);
	if (as_fdt_next(&keys) == AS_FDT_NODE && as_fdt_enter(&keys, "signature"))
		tell_keys(u, keys);
	return whole ? AS_OK : as_lost(u, 0, "device tree is cut off or damaged");
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
