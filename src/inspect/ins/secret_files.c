/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets in files whose lines have fixed places instead of names:
 *    chap-secrets, pap-secrets, l2tp-secrets   client server secret [addresses]
 *    snmpd.conf                                rocommunity VALUE, com2sec NAME SOURCE VALUE
 *    ipsec.secrets                             [ids] : PSK|EAP|XAUTH "VALUE"
 *    RADIUS servers                            host[:port] secret
 *    OpenVPN --auth-user-pass                  user, newline, password
 *    .netrc                                    machine HOST login USER password VALUE
 *    .pgpass                                   host:port:database:user:password
 *    fstab                                     options username=, password=
 *    hostapd's wpa_psk                         MAC VALUE
 * A quoted word may hold blanks. */
#include <string.h>

#include "inspect/secret.h"

enum { FILE_MAX = 262144, WORDS_MAX = 16 };

typedef struct words {
	as_span w[WORDS_MAX];
	size_t n;
} words;

/* The words of a line, a quoted one without its quotes; "#" at the start of a word ends the
 * line. */
static words split(as_span line)
{
	words out = { 0 };
	for (size_t at = 0; out.n < WORDS_MAX;) {
		while (at < line.n && (line.p[at] == ' ' || line.p[at] == '\t'))
			at++;
		uint8_t quote = as_at(line, at);
		if (at >= line.n || quote == '#')
			break;
		bool quoted = quote == '"' || quote == '\'';
		size_t from = at + quoted;
		at = from;
		while (at < line.n &&
			(quoted ? line.p[at] != quote : line.p[at] != ' ' && line.p[at] != '\t'))
			at++;
		out.w[out.n++] = as_cut(line, from, at - from);
		at += quoted;
	}
	return out;
}

typedef struct reader {
	as_facts *out;
	as_guesser g;
	const as_file *file;
	const char *format;
	size_t line; /* from 0 */
} reader;

static as_status add(reader *r, as_span where, const char *kind, as_span name, as_span value,
	as_span user, as_span context)
{
	as_pair p = { .where = where,
		.name = name,
		.value = value,
		.user = user,
		.context = context,
		.quoted = true,
		.sentence = true,
		.certain = true,
		.sample = as_path_is_sample(r->file->path) };
	return as_add_pair(r->out, &r->g, &p, kind, r->format);
}

static as_status ppp(reader *r, as_span line)
{
	words w = split(line);
	bool file = as_starts(w.w[2], "@");
	return w.n >= 3 && !file ? add(r, line, "ppp", as_lit("secret"), w.w[2], w.w[0], w.w[1])
				 : AS_OK;
}

/* How many words stand before the community, by directive. */
static const struct {
	const char *directive;
	size_t community, options; /* options: words skipped when the next starts with '-' */
} snmp_lines[] = {
	{ "rocommunity", 1, 0 },
	{ "rwcommunity", 1, 0 },
	{ "rocommunity6", 1, 0 },
	{ "rwcommunity6", 1, 0 },
	{ "com2sec", 3, 2 },
	{ "com2sec6", 3, 2 },
	{ "trapcommunity", 1, 0 },
	{ "trapsink", 2, 0 },
	{ "trap2sink", 2, 0 },
	{ "authcommunity", 2, 0 },
};

static as_status snmp_user(reader *r, as_span line, const words *w)
{
	as_status s = AS_OK;
	for (size_t i = 2; s == AS_OK && i + 1 < w->n; i++) {
		as_span method = w->w[i];
		bool protocol = as_starts(method, "MD5") || as_starts(method, "SHA") ||
				as_starts(method, "DES") || as_starts(method, "AES");
		if (protocol)
			s = add(r, line, "snmp-user", method, w->w[++i], w->w[1], (as_span){ 0 });
	}
	return s;
}

static as_status snmp(reader *r, as_span line)
{
	words w = split(line);
	if (w.n >= 3 && as_is(w.w[0], "createUser"))
		return snmp_user(r, line, &w);
	for (size_t i = 0; i < sizeof(snmp_lines) / sizeof(snmp_lines[0]); i++) {
		if (!as_is_nocase(w.w[0], snmp_lines[i].directive))
			continue;
		size_t skip = as_starts(w.w[1], "-") ? snmp_lines[i].options : 0;
		size_t at = snmp_lines[i].community + skip;
		as_span source = w.w[as_min(at + 1, WORDS_MAX - 1)];
		return at < w.n ? add(r, line, "snmp-community", w.w[0], w.w[at], (as_span){ 0 },
					  source)
				: AS_OK;
	}
	return AS_OK;
}

static as_status ipsec(reader *r, as_span line)
{
	size_t colon = SIZE_MAX;
	for (size_t at = 0; (at = as_find_byte(line, ':', at)) != SIZE_MAX; at++)
		if (at + 1 >= line.n || line.p[at + 1] == ' ' || line.p[at + 1] == '\t')
			colon = colon == SIZE_MAX ? at : colon;
	if (colon == SIZE_MAX || as_starts(line, "#"))
		return AS_OK;
	words w = split(as_from(line, colon + 1));
	as_span ids = as_trim(as_cut(line, 0, colon));
	bool psk = as_is_nocase(w.w[0], "PSK");
	bool other = as_is_nocase(w.w[0], "EAP") || as_is_nocase(w.w[0], "XAUTH") ||
		     as_is_nocase(w.w[0], "NTLM");
	if ((!psk && !other) || w.n < 2)
		return AS_OK;
	return add(r, line, psk ? "ipsec-psk" : "vpn", w.w[0], w.w[1], other ? ids : (as_span){ 0 },
		ids);
}

static as_status radius(reader *r, as_span line)
{
	words w = split(line);
	bool host = as_find_byte(w.w[0], '.', 0) != SIZE_MAX || as_is(w.w[0], "localhost");
	return w.n >= 2 && w.n <= 3 && host && as_find_byte(line, '=', 0) == SIZE_MAX
		       ? add(r, line, "radius", as_lit("secret"), w.w[1], (as_span){ 0 }, w.w[0])
		       : AS_OK;
}

/* Two lines of one word each, and nothing else. */
static as_status openvpn(reader *r, as_span line)
{
	as_cur c = as_cur_le(r->file->data, 0);
	as_span first = { 0 }, second = { 0 }, third = { 0 };
	bool two = as_line(&c, &first) && as_line(&c, &second);
	bool more = as_line(&c, &third) && as_trim(third).n > 0;
	bool plain = as_word(first, 0).n > 0 && !as_word(first, 1).p && !as_word(second, 1).p &&
		     first.p[0] != '#' && as_find_byte(first, '=', 0) == SIZE_MAX &&
		     as_find_byte(second, '=', 0) == SIZE_MAX;
	bool dashes = as_starts(first, "-") || as_starts(first, "<");
	if (!two || more || !plain || dashes || r->line != 1)
		return AS_OK;
	return add(r, line, "vpn", as_lit("auth-user-pass"), as_trim(second), as_trim(first),
		(as_span){ 0 });
}

static as_status netrc(reader *r, as_span line)
{
	words w = split(line);
	as_span host = { 0 }, user = { 0 };
	as_status s = AS_OK;
	for (size_t i = 0; s == AS_OK && i + 1 < w.n; i++) {
		if (as_is(w.w[i], "machine"))
			host = w.w[++i];
		else if (as_is(w.w[i], "login"))
			user = w.w[++i];
		else if (as_is(w.w[i], "password"))
			s = add(r, line, "password", as_lit("password"), w.w[++i], user, host);
	}
	return s;
}

static as_status pgpass(reader *r, as_span line)
{
	as_span password = as_field(line, ':', 4);
	if (as_starts(line, "#") || !password.p)
		return AS_OK;
	return add(r, line, "database", as_lit("pgpass"), password, as_field(line, ':', 3),
		as_field(line, ':', 0));
}

static as_span mount_option(as_span options, const char *const *names)
{
	for (size_t i = 0; as_field(options, ',', i).p; i++)
		for (size_t k = 0; names[k]; k++) {
			as_span option = as_field(options, ',', i);
			if (as_starts(option, names[k]))
				return as_from(option, strlen(names[k]));
		}
	return (as_span){ 0 };
}

static as_status fstab(reader *r, as_span line)
{
	static const char *const passwords[] = { "password=", "pass=", NULL };
	static const char *const users[] = { "username=", "user=", NULL };
	words w = split(line);
	if (w.n < 4)
		return AS_OK;
	as_span password = mount_option(w.w[3], passwords);
	return password.p ? add(r, line, "password", as_lit("password"), password,
				    mount_option(w.w[3], users), w.w[0])
			  : AS_OK;
}

static as_status wpa_psk(reader *r, as_span line)
{
	bool mac = line.n > 18 && as_at(line, 2) == ':' && as_at(line, 5) == ':' &&
		   as_at(line, 17) == ' ';
	return mac ? add(r, line, "wifi-psk", as_lit("wpa_psk"), as_from(line, 18), (as_span){ 0 },
			     as_cut(line, 0, 17))
		   : AS_OK;
}

static const struct family {
	const char *path, *format;
	as_status (*line)(reader *r, as_span line);
} families[] = {
	{ "*/chap-secrets*", "ppp", ppp },
	{ "*/pap-secrets*", "ppp", ppp },
	{ "*/l2tp-secrets*", "ppp", ppp },
	{ "*/snmp*.conf", "snmp", snmp },
	{ "*/ipsec*.secrets", "ipsec", ipsec },
	{ "*/ipsec.d/*.secrets", "ipsec", ipsec },
	{ "*/radiusclient*/servers", "radius", radius },
	{ "*/radcli/servers", "radius", radius },
	{ "*/raddb/server", "radius", radius },
	{ "*/pam_radius_auth.conf", "radius", radius },
	{ "*/openvpn/*", "openvpn", openvpn },
	{ "*/.netrc", "netrc", netrc },
	{ "*/_netrc", "netrc", netrc },
	{ "*/.pgpass", "pgpass", pgpass },
	{ "*/fstab", "fstab", fstab },
	{ "*.wpa_psk", "hostapd", wpa_psk },
	{ "*/wpa_psk", "hostapd", wpa_psk },
};

static as_status inspect(as_facts *out, const as_file *f)
{
	const struct family *family = NULL;
	for (size_t i = 0; !family && i < sizeof(families) / sizeof(families[0]); i++)
		family = as_glob(families[i].path, f->path) ? &families[i] : NULL;
	if (!family)
		return AS_OK;
	reader r = {
		.out = out, .g = as_guesser_of(f->arena), .file = f, .format = family->format
	};
	as_cur c = as_cur_le(f->data, 0);
	as_status s = AS_OK;
	for (as_span line; s == AS_OK && as_line(&c, &line); r.line++) {
		as_span text = as_trim(line);
		if (text.n > 0 && text.p[0] != '#')
			s = family->line(&r, text);
	}
	return s;
}

const as_inspector as_inspector_secret_files = {
	.id = "secret_files",
	.title = "Secrets of PPP, SNMP, IPsec, RADIUS, OpenVPN, netrc, pgpass and mounts",
	.paths = (const char *const[]){ "*/chap-secrets*", "*/pap-secrets*", "*/l2tp-secrets*",
		"*/snmp*.conf", "*/ipsec*.secrets", "*/ipsec.d/*.secrets",
		"*/radiusclient*/servers", "*/radcli/servers", "*/raddb/server",
		"*/pam_radius_auth.conf", "*/openvpn/*", "*/.netrc", "*/_netrc", "*/.pgpass",
		"*/fstab", "*.wpa_psk", "*/wpa_psk", NULL },
	.cares = as_file_is_text,
	.most = FILE_MAX,
	.inspect = inspect,
	.tables = (const char *const[]){ "secret", NULL },
};
