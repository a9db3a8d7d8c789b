/* SPDX-License-Identifier: Apache-2.0 */
/* FIT: U-Boot's image of several parts, as a device tree (layout: unpack/fdt.c).
 *   /images/NAME       data = bytes; or data-size and data-offset (from the end of the tree,
 *                      rounded up to 4) or data-position (from its start); type, os, arch, ...
 *   /images/NAME/hash* algo, value: digest of the data;  signature*: algo, key-name-hint, value
 *   /configurations    which parts belong together; default; signature* as above
 * Digests are computed and told as "ok" or "wrong". Signatures are told, with what they sign; they are verified if
 * a device tree in the same object holds the public key (fit_sign.c): else the key is in the boot loader, elsewhere. */
#include "unpack/fmt/fit.h"

#include <openssl/evp.h>

#include "unpack/format.h"

enum {
	SIGNATURES_MAX = 16, /* that are verified */
	PROOF_MAX = 2048,    /* bytes of a signature that is told */
	NODES_MAX = 4096,    /* images or configurations that are looked at */
	HASHED_MAX =
		8, /* times the image's size that are hashed, so that no image costs without end */
};

typedef struct job {
	as_unpack *u;
	as_fdt fdt;
	as_span body;
	uint64_t hashable; /* bytes that may still be hashed */
	as_fit_keys keys;
	unsigned n_verified;
	uint64_t marked; /* how far the tree is marked as structure, but for the data in it */
} job;

/* Where an image's data stands in the FIT; false if the node says nothing of it. */
static bool locate(const as_fdt *fdt, as_fdt_walk image, uint64_t *at, uint64_t *n)
{
	as_span inside = as_fdt_prop(image, "data");
	if (inside.p && as_within(fdt->all, inside, at)) {
		*n = inside.n;
		return true;
	}
	if (!as_fdt_number(image, "data-size", n))
		return false;
	if (as_fdt_number(image, "data-position", at))
		return true;
	uint64_t base = ((uint64_t)fdt->size + 3) & ~UINT64_C(3);
	return as_fdt_number(image, "data-offset", at) && as_add(at, *at, base);
}

static bool enter_images(const as_fdt *fdt, as_fdt_walk *w)
{
	*w = as_fdt_begin(fdt);
	return as_fdt_next(w) == AS_FDT_NODE && as_fdt_enter(w, "images");
}

static as_status probe(as_span image, as_extent *out)
{
	as_fdt fdt;
	as_fdt_walk w;
	unsigned n_images = 0;
	if (!as_fdt_open(image, &fdt) || !enter_images(&fdt, &w))
		return AS_NOT_THIS;
	uint64_t end = fdt.size;
	for (unsigned depth = w.depth; n_images < NODES_MAX && as_fdt_child(&w, depth);) {
		uint64_t at = 0, n = 0, stop = 0;
		if (locate(&fdt, w, &at, &n) && as_add(&stop, at, n)) {
			n_images++;
			end = as_max(end, stop);
		}
	}
	bool whole = as_fdt_whole(&fdt);
	if (n_images == 0 || (!whole && fdt.all.n == fdt.size))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(end, image.n),
		.sure = whole ? AS_STRUCTURED : AS_PLAUSIBLE };
	w = as_fdt_begin(&fdt);
	if (as_fdt_next(&w) == AS_FDT_NODE)
		out->label = as_fdt_text(w, "description");
	return AS_OK;
}

static const char *name_of(
	as_unpack *u, const char *room, as_span node, const char *what, as_span more)
{
	as_span s = as_print(as_memory(u), "%s/%.*s%s%.*s", room, (int)as_min(node.n, 64),
		(const char *)node.p, what, (int)as_min(more.n, 64), (const char *)more.p);
	return s.p ? (const char *)s.p : room;
}

static void tell_prop(as_unpack *u, const char *room, as_span node, as_fdt_walk w, const char *prop)
{
	as_span v = as_fdt_text(w, prop);
	if (v.n > 0)
		as_tell(u, v, name_of(u, room, node, "/", as_lit(prop)), v);
}

static void tell_address(as_unpack *u, as_span node, as_fdt_walk w, const char *prop)
{
	uint64_t v = 0;
	if (as_fdt_number(w, prop, &v))
		as_tellf(u, as_fdt_prop(w, prop), name_of(u, "images", node, "/", as_lit(prop)),
			"0x%llx", (unsigned long long)v);
}

/* Computes a digest by its U-Boot name; false if the name is unknown. */
static bool digest(as_span algo, as_span data, uint8_t out[EVP_MAX_MD_SIZE], size_t *n)
{
	static const char *const known[] = { "md5", "sha1", "sha256", "sha384", "sha512" };
	unsigned got = 0;
	if (as_is(algo, "crc32")) {
		uint32_t crc = as_crc32(0, data);
		for (*n = 0; *n < 4; ++*n)
			out[*n] = (uint8_t)(crc >> (24 - 8 * *n));
		return true;
	}
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!as_is(algo, known[i]))
			continue;
		const EVP_MD *md = EVP_get_digestbyname(known[i]);
		bool done = md && EVP_Digest(data.p, data.n, out, &got, md, NULL) == 1;
		*n = got;
		return done;
	}
	return false;
}

static as_status check_hash(job *j, as_span image, as_fdt_walk w, as_span data)
{
	as_unpack *u = j->u;
	uint8_t sum[EVP_MAX_MD_SIZE];
	size_t n = 0;
	as_span algo = as_fdt_text(w, "algo"), value = as_fdt_prop(w, "value");
	const char *name = name_of(u, "images", image, "/", w.name);
	uint64_t at = 0;
	bool dear = data.n > j->hashable;
	j->hashable -= dear ? 0 : data.n;
	if (dear || !digest(algo, data, sum, &n)) {
		as_tellf(u, value, name, "%.*s not verified", (int)as_min(algo.n, 64),
			(const char *)algo.p);
		return AS_OK;
	}
	bool same = as_same(as_bytes(sum, n), value);
	as_tellf(u, value, name, "%.*s %s", (int)algo.n, (const char *)algo.p,
		same ? "ok" : "wrong");
	(void)as_within(j->body, value, &at);
	return same ? AS_OK : as_lost(u, at, "digest of an image is wrong");
}

/* A list of texts, each ended by NUL, with commas between them. */
static as_span with_commas(as_unpack *u, as_span list)
{
	enum { SHOWN_MAX = 512 };
	list = as_cut(list, 0, as_min(list.n, SHOWN_MAX));
	uint8_t *out = as_alloc(as_memory(u), list.n + 1);
	for (size_t i = 0; out && i < list.n; i++)
		out[i] = list.p[i] ? list.p[i] : ',';
	while (out && list.n > 0 && list.p[list.n - 1] == 0)
		list.n--;
	return as_bytes(out, out ? list.n : 0);
}

/* What somebody who has the key needs: the object that holds it may be another one. */
static void tell_proof(as_unpack *u, as_span where, const char *name, const as_fit_signature *s)
{
	as_span digest = as_hex_of(as_memory(u), as_bytes(s->digest, s->n_digest));
	as_span value = as_hex_of(as_memory(u), s->value);
	as_span text = as_print(as_memory(u), "%s %s %.*s %.*s %.*s", s->algo,
		!s->rsa  ? "ecdsa"
		: s->pss ? "pss"
			 : "pkcs-1.5",
		(int)digest.n, (const char *)digest.p, (int)value.n, (const char *)value.p,
		(int)as_min(s->key.n, 128), (const char *)s->key.p);
	if (s->value.n <= PROOF_MAX && text.n > 0)
		as_tell(u, where, name_of(u, name, as_lit(AS_FIT_PROOF), "", as_lit("")), text);
}

/* data: what an image's signature signs; p NULL for that of a configuration. */
static as_status tell_signature(job *j, const char *room, as_span node, as_fdt_walk w, as_span data)
{
	as_unpack *u = j->u;
	as_span algo = as_fdt_text(w, "algo"), key = as_fdt_text(w, "key-name-hint");
	as_span value = as_fdt_prop(w, "value"), signer = as_fdt_text(w, "signer-name");
	as_span where = value.p ? value : algo, padding = as_fdt_text(w, "padding");
	const char *name = name_of(u, room, node, "/", w.name);
	as_tellf(u, where, name, "algo=%.*s key-name-hint=%.*s value=%zu bytes%s%.*s",
		(int)as_min(algo.n, 64), (const char *)algo.p, (int)as_min(key.n, 128),
		(const char *)key.p, value.n, signer.n ? " signer=" : "", (int)as_min(signer.n, 64),
		(const char *)signer.p);
	as_tell(u, where, name_of(u, name, as_lit("padding"), "", as_lit("")),
		padding.n ? padding : as_lit("pkcs-1.5"));
	as_tell(u, where, name_of(u, name, as_lit("signs"), "", as_lit("")),
		data.p ? as_lit("data") : with_commas(u, as_fdt_prop(w, "hashed-nodes")));
	bool dear = data.n > j->hashable || j->n_verified++ >= SIGNATURES_MAX;
	j->hashable -= dear ? 0 : data.n;
	as_fit_signature sig;
	bool proof = !dear && as_fit_signed(&j->fdt, w, data, &sig);
	const char *verdict =
		dear ? "not verified: too much to compute" : as_fit_verdict(&j->keys, &sig);
	if (proof && strcmp(verdict, AS_FIT_NO_KEY) == 0)
		tell_proof(u, where, name, &sig);
	as_tell(u, where, name_of(u, name, as_lit("verdict"), "", as_lit("")), as_lit(verdict));
	uint64_t at = 0;
	(void)as_within(j->body, value, &at);
	return strcmp(verdict, "wrong") == 0 ? as_lost(u, at, "a signature is wrong") : AS_OK;
}

/* The subnodes of an image: digests, signatures, a cipher. */
static as_status look_below(job *j, as_fdt_walk image, as_span data)
{
	as_unpack *u = j->u;
	as_status s = AS_OK;
	as_span node = image.name;
	as_fdt_walk w = image;
	for (unsigned n = 0; n < NODES_MAX && as_fdt_child(&w, image.depth); n++) {
		if (as_starts(w.name, "hash"))
			s = as_worse(s, check_hash(j, node, w, data));
		else if (as_starts(w.name, "signature"))
			s = as_worse(s, tell_signature(j, "images", node, w,
						data.p ? data : as_bytes("", 0)));
		else if (as_starts(w.name, "cipher"))
			as_tell(u, as_fdt_prop(w, "algo"), name_of(u, "images", node, "/", w.name),
				as_fdt_text(w, "algo"));
	}
	return s;
}

static const struct packing {
	const char *name, *format;
} packings[] = {
	{ "gzip", "gzip" },
	{ "bzip2", "bzip2" },
	{ "lzma", "lzma" },
	{ "lzo", "lzop" },
	{ "zstd", "zstd" },
};

static const char *hint_of(as_span compression)
{
	for (size_t i = 0; i < sizeof(packings) / sizeof(packings[0]); i++)
		if (as_is(compression, packings[i].name))
			return packings[i].format;
	return NULL;
}

/* Marks the tree up to data that stands in it (at, n), or to its end. */
static void mark_tree(job *j, uint64_t at, uint64_t n)
{
	if (at < j->marked || at > j->fdt.all.n)
		return;
	as_struct(j->u, j->marked, at - j->marked, "FIT");
	j->marked = at + n;
}

static as_status put_image(job *j, as_fdt_walk w)
{
	as_unpack *u = j->u;
	as_span body = j->body;
	static const char *const texts[] = { "description", "type", "os", "arch", "compression" };
	uint64_t at = 0, n = 0;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		tell_prop(u, "images", w.name, w, texts[i]);
	tell_address(u, w.name, w, "load");
	tell_address(u, w.name, w, "entry");
	if (!locate(&j->fdt, w, &at, &n))
		return AS_OK; /* a node without data is allowed */
	as_span data = as_cut(body, at, n);
	as_status s = AS_OK;
	if (data.n != n) {
		s = as_lost(u, as_min(at, body.n), "data of an image runs past the end");
		data = at < body.n ? as_from(body, at) : (as_span){ 0 };
	}
	mark_tree(j, at, data.n);
	/* mkimage -E aligns the next data to four bytes. */
	as_span pad = as_cut(body, at + n, (4 - n % 4) % 4);
	if (at >= j->fdt.size && as_all(pad, 0))
		as_struct(u, at + n, pad.n, "alignment");
	as_entry e = { .at = at, .type = AS_PART, .name = w.name, .data = data };
	e.hint = hint_of(as_fdt_text(w, "compression"));
	s = as_worse(s, as_put(u, NULL, &e, NULL));
	return s <= AS_PARTIAL ? as_worse(s, look_below(j, w, data)) : s;
}

static as_status tell_configurations(job *j, as_fdt_walk w)
{
	as_unpack *u = j->u;
	as_status s = AS_OK;
	static const char *const texts[] = { "description", "kernel", "fdt", "ramdisk", "firmware",
		"loadables", "fpga" };
	as_tell(u, as_fdt_prop(w, "default"), "configurations/default", as_fdt_text(w, "default"));
	unsigned depth = w.depth;
	for (unsigned n = 0; n < NODES_MAX && as_fdt_child(&w, depth); n++) {
		for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
			tell_prop(u, "configurations", w.name, w, texts[i]);
		as_fdt_walk below = w;
		while (as_fdt_child(&below, w.depth))
			if (as_starts(below.name, "signature"))
				s = as_worse(s, tell_signature(j, "configurations", w.name, below,
							(as_span){ 0 }));
	}
	return s;
}

static as_status unpack(as_unpack *u, as_span body)
{
	job j = { .u = u, .body = body };
	as_fdt_walk w;
	as_status s = AS_OK;
	if (!as_fdt_open(body, &j.fdt) || !enter_images(&j.fdt, &w))
		return as_lost(u, 0, "header is damaged");
	as_fit_find_keys(&j.keys, body);
	j.hashable = (uint64_t)body.n * HASHED_MAX;
	unsigned depth = w.depth;
	for (unsigned n = 0; n < NODES_MAX && s <= AS_PARTIAL && as_fdt_child(&w, depth); n++)
		s = as_worse(s, put_image(&j, w));
	mark_tree(&j, j.fdt.all.n, 0);
	w = as_fdt_begin(&j.fdt);
	if (as_fdt_next(&w) == AS_FDT_NODE && as_fdt_enter(&w, "configurations"))
		s = as_worse(s, tell_configurations(&j, w));
	if (s <= AS_PARTIAL && !as_fdt_whole(&j.fdt))
		s = as_worse(s, as_lost(u, j.fdt.all.n, "the tree is cut off or damaged"));
	return s;
}

const as_format as_format_fit = {
	.id = "fit",
	.title = "U-Boot FIT image",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "\xd0\x0d\xfe\xed", .len = 4, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "data in the tree",
		"external data (data-offset, data-position)", NULL },
	.verifies = (const char *const[]){ "hash nodes: crc32, md5, sha1, sha256, sha384, sha512",
		"signatures (rsa with pkcs-1.5 or pss padding, ecdsa) when a device tree in the "
		"same object, or elsewhere in the review, holds the public key",
		NULL },
	.keeps = NULL,
	.samples =
		(const char *const[]){
			"mkimage -f, -f auto, -E, -p, -k, RSA and ECDSA (u-boot-tools 2023.01)",
			NULL },
	.gaps = (const char *const[]){ "encrypted images stay so", NULL },
	.spec = "https://docs.u-boot.org/en/latest/usage/fit/source_file_format.html",
	.see = NULL,
};
