/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/part.h"

#include "base/purl.h"
#include "knowledge/licence.h"

enum { NAME_MAX_LEN = 256, VERSION_MAX_LEN = 128, LICENCE_MAX_LEN = 1024 /* bytes */ };

/* The parts of a namespace are encoded, the slashes between them are not. */
static void add_space(as_buf *b, as_span space)
{
	as_span one = as_field(space, '/', 0);
	for (size_t i = 1; one.p; one = as_field(space, '/', i++)) {
		as_purl_add(b, one);
		as_buf_u8(b, '/');
	}
}

/* Of one line, of printable characters, of ordinary length. */
static bool fits(as_span s, size_t most)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 0x20 || s.p[i] == 0x7f)
			return false;
	return s.n > 0 && s.n <= most && as_is_text(s);
}

static as_span purl_of(as_arena *arena, const as_part *p, as_span version)
{
	as_buf b = { 0 };
	as_buf_print(&b, "pkg:%s/", p->type);
	if (p->space.n > 0)
		add_space(&b, p->space);
	as_purl_add(&b, p->name);
	if (version.n > 0) {
		as_buf_u8(&b, '@');
		as_purl_add(&b, version);
	}
	as_span purl = b.bad ? (as_span){ 0 } : as_copy(arena, as_buf_span_of(&b));
	as_buf_free(&b);
	return purl;
}

static as_span absent_if_empty(as_span s) { return s.n > 0 ? s : (as_span){ 0 }; }

as_status as_add_part(as_facts *out, as_arena *arena, const as_part *p)
{
	const char *world = p->world ? p->world : p->type;
	bool generic = as_is(as_lit(world), "generic"), spaced = p->space.n > 0;
	if (!fits(p->name, NAME_MAX_LEN) || (spaced && !fits(p->space, NAME_MAX_LEN)))
		return AS_OK;
	as_span version = fits(p->version, VERSION_MAX_LEN) ? p->version : (as_span){ 0 };
	as_span id = generic ? p->name
			     : as_print(arena, "%s:%.*s%s%.*s", world, (int)p->space.n,
				       (const char *)p->space.p, spaced ? "/" : "", (int)p->name.n,
				       (const char *)p->name.p);
	as_span purl = purl_of(arena, p, version);
	if (!id.p || !purl.p)
		return AS_NOMEM;
	as_component row = { .where = p->where,
		.id = id,
		.name = spaced && !generic && !p->distributed ? as_from(id, as_lit(world).n + 1)
							      : p->name,
		.version = version,
		.vendor = absent_if_empty(p->vendor),
		.purl = purl,
		.cpe = absent_if_empty(p->cpe),
		.method = as_lit(p->method),
		.confidence = p->confidence,
		.evidence = p->evidence };
	as_status s = as_add_component(out, row);
	return s == AS_OK ? as_add_licence_of(out, arena, p->where, id, p->license, p->method) : s;
}

as_status as_add_licence_of(as_facts *out, as_arena *arena, as_span where, as_span component,
	as_span text, const char *method)
{
	if (!fits(text, LICENCE_MAX_LEN))
		return AS_OK;
	return as_add_licence(out, (as_licence){ .where = where,
					   .component = absent_if_empty(component),
					   .spdx = as_licence_named(arena, text),
					   .text = text,
					   .method = as_lit(method) });
}
