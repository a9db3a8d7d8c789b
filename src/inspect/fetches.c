/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ascii.h"
#include "base/text.h"
#include "inspect/calls.h"

enum { FETCHES = 256 /* of one script */ };

typedef struct fetches {
	as_facts *out;
	as_arena *arena;
	as_fetch *row;
	size_t n;
	bool flashes, calls;
} fetches;

/* Programs that fetch, and the options with which they do not check whom they talk to. */
static const struct tool {
	const char *name;
	char off_letter;
	const char *off[3];
} tools[] = {
	{ "wget", 0, { "no-check-certificate" } },
	{ "wget2", 0, { "no-check-certificate" } },
	{ "uclient-fetch", 0, { "no-check-certificate" } },
	{ "curl", 'k', { "insecure" } },
	{ "aria2c", 0, { NULL } },
	{ "opkg", 0, { "no-check-certificate", "force-signature", "no-check-signature" } },
	{ "apt-get", 0, { "allow-unauthenticated", "force-yes" } },
	{ "apk", 0, { "allow-untrusted" } },
	{ "rpm", 0, { "nosignature" } },
	{ "yum", 0, { "nogpgcheck" } },
	{ "dnf", 0, { "nogpgcheck" } },
};

as_span as_url_scheme(as_span url)
{
	size_t at = as_find(url, as_lit("://"), 0);
	if (at == SIZE_MAX || at == 0 || at > 12)
		return (as_span){ 0 };
	for (size_t i = 0; i < at; i++)
		if (!as_is_letter(url.p[i]) && url.p[i] != '+')
			return (as_span){ 0 };
	return as_cut(url, 0, at);
}

const char *as_fetch_purpose(as_span url, bool flashes)
{
	static const struct {
		const char *glob, *purpose;
	} hints[] = {
		{ "*[Pp]ackages*", "package-feed" },
		{ "*.ipk*", "package-feed" },
		{ "*.deb*", "package-feed" },
		{ "*.rpm*", "package-feed" },
		{ "*[Ff]irmware*", "firmware" },
		{ "*FIRMWARE*", "firmware" },
		{ "*sysupgrade*", "firmware" },
		{ "*.img*", "firmware" },
		{ "*.trx*", "firmware" },
		{ "*.swu*", "firmware" },
		{ "*.ubi*", "firmware" },
		{ "*.xml*", "configuration" },
		{ "*.conf*", "configuration" },
		{ "*.cfg*", "configuration" },
		{ "*.uci*", "configuration" },
	};
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
		if (as_glob(hints[i].glob, url))
			return hints[i].purpose;
	return flashes ? "firmware" : "other";
}

static const struct tool *tool_named(const as_cmd *cmd)
{
	for (size_t i = 0; cmd->n > 1 && i < sizeof(tools) / sizeof(tools[0]); i++)
		if (as_cmd_is(cmd, tools[i].name))
			return &tools[i];
	return NULL;
}

static bool is_off(const as_cmd *cmd, const struct tool *t)
{
	bool off = t->off_letter && as_cmd_has(cmd, t->off_letter, NULL);
	for (size_t i = 0; i < 3 && t->off[i]; i++)
		off = off || as_cmd_has(cmd, 0, t->off[i]);
	return off;
}

/* The URL among the arguments; else the last argument, if a variable stands there. */
static as_span url_of(const as_cmd *cmd)
{
	as_span last = { 0 };
	for (size_t i = 1; i < cmd->n; i++) {
		size_t at = as_find(cmd->word[i], as_lit("://"), 0);
		bool option = as_starts(cmd->word[i], "-");
		if (at != SIZE_MAX && !option &&
			(as_url_scheme(cmd->word[i]).p || as_is_variable(cmd->word[i])))
			return cmd->word[i];
		last = !option && as_is_variable(cmd->word[i]) ? cmd->word[i] : last;
	}
	return last;
}

static as_status keep(fetches *f, const as_cmd *cmd, as_span url, const char *verify)
{
	if (f->n == FETCHES)
		return AS_OK;
	if (!f->row)
		f->row = as_alloc_array(f->arena, FETCHES, sizeof(f->row[0]));
	if (!f->row)
		return AS_NOMEM;
	f->row[f->n++] = (as_fetch){ .where = cmd->where,
		.tool = as_base_name(cmd->word[0]),
		.url = url,
		.scheme = as_url_scheme(url),
		.verify = as_lit(verify) };
	return AS_OK;
}

/* tftp -g -r FILE HOST, ftpget HOST LOCAL REMOTE: the URL they stand for. */
static as_status file_transfer(fetches *f, const as_cmd *cmd)
{
	bool tftp = as_cmd_is(cmd, "tftp");
	if (tftp && !as_cmd_has(cmd, 'g', NULL) && !as_cmd_has(cmd, 'c', NULL))
		return AS_OK;
	as_span host = { 0 }, file = as_cmd_option(cmd, 'r', NULL);
	for (size_t i = 1; i < cmd->n; i++) {
		as_span w = cmd->word[i];
		if (as_starts(w, "-")) {
			static const char *const valued[] = { "-r", "-l", "-u", "-p", "-P", "-b",
				"-m", NULL };
			for (const char *const *v = valued; *v; v++)
				i += as_is(w, *v) ? 1 : 0;
			continue;
		}
		host = host.p ? host : w;
		file = !tftp ? w : file;
	}
	if (!host.p)
		return AS_OK;
	as_span url = as_print(f->arena, "%s://%.*s/%.*s", tftp ? "tftp" : "ftp",
		(int)as_min(host.n, 255), host.p, (int)as_min(file.n, 1024),
		file.p ? (const char *)file.p : "");
	return keep(f, cmd, url, "unknown");
}

static as_status each(void *ctx, const as_cmd *cmd)
{
	fetches *f = ctx;
	if (f->calls) {
		as_status s = as_add_calls(f->out, cmd);
		if (s != AS_OK)
			return s;
	}
	if (cmd->n == 0)
		return AS_OK;
	f->flashes = f->flashes || as_cmd_flashes(cmd);
	if (as_cmd_is(cmd, "tftp") || as_cmd_is(cmd, "ftpget"))
		return file_transfer(f, cmd);
	const struct tool *t = tool_named(cmd);
	if (!t)
		return AS_OK;
	bool off = is_off(cmd, t);
	as_span url = url_of(cmd), scheme = as_url_scheme(url);
	bool manager = !as_cmd_is(cmd, "wget") && !as_cmd_is(cmd, "curl") &&
		       !as_cmd_is(cmd, "uclient-fetch");
	if (as_is_nocase(scheme, "file") || (manager ? !off && !scheme.p : !url.p))
		return AS_OK;
	bool tls = as_is_nocase(scheme, "https") || as_is_nocase(scheme, "ftps");
	return keep(f, cmd, manager && !scheme.p ? (as_span){ 0 } : url,
		off   ? "off"
		: tls ? "on"
		      : "unknown");
}

static as_status flush(fetches *f)
{
	as_status s = AS_OK;
	for (size_t i = 0; s == AS_OK && i < f->n; i++) {
		f->row[i].flashes = f->flashes;
		f->row[i].purpose =
			as_lit(as_fetch_purpose(f->row[i].url, f->flashes && f->n == 1));
		s = as_add_fetch(f->out, f->row[i]);
	}
	return s;
}

as_status as_add_fetches(as_facts *out, as_arena *arena, as_span text, as_span where, uint32_t line)
{
	fetches f = { .out = out, .arena = arena };
	as_status s = as_shell_each_at(arena, text, where, line, each, &f);
	return as_worse(s, flush(&f));
}

as_status as_add_script_calls(as_facts *out, as_arena *arena, as_span text)
{
	fetches f = { .out = out, .arena = arena, .calls = true };
	as_status s = as_shell_each(arena, text, each, &f);
	return as_worse(s, flush(&f));
}
