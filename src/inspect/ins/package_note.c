/* SPDX-License-Identifier: Apache-2.0 */
/* The package that a program was built for, as its linker wrote it down: an ELF note of owner "FDO" and type
 * 0xcafe1a7e that holds a JSON object, ended by NUL. It survives stripping, and it names the source package and the
 * revision of the distribution.
 *   {"type":"deb","os":"debian","name":"coreutils","version":"9.7-3","architecture":"amd64"}
 * https://uapi-group.org/specifications/specs/package_metadata_for_executable_files/ */
#include "inspect/part.h"

#include "elf/read.h"
#include "vuln/json.h"

enum {
	NOTES_MAX = 4096,    /* of any kind that are looked at */
	PACKAGES_MAX = 8,    /* notes of packages that are read: a linker writes one */
	TEXT_MAX = 64 << 10, /* bytes of JSON */
	SURE = 980,          /* the build wrote it */
};
#define PACKAGE_NOTE 0xcafe1a7eu

typedef struct reading {
	as_facts *out;
	const as_file *f;
	size_t notes, n_read;
	as_span read[PACKAGES_MAX]; /* many headers may point to one note */
	bool full;
} reading;

static bool cares(const as_file *f)
{
	return as_starts(f->data, "\x7f"
				  "ELF");
}

static as_span text_of(const as_value *object, const char *key)
{
	const as_value *v = as_json_get(object, key);
	return v && v->type == AS_JSON_TEXT ? v->text : (as_span){ 0 };
}

/* What package URLs call the kinds of packages. */
static const char *purl_type(as_span type)
{
	static const char *const types[][2] = { { "deb", "deb" }, { "rpm", "rpm" },
		{ "apk", "apk" }, { "opkg", "opkg" }, { "ipk", "opkg" }, { "pacman", "alpm" },
		{ "alpm", "alpm" }, { "arch", "alpm" } };
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (as_is(type, types[i][0]))
			return types[i][1];
	return "generic";
}

static as_status state(reading *r, as_span where)
{
	as_fault fault = { 0 };
	as_arena *a = r->f->arena;
	as_span text = as_cut(where, 0, as_min(as_find_byte(where, 0, 0), where.n));
	if (text.n > TEXT_MAX)
		return as_beyond(r->out, where, "the note of a package is longer than is read");
	const as_value *o = as_json_parse(a, text, &fault);
	if (!o && fault.spent)
		return AS_NOMEM;
	if (!o || o->type != AS_JSON_OBJECT)
		return as_unread(r->out, where, "the note of a package is no object of JSON");
	as_span cpe = text_of(o, "appCpe");
	const char *type = purl_type(text_of(o, "type"));
	return as_add_part(r->out, a,
		&(as_part){ .where = text,
			.type = type,
			.world = as_is(as_lit(type), "generic") ? "package" : NULL,
			.space = text_of(o, "os"),
			.name = text_of(o, "name"),
			.version = text_of(o, "version"),
			.cpe = as_starts(cpe, "cpe:2.3:") ? cpe : (as_span){ 0 },
			.method = "note",
			.distributed = true,
			.confidence = SURE,
			.evidence = as_cut(text, 0, as_min(text.n, 256)) });
}

static bool was_read(const reading *r, as_span where)
{
	for (size_t i = 0; i < r->n_read; i++)
		if (r->read[i].p == where.p && r->read[i].n == where.n)
			return true;
	return false;
}

static as_status take(reading *r, as_span where)
{
	if (was_read(r, where))
		return AS_OK;
	r->full = r->n_read == PACKAGES_MAX;
	if (r->full)
		return as_beyond(r->out, where, "more notes of packages than are read");
	r->read[r->n_read++] = where;
	return state(r, where);
}

static as_status read_notes(reading *r, const as_elf_view *e, as_span all, uint64_t align)
{
	as_elf_note note;
	as_status s = AS_OK;
	as_cur c = as_elf_cur(e, all, 0);
	while (s <= AS_PARTIAL && !r->full && as_elf_note_next(&c, align == 8 ? 8 : 4, &note)) {
		r->full = r->notes++ == NOTES_MAX;
		if (r->full)
			return as_beyond(r->out, all, "too many notes to look at all for packages");
		if (note.type == PACKAGE_NOTE && as_same(note.name, as_bytes("FDO", 4)))
			s = as_worse(s, take(r, note.desc));
	}
	return s;
}

/* Sections only where no segment tells: in files that are not linked, and in debug files. */
static as_status inspect(as_facts *out, const as_file *f)
{
	as_elf_view e;
	reading r = { .out = out, .f = f };
	as_status s = as_elf_open(&e, f->data, f->arena);
	if (s != AS_OK)
		return s == AS_NOT_THIS
			       ? AS_OK
			       : s; /* what is wrong with an ELF file, its own inspector says */
	for (size_t i = 0; i < e.n_segments && s <= AS_PARTIAL && !r.full; i++)
		if (e.segments[i].type == AS_PT_NOTE)
			s = as_worse(
				s, read_notes(&r, &e, e.segments[i].data, e.segments[i].align));
	for (size_t i = 0; i < e.n_sections && s == AS_OK && r.n_read == 0; i++)
		if (e.sections[i].type == AS_SHT_NOTE)
			s = read_notes(&r, &e, e.sections[i].data, e.sections[i].align);
	return s;
}

const as_inspector as_inspector_package_note = {
	.id = "package_note",
	.title = "The package that a program was built for, by its own note",
	.cares = cares,
	.inspect = inspect,
	.tables = (const char *const[]){ "component", "licence", NULL },
};
