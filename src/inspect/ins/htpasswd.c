/* SPDX-License-Identifier: Apache-2.0 */
/* Web servers' user files: "user:hash" (htpasswd) and "user:realm:md5" (htdigest). They stand
 * anywhere under any name, so they are told by content: every line has that shape, with a hash of
 * a known scheme. Under the names that web servers use for them, plain passwords are read too
 * (lighttpd's "plain" backend, boa, BusyBox httpd.conf with "/path:user:password"). */
#include <string.h>

#include "inspect/login.h"

enum { FILE_MAX = 262144, LINES_MAX = 4096 };

typedef struct login {
	as_span user, realm, secret;
	const char *source;
	bool hashed;
} login;

/* Reads one line as user:hash or user:realm:hash. False if it is neither. */
static bool hashed_line(as_span line, login *l)
{
	as_span second = as_field(line, ':', 1), third = as_field(line, ':', 2);
	bool digest = third.n == 32 && second.n > 0 && !as_field(line, ':', 3).p;
	*l = (login){ .user = as_field(line, ':', 0),
		.realm = digest ? second : (as_span){ 0 },
		.secret = digest ? third : second,
		.source = digest ? "htdigest" : "htpasswd",
		.hashed = true };
	const char *scheme = as_hash_scheme(l->secret);
	bool right = digest ? strcmp(scheme, "md5") == 0 : !third.p && as_scheme_is_hash(scheme);
	/* Thirteen or thirty-two ordinary characters alone may be anything: a DES or MD5 shape
	 * counts only in a file of that name (see inspect). */
	return right && as_is_user_name(l->user);
}

static bool is_note(as_span line) { return as_trim(line).n == 0 || line.p[0] == '#'; }

/* Whether every line is a login with a hash that no other text looks like. */
static bool is_user_file(as_span data)
{
	as_cur c = as_cur_le(data, 0);
	size_t n = 0;
	for (as_span line; as_line(&c, &line);) {
		login l;
		if (is_note(line))
			continue;
		if (++n > LINES_MAX || !hashed_line(line, &l))
			return false;
		bool telling = l.realm.n > 0 || l.secret.p[0] == '$' || l.secret.p[0] == '{';
		if (!telling)
			return false;
	}
	return n > 0;
}

static bool cares(const as_file *f)
{
	return as_file_is_text(f) && f->data.n <= FILE_MAX && f->data.n > 4;
}

static as_status inspect(as_facts *out, const as_file *f)
{
	if (!is_user_file(f->data))
		return AS_OK;
	as_guesser g = as_guesser_of(f->arena);
	as_cur c = as_cur_le(f->data, 0);
	as_status s = AS_OK;
	for (as_span line; s <= AS_PARTIAL && as_line(&c, &line);) {
		login l;
		if (is_note(line) || !hashed_line(line, &l))
			continue;
		as_account row = { .where = line,
			.source = as_lit(l.source),
			.user = l.user,
			.secret = l.secret };
		s = as_worse(s, as_add_login(out, &g, row, l.realm));
	}
	return s;
}

const as_inspector as_inspector_htpasswd = {
	.id = "htpasswd",
	.title = "Web users with hashed passwords (htpasswd, htdigest)",
	.cares = cares,
	.inspect = inspect,
	.tables = (const char *const[]){ "account", NULL },
};
