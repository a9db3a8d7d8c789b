/* SPDX-License-Identifier: Apache-2.0 */
/* RAUC bundles: contents, a CMS structure, its length as a big-endian u64. Of format plain the contents are a SquashFS
 * that CMS signs from outside; of verity a SquashFS and its hash tree, and CMS holds the manifest, which has the
 * tree's root; of crypt the SquashFS is encrypted, its key is in the manifest in an envelope. */
#include "unpack/bundle.h"
#include "unpack/vendor.h"

enum { TAIL = 8 };

static as_status probe(as_span image, as_extent *out)
{
	as_span cms;
	if (!as_bundle_is_rauc(image, &cms))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = image.n, .sure = AS_STRUCTURED };
	return AS_OK;
}

/* The value of name=value, a line of the manifest. */
static as_span value_of(as_span manifest, const char *name)
{
	as_cur c = as_cur_le(manifest, 0);
	for (as_span line; as_line(&c, &line);)
		if (as_is(as_trim(as_field(line, '=', 0)), name))
			return as_trim(as_field(line, '=', 1));
	return (as_span){ 0 };
}

static void tell_value(as_unpack *u, as_span cms, as_span manifest, const char *name)
{
	as_span value = value_of(manifest, name);
	if (value.n > 0)
		as_tell(u, cms, name, value);
}

static as_status put_manifest(as_unpack *u, as_span cms, as_span manifest, uint64_t at)
{
	static const char *const told[] = { "compatible", "version", "format", "verity-hash",
		"verity-salt", "verity-size" };
	as_entry e = { .at = at, .type = AS_PART, .name = as_lit("manifest"), .data = manifest };
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		tell_value(u, cms, manifest, told[i]);
	return as_put(u, NULL, &e, NULL);
}

static as_status unpack(as_unpack *u, as_span body)
{
	as_span cms, manifest = { 0 };
	if (!as_bundle_is_rauc(body, &cms))
		return as_lost(u, 0, "the trailer is damaged");
	uint64_t end = body.n - TAIL - cms.n, tree = 0;
	as_span contents = as_cut(body, 0, end);
	as_status s = as_bundle_cms(u, body, cms, contents, &manifest);
	if (manifest.n > 0 && s <= AS_PARTIAL)
		s = as_worse(s, put_manifest(u, cms, manifest, end));
	else if (s <= AS_PARTIAL)
		as_tell(u, cms, "format", as_lit("plain"));
	bool sized = as_number(value_of(manifest, "verity-size"), 10, &tree) && tree < end;
	bool clear = as_starts(contents, "hsqs");
	tree = sized ? tree : 0;
	if (!clear) {
		as_struct(u, 0, end, "encrypted contents");
		s = as_worse(
			s, as_refused(u, 0, "encrypted", "the bundle's contents are encrypted"));
	} else if (s <= AS_PARTIAL) {
		as_entry e = { .type = AS_PART, .name = as_lit("contents"), .hint = "squashfs" };
		e.data = as_cut(body, 0, end - tree);
		s = as_worse(s, as_put(u, NULL, &e, NULL));
	}
	if (clear && tree > 0)
		as_struct(u, end - tree, tree, "hash tree");
	as_struct(u, end, cms.n + TAIL, "signature");
	return s;
}

const as_format as_format_rauc = {
	.id = "rauc",
	.title = "RAUC bundle",
	.kind = AS_CARRIER,
	.magic = NULL,
	.anywhere = false,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "plain", "verity", "crypt: told as encrypted", NULL },
	.verifies = (const char *const[]){ "the CMS signature with the certificates in it, over "
					   "the contents (plain) or the manifest",
		NULL },
	.keeps = NULL,
	.samples = (const char *const[]){ "rauc 1.8", NULL },
	.gaps = (const char *const[]){ "whether a signer is to be trusted",
		"the hash tree of verity bundles is not followed", NULL },
	.spec = "https://rauc.readthedocs.io/en/latest/reference.html#bundle-formats",
	.see = NULL,
};
