/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/secret.h"

#include <string.h>

#include "base/ascii.h"
#include "base/base64.h"

enum {
	VALUE_MAX = 256,
	VALUE_LEAST = 3,
	TOKEN_LEAST = 16,
	WIREGUARD_LEN = 44,
	ENTROPY_LEAST = 3000 /* thousandths of a bit per byte */
};

/* Values that switch something or name a method. */
static const char *const switches[] = { "true", "false", "yes", "no", "on", "off", "none", "null",
	"nil", "required", "requisite", "optional", "sufficient", "include", "prompt", "ask",
	"auto", "manual", "enabled", "disabled", "enable", "disable", "default", "defaults",
	"unset", "undefined", "define", "undef", "defined", "string", "text", "hidden", "any",
	"all", "never", "always", "plain", "plaintext", "crypt", "md5", "sha1", "sha256", "sha512",
	"files", "compat", "pam", "digest", "basic", "empty", "random", "generate", "keyring",
	"file", "stdin", "optional,", "str", "bool", "int", "integer", "boolean", "object", "array",
	"number", "asterisks", "allowed", "denied", "passthrough", "ok", "fail", "failed", "passed",
	"skip", "literal", "dummy", "keep", "inherit" };

/* Values that tell the reader to put one there. */
static const char *const placeholders[] = { "changeme", "change_me", "change-me", "changethis",
	"change_this", "changeit!", "placeholder", "example", "sample", "todo", "fixme", "tbd",
	"replaceme", "replace_me", "mypassword", "my_password", "mypass", "mysecret", "my_secret",
	"mysecretpassword", "somepassword", "some_password", "apassword", "thepassword",
	"yourpassword", "secretpassword", "passwordhere", "password_here", "supersecret",
	"redacted", "masked", "removed", "notset", "not_set", "foo", "bar", "foobar",
	"secret passphrase", "hackme",
	"pass:insta" /* a demonstration in OpenSSL's own openssl.cnf */, "verysecret",
	"mysupersecret" };

/* How a placeholder may begin. */
static const char *const openings[] = { "your", "<", "{{", "${", "$(", "%(", "%{", "%s", "@", "__",
	"[[", "insert", "enter ", "replace", "*", "...", "#{", "&lt;", "{%", "{$", "$p$", "xxx",
	"XXX", "my-", "env:", "ENC(", "vault:", "!vault", "secret:", "file:" };

static bool listed(as_span s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (as_is_nocase(s, list[i]))
			return true;
	return false;
}

static bool opens(as_span s)
{
	for (size_t i = 0; i < sizeof(openings) / sizeof(openings[0]); i++) {
		size_t n = strlen(openings[i]);
		if (n <= s.n && as_is_nocase(as_cut(s, 0, n), openings[i]))
			return true;
	}
	return false;
}

/* "$name", "${", "$(", "$1", "%s": what a program puts in later. Outside programs a dollar sign
 * within a word is a character like others. */
static bool has_expansion(as_span v, bool code)
{
	for (size_t i = 0; i + 1 < v.n; i++) {
		uint8_t b = v.p[i], next = v.p[i + 1];
		if (b == '$' &&
			(next == '{' || next == '(' || next == '[' || next == '@' || next == '*'))
			return true;
		if (b == '$' && as_is_word(next) && (code || i == 0))
			return true;
		if (b == '%' && (next == 's' || next == '(' || next == '{') && v.n <= 8)
			return true;
		if ((b == '{' && next == '{') || (b == '<' && next == '%') ||
			(b == '#' && next == '{'))
			return true;
	}
	return as_find_byte(v, '`', 0) != SIZE_MAX;
}

static bool has_blank(as_span v)
{
	return as_find_byte(v, ' ', 0) != SIZE_MAX || as_find_byte(v, '\t', 0) != SIZE_MAX;
}

/* A path, a URL or the like: where the secret is, not the secret. */
static bool is_reference(as_span v)
{
	bool path = (as_at(v, 0) == '/' && as_find_byte(v, '/', 1) != SIZE_MAX) ||
		    as_starts(v, "./") || as_starts(v, "~/") || as_starts(v, "../");
	uint64_t number = 0;
	bool constant = as_starts(v, "0x") && v.n <= 10 && as_number(v, 0, &number);
	return path || constant || as_has(v, "://") || as_ends(v, ".pem") || as_ends(v, ".key") ||
	       as_ends(v, ".txt");
}

/* Calls, members, braces: expressions of a language. */
static bool is_expression(as_span v)
{
	size_t open = as_find_byte(v, '(', 0);
	bool call = open != SIZE_MAX && (open == 0 || as_is_word(v.p[open - 1]));
	uint8_t last = as_at(v, v.n - 1);
	return call || last == '{' || last == '(' || last == '[' || last == '\\' || last == ',' ||
	       as_has(v, "->") || as_has(v, "::") || as_has(v, "==") || as_has(v, "&&") ||
	       as_has(v, "||") || as_at(v, 0) == '[' || (as_at(v, 0) == '{' && last == '}') ||
	       as_at(v, 0) == '&' || as_at(v, 0) == '|' || as_at(v, 0) == '>';
}

static bool all_one_mark(as_span v)
{
	return v.n > 0 && strchr("*xX.-_#?", v.p[0]) && as_all(v, v.p[0]);
}

static bool has_letter_or_digit(as_span v)
{
	for (size_t i = 0; i < v.n; i++)
		if (as_is_alnum(v.p[i]))
			return true;
	return false;
}

as_value as_value_of(const as_pair *p)
{
	as_span v = as_trim(p->value);
	if (v.n < (p->certain ? 1 : VALUE_LEAST) || v.n > VALUE_MAX || !as_is_text(v) ||
		as_find_byte(v, '\n', 0) != SIZE_MAX)
		return AS_VALUE_NONE;
	if (v.p[0] == '$' && as_scheme_is_hash(as_hash_scheme(v)))
		return AS_VALUE_LITERAL;
	if (all_one_mark(v))
		return AS_VALUE_TEMPLATE;
	bool none = !has_letter_or_digit(v) || as_same_nocase(v, p->name) ||
		    listed(v, switches, sizeof(switches) / sizeof(switches[0])) || is_reference(v);
	none = none && !p->certain;
	/* In a free format only one word is taken for a secret: more are prose. */
	if (none || (!p->sentence && has_blank(v)))
		return AS_VALUE_NONE;
	bool expands = has_expansion(v, p->code) || (v.p[0] == '{' && v.p[v.n - 1] == '}');
	if (!p->quoted && !p->sentence && !expands && !opens(v) && is_expression(v))
		return AS_VALUE_NONE;
	bool stands_for = expands || opens(v) ||
			  listed(v, placeholders, sizeof(placeholders) / sizeof(placeholders[0]));
	return stands_for || p->sample ? AS_VALUE_TEMPLATE : AS_VALUE_LITERAL;
}

/* A token is long, of one alphabet, mixes digits with letters and repeats little: an identifier is
 * not. */
static bool is_random(as_span v)
{
	bool digit = false, letter = false;
	for (size_t i = 0; i < v.n; i++) {
		uint8_t b = v.p[i];
		if (!as_is_word(b) && !(b && strchr("+/=.~:-", b)))
			return false;
		digit = digit || as_is_digit(b);
		letter = letter || (b | 0x20) >= 'a';
	}
	return v.n >= TOKEN_LEAST && digit && letter && as_entropy(v) >= ENTROPY_LEAST;
}

/* Extra demands where the name alone says little. */
static bool fits_kind(const char *kind, as_span value, as_arena *arena)
{
	if (strcmp(kind, "token") == 0)
		return is_random(value);
	if (strcmp(kind, "private-key") ==
		0) /* a WireGuard key: 32 bytes; PEM is the key inspector's */
		return value.n == WIREGUARD_LEN && as_base64(arena, value).n == 32;
	return true;
}

as_status as_add_pair(
	as_facts *out, const as_guesser *g, const as_pair *p, const char *kind, const char *format)
{
	as_span value = as_trim(p->value);
	kind = kind ? kind : as_secret_kind(p->name, p->context);
	as_value v = kind && fits_kind(kind, value, g->arena) ? as_value_of(p) : AS_VALUE_NONE;
	if (v == AS_VALUE_NONE || (v == AS_VALUE_TEMPLATE && p->code))
		return AS_OK;
	const as_default *d = v == AS_VALUE_LITERAL ? as_default_password(g, p->user, value) : NULL;
	return as_add_secret(
		out, (as_secret){ .where = p->where,
			     .kind = as_lit(strcmp(kind, "private-key") == 0 ? "vpn" : kind),
			     .name = p->name,
			     .value = value,
			     .user = p->user.n > 0 ? p->user : (as_span){ 0 },
			     .format = as_lit(format),
			     .context = p->context.n > 0 ? p->context : (as_span){ 0 },
			     .placeholder = v == AS_VALUE_TEMPLATE,
			     .guessed = d ? d->from : (as_span){ 0 } });
}

bool as_path_is_sample(as_span path)
{
	static const char *const samples[] = { "*/doc/*", "*/docs/*", "*/man/*", "*/example*",
		"*/sample*", "*/test/*", "*/tests/*", "*/testdata/*", "*.example", "*.sample",
		"*.dist", "*.template", "*.tmpl", "*.in", "*.md", "*.rst", "*/locale/*", "*/i18n/*",
		"*/help/*", "*/info/*", "*-example.*", "*.orig.gz" };
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		if (as_glob(samples[i], path))
			return true;
	return false;
}
