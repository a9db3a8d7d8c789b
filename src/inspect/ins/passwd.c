/* SPDX-License-Identifier: Apache-2.0 */
/* passwd(5): name:secret:uid:gid:comment:home:shell, one account a line. Copies and variants too
 * (passwd-, passwd.bak, a vendor's default): they show what was once valid. A file of another kind
 * with that name has no such line. */
#include "inspect/login.h"

static as_status inspect(as_facts *out, const as_file *f)
{
	as_guesser g = as_guesser_of(f->arena);
	as_cur c = as_cur_le(f->data, 0);
	as_status s = AS_OK;
	for (as_span line; s <= AS_PARTIAL && as_line(&c, &line);) {
		as_span user = as_field(line, ':', 0);
		as_opt uid = as_id_number(as_field(line, ':', 2)),
		       gid = as_id_number(as_field(line, ':', 3));
		if (!as_is_user_name(user) || !uid.has || !gid.has || !as_field(line, ':', 6).p)
			continue;
		as_account row = { .where = line,
			.source = as_lit("passwd"),
			.user = user,
			.secret = as_field(line, ':', 1),
			.uid = uid,
			.gid = gid,
			.home = as_field(line, ':', 5),
			.shell = as_field(line, ':', 6) };
		s = as_worse(s, as_add_login(out, &g, row, (as_span){ 0 }));
	}
	return s;
}

const as_inspector as_inspector_passwd = {
	.id = "passwd",
	.title = "Accounts in passwd files",
	.paths = (const char *const[]){ "*/passwd", "*/passwd[-.~_]*", NULL },
	.cares = as_file_is_text,
	.inspect = inspect,
	.tables = (const char *const[]){ "account", NULL },
};
