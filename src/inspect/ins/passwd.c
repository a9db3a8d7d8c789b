/* SPDX-License-Identifier: Apache-2.0 */
/* passwd(5): name:secret:uid:gid:comment:home:shell, one account a line. */
#include "inspect/inspector.h"

static const char *scheme(as_span secret)
{
	if (secret.n == 0)
		return "empty";
	if (as_is(secret, "x"))
		return "shadow";
	if (secret.p[0] == '*' || secret.p[0] == '!')
		return "locked";
	return "unknown";
}

static as_opt number(as_span s)
{
	uint64_t v = 0;
	return as_number(s, 10, &v) && v <= UINT32_MAX ? as_some((int64_t)v) : (as_opt){ 0 };
}

static as_status inspect(as_facts *out, const as_file *f)
{
	as_cur c = as_cur_le(f->data, 0);
	as_status s = AS_OK;
	for (as_span line; s == AS_OK && as_line(&c, &line);) {
		as_span user = as_field(line, ':', 0);
		as_span secret = as_field(line, ':', 1);
		if (user.n == 0 || user.p[0] == '#' || !as_field(line, ':', 6).p)
			continue;
		s = as_add_account(out, (as_account){ .where = line,
						.source = as_lit("passwd"),
						.user = user,
						.secret = secret,
						.scheme = as_lit(scheme(secret)),
						.uid = number(as_field(line, ':', 2)),
						.gid = number(as_field(line, ':', 3)),
						.home = as_field(line, ':', 5),
						.shell = as_field(line, ':', 6) });
	}
	return s;
}

const as_inspector as_inspector_passwd = {
	.id = "passwd",
	.title = "Accounts in passwd files",
	.paths = (const char *const[]){ "*/etc/passwd", "*/etc/passwd-", NULL },
	.cares = as_file_is_text,
	.inspect = inspect,
	.tables = (const char *const[]){ "account", NULL },
};
