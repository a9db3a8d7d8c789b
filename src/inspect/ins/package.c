/* SPDX-License-Identifier: Apache-2.0 */
/* Databases of installed packages.
 *   dpkg, opkg: stanzas of "Field: value" lines and a blank line; continuation lines start blank
 *   apk: stanzas of "X:value" lines
 *   rpm: a database of binary headers, recognised and recorded as not read */
#include "base/purl.h"
#include "inspect/part.h"

enum {
	CONFIDENCE =
		950, /* the database says so; files may have been taken out of the image since */
};

typedef struct manager {
	const char *id, *type;     /* package.manager; purl type */
	const char *const *fields; /* names in the order of enum field; NULL: has none */
} manager;

enum field { NAME, VERSION, ARCH, SOURCE, STATUS, MAINTAINER, LICENSE, N_FIELDS };

static const char *const control_fields[N_FIELDS] = {
	"Package:", "Version:", "Architecture:", "Source:", "Status:", "Maintainer:", "License:"
};
static const char *const apk_fields[N_FIELDS] = { "P:", "V:", "A:", "o:", NULL, "m:", "L:" };

static const struct {
	const char *path;
	manager m;
} databases[] = {
	{ "*/dpkg/status", { "dpkg", "deb", control_fields } },
	{ "*/dpkg/status.d/*", { "dpkg", "deb", control_fields } },
	{ "*/opkg/status", { "opkg", "opkg", control_fields } },
	{ "*/opkg/info/*.control", { "opkg", "opkg", control_fields } },
	{ "*/ipkg/status", { "opkg", "opkg", control_fields } },
	{ "*/apk/db/installed", { "apk", "apk", apk_fields } },
};

static const manager *manager_of(as_span path)
{
	for (size_t i = 0; i < sizeof(databases) / sizeof(databases[0]); i++)
		if (as_glob(databases[i].path, path))
			return &databases[i].m;
	return NULL;
}

/* Whether the files of a package in this state are there ("install ok unpacked": yes; "deinstall ok
 * config-files": no). Without a status (status.d, apk) they are. */
static bool is_there(as_span status)
{
	static const char *const states[] = { "installed", "unpacked", "half-configured",
		"triggers-awaited", "triggers-pending", NULL };
	as_span state = as_word(status, 2);
	if (!status.p || !state.p)
		return true;
	for (size_t i = 0; states[i]; i++)
		if (as_is(state, states[i]))
			return true;
	return false;
}

/* Who built it, as far as the fields tell; the distribution is part of a purl's identity. */
static const char *distribution(const manager *m, const as_span *v)
{
	if (as_is(as_lit(m->id), "apk"))
		return as_find_byte(v[SOURCE], '/', 0) != SIZE_MAX ? "openwrt/" : "alpine/";
	if (as_is(as_lit(m->id), "opkg"))
		return "";
	bool ubuntu = as_has(v[VERSION], "ubuntu") || as_has(v[MAINTAINER], "@lists.ubuntu.com");
	return ubuntu ? "ubuntu/" : "debian/";
}

static as_status state_component(
	as_facts *out, const as_file *f, const manager *m, const as_span *v, as_span where)
{
	as_buf b = { 0 };
	as_buf_print(&b, "pkg:%s/%s", m->type, distribution(m, v));
	as_purl_add(&b, v[NAME]);
	as_buf_u8(&b, '@');
	as_purl_add(&b, v[VERSION]);
	if (v[ARCH].n > 0) {
		as_buf_text(&b, "?arch=");
		as_purl_add(&b, v[ARCH]);
	}
	as_span purl = b.bad ? (as_span){ 0 } : as_copy(f->arena, as_buf_span_of(&b));
	as_buf_free(&b);
	if (!purl.p)
		return AS_NOMEM;
	as_component row = { .where = where,
		.id = v[NAME],
		.name = v[NAME],
		.version = v[VERSION],
		.purl = purl,
		.method = as_lit("package"),
		.confidence = CONFIDENCE };
	row.evidence = as_print(f->arena, "%s: %.*s %.*s", m->id, (int)v[NAME].n,
		(const char *)v[NAME].p, (int)v[VERSION].n, (const char *)v[VERSION].p);
	return as_add_component(out, row);
}

static as_status state(
	as_facts *out, const as_file *f, const manager *m, const as_span *v, as_span where)
{
	if (v[NAME].n == 0 || v[VERSION].n == 0 || v[NAME].n > 256 || v[VERSION].n > 256)
		return AS_OK;
	as_package row = { .where = where,
		.manager = as_lit(m->id),
		.name = v[NAME],
		.version = v[VERSION],
		.arch = v[ARCH],
		.source = v[SOURCE],
		.status = v[STATUS],
		.maintainer = v[MAINTAINER],
		.license = v[LICENSE] };
	as_status s = as_add_package(out, row);
	if (s != AS_OK || !is_there(v[STATUS]))
		return s;
	s = state_component(out, f, m, v, where);
	return s == AS_OK ? as_add_licence_of(out, f->arena, where, v[NAME], v[LICENSE], "package")
			  : s;
}

static void read_line(const manager *m, as_span line, as_span *v)
{
	for (size_t i = 0; i < N_FIELDS; i++)
		if (m->fields[i] && as_starts(line, m->fields[i]) && !v[i].p)
			v[i] = as_trim(as_from(line, as_lit(m->fields[i]).n));
}

static as_status inspect(as_facts *out, const as_file *f)
{
	const manager *m = manager_of(f->path);
	if (!m)
		return as_unread(out, f->data, "rpm database: its packages are not read");
	as_span v[N_FIELDS] = { 0 }, line = { 0 };
	size_t from = 0, end = 0;
	as_status s = AS_OK;
	for (as_cur c = as_cur_le(f->data, 0); s == AS_OK && as_line(&c, &line);) {
		if (line.n > 0) {
			read_line(m, line, v);
			end = as_pos(&c);
			continue;
		}
		s = state(out, f, m, v, as_cut(f->data, from, end > from ? end - from : 0));
		for (size_t i = 0; i < N_FIELDS; i++)
			v[i] = (as_span){ 0 };
		from = as_pos(&c);
	}
	as_span last = as_from(f->data, as_min(from, f->data.n));
	return s == AS_OK ? state(out, f, m, v, last) : s;
}

/* Lists of files and checksums stand beside the databases. */
static bool cares(const as_file *f)
{
	if (!manager_of(f->path))
		return true;
	return as_file_is_text(f) && !as_ends(f->path, ".md5sums") && !as_ends(f->path, ".list");
}

const as_inspector as_inspector_package = {
	.id = "package",
	.title = "Databases of installed packages: dpkg, opkg, apk",
	.paths = (const char *const[]){ "*/dpkg/status", "*/dpkg/status.d/*", "*/opkg/status",
		"*/opkg/info/*.control", "*/ipkg/status", "*/apk/db/installed",
		"*/rpm/rpmdb.sqlite", "*/rpm/Packages", "*/rpm/Packages.db", NULL },
	.cares = cares,
	.inspect = inspect,
	.tables = (const char *const[]){ "package", "component", "licence", NULL },
};
