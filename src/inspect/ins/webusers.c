/* SPDX-License-Identifier: Apache-2.0 */
/* Web users in files that only their name gives away, because passwords stand there plainly or as
 * bare DES: lighttpd's plain backend ("user:password"), boa and mini_httpd (".htpasswd" with DES),
 * and BusyBox httpd.conf, whose lines "/path:user:password" guard a path. */
#include "inspect/login.h"

static as_status add(as_facts *out, as_guesser *g, as_span line, as_span user, as_span secret,
	const char *source)
{
	as_span text = as_trim(secret);
	if (!as_is_user_name(user) || text.n == 0 || text.n > 128)
		return AS_OK;
	bool hash = as_scheme_is_hash(as_hash_scheme(text));
	as_account row = { .where = line,
		.source = as_lit(source),
		.user = user,
		.secret = text,
		.scheme = hash ? (as_span){ 0 } : as_lit("plain") };
	return as_add_login(out, g, row, (as_span){ 0 });
}

static as_status user_line(as_facts *out, as_guesser *g, as_span line)
{
	as_span secret = as_field(line, ':', 1);
	/* "$apr1$" and "{SHA}" lines belong to the htpasswd inspector, which knows them
	 * anywhere. */
	bool theirs = as_starts(secret, "$") || as_starts(secret, "{") || as_field(line, ':', 2).p;
	return theirs ? AS_OK : add(out, g, line, as_field(line, ':', 0), secret, "htpasswd");
}

static as_status guard_line(as_facts *out, as_guesser *g, as_span line)
{
	bool guard = as_starts(line, "/") && as_field(line, ':', 2).p && !as_field(line, ':', 3).p;
	return guard ? add(out, g, line, as_field(line, ':', 1), as_field(line, ':', 2),
			       "httpd.conf")
		     : AS_OK;
}

static as_status inspect(as_facts *out, const as_file *f)
{
	as_guesser g = as_guesser_of(f->arena);
	as_cur c = as_cur_le(f->data, 0);
	as_status s = AS_OK;
	bool busybox = as_path_is(f, "httpd.conf");
	for (as_span line; s <= AS_PARTIAL && as_line(&c, &line);) {
		if (line.n == 0 || line.p[0] == '#')
			continue;
		s = as_worse(s, busybox ? guard_line(out, &g, line) : user_line(out, &g, line));
	}
	return s;
}

const as_inspector as_inspector_webusers = {
	.id = "webusers",
	.title = "Web users with plain or DES passwords",
	.paths = (const char *const[]){ "*/.htpasswd*", "*/htpasswd", "*/*.htpasswd",
		"*/htpasswd.*", "*/lighttpd/*.user", "*/lighttpd/*.users", "*/lighttpd*.user",
		"*/.htusers", "*/webpasswd", "*/boa/passwd", "*/httpd.conf", NULL },
	.cares = as_file_is_text,
	.inspect = inspect,
	.tables = (const char *const[]){ "account", NULL },
};
