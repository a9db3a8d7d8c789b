/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors of vbmeta: tag u64, bytes that follow u64 (a multiple of 8), then by tag:
 *   0 property: lengths of key and value u64; key, NUL, value, NUL
 *   1 hash tree: version u32, image size u64, tree u64, its size u64, data block u32, hash block u32, FEC roots u32,
 *     FEC u64, its size u64, algorithm (32), lengths of name, salt and root digest u32, flags u32, 60 bytes; these
 *   2 hash: image size u64, algorithm (32), lengths of name, salt and digest u32, flags u32, 60 bytes; these three
 *   3 kernel command line: flags u32, length u32, text
 *   4 chained partition: rollback index location u32, lengths of name and key u32, flags u32, 60 bytes; these two */
#include "unpack/fmt/avb.h"
#include "unpack/verity.h"

enum {
	PROPERTY,
	HASHTREE,
	HASH,
	COMMAND_LINE,
	CHAIN,
	DESCRIPTORS_MAX = 1024,
	ALGORITHM = 32,
	VERIFIED_MAX = 4 /* each reads the whole image */
};

typedef struct descriptor {
	uint64_t tag;
	as_span raw;
	as_cur c; /* after tag and length */
} descriptor;

/* What a hash or a hash tree is of. */
typedef struct target {
	uint64_t size;
	as_span algorithm, name, salt, digest;
	as_verity tree;
	uint64_t tree_at;
} target;

static bool next(as_cur *c, descriptor *d)
{
	uint64_t at = as_pos(c);
	d->tag = as_u64(c);
	as_skip(c, as_u64(c));
	d->raw = as_cut(c->s, at, as_pos(c) - at);
	d->c = as_cur_be(d->raw, 16);
	return as_ok(c);
}

/* The lengths of name, salt and digest, and these. */
static bool read_names(as_cur *c, target *t)
{
	uint32_t name = as_u32(c), salt = as_u32(c), digest = as_u32(c);
	as_skip(c, 64);
	t->name = as_take(c, name);
	t->salt = as_take(c, salt);
	t->digest = as_take(c, digest);
	t->algorithm = as_cut(t->algorithm, 0, as_min(as_find_byte(t->algorithm, 0, 0), ALGORITHM));
	return as_ok(c);
}

static bool read_target(const descriptor *d, as_span image, target *t)
{
	as_cur c = d->c;
	*t = (target){ 0 };
	if (d->tag == HASH) {
		t->size = as_u64(&c);
		t->algorithm = as_take(&c, ALGORITHM);
		return read_names(&c, t);
	}
	as_skip(&c, 4);
	t->size = as_u64(&c);
	t->tree_at = as_u64(&c);
	uint64_t tree_len = as_u64(&c);
	t->tree.data_block = as_u32(&c);
	t->tree.hash_block = as_u32(&c);
	as_skip(&c, 20);
	t->algorithm = as_take(&c, ALGORITHM);
	if (d->tag != HASHTREE || !read_names(&c, t) || t->tree.data_block == 0)
		return false;
	t->tree.data = as_cut(image, 0, t->size);
	t->tree.tree = as_cut(image, t->tree_at, tree_len);
	t->tree.n_blocks = (t->size + t->tree.data_block - 1) / t->tree.data_block;
	t->tree.algorithm = t->algorithm;
	t->tree.salt = t->salt;
	return true;
}

static bool hash_fits(const target *t, as_span image)
{
	uint8_t got[AS_DIGEST_MAX];
	size_t n = 0;
	as_span data = as_cut(image, 0, t->size);
	return data.n == t->size && as_digest(t->algorithm, t->salt, data, got, &n) &&
	       as_same(t->digest, as_bytes(got, n));
}

static bool root_fits(const target *t)
{
	return as_same(t->digest, as_bytes(t->tree.root, t->tree.n_root));
}

bool as_avb_image_fits(const as_avb *a)
{
	as_cur c = as_cur_be(a->descriptors, 0);
	descriptor d;
	target t;
	for (unsigned i = 0; i < DESCRIPTORS_MAX && next(&c, &d); i++) {
		if ((d.tag != HASH && d.tag != HASHTREE) || !read_target(&d, a->image, &t))
			continue;
		return d.tag == HASH ? hash_fits(&t, a->image)
				     : as_verity_root(&t.tree) && root_fits(&t);
	}
	return false;
}

static as_status check_tree(as_unpack *u, const descriptor *d, target *t)
{
	as_verity *v = &t->tree;
	as_status s = AS_OK;
	bool done = as_verity_check(v), right = done && root_fits(t);
	bool whole = right && v->n_broken == 0 && !v->cut;
	as_struct(u, t->tree_at, v->tree.n, "verity hash tree");
	as_tell(u, d->raw, "hash-tree", as_lit(whole ? "ok" : "wrong"));
	as_tell(u, d->raw, "data", as_lit(whole && v->n_wrong == 0 ? "ok" : "wrong"));
	if (!whole)
		s = as_lost(
			u, t->tree_at + v->broken, "the hash tree does not fit its root digest");
	if (v->n_wrong > 0)
		s = as_worse(s, as_lost(u, v->wrong, "the image does not fit its hash tree"));
	return s;
}

static as_status tell_target(as_unpack *u, const as_avb *a, const descriptor *d)
{
	target t;
	as_buf b = { 0 };
	bool tree = d->tag == HASHTREE;
	if (!read_target(d, a->image, &t))
		return as_lost(u, a->at, "a descriptor is damaged");
	as_buf_print(&b, "%s %.*s size=%llu salt=", tree ? "hashtree" : "hash", (int)t.algorithm.n,
		(const char *)t.algorithm.p, (unsigned long long)t.size);
	as_hex_add(&b, t.salt);
	as_buf_text(&b, tree ? " root=" : " digest=");
	as_hex_add(&b, t.digest);
	const char *key = (const char *)as_print(
		as_memory(u), "partition %.*s", (int)t.name.n, (const char *)t.name.p)
				  .p;
	as_tell(u, d->raw, key ? key : "partition", as_buf_span_of(&b));
	as_buf_free(&b);
	if (a->image.n == 0)
		return AS_OK;
	if (tree)
		return check_tree(u, d, &t);
	bool right = hash_fits(&t, a->image);
	as_tell(u, d->raw, "data", as_lit(right ? "ok" : "wrong"));
	return right ? AS_OK : as_lost(u, 0, "digest of the image is wrong");
}

static as_status tell_property(as_unpack *u, const as_avb *a, descriptor *d)
{
	uint64_t key_len = as_u64(&d->c), value_len = as_u64(&d->c);
	as_span key = as_take(&d->c, key_len);
	as_skip(&d->c, 1);
	as_span value = as_take(&d->c, value_len);
	if (!as_ok(&d->c))
		return as_lost(u, a->at, "a descriptor is damaged");
	as_tellf(u, d->raw, "property", "%.*s=%.*s", (int)as_min(key.n, 256), (const char *)key.p,
		(int)as_min(value.n, 256), (const char *)value.p);
	return AS_OK;
}

static as_status tell_chain(as_unpack *u, const as_avb *a, descriptor *d)
{
	char hex[65];
	uint32_t place = as_u32(&d->c), name_len = as_u32(&d->c), key_len = as_u32(&d->c);
	as_skip(&d->c, 64);
	as_span name = as_take(&d->c, name_len), key = as_take(&d->c, key_len);
	if (!as_ok(&d->c))
		return as_lost(u, a->at, "a descriptor is damaged");
	as_sha256 sum = as_sha256_of(key);
	as_sha256_hex(&sum, hex);
	const char *said = (const char *)as_print(
		as_memory(u), "partition %.*s", (int)name.n, (const char *)name.p)
				   .p;
	as_tellf(u, d->raw, said ? said : "partition", "chained rollback-location=%u key=sha256:%s",
		place, hex);
	return AS_OK;
}

as_status as_avb_descriptors(as_unpack *u, const as_avb *a)
{
	as_cur c = as_cur_be(a->descriptors, 0);
	as_status s = AS_OK;
	descriptor d;
	as_avb here = *a;
	unsigned n_verified = 0;
	for (unsigned i = 0; as_left(&c) > 0; i++) {
		if (i == DESCRIPTORS_MAX || !next(&c, &d))
			return as_worse(s, as_lost(u, a->at, "not all descriptors were read"));
		if (d.tag == HASH || d.tag == HASHTREE) {
			here.image = n_verified++ < VERIFIED_MAX ? a->image : (as_span){ 0 };
			s = as_worse(s, tell_target(u, &here, &d));
		} else if (d.tag == PROPERTY)
			s = as_worse(s, tell_property(u, a, &d));
		else if (d.tag == CHAIN)
			s = as_worse(s, tell_chain(u, a, &d));
		else if (d.tag == COMMAND_LINE) {
			as_skip(&d.c, 4);
			as_tell(u, d.raw, "command-line", as_counted(&d.c));
		}
	}
	return s;
}
