/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what an object is, runs its format's handler, and accounts for what the handler leaves. */
#include "unpack/engine.h"

#include <string.h>

#include "unpack/opaque.h"

enum { TRAILER_MIN = 64 /* unknown bytes after a format that are worth an object of their own */ };

as_status as_send_lost(const as_opening *o, const char *stage, const char *reason, uint64_t at,
	uint64_t len, const char *text)
{
	as_buf b = { 0 };
	as_lost_encode(&b, &(as_lost_message){ .at = at,
				   .len = len,
				   .stage = as_lit(stage),
				   .reason = as_lit(reason),
				   .text = as_lit(text) });
	as_status s = b.bad ? AS_NOMEM : o->send->send(o->send->ctx, AS_M_LOST, as_buf_span_of(&b));
	as_buf_free(&b);
	return s;
}

static bool magic_fits(const as_format *f, as_span data)
{
	bool any = !f->magic;
	for (const as_magic *m = f->magic; m && m->len && !any; m++)
		any = as_at(data, m->at) == (uint8_t)m->bytes[0] &&
		      as_same(as_cut(data, m->at, m->len), as_bytes(m->bytes, m->len));
	return any;
}

static bool better(const as_extent *a, const as_extent *b)
{
	if (a->sure != b->sure)
		return a->sure > b->sure;
	return a->open_end == b->open_end ? a->size > b->size : b->open_end;
}

static bool names_entries(const as_format *f)
{
	return f && (f->kind == AS_FILESYSTEM || f->kind == AS_ARCHIVE);
}

const as_format *as_rival(const as_format *rival, const as_format *loser, const as_extent *claim)
{
	return names_entries(loser) && claim->sure >= AS_STRUCTURED ? loser : rival;
}

as_status as_send_rival(const as_opening *o, const as_format *rival, uint64_t at, uint64_t len)
{
	if (!rival || o->share > 0)
		return AS_OK;
	return as_send_lost(o, rival->id, "ambiguous", at, len,
		"this format begins at the same place as another, which was opened: it was not");
}

const as_format *as_best_format(
	const as_opening *o, as_span data, uint64_t at, as_extent *out, as_beside *beside)
{
	const as_format *best = NULL;
	*beside = (as_beside){ 0 };
	for (const as_format *const *f = as_formats; *f; f++) {
		as_extent claim = { 0 };
		if (!magic_fits(*f, data) || !o->send->stage(o->send->ctx, (*f)->id, at))
			continue;
		if ((*f)->probe(data, &claim) != AS_OK || claim.size == 0 || claim.size > data.n)
			continue;
		bool wins =
			!best || (*f)->interleaved || (!best->interleaved && better(&claim, out));
		const as_extent *lost = wins ? out : &claim;
		if (as_rival(NULL, wins ? best : *f, lost)) {
			beside->f = wins ? best : *f;
			beside->end = as_max(beside->end, lost->size);
		}
		if (wins) {
			best = *f;
			*out = claim;
		}
	}
	if (best && best->interleaved && beside->f && beside->f->reads_through)
		beside->f = NULL;
	return best;
}

void as_unpack_begin(as_unpack *u, const as_opening *o, const as_format *f, as_span body)
{
	*u = (as_unpack){ .o = o, .f = f, .body = body };
	u->shares = f ? as_shares_of(as_lit(f->id), o->data.n) : 1;
	as_tree_init(&u->tree, o->arena);
}

uint64_t as_measure(const as_opening *o, const as_format *f, as_span data)
{
	as_unpack u;
	/* Entries that stand in it are counted from the format's start, as everything else is. */
	as_opening here = *o;
	here.data = data;
	as_unpack_begin(&u, &here, f, data);
	u.dry = true;
	(void)f->unpack(&u, data);
	uint64_t used = u.used;
	as_tree_free(&u.tree);
	as_runs_free(&u.runs);
	as_runs_free(&u.claimed);
	as_map_free(&u.groups);
	as_buf_free(&u.message);
	as_buf_free(&u.path);
	return used ? used : data.n;
}

static as_status send_run(void *ctx, const as_run *run)
{
	as_unpack *u = ctx;
	as_span bytes = as_cut(u->o->data, run->at, run->n);
	as_extent_message m = { .at = run->at,
		.len = run->n,
		.class = (uint8_t)run->class,
		.node = run->node,
		.label = as_lit(run->label) };
	m.entropy = run->class == AS_UNKNOWN ? as_entropy(bytes) : 0;
	as_buf_clear(&u->message);
	as_extent_encode(&u->message, &m);
	return u->o->send->send(u->o->send->ctx, AS_M_EXTENT, as_buf_span_of(&u->message));
}

as_status as_unpack_end(as_unpack *u)
{
	as_run rest = {
		.label = u->f ? u->f->title : "", .node = UINT32_MAX, .class = AS_STRUCTURE
	};
	bool whole = u->f && (u->f->kind == AS_FILESYSTEM || u->f->kind == AS_STREAM);
	/* What lies in a file system or stream and is no entry is its structure; what follows its end
	 * has been put as padding or parts already. */
	as_status s = AS_OK;
	if (u->o->share == 0 && !u->o->contents_only)
		s = as_runs_close(&u->runs, u->o->data, whole ? &rest : NULL, send_run, u);
	as_tree_free(&u->tree);
	as_runs_free(&u->runs);
	as_runs_free(&u->claimed);
	as_map_free(&u->groups);
	as_buf_free(&u->message);
	as_buf_free(&u->path);
	return s;
}

static as_status send_type(const as_opening *o, const char *type)
{
	as_buf b = { 0 };
	as_type_message m = { .type = as_lit(type) };
	m.entropy = o->contents_only ? 0 : as_entropy(o->data);
	as_type_encode(&b, &m);
	as_status s = b.bad ? AS_NOMEM : o->send->send(o->send->ctx, AS_M_TYPE, as_buf_span_of(&b));
	as_buf_free(&b);
	return s;
}

/* Bytes after a format's end: padding is only accounted for, anything else becomes a part. */
static as_status put_rest(as_unpack *u, uint64_t from)
{
	as_span rest = as_from(u->o->data, from);
	uint64_t pad = as_padding_at(rest, 0);
	if (pad > 0)
		as_runs_add(&u->runs, (as_run){ .at = from,
					      .n = pad,
					      .label = "padding",
					      .node = UINT32_MAX,
					      .class = AS_PADDING });
	as_span more = as_from(rest, pad);
	if (more.n == 0)
		return AS_OK;
	if (more.n < TRAILER_MIN || as_ends(more, "~Module signature appended~\n")) {
		as_runs_add(&u->runs, (as_run){ .at = from + pad,
					      .n = more.n,
					      .label = "trailer",
					      .node = UINT32_MAX,
					      .class = AS_UNKNOWN });
		return AS_OK;
	}
	as_span name = as_print(u->o->arena, "trailing-0x%llx", (unsigned long long)(from + pad));
	return as_put(u, NULL,
		&(as_entry){ .at = from + pad, .type = AS_PART, .name = name, .data = more }, NULL);
}

/* What a carrier or archive does not name (a boot loader before the first partition, an entry that the directory of
 * a zip leaves out) is an object, too. Padding behind it stays with it: it may be the end of a file system. */
static as_status put_gap(void *ctx, const as_run *run)
{
	as_unpack *u = ctx;
	if (run->class != AS_UNKNOWN || run->node != UINT32_MAX)
		return AS_OK;
	as_span gap = as_cut(u->o->data, run->at, run->n);
	uint64_t pad = as_padding_at(gap, 0), at = run->at + (pad < AS_PAD_MIN ? 0 : pad);
	as_span name = as_print(u->o->arena, "gap-0x%llx", (unsigned long long)at);
	as_entry e = { .at = at, .type = AS_PART, .name = name };
	e.data = as_from(gap, at - run->at);
	return e.data.n < TRAILER_MIN ? AS_OK : as_put(u, NULL, &e, NULL);
}

/* A file system has much that no entry names, and a program names nothing; nobody may hide another file system
 * there. */
static as_status search_gap(void *ctx, const as_run *run)
{
	as_unpack *u = ctx;
	if (run->class != AS_UNKNOWN || run->node != UINT32_MAX || run->n < TRAILER_MIN)
		return AS_OK;
	return as_scan_stretch(u, u->o->scanner, run->at, run->n);
}

static as_status look_between(as_unpack *u, const as_format *f)
{
	as_run rest = { .label = "", .node = UINT32_MAX, .class = AS_UNKNOWN };
	bool named = f->kind == AS_CARRIER || f->kind == AS_ARCHIVE;
	as_runs claimed = u->claimed;
	if (f->kind == AS_STREAM || u->o->share > 0)
		return AS_OK;
	if (claimed.full)
		return as_send_lost(u->o, f->id, "limit", 0, u->body.n,
			"too many entries: what lies between them was not looked at");
	u->claimed = (as_runs){ 0 }; /* what is put now is claimed, too */
	/* What follows the format has been put already. */
	as_status s = as_runs_close(
		&claimed, as_cut(u->o->data, 0, u->body.n), &rest, named ? put_gap : search_gap, u);
	as_runs_free(&claimed);
	return s;
}

/* Whether one object of the container's begins where it does and holds all of what begins there, too: that is opened
 * then, and not left out. */
static bool holds(const as_unpack *u, const as_beside *beside)
{
	bool any = false;
	for (size_t i = 0; i < u->runs.n && !any; i++)
		any = u->runs.runs[i].at == 0 && u->runs.runs[i].class == AS_OBJECT &&
		      u->runs.runs[i].n >= beside->end;
	return any;
}

static as_status open_format(
	const as_opening *o, const as_format *f, const as_extent *claim, const as_beside *beside)
{
	as_unpack u;
	as_unpack_begin(&u, o, f, as_cut(o->data, 0, claim->size));
	as_status s = AS_OK;
	if (f->unpack && o->send->stage(o->send->ctx, f->id, 0))
		s = f->unpack(&u, u.body);
	if (u.streaming)
		s = as_worse(s, as_end(&u, true));
	if (!holds(&u, beside))
		s = as_worse(s, as_send_rival(o, beside->f, 0, o->data.n));
	uint64_t end = claim->open_end && u.used ? u.used : claim->size;
	if (!f->unpack)
		as_struct(&u, 0, end, f->title);
	if (s <= AS_PARTIAL && !u.spent)
		s = as_worse(s, put_rest(&u, end));
	if (s <= AS_PARTIAL && !u.spent)
		s = as_worse(s, look_between(&u, f));
	if (u.n_lost == 0 && s == AS_PARTIAL && o->share == 0)
		s = as_worse(s, as_send_lost(o, f->id, "damaged", 0, claim->size,
					"not all of it could be read"));
	as_status ended = as_unpack_end(&u);
	s = u.failed != AS_OK ? u.failed : s;
	/* Damage and spent budgets are recorded; only a failure of ours goes up. */
	return as_worse(ended, s >= AS_NOMEM ? s : AS_OK);
}

static as_status open_raw(const as_opening *o, const char *type, const char **found)
{
	as_unpack u;
	size_t n = 0;
	/* Pictures, fonts and papers have compressed streams of their own in them. */
	bool is_picture = as_starts(as_lit(type), "image/") || as_starts(as_lit(type), "font/") ||
			  strcmp(type, "application/pdf") == 0;
	as_unpack_begin(&u, o, NULL, o->data);
	as_status s = AS_OK;
	if (!as_is(o->hint, "raw") && o->send->stage(o->send->ctx, "scan", 0))
		s = as_scan(&u, o->scanner, is_picture ? AS_STRUCTURED : AS_PLAUSIBLE, &n);
	*found = n > 0 ? "image" : type;
	if (n == 0 && s == AS_OK && strcmp(type, "data") == 0 && !o->contents_only &&
		o->send->stage(o->send->ctx, "opaque", 0))
		s = as_opaque(&u);
	as_status sent = send_type(o, *found);
	as_status ended = as_unpack_end(&u);
	s = u.failed != AS_OK ? u.failed : s;
	return as_worse(as_worse(sent, ended), s >= AS_NOMEM ? s : AS_OK);
}

/* Whether a claim on the start of the object covers it, so that it need not be searched further. */
static bool covers(const as_opening *o, const as_format *f, const as_extent *claim)
{
	if (claim->open_end || f->kind == AS_LEAF || o->hint.n > 0)
		return true;
	/* The search would not meet it again; what follows becomes a part, and is searched as one. */
	if (!f->anywhere && claim->sure >= AS_STRUCTURED)
		return true;
	uint64_t end = claim->size;
	return end + as_padding_at(o->data, end) == o->data.n || o->data.n - end < TRAILER_MIN;
}

/* What was searched for formats already is not searched again. But no magic tells where a bare program begins. */
static const as_format *bare_program(const as_opening *o, as_extent *claim)
{
	const as_format *f = as_format_by_id("uboot");
	bool is = f && o->send->stage(o->send->ctx, f->id, 0) && f->probe(o->data, claim) == AS_OK;
	return is ? f : NULL;
}

static const as_format *claim_of(const as_opening *o, as_extent *claim, as_beside *beside)
{
	*beside = (as_beside){ 0 };
	if (as_is(o->hint, "raw"))
		return bare_program(o, claim);
	for (const as_format *const *f = as_formats; o->hint.n > 0 && *f; f++)
		if (as_is(o->hint, (*f)->id) && o->send->stage(o->send->ctx, (*f)->id, 0) &&
			(*f)->probe(o->data, claim) == AS_OK)
			return *f;
	return as_best_format(o, o->data, 0, claim, beside);
}

as_status as_open_object(const as_opening *o, const char **type)
{
	as_extent claim = { 0 };
	*type = "empty";
	as_beside beside = { 0 };
	const as_format *f = o->data.n > 0 ? claim_of(o, &claim, &beside) : NULL;
	if (f && covers(o, f, &claim)) {
		*type = f->id;
		as_status s = send_type(o, f->id);
		if (s == AS_OK && f->unpack && o->depth >= o->limits->depth)
			return as_send_lost(
				o, f->id, "limit", 0, o->data.n, "containers nested too deeply");
		return s == AS_OK ? open_format(o, f, &claim, &beside) : s;
	}
	*type = as_type_of(o->data);
	/* Bytes that begin like a picture or a program of others may go on as anything; text that was looked at to
	 * its end holds nothing but text. */
	bool text = as_starts(as_lit(*type), "text") || strcmp(*type, "pem") == 0;
	bool searched = f || !text || o->data.n > AS_TYPE_LOOK || o->depth == 0;
	if (searched && o->data.n > 0 && o->depth < o->limits->depth)
		return open_raw(o, *type, type);
	return send_type(o, *type);
}
