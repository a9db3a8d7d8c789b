/* SPDX-License-Identifier: Apache-2.0 */
/* crypt(5) schemes go to libcrypt; the web servers' own (apr1, {SHA}, {SSHA}, digest) are computed
 * here. Prices were measured once on an ordinary 2 GHz core and only set the proportions. */
#include "inspect/verify.h"

#include <crypt.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/buf.h"
#include "base/base64.h"

enum { SECRET_MAX = 512, MD5_LEN = 16, SHA1_LEN = 20 };

static uint64_t price_fixed(as_span secret, uint64_t price)
{
	(void)secret;
	return price;
}

/* The number between the '$' signs at field i, or 0. */
static uint64_t parameter(as_span secret, size_t i, const char *prefix)
{
	as_span f = as_field(secret, '$', i);
	uint64_t v = 0;
	return as_starts(f, prefix) && as_number(as_from(f, strlen(prefix)), 10, &v) ? v : 0;
}

static uint64_t price_sha2(as_span secret, uint64_t price)
{
	uint64_t rounds = parameter(secret, 2, "rounds=");
	return rounds == 0 ? price : as_min(rounds, 999999999) / 5 + price / 10;
}

static uint64_t price_sha1(as_span secret, uint64_t price)
{
	return parameter(secret, 2, "") / 2 + price;
}

static uint64_t price_bcrypt(as_span secret, uint64_t price)
{
	uint64_t cost = parameter(secret, 2, "");
	return cost < 4 || cost > 31 ? UINT64_MAX : price << cost;
}

/* yescrypt and scrypt: parameters decide about memory too, so only those that distributions set. */
static uint64_t price_memory_hard(as_span secret, uint64_t price)
{
	static const struct {
		const char *prefix;
		uint64_t times;
	} usual[] = {
		{ "$y$j75$", 1 },
		{ "$y$j85$", 2 },
		{ "$y$j7T$", 4 },
		{ "$y$j8T$", 8 },
		{ "$y$j9T$", 16 },
		{ "$y$jAT$", 33 },
		{ "$gy$j9T$", 16 },
		{ "$7$CU..../....", 176 },
	};
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (as_starts(secret, usual[i].prefix))
			return price * usual[i].times;
	return UINT64_MAX;
}

/* Traditional DES has 25 rounds; "_" starts the BSDI form with a 24-bit count in the next four. */
static uint64_t price_des(as_span secret, uint64_t price)
{
	if (!as_starts(secret, "_"))
		return price;
	static const char digits[] =
		"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	uint64_t count = 0;
	for (unsigned i = 0; i < 4; i++) {
		const char *d = strchr(digits, as_at(secret, 1 + i));
		count |= d ? (uint64_t)(d - digits) << (6 * i) : 0;
	}
	return count / 8 + price;
}

static bool check_crypt(const as_verifier *v, const char *phrase)
{
	const char *made = crypt_rn(phrase, v->text, v->work, (int)sizeof(struct crypt_data));
	return made && made[0] != '*' && strcmp(made, v->text) == 0;
}

/* Digest of up to four pieces, in memory. */
static bool digest(const char *name, const as_span pieces[4], uint8_t *out)
{
	EVP_MD *md = EVP_MD_fetch(NULL, name, NULL);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = md && ctx && EVP_DigestInit_ex2(ctx, md, NULL) == 1;
	for (size_t i = 0; ok && i < 4; i++)
		ok = pieces[i].n == 0 || EVP_DigestUpdate(ctx, pieces[i].p, pieces[i].n) == 1;
	ok = ok && EVP_DigestFinal_ex(ctx, out, NULL) == 1;
	EVP_MD_CTX_free(ctx);
	EVP_MD_free(md);
	return ok;
}

static bool check_sha1(const as_verifier *v, const char *phrase)
{
	size_t skip = as_starts(v->secret, "{SSHA}") ? 6 : 5;
	as_span want = as_base64(v->arena, as_from(v->secret, skip));
	uint8_t sum[SHA1_LEN];
	as_span salt = as_from(want, SHA1_LEN);
	bool ok = want.n >= SHA1_LEN &&
		  digest("SHA1", (const as_span[4]){ as_lit(phrase), salt }, sum);
	return ok && as_same(as_bytes(sum, SHA1_LEN), as_cut(want, 0, SHA1_LEN));
}

static bool check_digest(const as_verifier *v, const char *phrase)
{
	as_span text = as_print(v->arena, "%.*s:%.*s:%s", (int)v->user.n, (const char *)v->user.p,
		(int)v->realm.n, (const char *)v->realm.p, phrase);
	uint8_t sum[MD5_LEN];
	char hex[2 * MD5_LEN + 1];
	if (!text.p || !digest("MD5", (const as_span[4]){ text }, sum))
		return false;
	for (size_t i = 0; i < MD5_LEN; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", sum[i]);
	return as_is_nocase(v->secret, hex);
}

/* One of the thousand rounds of MD5-crypt. */
static bool apr1_round(unsigned i, as_span pass, as_span salt, uint8_t *sum)
{
	as_span so_far = as_bytes(sum, MD5_LEN), none = { 0 };
	const as_span pieces[4] = { i & 1 ? pass : so_far, i % 3 ? salt : none, i % 7 ? pass : none,
		i & 1 ? so_far : pass };
	return digest("MD5", pieces, sum);
}

/* The first digest: password, magic, salt, then bytes taken by the length of the password. */
static bool apr1_start(as_span pass, as_span salt, uint8_t *sum)
{
	uint8_t inner[MD5_LEN];
	if (!digest("MD5", (const as_span[4]){ pass, salt, pass }, inner))
		return false;
	as_buf tail = { 0 };
	for (size_t left = pass.n; left > 0; left -= as_min(left, MD5_LEN))
		as_buf_add(&tail, inner, (size_t)as_min(left, MD5_LEN));
	for (size_t i = pass.n; i > 0; i >>= 1)
		as_buf_u8(&tail, i & 1 ? 0 : as_at(pass, 0));
	bool ok = !tail.bad &&
		  digest("MD5",
			  (const as_span[4]){ pass, as_lit("$apr1$"), salt, as_buf_span_of(&tail) },
			  sum);
	as_buf_free(&tail);
	return ok;
}

/* Apache's MD5 ("$apr1$salt$22 digits"): MD5-crypt with another magic. */
static bool check_apr1(const as_verifier *v, const char *phrase)
{
	static const char digits[] =
		"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	static const uint8_t order[5][3] = { { 0, 6, 12 }, { 1, 7, 13 }, { 2, 8, 14 }, { 3, 9, 15 },
		{ 4, 10, 5 } };
	as_span pass = as_lit(phrase), salt = as_field(v->secret, '$', 2),
		want = as_field(v->secret, '$', 3);
	uint8_t sum[MD5_LEN];
	salt = as_cut(salt, 0, as_min(salt.n, 8));
	if (!apr1_start(pass, salt, sum))
		return false;
	for (unsigned i = 0; i < 1000; i++)
		if (!apr1_round(i, pass, salt, sum))
			return false;
	char made[23] = { 0 };
	for (size_t i = 0; i < 5; i++) {
		unsigned bits = (unsigned)sum[order[i][0]] << 16 | (unsigned)sum[order[i][1]] << 8 |
				sum[order[i][2]];
		for (size_t k = 0; k < 4; k++, bits >>= 6)
			made[4 * i + k] = digits[bits & 63];
	}
	made[20] = digits[sum[11] & 63];
	made[21] = digits[sum[11] >> 6];
	return as_is(want, made);
}

static const struct {
	const char *scheme, *prefix; /* prefix: of the secret, where a scheme has several forms */
	uint64_t price;
	uint64_t (*price_of)(as_span secret, uint64_t price);
	bool (*check)(const as_verifier *v, const char *phrase);
} methods[] = {
	{ "des", "", 40, price_des, check_crypt },
	{ "md5", "$1$", 140, price_fixed, check_crypt },
	{ "md5", "", 2, price_fixed, check_digest },
	{ "apr1", "", 700, price_fixed, check_apr1 },
	{ "sha1", "{", 2, price_fixed, check_sha1 },
	{ "sha1", "$sha1$", 10, price_sha1, check_crypt },
	{ "sha256", "$5$", 1000, price_sha2, check_crypt },
	{ "sha512", "$6$", 1000, price_sha2, check_crypt },
	{ "bcrypt", "", 48, price_bcrypt, check_crypt },
	{ "yescrypt", "", 1000, price_memory_hard, check_crypt },
	{ "scrypt", "", 1000, price_memory_hard, check_crypt },
	{ "nt", "$3$", 2, price_fixed, check_crypt },
};

bool as_verifier_of(as_verifier *v, as_arena *arena, const char *scheme, as_span user,
	as_span realm, as_span secret)
{
	*v = (as_verifier){ .arena = arena, .user = user, .realm = realm, .secret = secret };
	for (size_t i = 0; !v->check && i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (strcmp(methods[i].scheme, scheme) != 0 || !as_starts(secret, methods[i].prefix))
			continue;
		v->check = methods[i].check;
		v->price = methods[i].price_of(secret, methods[i].price);
	}
	if (!v->check || secret.n > SECRET_MAX || as_find_byte(secret, 0, 0) != SIZE_MAX)
		return false;
	as_span text = as_print(arena, "%.*s", (int)secret.n, (const char *)secret.p);
	v->text = (const char *)text.p;
	/* 32 KiB that nothing is kept in: one for all, or a long list of accounts takes all memory. */
	static _Thread_local struct crypt_data scratch;
	v->work = &scratch;
	return text.n == secret.n && v->text && v->price != UINT64_MAX;
}

bool as_verify(const as_verifier *v, const char *phrase) { return v->check(v, phrase); }
