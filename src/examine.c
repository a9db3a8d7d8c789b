/* SPDX-License-Identifier: Apache-2.0 */
#include "examine.h"

#include "inspect/crypto.h"
#include "knowledge/address.h"
#include "knowledge/banner.h"
#include "knowledge/signature.h"
#include "knowledge/known.h"
#include "knowledge/licence.h"
#include "knowledge/mac.h"

/* Types are compared by inspectors as words that live for ever: formats' ids do. */
static const char *known_type(as_span type)
{
	for (const as_format *const *f = as_formats; *f; f++)
		if (as_is(type, (*f)->id))
			return (*f)->id;
	return "data";
}

/* Whether an object of this type is a container, whose parts (gaps too) become objects. */
static bool is_opened(as_span type)
{
	for (const as_format *const *f = as_formats; *f; f++)
		if (as_is(type, (*f)->id))
			return (*f)->kind != AS_LEAF;
	return as_is(type, "image");
}

/* Erased or zeroed storage holds nothing to search for. */
static bool is_blank(as_span data)
{
	enum { BLANK_MIN = 4096 };
	uint8_t first = as_at(data, 0);
	return data.n >= BLANK_MIN && (first == 0 || first == 0xff) && as_all(data, first);
}

as_status as_examine(const as_examiner *e, const as_task *task)
{
	bool blank = is_blank(task->data);
	as_opening o = { .data = task->data,
		.hint = blank ? as_lit("raw") : task->hint,
		.depth = task->depth,
		.share = task->share,
		.limits = e->limits,
		.scanner = e->scanner,
		.send = e->send,
		.arena = e->arena,
		.roles = e->only_unpack ? NULL : as_roles_of,
		.contents_only = e->contents_only };
	const char *type = NULL;
	as_arena_reset(e->arena);
	as_status s = AS_OK;
	if (task->content && task->open)
		s = as_open_object(&o, &type);
	else
		type = task->type.n > 0 ? known_type(task->type) : as_type_of(task->data);
	as_arena_reset(e->arena);
	bool only_open = task->share > 0 || blank || e->only_unpack;
	if (s == AS_NOMEM && !only_open) /* what it says itself is told all the same */
		s = as_send_lost(&o, as_format_by_id(type) ? type : "scan", "memory", 0,
			task->data.n, "memory for opening it could not be had");
	if (s != AS_OK || only_open)
		return s;
	as_inspection in = { .file = { .data = task->data,
				     .type = type,
				     .path = task->path,
				     .opened = is_opened(as_lit(type)),
				     .yara = e->yara,
				     .traits = e->traits,
				     .arena = e->arena },
		.content = task->content,
		.without = as_lit(e->without ? e->without : ""),
		.roles = task->roles,
		.send = e->send };
	return as_inspect_object(&in);
}

as_status as_examine_prepare(void)
{
	as_status s = as_crypto_prepare() ? as_banner_prepare() : AS_IO;
	s = s == AS_OK ? as_signature_prepare() : s;
	s = s == AS_OK ? as_known_prepare() : s;
	s = s == AS_OK ? as_licence_prepare() : s;
	s = s == AS_OK ? as_licence_text_prepare() : s;
	s = s == AS_OK ? as_mac_prepare() : s;
	return s == AS_OK ? as_address_prepare() : s;
}
