/* SPDX-License-Identifier: Apache-2.0 */
#include "unpack/verity.h"

#include <openssl/evp.h>

enum { LEVELS_MAX = 32, BLOCK_MAX = 1 << 20 };

static const EVP_MD *digest_of(as_span name)
{
	static const char *const known[] = { "sha256", "sha1", "sha512", "sha384", "sha224", "md5",
		"ripemd160", "sha3-256", "sha3-512", "blake2b512", "blake2s256" };
	if (as_is(name, "blake2b-512"))
		name = as_lit("blake2b512");
	if (as_is(name, "blake2s-256"))
		name = as_lit("blake2s256");
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (as_is_nocase(name, known[i]))
			return EVP_get_digestbyname(known[i]);
	return NULL;
}

static bool digest(EVP_MD_CTX *ctx, const EVP_MD *md, as_span a, as_span b,
	uint8_t out[AS_DIGEST_MAX], size_t *n)
{
	unsigned got = 0;
	bool ok = ctx && md && EVP_MD_get_size(md) <= AS_DIGEST_MAX &&
		  EVP_DigestInit_ex(ctx, md, NULL) == 1 && EVP_DigestUpdate(ctx, a.p, a.n) == 1 &&
		  EVP_DigestUpdate(ctx, b.p, b.n) == 1 && EVP_DigestFinal_ex(ctx, out, &got) == 1;
	*n = ok ? got : 0;
	return ok;
}

bool as_digest(as_span name, as_span a, as_span b, uint8_t out[AS_DIGEST_MAX], size_t *n)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = digest(ctx, digest_of(name), a, b, out, n);
	EVP_MD_CTX_free(ctx);
	return ok;
}

/* A tree being gone through, from its leaves up. */
typedef struct climb {
	as_verity *v;
	EVP_MD_CTX *ctx;
	const EVP_MD *md;
	size_t n_levels;
	uint64_t at[LEVELS_MAX], n[LEVELS_MAX]; /* of each level: offset in the tree, blocks */
	uint64_t per;                           /* digests in a block of the tree */
	size_t digest_len, step;                /* bytes of a digest, and from one to the next */
} climb;

static bool prepare(climb *c, as_verity *v)
{
	*c = (climb){ .v = v, .md = digest_of(v->algorithm) };
	if (!c->md || v->data_block < 512 || v->data_block > BLOCK_MAX || v->hash_block < 512 ||
		v->hash_block > BLOCK_MAX || v->n_blocks == 0 || v->n_blocks > UINT64_MAX >> 21)
		return false;
	c->digest_len = (size_t)EVP_MD_get_size(c->md);
	for (c->step = 1; c->step < c->digest_len;)
		c->step *= 2;
	for (c->per = 1; c->per * 2 * c->digest_len <= v->hash_block;)
		c->per *= 2;
	c->step = v->old ? c->digest_len : c->step;
	if (c->per < 2 || c->per * c->step > v->hash_block)
		return false;
	for (uint64_t n = v->n_blocks; n > 1; c->n_levels++) {
		n = (n + c->per - 1) / c->per;
		c->n[c->n_levels] = n;
	}
	uint64_t at = 0;
	for (size_t i = c->n_levels; i-- > 0;) {
		c->at[i] = at;
		at += c->n[i] * v->hash_block;
	}
	v->tree_len = at;
	v->cut = at > v->tree.n;
	return true;
}

static bool sum(const climb *c, as_span block, uint8_t out[AS_DIGEST_MAX])
{
	size_t n = 0;
	as_span salt = c->v->salt;
	return digest(c->ctx, c->md, c->v->old ? block : salt, c->v->old ? salt : block, out, &n);
}

/* Whether the digest of block is the one that stands for the i-th of the level (0: of the leaves); true as well if the
 * tree does not have it. */
static bool fits(const climb *c, size_t level, uint64_t i, as_span block)
{
	uint8_t got[AS_DIGEST_MAX];
	as_span want = as_cut(c->v->tree,
		c->at[level] + i / c->per * c->v->hash_block + i % c->per * c->step, c->digest_len);
	return want.n == 0 || (sum(c, block, got) && as_same(want, as_bytes(got, c->digest_len)));
}

static void check_data(climb *c)
{
	as_verity *v = c->v;
	for (uint64_t i = 0; i < v->n_blocks && c->n_levels > 0; i++) {
		as_span block = as_cut(v->data, i * v->data_block, v->data_block);
		if (block.n == 0)
			return;
		v->n_looked++;
		if (fits(c, 0, i, block))
			continue;
		v->wrong = v->n_wrong++ == 0 ? i * v->data_block : v->wrong;
	}
}

static void check_tree(climb *c)
{
	as_verity *v = c->v;
	for (size_t level = 0; level + 1 < c->n_levels; level++)
		for (uint64_t i = 0; i < c->n[level]; i++) {
			uint64_t at = c->at[level] + i * v->hash_block;
			as_span block = as_cut(v->tree, at, v->hash_block);
			if (block.n == 0)
				break;
			if (!fits(c, level + 1, i, block))
				v->broken = v->n_broken++ == 0 ? at : v->broken;
		}
}

/* The root: the digest of the first block of the tree, or of the only block of data. */
static void take_root(climb *c)
{
	as_verity *v = c->v;
	as_span top = c->n_levels > 0 ? as_cut(v->tree, 0, v->hash_block)
				      : as_cut(v->data, 0, v->data_block);
	v->n_root = top.n > 0 && sum(c, top, v->root) ? c->digest_len : 0;
	v->n_looked += c->n_levels == 0 && top.n > 0;
}

bool as_verity_measure(as_verity *v)
{
	climb c;
	return prepare(&c, v);
}

static bool run(as_verity *v, bool whole)
{
	climb c;
	v->n_wrong = v->n_broken = v->n_looked = v->n_root = 0;
	if (!prepare(&c, v))
		return false;
	c.ctx = EVP_MD_CTX_new();
	take_root(&c);
	if (whole && c.ctx) {
		check_tree(&c);
		check_data(&c);
	}
	EVP_MD_CTX_free(c.ctx);
	return v->n_root > 0;
}

bool as_verity_root(as_verity *v) { return run(v, false); }
bool as_verity_check(as_verity *v) { return run(v, true); }
