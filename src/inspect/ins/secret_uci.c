/* SPDX-License-Identifier: Apache-2.0 */
/* OpenWrt's UCI: "config TYPE ['NAME']", then "option NAME 'VALUE'" and "list NAME 'VALUE'". The
 * other options of the section tell what a "key" or "password" is for (encryption, proto) and
 * whose it is. */
#include <string.h>

#include "inspect/login.h"
#include "inspect/secret.h"
#include "inspect/shell.h"

/* One section: its lines, without the line that opens it. */
typedef struct section {
	as_span type, name, body;
} section;

static bool option_of(as_span line, as_span *name, as_span *value)
{
	as_span s = as_trim(line), key = as_word(s, 0);
	uint64_t at = 0;
	*name = as_word(s, 1);
	if ((!as_is(key, "option") && !as_is(key, "list")) || !as_within(s, *name, &at))
		return false;
	*value = as_unquote(as_trim(as_from(s, at + name->n)));
	*name = as_unquote(*name);
	return true;
}

enum { LOOK = 4096, FILE_MAX = 1 << 20 };

/* The value of the first of several options of the section; empty without. Sections are short:
 * looking at their first bytes only keeps a hostile one from costing the square of its length. */
static as_span lookup(const section *sec, const char *const *names)
{
	as_cur c = as_cur_le(as_cut(sec->body, 0, as_min(sec->body.n, LOOK)), 0);
	for (as_span line, name, value; as_line(&c, &line);)
		for (size_t i = 0; option_of(line, &name, &value) && names[i]; i++)
			if (as_is(name, names[i]))
				return value;
	return (as_span){ 0 };
}

static as_span option_value(const section *sec, const char *name)
{
	const char *const names[] = { name, NULL };
	return lookup(sec, names);
}

/* What an option is where its name alone does not say; NULL: judge by name. "" : no secret. */
static const char *kind_of(const section *sec, as_span file, as_span name)
{
	as_span proto = option_value(sec, "proto");
	bool bare_key = as_is(name, "key") || (as_starts(name, "key") && name.n == 4);
	if (bare_key && !as_is(sec->type, "wifi-iface"))
		return "";
	if (bare_key)
		return as_starts(option_value(sec, "encryption"), "wep") ? "wep-key" : "wifi-psk";
	if (as_is(proto, "wireguard") || as_starts(sec->type, "wireguard"))
		return as_is(name, "private_key") || as_is(name, "preshared_key") ? "vpn" : NULL;
	if (as_is(name, "password") && proto.n > 0)
		return as_is(proto, "l2tp") || as_is(proto, "pptp") || as_is(proto, "openconnect")
			       ? "vpn"
			       : "ppp";
	bool cwmp = as_has(file, "cwmp") || as_has(file, "tr069");
	if (cwmp && as_is(name, "password"))
		return as_is(sec->type, "cpe") || as_is(sec->type, "local") ? "tr069-cpe"
									    : "tr069-acs";
	return NULL;
}

/* "s:thirteen chars" is how UCI marks a WEP key in characters. */
static as_span without_mark(const char *kind, as_span value)
{
	return kind && strcmp(kind, "wep-key") == 0 && as_starts(value, "s:") ? as_from(value, 2)
									      : value;
}

static as_status login(
	as_facts *out, as_guesser *g, as_span line, const section *sec, as_span value)
{
	/* "$p$root" means the password of root in shadow. */
	if (as_starts(value, "$p$") || value.n == 0)
		return AS_OK;
	bool hash = as_scheme_is_hash(as_hash_scheme(value));
	as_account row = { .where = line,
		.source = as_lit("uci-rpcd"),
		.user = option_value(sec, "username"),
		.secret = value,
		.scheme = hash ? (as_span){ 0 } : as_lit("plain") };
	return as_add_login(out, g, row, (as_span){ 0 });
}

static as_status read_section(as_facts *out, as_guesser *g, const as_file *f, const section *sec)
{
	static const char *const users[] = { "username", "user", "identity", "login", "secname",
		NULL };
	as_span file = as_base_name(f->path), user = lookup(sec, users);
	as_span context = as_print(f->arena, "%.*s %.*s %.*s", (int)as_min(file.n, 64),
		(const char *)file.p, (int)as_min(sec->type.n, 64), (const char *)sec->type.p,
		(int)as_min(sec->name.n, 64), (const char *)sec->name.p);
	as_cur c = as_cur_le(sec->body, 0);
	as_status s = AS_OK;
	for (as_span line, name, value; s <= AS_PARTIAL && as_line(&c, &line);) {
		if (!option_of(line, &name, &value))
			continue;
		if (as_is(file, "rpcd") && as_is(sec->type, "login") && as_is(name, "password")) {
			s = as_worse(s, login(out, g, as_trim(line), sec, value));
			continue;
		}
		const char *kind = kind_of(sec, file, name);
		as_pair p = { .where = as_trim(line),
			.name = name,
			.value = without_mark(kind, value),
			.context = as_trim(context),
			.user = user,
			.quoted = true,
			.sentence = true,
			.sample = as_path_is_sample(f->path) };
		if (!kind || kind[0])
			s = as_worse(s, as_add_pair(out, g, &p, kind, "uci"));
	}
	return s;
}

static bool opens_section(as_span line, section *sec)
{
	as_span s = as_trim(line);
	if (!as_is(as_word(s, 0), "config"))
		return false;
	*sec = (section){ .type = as_unquote(as_word(s, 1)), .name = as_unquote(as_word(s, 2)) };
	return true;
}

static as_status inspect(as_facts *out, const as_file *f)
{
	as_guesser g = as_guesser_of(f->arena);
	as_cur c = as_cur_le(f->data, 0);
	as_status s = AS_OK;
	section sec = { 0 }, next = { 0 };
	size_t from = 0;
	for (as_span line; s <= AS_PARTIAL;) {
		size_t at = as_pos(&c);
		bool more = as_line(&c, &line);
		if (more && !opens_section(line, &next))
			continue;
		sec.body = as_cut(f->data, from, (more ? at : f->data.n) - from);
		if (sec.type.p)
			s = as_worse(s, read_section(out, &g, f, &sec));
		if (!more)
			break;
		sec = next;
		from = as_pos(&c);
	}
	return s;
}

const as_inspector as_inspector_secret_uci = {
	.id = "secret_uci",
	.title = "Secrets in UCI configuration",
	.paths = (const char *const[]){ "*/etc/config/*", "*/rom/etc/config/*", "*/uci/*", NULL },
	.cares = as_file_is_text,
	.most = FILE_MAX,
	.inspect = inspect,
	.tables = (const char *const[]){ "secret", "account", NULL },
};
