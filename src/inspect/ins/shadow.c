/* SPDX-License-Identifier: Apache-2.0 */
/* shadow(5): name:secret:changed:min:max:warn:inactive:expire:reserved. BusyBox and hand-made
 * images write fewer fields; at least the number after the secret, or an empty field, must be
 * there. Also smbpasswd: name:uid:LANMAN:NT:[flags]:..., whose fourth field is an NT hash (MD4). */
#include "inspect/login.h"

static bool is_aging(as_span field)
{
	uint64_t days = 0;
	return field.p && (field.n == 0 || as_number(field, 10, &days));
}

static as_status shadow_line(as_facts *out, as_guesser *g, as_span line)
{
	as_account row = { .where = line,
		.source = as_lit("shadow"),
		.user = as_field(line, ':', 0),
		.secret = as_field(line, ':', 1) };
	if (!is_aging(as_field(line, ':', 2)))
		return AS_OK;
	return as_add_login(out, g, row, (as_span){ 0 });
}

static as_status samba_line(as_facts *out, as_guesser *g, as_span line, as_arena *arena)
{
	as_span nt = as_field(line, ':', 3);
	if (nt.n != 32 || !as_starts(as_field(line, ':', 4), "["))
		return AS_OK;
	as_buf low = { 0 };
	as_buf_text(&low, "$3$$");
	for (size_t i = 0; i < nt.n; i++)
		as_buf_u8(&low, nt.p[i] >= 'A' && nt.p[i] <= 'F' ? nt.p[i] | 0x20 : nt.p[i]);
	as_account row = { .where = line,
		.source = as_lit("smbpasswd"),
		.user = as_field(line, ':', 0),
		.secret = as_copy(arena, as_buf_span_of(&low)),
		.uid = as_id_number(as_field(line, ':', 1)) };
	as_buf_free(&low);
	/* "NO PASSWORDXXXX..." and "XXXX..." are not hashes. */
	if (!as_is(as_lit(as_hash_scheme(row.secret)), "nt") ||
		as_is_nocase(as_cut(nt, 0, 4), "xxxx"))
		row.scheme = as_starts(nt, "NO PASSWORD") ? as_lit("empty") : as_lit("locked");
	return as_add_login(out, g, row, (as_span){ 0 });
}

static as_status inspect(as_facts *out, const as_file *f)
{
	as_guesser g = as_guesser_of(f->arena);
	as_cur c = as_cur_le(f->data, 0);
	as_status s = AS_OK;
	bool samba = as_has(f->path, "smbpasswd");
	for (as_span line; s <= AS_PARTIAL && as_line(&c, &line);) {
		if (!as_is_user_name(as_field(line, ':', 0)))
			continue;
		s = as_worse(s,
			samba ? samba_line(out, &g, line, f->arena) : shadow_line(out, &g, line));
	}
	return s;
}

const as_inspector as_inspector_shadow = {
	.id = "shadow",
	.title = "Accounts in shadow and smbpasswd files",
	.paths = (const char *const[]){ "*/shadow", "*/shadow[-.~_]*", "*/smbpasswd",
		"*/smbpasswd.*", NULL },
	.cares = as_file_is_text,
	.inspect = inspect,
	.tables = (const char *const[]){ "account", NULL },
};
