/* SPDX-License-Identifier: Apache-2.0 */
/* Where package managers fetch from and whether they check it: opkg.conf, apt sources and settings,
 * apk repositories; and standing options of wget and curl. */
#include "inspect/calls.h"
#include "inspect/inspector.h"

static as_status feed(
	as_facts *out, const char *tool, as_span where, as_span url, const char *verify)
{
	return as_add_fetch(out, (as_fetch){ .where = where,
					 .tool = as_lit(tool),
					 .url = url,
					 .scheme = as_url_scheme(url),
					 .verify = as_lit(verify),
					 .purpose = as_lit(url.p ? "package-feed" : "other") });
}

/* src/gz NAME URL; option check_signature [1]. Signatures are checked only where the option stands,
 * which may be in another file. */
static as_status opkg(as_facts *out, as_span line)
{
	as_span verb = as_word(line, 0);
	if (as_starts(verb, "src") && as_word(line, 2).p)
		return feed(out, "opkg", line, as_word(line, 2), "unknown");
	if (!as_is(verb, "option") || !as_word(line, 1).p)
		return AS_OK;
	as_span value = as_word(line, 2);
	return as_add_setting(out, (as_setting){ .where = line,
					   .daemon = as_lit("opkg"),
					   .name = as_word(line, 1),
					   .value = value.p ? value : as_lit("1") });
}

/* deb [options] URL suite component...; deb822 files have a line for each field. */
static as_status apt(as_facts *out, as_span line)
{
	as_span verb = as_word(line, 0);
	bool trusted = as_has(line, "trusted=yes");
	if (as_is_nocase(verb, "URIs:") && as_word(line, 1).p)
		return feed(out, "apt", line, as_word(line, 1), "on");
	if (as_is_nocase(verb, "Trusted:") && as_is_nocase(as_word(line, 1), "yes"))
		return feed(out, "apt", line, (as_span){ 0 }, "off");
	if (!as_is(verb, "deb"))
		return AS_OK;
	as_span w;
	for (size_t i = 1; i < 16 && (w = as_word(line, i)).p; i++)
		if (as_url_scheme(w).p)
			return feed(out, "apt", line, w, trusted ? "off" : "on");
	return AS_OK;
}

static as_status apt_conf(as_facts *out, as_span line)
{
	as_span name = as_word(line, 0);
	bool on = as_has(line, "\"true\"") || as_has(line, "\"1\""),
	     off = as_has(line, "\"false\"") || as_has(line, "\"0\"");
	bool allows = as_is_nocase(name, "APT::Get::AllowUnauthenticated") ||
		      as_is_nocase(name, "Acquire::AllowInsecureRepositories");
	bool verifies = as_is_nocase(name, "Acquire::https::Verify-Peer") ||
			as_is_nocase(name, "Acquire::https::Verify-Host");
	return (allows && on) || (verifies && off) ? feed(out, "apt", line, (as_span){ 0 }, "off")
						   : AS_OK;
}

static as_status apk(as_facts *out, as_span line)
{
	return as_url_scheme(line).p ? feed(out, "apk", line, line, "on") : AS_OK;
}

static as_status wgetrc(as_facts *out, as_span line)
{
	as_span value = as_trim(as_field(line, '=', 1));
	bool off = as_is_nocase(value, "off") || as_is_nocase(value, "no") || as_is(value, "0");
	as_span name = as_trim(as_field(line, '=', 0));
	bool check = as_is(name, "check_certificate") || as_is(name, "check-certificate");
	return check && off ? feed(out, "wget", line, (as_span){ 0 }, "off") : AS_OK;
}

static as_status curlrc(as_facts *out, as_span line)
{
	as_span name = as_word(line, 0);
	bool off = as_is(name, "insecure") || as_is(name, "--insecure") || as_is(name, "-k");
	return off ? feed(out, "curl", line, (as_span){ 0 }, "off") : AS_OK;
}

static const struct reader {
	const char *glob;
	as_status (*read)(as_facts *out, as_span line);
} readers[] = {
	{ "*/opkg.conf", opkg },
	{ "*/opkg/*.conf", opkg },
	{ "*/apt/sources.list", apt },
	{ "*/apt/sources.list.d/*", apt },
	{ "*/apt/apt.conf", apt_conf },
	{ "*/apt/apt.conf.d/*", apt_conf },
	{ "*/apk/repositories", apk },
	{ "*/wgetrc", wgetrc },
	{ "*/.wgetrc", wgetrc },
	{ "*/.curlrc", curlrc },
};

static as_status inspect(as_facts *out, const as_file *f)
{
	as_status s = AS_OK;
	const struct reader *r = readers;
	const struct reader *end = readers + sizeof(readers) / sizeof(readers[0]);
	while (r < end && !as_path_is(f, r->glob))
		r++;
	as_cur c = as_cur_le(f->data, 0);
	for (as_span line; r < end && s == AS_OK && as_line(&c, &line);) {
		line = as_trim(line);
		if (line.n > 0 && line.p[0] != '#' && !as_starts(line, "//"))
			s = r->read(out, line);
	}
	return s;
}

const as_inspector as_inspector_feeds = {
	.id = "feeds",
	.title = "Package feeds and standing options of fetchers",
	.paths = (const char *const[]){ "*/opkg.conf", "*/opkg/*.conf", "*/apt/sources.list",
		"*/apt/sources.list.d/*", "*/apt/apt.conf", "*/apt/apt.conf.d/*",
		"*/apk/repositories", "*/wgetrc", "*/.wgetrc", "*/.curlrc", NULL },
	.cares = as_file_is_text,
	.inspect = inspect,
	.tables = (const char *const[]){ "fetch", "setting", NULL },
};
