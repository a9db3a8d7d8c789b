/* SPDX-License-Identifier: Apache-2.0 */
/* Access tokens of services, told by their published shapes, and URLs with a user name and a
 * password, in any bytes. One pass: a table of the two bytes that a token may begin with; what
 * follows is checked for alphabet, length, borders and entropy, so that no ordinary text
 * matches. */
#include <string.h>

#include "base/ascii.h"
#include "base/text.h"
#include "base/base64.h"
#include "inspect/secret.h"

enum { URL_MAX = 512, SCHEME_MAX = 12, ENTROPY_LEAST = 2800 /* thousandths of a bit per byte */ };

static const char alnum[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
static const char upper[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
static const char hex[] = "0123456789abcdef";
static const char word[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
static const char url[] = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
static const char dotted[] = "-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
static const char base64[] = "+/0123456789=ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static const struct shape {
	const char *prefix, *name, *set; /* set: what follows the prefix */
	size_t least, most;              /* how much of it, bytes */
} shapes[] = {
	{ "AKIA", "aws-access-key", upper, 16, 16 },
	{ "ASIA", "aws-access-key", upper, 16, 16 },
	{ "ghp_", "github-token", alnum, 36, 36 },
	{ "gho_", "github-token", alnum, 36, 36 },
	{ "ghu_", "github-token", alnum, 36, 36 },
	{ "ghs_", "github-token", alnum, 36, 36 },
	{ "ghr_", "github-token", alnum, 36, 76 },
	{ "github_pat_", "github-token", word, 82, 82 },
	{ "glpat-", "gitlab-token", url, 20, 20 },
	{ "xoxb-", "slack-token", url, 24, 80 },
	{ "xoxp-", "slack-token", url, 24, 80 },
	{ "xoxa-", "slack-token", url, 24, 80 },
	{ "xoxs-", "slack-token", url, 24, 80 },
	{ "AIza", "google-api-key", url, 35, 35 },
	{ "sk_live_", "stripe-key", alnum, 24, 99 },
	{ "rk_live_", "stripe-key", alnum, 24, 99 },
	{ "SG.", "sendgrid-key", dotted, 66, 66 },
	{ "npm_", "npm-token", alnum, 36, 36 },
	{ "dop_v1_", "digitalocean-token", hex, 64, 64 },
	{ "AccountKey=", "azure-storage-key", base64, 88, 88 },
	{ "eyJ", "jwt", dotted, 40, 4096 },
};

/* Which pairs of bytes begin a shape. */
typedef struct starts {
	uint8_t bits[8192];
} starts;

static void mark(starts *t, uint8_t a, uint8_t b)
{
	unsigned i = (unsigned)a << 8 | b;
	t->bits[i >> 3] |= (uint8_t)(1u << (i & 7));
}

static bool is_marked(const starts *t, uint8_t a, uint8_t b)
{
	unsigned i = (unsigned)a << 8 | b;
	return t->bits[i >> 3] >> (i & 7) & 1;
}

static size_t run_of(as_span s, size_t at, const char *set, size_t most)
{
	size_t n = 0;
	while (n <= most && at + n < s.n && s.p[at + n] && strchr(set, s.p[at + n]))
		n++;
	return n;
}

/* Documentation writes keys that have the shape and say what they are. */
static bool is_sample(as_span token)
{
	static const char *const signs[] = { "EXAMPLE", "example", "xxxx", "XXXX", "1234567890",
		"0123456789", "abcdefgh", "ABCDEFGH", "aaaaaa", "000000", "your" };
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (as_has(token, signs[i]))
			return true;
	return false;
}

/* Part i of a JWT as text (base64url). */
static as_span jwt_part(as_span token, size_t i, as_arena *arena)
{
	as_span part = as_field(token, '.', i);
	as_buf b = { 0 };
	for (size_t k = 0; k < part.n; k++)
		as_buf_u8(&b, part.p[k] == '-' ? '+' : part.p[k] == '_' ? '/' : part.p[k]);
	as_span text = as_base64(arena, as_buf_span_of(&b));
	as_buf_free(&b);
	return text;
}

/* header.payload.signature, the header a JSON object with "alg" (RFC 7519). */
static bool is_jwt(as_span token, as_arena *arena)
{
	bool three = as_starts(as_field(token, '.', 1), "eyJ") && as_field(token, '.', 2).n >= 20 &&
		     !as_field(token, '.', 3).p;
	as_span header = three ? jwt_part(token, 0, arena) : (as_span){ 0 };
	return header.n > 0 && as_is_text(header) && as_has(header, "\"alg\"");
}

/* The payloads of tutorials. */
static bool is_sample_jwt(as_span token, as_arena *arena)
{
	static const char *const signs[] = { "John Doe", "1234567890", "\"some\"", "example",
		"\"foo\"", "\"hello\"" };
	as_span payload = jwt_part(token, 1, arena);
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (as_has(payload, signs[i]))
			return true;
	return false;
}

static as_status add_token(as_facts *out, as_span token, const char *name, bool sample)
{
	return as_add_secret(out, (as_secret){ .where = token,
					  .kind = as_lit("token"),
					  .name = as_lit(name),
					  .value = token,
					  .format = as_lit("token"),
					  .placeholder = sample });
}

/* Checks every shape at offset at; *end is set behind a token. */
static as_status token_at(as_facts *out, const as_file *f, size_t at, size_t *end)
{
	as_span s = f->data, rest = as_cut(s, at, as_min(s.n - at, 16));
	uint8_t before = at > 0 ? s.p[at - 1] : ' ';
	if (strchr(word, before) && before)
		return AS_OK;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		const struct shape *shape = &shapes[i];
		size_t skip = strlen(shape->prefix);
		if (!as_starts(rest, shape->prefix))
			continue;
		size_t n = run_of(s, at + skip, shape->set, shape->most);
		bool jwt = strcmp(shape->name, "jwt") == 0;
		as_span token = as_cut(s, at, skip + n);
		if (n < shape->least || n > shape->most ||
			as_entropy(as_from(token, skip)) < ENTROPY_LEAST ||
			(jwt && !is_jwt(token, f->arena)))
			continue;
		*end = at + token.n;
		return add_token(out, token, shape->name,
			jwt ? is_sample_jwt(token, f->arena) : is_sample(token));
	}
	return AS_OK;
}

/* --- URLs --- */

static bool is_scheme_byte(uint8_t b) { return as_is_alnum(b) || b == '+'; }

static bool ends_authority(uint8_t b)
{
	return b <= ' ' || b >= 0x7f || strchr("/?#\"'<>\\`|^(){}[],;", b);
}

/* The scheme that the letters before "://" end with; in a binary other letters may touch it. */
static as_span scheme_of(as_span letters)
{
	static const char *const schemes[] = { "https", "http", "ftps", "sftp", "tftp", "ftp",
		"ssh", "scp", "rtsps", "rtsp", "rtmp", "mqtts", "mqtt", "ldaps", "ldap", "smb",
		"cifs", "mysql", "postgresql", "postgres", "rediss", "redis", "mongodb", "amqps",
		"amqp", "socks5h", "socks5", "socks4", "svn", "git", "telnet", "snmp", "wss", "ws",
		"imaps", "imap", "smtps", "smtp", "pop3", "sips", "sip", "rsync", "nfs", "davs",
		"dav", "coaps", "coap", "xmpp", "tcp", "udp" };
	as_span best = { 0 };
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		size_t n = strlen(schemes[i]);
		if (n <= letters.n && n > best.n &&
			as_is_nocase(as_from(letters, letters.n - n), schemes[i]))
			best = as_from(letters, letters.n - n);
	}
	return best;
}

/* Names that stand for a host, a user or a password in instructions. */
static bool is_stand_in(as_span s, bool host)
{
	static const char *const words[] = { "user", "username", "login", "name", "pass", "passwd",
		"password", "pwd", "pw", "secret", "pass@word", "usr", "psw", "u", "p", "foo",
		"bar", "me", "a", "b", "uname", "userid", "passw0rd", "mypassword", "my_password",
		"uid", "usuario", "joe", "joe_user", "alice", "bob" };
	static const char *const hosts[] = { "example.", ".example", "localhost", "hostname",
		"yourserver", "myhost", "proxy.com", "host.com", ".test", ".invalid", "my.proxy",
		"bogus", "foo.", "bar." };
	for (size_t i = 0; !host && i < sizeof(words) / sizeof(words[0]); i++)
		if (as_is_nocase(s, words[i]))
			return true;
	for (size_t i = 0; host && i < sizeof(hosts) / sizeof(hosts[0]); i++)
		if (as_has_nocase(s, hosts[i]))
			return true;
	return host && (as_find_byte(s, '.', 0) == SIZE_MAX || s.n < 4);
}

/* Whether the line that offset at stands on is a comment: examples stand there. */
static bool is_comment(as_span s, size_t at)
{
	enum { LINE_LOOK = 400 };
	size_t from = at;
	while (from > 0 && at - from < LINE_LOOK && s.p[from - 1] != '\n' && s.p[from - 1] != 0)
		from--;
	as_span line = as_trim(as_cut(s, from, at - from));
	return as_starts(line, "#") || as_starts(line, "//") || as_starts(line, "*") ||
	       as_starts(line, "/*") || as_starts(line, ";") || as_starts(line, "--") ||
	       as_starts(line, "<!--");
}

static as_status add_url(as_facts *out, as_span scheme, as_span whole, as_span info, as_span host)
{
	size_t colon = as_find_byte(info, ':', 0);
	as_span user = as_cut(info, 0, colon), password = as_from(info, colon + 1);
	as_pair p = { .name = as_lit("url"),
		.value = password,
		.code = true,
		.quoted = true,
		.certain = true };
	as_pair u = {
		.name = as_lit("url"), .value = user, .code = true, .quoted = true, .certain = true
	};
	as_value v = as_value_of(&p);
	/* "%s:%s@" and "$USER:$PASS@" are programs' and no secret. */
	if (v == AS_VALUE_NONE || v == AS_VALUE_TEMPLATE || user.n == 0 ||
		as_value_of(&u) == AS_VALUE_TEMPLATE)
		return AS_OK;
	bool says_so = is_stand_in(user, false) && as_has_nocase(password, "pass");
	uint64_t at = 0;
	bool comment = as_within(out->data, whole, &at) && is_comment(out->data, (size_t)at);
	bool stands = is_stand_in(host, true) || is_stand_in(password, false) || says_so || comment;
	return as_add_secret(out, (as_secret){ .where = whole,
					  .kind = as_lit("url-credential"),
					  .name = scheme,
					  .value = password,
					  .user = user,
					  .format = as_lit("url"),
					  .context = host,
					  .placeholder = stands });
}

/* A URL whose "://" stands at offset at. */
static as_status url_at(as_facts *out, as_span s, size_t at, size_t *end)
{
	size_t from = at;
	while (from > 0 && at - from < SCHEME_MAX && is_scheme_byte(s.p[from - 1]))
		from--;
	as_span scheme = scheme_of(as_cut(s, from, at - from));
	from = at - scheme.n;
	size_t to = at + 3;
	while (to < s.n && to - at < URL_MAX && !ends_authority(s.p[to]))
		to++;
	as_span authority = as_cut(s, at + 3, to - at - 3);
	size_t sign = SIZE_MAX;
	for (size_t i = 0; (i = as_find_byte(authority, '@', i)) != SIZE_MAX; i++)
		sign = i;
	if (sign == SIZE_MAX || scheme.n == 0)
		return AS_OK;
	as_span info = as_cut(authority, 0, sign), host = as_from(authority, sign + 1);
	size_t port = as_find_byte(host, ':', 0);
	host = port == SIZE_MAX ? host : as_cut(host, 0, port);
	bool shaped = as_find_byte(info, ':', 0) != SIZE_MAX && host.n > 0 &&
		      run_of(host, 0, dotted, host.n) == host.n;
	*end = to;
	return shaped ? add_url(out, scheme, as_cut(s, from, to - from), info, host) : AS_OK;
}

/* What a container holds is looked at where it stands, not once more in the container's bytes. */
static bool cares(const as_file *f) { return !f->opened; }

static as_status inspect(as_facts *out, const as_file *f)
{
	starts *t = as_alloc(f->arena, sizeof(*t));
	if (!t)
		return AS_NOMEM;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		mark(t, (uint8_t)shapes[i].prefix[0], (uint8_t)shapes[i].prefix[1]);
	mark(t, ':', '/');
	as_status s = AS_OK;
	as_span d = f->data;
	for (size_t at = 0; s == AS_OK && at + 8 < d.n; at++) {
		if (!is_marked(t, d.p[at], d.p[at + 1]))
			continue;
		size_t end = at + 1;
		if (d.p[at] != ':')
			s = token_at(out, f, at, &end);
		else if (d.p[at + 2] == '/')
			s = url_at(out, d, at, &end);
		at = end - 1;
	}
	return s;
}

const as_inspector as_inspector_token = {
	.id = "token",
	.title = "Access tokens of known shapes, and URLs with a password",
	.cares = cares,
	.inspect = inspect,
	.tables = (const char *const[]){ "secret", NULL },
};
