/* SPDX-License-Identifier: Apache-2.0 */
/* What a FIT's examiner says of a signature (fmt/fit.c): name "NAME/proof", value
 *   digest's algorithm, "pkcs-1.5", "pss" or "ecdsa", digest, signature, name of the key
 * and of a device tree's of a key (fmt/dtb.c): name "signature/KEY/public" or "signature/key-KEY/public", value
 *   "rsa", modulus, exponent; or the curve, and both numbers of a point. Numbers are hexadecimal. */
#include "signed.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/signature.h"
#include "base/text.h"
#include "dossier/db.h"

enum { TRIES_MAX = 4096 /* pairs of a signature and a key that are looked at */, LIMIT = 64 << 20 };

static const char proofs_sql[] =
	"SELECT rowid, object, at, len, name, value FROM property WHERE format = 'fit' AND name "
	"LIKE '%/proof' ORDER BY object, at, name";
/* So that not every proof goes through all properties. */
static const char public_keys_sql[] =
	"CREATE TEMP TABLE public_key AS SELECT name, object, at, value FROM property WHERE format "
	"= 'dtb' AND name GLOB 'signature/*/public';"
	"CREATE INDEX temp.public_key_by_name ON public_key (name)";
static const char keys_sql[] =
	"SELECT k.object, k.value, (SELECT MIN(CASE WHEN parent IS NULL THEN name ELSE container "
	"|| path END) FROM place WHERE place.object = k.object) FROM public_key AS k WHERE k.name "
	"IN ('signature/' || ?1 || '/public', 'signature/key-' || ?1 || '/public') "
	"ORDER BY k.object, k.at";
static const char add_sql[] = "INSERT INTO property (object, at, len, format, name, value) VALUES "
			      "(?1, ?2, ?3, 'fit', ?4, ?5)";

typedef struct proof {
	const char *algo;
	bool rsa, pss;
	as_span digest, value, key;
} proof;

static as_span column(as_arena *a, sqlite3_stmt *q, int i)
{
	const void *p = sqlite3_column_text(q, i);
	return p ? as_copy(a, as_bytes(p, (size_t)sqlite3_column_bytes(q, i))) : (as_span){ 0 };
}

/* The bytes of a number in hexadecimal digits; empty if it is none. */
static as_span bytes_of(as_arena *a, as_span hex)
{
	uint8_t *out = hex.n > 0 ? as_alloc(a, hex.n / 2 + 1) : NULL;
	return out ? as_bytes(out, as_hex_bytes(hex, out, hex.n / 2)) : (as_span){ 0 };
}

static bool read_proof(as_arena *a, as_span text, proof *p)
{
	static const char *const algos[] = { "sha1", "sha256", "sha384", "sha512" };
	*p = (proof){ .rsa = !as_is(as_field(text, ' ', 1), "ecdsa") };
	for (size_t i = 0; i < sizeof(algos) / sizeof(algos[0]); i++)
		if (as_is(as_field(text, ' ', 0), algos[i]))
			p->algo = algos[i];
	p->pss = as_is(as_field(text, ' ', 1), "pss");
	p->digest = bytes_of(a, as_field(text, ' ', 2));
	p->value = bytes_of(a, as_field(text, ' ', 3));
	p->key = as_field(text, ' ', 4);
	return p->algo && p->digest.n > 0 && p->value.n > 0 && p->key.n > 0;
}

static as_public_key key_of(as_arena *a, as_span text)
{
	as_span kind = as_field(text, ' ', 0), one = bytes_of(a, as_field(text, ' ', 1)),
		two = bytes_of(a, as_field(text, ' ', 2));
	if (as_is(kind, "rsa"))
		return (as_public_key){ .modulus = one, .exponent = two };
	return (as_public_key){ .curve = kind, .x = one, .y = two };
}

/* What is to be said of it, by the keys of its name. */
static as_span verdict_of(
	as_arena *a, sqlite3_stmt *keys, const proof *p, unsigned *tries, as_status *s)
{
	as_span said = as_lit("no key of that name in the review");
	as_db_text(keys, 1, p->key);
	bool right = false;
	while (!right && as_db_row(keys, s)) {
		if (++*tries > TRIES_MAX) {
			said = as_lit("not verified: too many signatures");
			break;
		}
		as_public_key k = key_of(a, column(a, keys, 1));
		as_span where = column(a, keys, 2);
		if (p->rsa != (k.modulus.n > 0))
			continue;
		as_signed is = as_signed_digest(&k, p->algo, p->pss, p->digest, p->value);
		right = is == AS_SIGNED_RIGHT;
		if (is != AS_SIGNED_NO_KEY)
			said = as_print(a, "%s key %.*s of %.*s (object %lld)",
				right ? "verified with" : "wrong: not of", (int)p->key.n,
				(const char *)p->key.p, (int)where.n, (const char *)where.p,
				(long long)sqlite3_column_int64(keys, 0));
	}
	if (sqlite3_reset(keys) != SQLITE_OK)
		*s = AS_IO;
	return said;
}

static as_status join(sqlite3_stmt *proofs, sqlite3_stmt *keys, sqlite3_stmt *add, as_arena *a)
{
	as_status s = AS_OK;
	unsigned tries = 0;
	while (s == AS_OK && as_db_row(proofs, &s)) {
		proof p;
		as_arena_reset(a);
		as_span name = column(a, proofs, 4);
		if (!read_proof(a, column(a, proofs, 5), &p))
			continue;
		as_span said = verdict_of(a, keys, &p, &tries, &s);
		as_span told = as_print(a, "%.*s/verdict-in-review",
			(int)(name.n - as_lit("/proof").n), (const char *)name.p);
		for (int i = 1; i <= 3; i++)
			if (sqlite3_bind_value(add, i, sqlite3_column_value(proofs, i)) !=
				SQLITE_OK)
				s = AS_IO;
		as_db_text(add, 4, told);
		as_db_text(add, 5, said);
		if (s == AS_OK)
			s = as_db_step(add);
	}
	return s;
}

as_status as_join_signatures(sqlite3 *db)
{
	as_arena *a = as_arena_new(LIMIT);
	as_status made = as_db_run(db, public_keys_sql);
	/* Rows that are added meanwhile are no proofs: they do not come back. */
	sqlite3_stmt *proofs = as_db_prepare(db, proofs_sql), *keys = as_db_prepare(db, keys_sql);
	sqlite3_stmt *add = as_db_prepare(db, add_sql);
	as_status s = !a ? AS_NOMEM : proofs && keys && add ? made : AS_IO;
	if (s == AS_OK)
		s = join(proofs, keys, add, a);
	(void)sqlite3_finalize(proofs);
	(void)sqlite3_finalize(keys);
	(void)sqlite3_finalize(add);
	as_arena_free(a);
	return s;
}
