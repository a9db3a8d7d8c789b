/* SPDX-License-Identifier: Apache-2.0 */
/* What a FIT's signatures sign, and whether they hold. Layout: the nodes of signatures are in fmt/fit.c; a key is
 *   /signature/key-NAME   rsa,modulus and rsa,exponent (numbers, big-endian), or ecdsa,curve with ecdsa,x-point and
 *                         ecdsa,y-point; algo, required; of ECDSA the node's name is NAME alone
 * in the control tree of the boot loader. An image's signature is over its data. A configuration's is over those
 * pieces of the tree's structure that belong to the nodes in hashed-nodes (paths): a node with its properties, but
 * for the data and where it stands; of its children the marks of their beginning and end; of all others nothing.
 * After them the end mark, and from the strings as many bytes as hashed-strings says. */
#include "unpack/fmt/fit.h"

#include <openssl/evp.h>

enum {
	PATH_MAX_LEN = 256,
	LISTED_MAX = 64, /* paths of one list */
	CELL = 4,
};

void as_fit_find_keys(as_fit_keys *keys, as_span body)
{
	as_span magic = as_bytes("\xd0\x0d\xfe\xed", 4);
	keys->n = 0;
	for (size_t at = as_find(body, magic, 0); at != SIZE_MAX && keys->n < AS_FIT_TREES;) {
		as_fdt *tree = &keys->trees[keys->n];
		as_fdt_walk w;
		size_t next = at + 4;
		if (as_fdt_open(as_from(body, at), tree)) {
			w = as_fdt_begin(tree);
			keys->n += as_fdt_next(&w) == AS_FDT_NODE && as_fdt_enter(&w, "signature");
		}
		at = as_find(body, magic, next);
	}
}

/* Finds the key that a signature names; false if no tree has it. */
static bool find_key(const as_fit_keys *keys, as_span hint, as_fdt_walk *w)
{
	for (size_t i = 0; i < keys->n; i++) {
		*w = as_fdt_begin(&keys->trees[i]);
		if (as_fdt_next(w) != AS_FDT_NODE || !as_fdt_enter(w, "signature"))
			continue;
		for (unsigned depth = w->depth; as_fdt_child(w, depth);)
			if (as_same(w->name, hint) ||
				(as_starts(w->name, "key-") && as_same(as_from(w->name, 4), hint)))
				return true;
	}
	return false;
}

static bool listed(as_span list, as_span text)
{
	as_cur c = as_cur_be(list, 0);
	for (unsigned i = 0; i < LISTED_MAX && as_left(&c) > 0; i++) {
		as_span one = as_str(&c, 1);
		if (!as_ok(&c))
			return false;
		if (as_same(one, text))
			return true;
	}
	return false;
}

static bool is_place(as_span name)
{
	static const char *const names[] = { "data", "data-size", "data-position", "data-offset" };
	bool any = false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		any = any || as_is(name, names[i]);
	return any;
}

/* How much of the node that is open is signed. */
typedef enum share { NOTHING, MARKS, ALL } share;

typedef struct picker {
	as_span nodes; /* hashed-nodes */
	share stack[AS_FDT_DEPTH + 2], now;
	unsigned depth;
	char path[PATH_MAX_LEN];
	size_t len;
	size_t lens[AS_FDT_DEPTH + 2];
	bool running; /* the token before was signed */
} picker;

static bool enter(picker *p, as_span name)
{
	p->stack[p->depth] = p->now;
	p->lens[p->depth++] = p->len;
	/* The root is "/", its children "/images" and so on. */
	if (name.n + 1 >= sizeof(p->path) - p->len)
		return false;
	if (p->len == 0 || p->len > 1)
		p->path[p->len++] = '/';
	memcpy(p->path + p->len, name.n ? name.p : (const uint8_t *)"", name.n);
	p->len += name.n;
	if (listed(p->nodes, as_bytes(p->path, p->len)))
		p->now = ALL;
	else
		p->now = p->now == ALL ? MARKS : NOTHING;
	return true;
}

static void leave(picker *p)
{
	p->depth--;
	p->now = p->stack[p->depth];
	p->len = p->lens[p->depth];
}

/* Whether a token is signed. The mark that ends a node is, too, if what stands before it was. */
static bool picked(picker *p, as_fdt_token t, const as_fdt_walk *w, bool *ok)
{
	bool in = true;
	if (t == AS_FDT_NODE) {
		*ok = enter(p, w->name);
		in = p->now != NOTHING;
	} else if (t == AS_FDT_UP) {
		in = p->now != NOTHING || p->running;
		p->running = p->now != NOTHING;
		leave(p);
		return in;
	} else if (t == AS_FDT_PROP) {
		in = p->now == ALL && !is_place(w->name);
	}
	p->running = in;
	return in;
}

static bool add_nodes(EVP_MD_CTX *md, const as_fdt *fdt, as_span nodes)
{
	picker p = { .nodes = nodes };
	as_fdt_walk w = as_fdt_begin(fdt);
	bool ok = true;
	for (as_fdt_token t = AS_FDT_NODE; ok && t < AS_FDT_END;) {
		size_t from = as_pos(&w.c);
		t = as_fdt_next(&w);
		if (t == AS_FDT_BAD)
			return false;
		size_t to = t == AS_FDT_END ? from + CELL : as_pos(&w.c);
		as_span token = as_cut(fdt->structure, from, to - from);
		if (picked(&p, t, &w, &ok))
			ok = ok && EVP_DigestUpdate(md, token.p, token.n) == 1;
	}
	return ok;
}

static bool add_strings(EVP_MD_CTX *md, const as_fdt *fdt, as_span hashed)
{
	if (!hashed.p)
		return true;
	as_cur c = as_cur_be(hashed, 4);
	as_span strings = as_cut(fdt->strings, 0, as_u32(&c));
	return as_ok(&c) && strings.n > 0 && EVP_DigestUpdate(md, strings.p, strings.n) == 1;
}

/* The digest of an algorithm such as "sha256,rsa2048"; NULL if it is not known. */
static const char *digest_of(as_span algo)
{
	static const char *const known[] = { "sha1", "sha256", "sha384", "sha512" };
	as_span name = as_field(algo, ',', 0);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (as_is(name, known[i]))
			return known[i];
	return NULL;
}

static size_t digest(const as_fdt *fdt, as_fdt_walk w, as_span data, uint8_t *sum)
{
	const char *algo = digest_of(as_fdt_text(w, "algo"));
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	unsigned n = 0;
	bool ok = algo && md && EVP_DigestInit_ex(md, EVP_get_digestbyname(algo), NULL) == 1;
	if (data.p)
		ok = ok && EVP_DigestUpdate(md, data.p, data.n) == 1;
	else
		ok = ok && add_nodes(md, fdt, as_fdt_prop(w, "hashed-nodes")) &&
		     add_strings(md, fdt, as_fdt_prop(w, "hashed-strings"));
	ok = ok && EVP_DigestFinal_ex(md, sum, &n) == 1;
	EVP_MD_CTX_free(md);
	return ok ? n : 0;
}

bool as_fit_signed(const as_fdt *fdt, as_fdt_walk w, as_span data, as_fit_signature *out)
{
	as_span algo = as_fdt_text(w, "algo"), scheme = as_field(algo, ',', 1);
	*out = (as_fit_signature){ .algo = digest_of(algo), .value = as_fdt_prop(w, "value") };
	out->rsa = as_starts(scheme, "rsa");
	out->pss = out->rsa && as_is(as_fdt_text(w, "padding"), "pss");
	out->key = as_fdt_text(w, "key-name-hint");
	out->known =
		out->algo && (out->rsa || as_starts(scheme, "ecdsa") || as_starts(scheme, "secp"));
	out->n_digest = out->known && out->value.p ? digest(fdt, w, data, out->digest) : 0;
	return out->n_digest > 0;
}

as_public_key as_fit_key(as_fdt_walk w)
{
	return (as_public_key){ .modulus = as_fdt_prop(w, "rsa,modulus"),
		.exponent = as_fdt_prop(w, "rsa,exponent"),
		.curve = as_fdt_text(w, "ecdsa,curve"),
		.x = as_fdt_prop(w, "ecdsa,x-point"),
		.y = as_fdt_prop(w, "ecdsa,y-point") };
}

const char *as_fit_verdict(const as_fit_keys *keys, const as_fit_signature *s)
{
	as_fdt_walk node;
	if (!s->known)
		return "not verifiable here: algorithm not known";
	if (!s->value.p)
		return "not signed yet: it has no value";
	if (!find_key(keys, s->key, &node))
		return AS_FIT_NO_KEY;
	as_public_key key = as_fit_key(node);
	if (s->rsa != (key.modulus.n > 0))
		return "not verifiable here: key cannot be read";
	as_signed is =
		as_signed_digest(&key, s->algo, s->pss, as_bytes(s->digest, s->n_digest), s->value);
	return is == AS_SIGNED_RIGHT   ? "verified with the key in a device tree here"
	       : is == AS_SIGNED_WRONG ? "wrong"
				       : "not verifiable here: key cannot be read";
}
