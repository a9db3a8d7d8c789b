/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/inspector.h"

#define INSPECTOR(id) extern const as_inspector as_inspector_##id;
#include "inspect/inspectors.def"
#undef INSPECTOR

const as_inspector *const as_inspectors[] = {
#define INSPECTOR(id) &as_inspector_##id,
#include "inspect/inspectors.def"
#undef INSPECTOR
	NULL,
};

static as_status lose(as_facts *out, const char *reason, as_span where, const char *text)
{
	uint64_t at = 0;
	(void)as_within(out->data, where, &at);
	as_status s = out->lost(out->ctx, reason, at, text);
	return as_worse(s, AS_PARTIAL);
}

as_status as_unread(as_facts *out, as_span where, const char *text)
{
	return lose(out, "unsupported", where, text);
}

as_status as_beyond(as_facts *out, as_span where, const char *text)
{
	return lose(out, "limit", where, text);
}

bool as_path_is(const as_file *f, const char *pattern)
{
	if (pattern[0] == '/' || pattern[0] == '*')
		return as_glob(pattern, f->path);
	if (!as_starts(f->path, "/"))
		return as_glob(pattern, f->path);
	for (size_t at = 0; at != SIZE_MAX; at = as_find_byte(f->path, '/', at + 1))
		if (as_glob(pattern, as_from(f->path, at + 1)))
			return true;
	return false;
}

bool as_file_is_text(const as_file *f)
{
	as_span type = as_lit(f->type);
	if (f->path.n > 0 || as_starts(f->data, "#!"))
		return true;
	return as_is(type, "text") || as_is(type, "pem") || as_starts(type, "text/");
}
