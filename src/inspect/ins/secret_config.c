/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets in line-oriented configuration: hostapd, wpa_supplicant, WireGuard, swanctl, RADIUS
 * clients, my.cnf, CIFS credentials, nvram defaults as text, YAML, TOML, INI and whatever stands
 * in /etc with a name and a value on a line; "password x" of router-style configuration (zebra,
 * osmocom vty). Programs are left to secret_script, UCI, XML and JSON to their own inspectors. */
#include <string.h>

#include "inspect/lines.h"
#include "inspect/secret.h"

enum { FILE_MAX = 1 << 20, NEAR_LINES = 6 };

/* Families whose values may hold blanks and whose file says what a bare "password" is for. */
static const struct family {
	const char *path, *format, *context;
	bool sentence;
} families[] = {
	{ "*hostapd*", "hostapd", "hostapd", true },
	{ "*wpa_supplicant*", "wpa_supplicant", "wpa wifi", true },
	{ "*/wireguard/*", "wireguard", "wireguard", false },
	{ "*/swanctl/*", "swanctl", "swanctl", true },
	{ "*/raddb/*", "radius", "radius", false },
	{ "*/freeradius/*", "radius", "radius", false },
	{ "*/openvpn/*", "openvpn", "openvpn", false },
	{ "*nvram*", "nvram", "", true },
	{ "*/my.cnf*", "ini", "mysql", true },
	{ "*/.my.cnf", "ini", "mysql", true },
	{ "*.yaml", "yaml", "", false },
	{ "*.yml", "yaml", "", false },
	{ "*.toml", "toml", "", false },
	{ "*.properties", "properties", "", false },
	{ "*.ini", "ini", "", false },
	{ "*", "text", "", false },
};

static const struct family *family_of(as_span path)
{
	const struct family *f = families;
	while (!as_glob(f->path, path))
		f++;
	return f;
}

/* Router-style lines: the words before the secret. One more word is the secret, after an optional
 * "0" (plain) or "7" (reversible); "5" and "8" are hashes. */
static const char *const vty[] = { "password", "enable password", "enable secret", "key-string",
	"authentication-key", "ip ospf authentication-key", "area-password", "domain-password" };

static as_span after_words(as_span line, const char *words)
{
	size_t n = strlen(words);
	bool fits = as_starts(line, words) && (as_at(line, n) == ' ' || as_at(line, n) == '\t');
	return fits ? as_trim(as_from(line, n)) : (as_span){ 0 };
}

static as_span vty_value(as_span line)
{
	for (size_t i = 0; i < sizeof(vty) / sizeof(vty[0]); i++) {
		as_span v = after_words(line, vty[i]);
		bool typed = as_is(as_word(v, 0), "0") || as_is(as_word(v, 0), "7");
		as_span value = as_word(v, typed ? 1 : 0);
		if (value.n > 0 && !as_word(v, typed ? 2 : 1).p)
			return value;
	}
	return (as_span){ 0 };
}

static bool is_user_key(as_span name)
{
	static const char *const names[] = { "user", "username", "login", "identity", "name",
		"http_username", "user_name", "userid", "account", "uid" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (as_is_nocase(name, names[i]) || (i < 2 && as_ends(name, names[i])))
			return true;
	return false;
}

static as_status pair(
	as_facts *out, const as_guesser *g, const as_file *f, const as_lines *l, as_span user)
{
	const struct family *family = family_of(f->path);
	as_span context = as_print(f->arena, "%s%s%.*s", family->context, l->section.n ? " " : "",
		(int)as_min(l->section.n, 200), (const char *)l->section.p);
	as_pair p = { .where = l->line,
		.name = l->name,
		.value = l->value,
		.context = as_trim(context),
		.user = user,
		.quoted = l->quoted,
		.sentence = family->sentence || (l->quoted && l->separator == '='),
		.sample = as_path_is_sample(f->path) };
	if (l->separator != ' ')
		return as_add_pair(out, g, &p, NULL, family->format);
	p.value = vty_value(l->line);
	return p.value.n > 0 ? as_add_pair(out, g, &p, "password", family->format) : AS_OK;
}

/* Program text that stands without "#!" in a configuration folder. */
static bool is_program(as_span path)
{
	static const char *const programs[] = { "*.js", "*.py", "*.lua", "*.pl", "*.pm", "*.php",
		"*.c", "*.h", "*.css", "*.html", "*.htm", "*.xml", "*.json", "*.svg", "*.ts",
		"*.rb", "*.tcl", "*.sh", "*.xsl", "*.dtd", "*.vim", "*.cgi", "*.asp", "*.jsp",
		"*.go", "*.rs", "*.el", "*.awk", "*.cmake", "*.pem", "*.crt" };
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		if (as_glob(programs[i], path))
			return true;
	return as_glob("*/etc/config/*", path) || as_glob("*/uci-defaults/*", path) ||
	       as_glob("*/pam.d/*", path) || as_glob("*/bash_completion.d/*", path) ||
	       as_glob("*/ppp/*-secrets", path);
}

static bool cares(const as_file *f)
{
	as_span type = as_lit(f->type);
	/* A byte that is no text silences no daemon, so it does not silence us. */
	bool text = as_is(type, "text") || as_is(type, "data") || as_is(type, "image");
	/* A tree without its <?xml line: the XML inspector reads it. */
	bool tree = as_starts(as_trim(as_cut(f->data, 0, as_min(f->data.n, 64))), "<");
	return text && !tree && !as_starts(f->data, "#!") && !is_program(f->path);
}

static as_status inspect(as_facts *out, const as_file *f)
{
	as_guesser g = as_guesser_of(f->arena);
	as_lines l = as_lines_of(f->data);
	as_status s = AS_OK;
	as_span user = { 0 };
	size_t since = 0;
	/* A user name belongs to the password that follows it within a few lines of the same
	 * section. */
	for (as_span before = { 0 }; s == AS_OK && as_lines_next(&l); before = l.section) {
		if (++since > NEAR_LINES || !as_same(before, l.section))
			user = (as_span){ 0 };
		size_t rows = out->n;
		s = pair(out, &g, f, &l, user);
		if (out->n > rows) /* it has its password */
			user = (as_span){ 0 };
		if (l.separator != ' ' && is_user_key(l.name)) {
			user = l.value;
			since = 0;
		}
	}
	return s;
}

const as_inspector as_inspector_secret_config = {
	.id = "secret_config",
	.title = "Secrets in configuration with a name and a value on a line",
	.paths = (const char *const[]){ "*/etc/*", "*/etc_ro/*", "*.conf", "*.cfg", "*.cnf",
		"*.ini", "*.properties", "*.env", "*.yaml", "*.yml", "*.toml", "*nvram*",
		"*/config/*", "*/configs/*", "*.config", "*/default*.txt", "*.defaults",
		"*/.my.cnf", "*credentials*", "*/raddb/*", NULL },
	.cares = cares,
	.most = FILE_MAX,
	.inspect = inspect,
	.tables = (const char *const[]){ "secret", NULL },
};
