/* SPDX-License-Identifier: Apache-2.0 */
/* What a FIT's signatures sign, and whether they hold. Layout: the nodes of signatures are in fmt/fit.c; a key is
 *   /signature/key-NAME   rsa,modulus and rsa,exponent (numbers, big-endian), or ecdsa,curve with ecdsa,x-point and
 *                         ecdsa,y-point; algo, required; of ECDSA the node's name is NAME alone
 * in the control tree of the boot loader. An image's signature is over its data. A configuration's is over those
 * pieces of the tree's structure that belong to the nodes in hashed-nodes (paths): a node with its properties, but
 * for the data and where it stands; of its children the marks of their beginning and end; of all others nothing.
 * After them the end mark, and from the strings as many bytes as hashed-strings says. */
#include "unpack/fmt/fit.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

enum {
	PATH_MAX_LEN = 256,
	LISTED_MAX = 64, /* paths of one list */
	CELL = 4,
	EXPONENT_MAX = 8,
	POINT_MAX = 66,
	KEY_MAX = 2048, /* bytes of a modulus */
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

static EVP_PKEY *make_key(const char *type, OSSL_PARAM_BLD *b)
{
	EVP_PKEY *key = NULL;
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(b);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	if (!params || !ctx || EVP_PKEY_fromdata_init(ctx) != 1 ||
		EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	return key;
}

static EVP_PKEY *rsa_key(as_fdt_walk w)
{
	as_span n = as_fdt_prop(w, "rsa,modulus"), e = as_fdt_prop(w, "rsa,exponent");
	if (n.n == 0 || n.n > KEY_MAX || e.n == 0 || e.n > EXPONENT_MAX)
		return NULL;
	EVP_PKEY *key = NULL;
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	BIGNUM *modulus = BN_bin2bn(n.p, (int)n.n, NULL),
	       *exponent = BN_bin2bn(e.p, (int)e.n, NULL);
	if (b && modulus && exponent &&
		OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_N, modulus) == 1 &&
		OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_E, exponent) == 1)
		key = make_key("RSA", b);
	BN_free(modulus);
	BN_free(exponent);
	OSSL_PARAM_BLD_free(b);
	return key;
}

static EVP_PKEY *ecdsa_key(as_fdt_walk w)
{
	static const char *const curves[] = { "prime256v1", "secp256k1", "secp384r1", "secp521r1" };
	as_span curve = as_fdt_text(w, "ecdsa,curve"), x = as_fdt_prop(w, "ecdsa,x-point");
	as_span y = as_fdt_prop(w, "ecdsa,y-point");
	uint8_t point[1 + 2 * POINT_MAX] = { 4 /* both coordinates */ };
	EVP_PKEY *key = NULL;
	if (x.n == 0 || x.n > POINT_MAX || y.n != x.n)
		return NULL;
	memcpy(point + 1, x.p, x.n);
	memcpy(point + 1 + x.n, y.p, y.n);
	for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]) && !key; i++) {
		OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
		if (b && as_is(curve, curves[i]) &&
			OSSL_PARAM_BLD_push_utf8_string(
				b, OSSL_PKEY_PARAM_GROUP_NAME, curves[i], 0) == 1 &&
			OSSL_PARAM_BLD_push_octet_string(
				b, OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * x.n) == 1)
			key = make_key("EC", b);
		OSSL_PARAM_BLD_free(b);
	}
	return key;
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
			ok = ok && EVP_DigestVerifyUpdate(md, token.p, token.n) == 1;
	}
	return ok;
}

static bool add_strings(EVP_MD_CTX *md, const as_fdt *fdt, as_span hashed)
{
	if (!hashed.p)
		return true;
	as_cur c = as_cur_be(hashed, 4);
	as_span strings = as_cut(fdt->strings, 0, as_u32(&c));
	return as_ok(&c) && strings.n > 0 && EVP_DigestVerifyUpdate(md, strings.p, strings.n) == 1;
}

/* U-Boot keeps both numbers of an ECDSA signature one after the other. Answers bytes of der, or 0. */
static size_t ecdsa_der(as_span value, uint8_t der[2 * POINT_MAX + 16])
{
	size_t half = value.n / 2;
	if (half == 0 || half > POINT_MAX || value.n % 2)
		return 0;
	ECDSA_SIG *sig = ECDSA_SIG_new();
	as_span second = as_from(value, half);
	BIGNUM *r = BN_bin2bn(value.p, (int)half, NULL), *s = BN_bin2bn(second.p, (int)half, NULL);
	if (!sig || !r || !s || ECDSA_SIG_set0(sig, r, s) != 1) {
		BN_free(r);
		BN_free(s);
		ECDSA_SIG_free(sig);
		return 0;
	}
	unsigned char *end = der;
	int n = i2d_ECDSA_SIG(sig, &end);
	ECDSA_SIG_free(sig);
	return n > 0 ? (size_t)n : 0;
}

static const EVP_MD *digest_of(as_span algo)
{
	static const char *const known[] = { "sha1", "sha256", "sha384", "sha512" };
	as_span name = as_field(algo, ',', 0);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (as_is(name, known[i]))
			return EVP_get_digestbyname(known[i]);
	return NULL;
}

static bool begin(EVP_MD_CTX *md, const EVP_MD *digest, EVP_PKEY *key, bool pss)
{
	EVP_PKEY_CTX *ctx = NULL;
	if (!md || EVP_DigestVerifyInit(md, &ctx, digest, NULL, key) != 1)
		return false;
	return !pss || (EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
			       EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_AUTO) == 1);
}

static bool holds(EVP_PKEY *key, bool rsa, const as_fdt *fdt, as_fdt_walk w, as_span data)
{
	uint8_t der[2 * POINT_MAX + 16];
	as_span value = as_fdt_prop(w, "value");
	bool pss = rsa && as_is(as_fdt_text(w, "padding"), "pss");
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	bool ok = begin(md, digest_of(as_fdt_text(w, "algo")), key, pss);
	if (data.p)
		ok = ok && EVP_DigestVerifyUpdate(md, data.p, data.n) == 1;
	else
		ok = ok && add_nodes(md, fdt, as_fdt_prop(w, "hashed-nodes")) &&
		     add_strings(md, fdt, as_fdt_prop(w, "hashed-strings"));
	if (!rsa)
		value = as_bytes(der, ecdsa_der(value, der));
	ok = ok && value.n > 0 && EVP_DigestVerifyFinal(md, value.p, value.n) == 1;
	EVP_MD_CTX_free(md);
	return ok;
}

const char *as_fit_verdict(const as_fit_keys *keys, const as_fdt *fdt, as_fdt_walk w, as_span data)
{
	as_span algo = as_fdt_text(w, "algo"), scheme = as_field(algo, ',', 1);
	bool rsa = as_starts(scheme, "rsa");
	as_fdt_walk key_node;
	if (!digest_of(algo) || (!rsa && !as_starts(scheme, "ecdsa") && !as_starts(scheme, "secp")))
		return "not verifiable here: algorithm not known";
	if (!as_fdt_prop(w, "value").p)
		return "not signed yet: it has no value";
	if (!find_key(keys, as_fdt_text(w, "key-name-hint"), &key_node))
		return "not verifiable here: key not in the image";
	EVP_PKEY *key = rsa ? rsa_key(key_node) : ecdsa_key(key_node);
	if (!key)
		return "not verifiable here: key cannot be read";
	bool good = holds(key, rsa, fdt, w, data);
	EVP_PKEY_free(key);
	return good ? "verified with the key in a device tree here" : "wrong";
}
