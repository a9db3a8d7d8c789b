/* SPDX-License-Identifier: Apache-2.0 */
/* The shapes of stored passwords: crypt(5) and what web servers write. */
#include <string.h>

#include "inspect/guess.h"

static bool of_set(as_span s, const char *set)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == 0 || !strchr(set, s.p[i]))
			return false;
	return true;
}

static const char crypt_set[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
static const char hex_set[] = "0123456789abcdefABCDEF";
static const char base64_set[] =
	"+/=0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
static const char dollar_set[] =
	"$=,+-./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static const struct {
	const char *prefix, *set; /* set: the bytes after the prefix */
	size_t least, most;       /* how many of those, bytes */
	const char *scheme;
} shapes[] = {
	{ "$1$", dollar_set, 23, 31, "md5" },
	{ "$apr1$", dollar_set, 23, 31, "apr1" },
	{ "$5$", dollar_set, 44, 80, "sha256" },
	{ "$6$", dollar_set, 87, 130, "sha512" },
	{ "$2a$", dollar_set, 56, 56, "bcrypt" },
	{ "$2b$", dollar_set, 56, 56, "bcrypt" },
	{ "$2x$", dollar_set, 56, 56, "bcrypt" },
	{ "$2y$", dollar_set, 56, 56, "bcrypt" },
	{ "$y$", dollar_set, 50, 200, "yescrypt" },
	{ "$gy$", dollar_set, 50, 200, "yescrypt" },
	{ "$7$", dollar_set, 50, 200, "scrypt" },
	{ "$3$", dollar_set, 33, 33, "nt" },
	{ "$sha1$", dollar_set, 30, 120, "sha1" },
	{ "{SHA}", base64_set, 28, 28, "sha1" },
	{ "{SSHA}", base64_set, 28, 80, "sha1" },
	{ "_", crypt_set, 19, 19, "des" },
	{ "", crypt_set, 13, 13, "des" },
	{ "", hex_set, 32, 32, "md5" },
};

const char *as_hash_scheme(as_span secret)
{
	if (secret.n == 0)
		return "empty";
	if (as_is(secret, "x"))
		return "shadow";
	bool locked = secret.p[0] == '*' || secret.p[0] == '!' || as_is(secret, "NP") ||
		      as_is(secret, "LK");
	if (locked)
		return "locked";
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		as_span rest = as_from(secret, strlen(shapes[i].prefix));
		bool fits = rest.n >= shapes[i].least && rest.n <= shapes[i].most;
		if (fits && as_starts(secret, shapes[i].prefix) && of_set(rest, shapes[i].set))
			return shapes[i].scheme;
	}
	return "unknown";
}

bool as_scheme_is_hash(const char *scheme)
{
	static const char *const not_hashes[] = { "empty", "locked", "none", "shadow", "plain",
		"unknown" };
	for (size_t i = 0; i < sizeof(not_hashes) / sizeof(not_hashes[0]); i++)
		if (strcmp(scheme, not_hashes[i]) == 0)
			return false;
	return true;
}
