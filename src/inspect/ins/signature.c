/* SPDX-License-Identifier: Apache-2.0 */
/* Components by what only they hold: texts that no other component of the learned packages has. Works without
 * section headers, symbols and version texts, and for copies of a library inside another program. */
#include "base/ascii.h"
#include "inspect/binary.h"
#include "inspect/borrowed.h"
#include "inspect/naming.h"

#include "knowledge/signature.h"

enum { EVIDENCE_MAX = 120 /* bytes of a text that is shown */ };

typedef struct context {
	as_facts *out;
	as_arena *arena;
} context;

static as_span evidence_of(context *c, const as_signature *hit)
{
	if (as_has(hit->part, ":tables"))
		return as_print(c->arena,
			"%u of %u pieces of tables that only %.*s has (%.*s); the first of them "
			"stands here",
			hit->found, hit->of, (int)hit->id.n, (const char *)hit->id.p,
			(int)hit->part.n, (const char *)hit->part.p);
	as_span text = as_cut(hit->text, 0, as_min(hit->text.n, EVIDENCE_MAX));
	return as_print(c->arena, "%u of %u texts that only %.*s %.*s has, one of them: %.*s",
		hit->found, hit->of, (int)hit->id.n, (const char *)hit->id.p, (int)hit->part.n,
		(const char *)hit->part.p, (int)text.n, (const char *)text.p);
}

static as_span purl_of(context *c, const as_signature *hit)
{
	return hit->upstream.n > 0 ? as_purl_of(c->arena, hit->upstream, hit->version)
				   : as_purl_generic(c->arena, hit->id, hit->version);
}

static as_status found(void *ctx, const as_signature *hit)
{
	context *c = ctx;
	as_component row = { .where = hit->version.n > 0 ? hit->stated : hit->text,
		.id = hit->id,
		.name = hit->name,
		.vendor = hit->vendor,
		.version = hit->version,
		.newer_than = hit->newer_than,
		.older_than = hit->older_than,
		.method = as_lit(hit->copy ? "copy" : "signature"),
		.confidence = hit->confidence < hit->version_confidence ? hit->confidence
									: hit->version_confidence,
		.evidence = evidence_of(c, hit),
		.purl = purl_of(c, hit) };
	row.cpe = as_cpe_of(c->arena, 'a', hit->vendor, hit->product, hit->version);
	return as_add_component(c->out, row);
}

/* A kernel, or a part of one: it holds names of what the libraries and programs beside it ask it for. */
static bool is_kernel(const as_file *f, bool dynamic)
{
	static const char banner[] = "Linux version ";
	enum { RELOCATABLE = 1, TYPE_AT = 16 /* in either byte order */ };
	bool elf = as_starts(f->data, "\x7f"
				      "ELF");
	if (elf && (as_at(f->data, TYPE_AT) | as_at(f->data, TYPE_AT + 1)) == RELOCATABLE)
		return true;
	size_t at = dynamic ? SIZE_MAX : as_find(f->data, as_lit(banner), 0);
	uint8_t next = at == SIZE_MAX ? 0 : as_at(f->data, at + sizeof(banner) - 1);
	return as_is_digit(next);
}

static as_status inspect(as_facts *out, const as_file *f)
{
	context c = { .out = out, .arena = f->arena };
	as_text_keys borrowed, offered;
	as_status s = as_borrowed(f->data, f->arena, &borrowed, &offered);
	if (s > AS_PARTIAL || is_kernel(f, borrowed.n + offered.n > 0))
		return s > AS_PARTIAL ? s : AS_OK;
	if (s == AS_PARTIAL)
		s = as_beyond(out, f->data, "more symbols than can be told from texts");
	as_status t = as_signature_scan(f->data, &borrowed, offered.n > 0, f->arena, found, &c);
	return as_worse(s, t == AS_PARTIAL
				   ? as_beyond(out, f->data, "too many texts that state a version")
				   : t);
}

const as_inspector as_inspector_signature = {
	.id = "signature",
	.title = "Components by what only they hold",
	.cares = as_file_is_binary,
	.inspect = inspect,
	.tables = (const char *const[]){ "component", NULL },
};
