/* SPDX-License-Identifier: Apache-2.0 */
/* Cryptography as far as names, constants and arguments tell: weak algorithms, keys that stand in the program,
 * numbers that can be guessed where keys are made. */
#include "code/quality.h"

#include <string.h>

/* How names of cryptographic libraries begin, and what of them that is weak. More special ones first. */
static const struct {
	const char *prefix;
	bool weak;
} libraries[] = { { "EVP_md4", true }, { "EVP_md5", true }, { "EVP_des", true },
	{ "EVP_rc4", true }, { "EVP_rc2", true }, { "EVP_sha1", true }, { "EVP_aes", false },
	{ "EVP_sha", false }, { "EVP_chacha", false }, { "EVP_camellia", false }, { "MD4", true },
	{ "MD5", true }, { "md5_", true }, { "DES_", true }, { "des_", true }, { "RC4", true },
	{ "RC2_", true }, { "SHA1", true }, { "SHA224", false }, { "SHA256", false },
	{ "SHA384", false }, { "SHA512", false }, { "AES_", false }, { "BF_", true },
	{ "mbedtls_md5", true }, { "mbedtls_md4", true }, { "mbedtls_des", true },
	{ "mbedtls_arc4", true }, { "mbedtls_sha1", true }, { "mbedtls_aes", false },
	{ "mbedtls_sha256", false }, { "mbedtls_sha512", false }, { "nettle_md5", true },
	{ "nettle_md4", true }, { "nettle_des", true }, { "nettle_arcfour", true },
	{ "nettle_sha1", true }, { "nettle_aes", false }, { "nettle_sha", false },
	{ "wc_Md5", true }, { "wc_Md4", true }, { "wc_Des", true }, { "wc_Arc4", true },
	{ "wc_Sha256", false }, { "wc_Sha512", false }, { "wc_Sha", true }, { "wc_Aes", false },
	{ "PMD5", true }, { "MD5Init", true }, { "MD5Update", true }, { "MD5Final", true } };

/* Which argument is the key, and which the start value; -1: none. */
static const struct {
	const char *name;
	int8_t key, iv;
} keyed[] = { { "AES_cbc_encrypt", -1, 4 }, { "AES_set_decrypt_key", 0, -1 },
	{ "AES_set_encrypt_key", 0, -1 }, { "BF_set_key", 2, -1 }, { "DES_ncbc_encrypt", -1, 4 },
	{ "DES_set_key", 0, -1 }, { "DES_set_key_checked", 0, -1 },
	{ "DES_set_key_unchecked", 0, -1 }, { "EVP_CipherInit_ex", 3, 4 },
	{ "EVP_DecryptInit", 2, 3 }, { "EVP_DecryptInit_ex", 3, 4 }, { "EVP_EncryptInit", 2, 3 },
	{ "EVP_EncryptInit_ex", 3, 4 }, { "HMAC", 1, -1 }, { "HMAC_Init_ex", 1, -1 },
	{ "RC4_set_key", 2, -1 }, { "gcry_cipher_setiv", -1, 1 }, { "gcry_cipher_setkey", 1, -1 },
	{ "mbedtls_aes_crypt_cbc", -1, 3 }, { "mbedtls_aes_setkey_dec", 1, -1 },
	{ "mbedtls_aes_setkey_enc", 1, -1 }, { "mbedtls_des_setkey_enc", 1, -1 },
	{ "wc_AesSetKey", 1, 3 } };

static const char *const random_names[] = { "drand48", "erand48", "jrand48", "lrand48", "mrand48",
	"nrand48", "rand", "rand_r", "random", NULL };
static const char *const seed_names[] = { "srand", "srand48", "srandom", NULL };
static const char *const key_words[] = { "token", "nonce", "session", "passw", "secret", "cookie",
	"salt", "_key", "key_", "Key", "crypt", NULL };

static bool has_word(as_span s, const char *const *words)
{
	for (; s.n > 0 && *words; words++)
		if (as_has(s, *words))
			return true;
	return false;
}

static bool is_named(as_span name, const char *const *names)
{
	for (; *names; names++)
		if (as_is(name, *names))
			return true;
	return false;
}

/* Whether a function has to do with keys: by its name, what it calls, or the words in it. */
static bool is_about_keys(const as_quality *q, const as_kept *k)
{
	const as_values *v = &k->values;
	if (has_word(k->function->name, key_words))
		return true;
	for (uint32_t i = 0; i < v->n_calls; i++) {
		const as_api *api = v->calls[i].api;
		if (api && api->kind == AS_API_CRYPT)
			return true;
	}
	for (uint32_t i = 0; i < v->n_refs; i++) {
		as_span s = as_program_string(q->profile->program, v->refs[i].addr);
		if (s.n < 64 && has_word(s, key_words))
			return true;
	}
	return false;
}

static void site(as_quality *q, as_measure_id m, size_t number, const as_call *c, as_span argument)
{
	as_quality_site(q, (as_site){ .measure = m,
				   .function = number,
				   .at = c->at,
				   .api = c->name,
				   .argument = argument });
}

/* Whether an argument points to constant bytes; then *text is them, if they are a text. */
static bool is_constant_data(const as_kept *k, const as_call *c, int i, as_span *text)
{
	uint64_t addr = 0;
	*text = as_argument_text(k, c, i);
	if (as_call_text(c, i).n > 0)
		return true;
	if (!as_value_const(&k->values, c->arg[i], &addr))
		return false;
	const as_region *r = as_program_region(k->flow.program, addr);
	return r && !r->write && as_program_from(k->flow.program, addr).n > 0;
}

static void look_at_key(as_quality *q, size_t number, const as_call *c, as_measure_id m, int i)
{
	const as_kept *k = q->profile->kept[number];
	as_span text = { 0 };
	uint64_t null = 1;
	if (i < 0 || (as_value_const(&k->values, c->arg[i], &null) && null == 0))
		return;
	q->count[m].of++;
	if (is_constant_data(k, c, i, &text))
		site(q, m, number, c, text);
}

static void look_at_crypto(as_quality *q, size_t number, const as_call *c, as_span name)
{
	for (size_t i = 0; i < sizeof(libraries) / sizeof(libraries[0]); i++) {
		if (!as_starts(name, libraries[i].prefix))
			continue;
		q->count[AS_M_CRYPTO_WEAK].of++;
		if (libraries[i].weak)
			site(q, AS_M_CRYPTO_WEAK, number, c, (as_span){ 0 });
		break;
	}
	bool ecb = as_has(name, "_ecb");
	if (ecb || as_has(name, "_cbc") || as_has(name, "_ctr") || as_has(name, "_gcm") ||
		as_has(name, "_ccm"))
		q->count[AS_M_CRYPTO_ECB].of++;
	if (ecb)
		site(q, AS_M_CRYPTO_ECB, number, c, (as_span){ 0 });
	for (size_t i = 0; i < sizeof(keyed) / sizeof(keyed[0]); i++)
		if (as_is(name, keyed[i].name)) {
			look_at_key(q, number, c, AS_M_KEY_CONSTANT, keyed[i].key);
			look_at_key(q, number, c, AS_M_IV_CONSTANT, keyed[i].iv);
		}
}

static bool is_time(const as_kept *k, as_value x)
{
	const as_term *t = as_term_of(&k->values, x);
	int64_t offset = 0;
	t = as_term_of(&k->values, as_value_base(&k->values, x, &offset));
	for (uint32_t i = 0; t->kind == AS_V_RESULT && i < k->values.n_calls; i++)
		if ((int64_t)k->values.calls[i].op == t->k) {
			const as_api *api = k->values.calls[i].api;
			return api && api->kind == AS_API_TIME;
		}
	return false;
}

static void look(as_quality *q, size_t number, const as_call *c, int *keys)
{
	const as_kept *k = q->profile->kept[number];
	as_span name = c->name;
	if (name.n == 0)
		return;
	look_at_crypto(q, number, c, name);
	if (is_named(name, random_names)) {
		q->count[AS_M_RANDOM_KEY].of++;
		*keys = *keys < 0 ? is_about_keys(q, k) : *keys;
		if (*keys)
			site(q, AS_M_RANDOM_KEY, number, c, (as_span){ 0 });
	} else if (is_named(name, seed_names)) {
		q->count[AS_M_RANDOM_TIME].of++;
		if (is_time(k, c->arg[0]))
			site(q, AS_M_RANDOM_TIME, number, c, (as_span){ 0 });
	}
}

/* Algorithms that the program's own code has: each once, where it was first seen. */
static void look_at_own(as_quality *q)
{
	const as_profile *p = q->profile;
	const uint32_t weak =
		AS_ALGO_MD4 | AS_ALGO_MD5 | AS_ALGO_SHA1 | AS_ALGO_DES | AS_ALGO_BLOWFISH;
	uint32_t seen = 0;
	for (size_t i = 0; p->notes && i < p->functions.n; i++)
		for (uint32_t bit = 1, new = p->notes[i].algos & ~seen; new >= bit; bit <<= 1) {
			if (!(new &bit))
				continue;
			seen |= bit;
			q->count[AS_M_CRYPTO_OWN].of++;
			if (weak & bit)
				as_quality_site(q, (as_site){ .measure = AS_M_CRYPTO_OWN,
							   .function = i,
							   .at = p->functions.list[i].addr,
							   .argument = as_lit(as_algo_name(bit)) });
		}
}

void as_quality_crypto(as_quality *q)
{
	for (size_t i = 0; i < q->profile->functions.n; i++) {
		const as_kept *k = q->profile->kept[i];
		int keys = -1; /* not asked */
		for (uint32_t c = 0; k && c < k->values.n_calls; c++)
			look(q, i, &k->values.calls[c], &keys);
	}
	look_at_own(q);
}
