/* SPDX-License-Identifier: Apache-2.0 */
/* What a system says of itself: os-release(5) and its kin are shell assignments, NAME=value or NAME="value"; Android's
 * build.prop has names with dots; hostname, issue and files such as debian_version are a line of text. Rows of
 * property, whose format is the kind of file and whose name is the assignment's, or the file's where there is none. */
#include "base/ascii.h"
#include "inspect/inspector.h"
#include "inspect/shell.h"

enum { LARGEST = 64 << 10 /* bytes; such files have a few hundred */, SAYS_ITSELF = 900 };

/* First that fits. keyed: assignments; else the first line that says something. */
static const struct {
	const char *path, *format;
	bool keyed;
} kinds[] = {
	{ "*/etc/os-release", "os-release", true },
	{ "*/lib/os-release", "os-release", true },
	{ "*/etc/lsb-release", "lsb-release", true },
	{ "*/etc/openwrt_release", "openwrt_release", true },
	{ "*/etc/device_info", "device_info", true },
	{ "*/build.prop", "build.prop", true },
	{ "*/prop.default", "build.prop", true },
	{ "*/default.prop", "build.prop", true },
	{ "*/etc/openwrt_version", "release", false },
	{ "*/etc/debian_version", "release", false },
	{ "*/etc/hostname", "hostname", false },
	{ "*/etc/issue", "issue", false },
	{ "*/etc/issue.net", "issue", false },
	{ "*/etc/*-release", "release", false },
	{ "*/etc/*_version", "release", false },
};

static as_status add(as_facts *out, const char *format, as_span where, as_span name, as_span value)
{
	if (value.n == 0)
		return AS_OK;
	return as_add_property(out,
		(as_property){
			.where = where, .format = as_lit(format), .name = name, .value = value });
}

static bool is_name(as_span s)
{
	bool ok = s.n > 0 && s.n <= 64;
	for (size_t i = 0; i < s.n && ok; i++)
		ok = as_is_letter(s.p[i]) || s.p[i] == '_' ||
		     (i > 0 && (as_is_digit(s.p[i]) || s.p[i] == '.' || s.p[i] == '-'));
	return ok;
}

static as_span unquoted(as_span s)
{
	uint8_t first = as_at(s, 0);
	bool quoted = s.n > 1 && (first == '"' || first == '\'') && as_at(s, s.n - 1) == first;
	return quoted ? as_cut(s, 1, s.n - 2) : s;
}

/* OpenWrt names the maker of the device, unless that was left as it came; Android that of each partition's product. */
static as_status maker(as_facts *out, as_span line, as_span name, as_span value)
{
	bool android = as_starts(name, "ro.product.") && as_ends(name, "manufacturer");
	if ((!android && !as_ends(name, "DEVICE_MANUFACTURER")) || value.n == 0 ||
		as_is(value, "OpenWrt") || as_is(value, "unknown"))
		return AS_OK;
	return as_add_supplier(out, (as_supplier){ .where = line,
					    .name = value,
					    .role = as_lit("manufacturer"),
					    .confidence = SAYS_ITSELF,
					    .evidence = line });
}

static as_status assignment(as_facts *out, const char *format, as_span line)
{
	size_t equals = as_find_byte(line, '=', 0);
	as_span name = as_cut(line, 0, equals == SIZE_MAX ? 0 : equals);
	if (!is_name(name))
		return AS_OK; /* a comment, or nothing of ours */
	as_span value = unquoted(as_trim(as_from(line, equals + 1)));
	return as_worse(add(out, format, line, name, value), maker(out, line, name, value));
}

static as_status inspect(as_facts *out, const as_file *f)
{
	size_t kind = 0;
	while (kind < sizeof(kinds) / sizeof(kinds[0]) && !as_path_is(f, kinds[kind].path))
		kind++;
	if (kind == sizeof(kinds) / sizeof(kinds[0]))
		return AS_OK;
	as_status s = AS_OK;
	as_cur c = as_cur_le(f->data, 0);
	bool said = false;
	for (as_span line; s <= AS_PARTIAL && !said && as_line(&c, &line);) {
		as_span text = as_trim(line);
		said = text.n > 0 && !kinds[kind].keyed;
		s = as_worse(s, kinds[kind].keyed ? assignment(out, kinds[kind].format, text)
						  : add(out, kinds[kind].format, text,
							    as_base_name(f->path), text));
	}
	return s;
}

const as_inspector as_inspector_release = {
	.id = "release",
	.title = "What the system says it is",
	.paths = (const char *const[]){ "*/etc/*release", "*/lib/os-release", "*/etc/*_version",
		"*/build.prop", "*/prop.default", "*/default.prop", "*/etc/device_info",
		"*/etc/hostname", "*/etc/issue", "*/etc/issue.net", NULL },
	.cares = as_file_is_text,
	.most = LARGEST,
	.inspect = inspect,
	.tables = (const char *const[]){ "property", "supplier", NULL },
};
