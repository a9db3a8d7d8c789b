/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/engine.h"

static bool path_fits(const as_inspector *ins, as_span path)
{
	for (const char *const *p = ins->paths; *p; p++)
		if (as_glob(*p, path))
			return true;
	return false;
}

uint64_t as_roles_of(as_span path)
{
	uint64_t roles = 0, bit = 1;
	for (const as_inspector *const *ins = as_inspectors; *ins; ins++) {
		if (!(*ins)->paths)
			continue;
		if (path_fits(*ins, path))
			roles |= bit;
		bit <<= 1;
	}
	return roles;
}

typedef struct channel {
	const as_sender *send;
	const char *stage;
} channel;

static as_status emit(void *ctx, as_span row)
{
	const channel *c = ctx;
	return c->send->send(c->send->ctx, AS_M_ROW, row);
}

static as_status say(
	const channel *c, const char *reason, uint64_t at, uint64_t len, const char *text)
{
	as_buf b = { 0 };
	as_lost_encode(&b, &(as_lost_message){ .at = at,
				   .len = len,
				   .stage = as_lit(c->stage),
				   .reason = as_lit(reason),
				   .text = as_lit(text) });
	as_status s = b.bad ? AS_NOMEM : c->send->send(c->send->ctx, AS_M_LOST, as_buf_span_of(&b));
	as_buf_free(&b);
	return s;
}

static as_status lost(void *ctx, const char *reason, uint64_t at, const char *text)
{
	return say(ctx, reason, at, 0, text);
}

static bool is_listed(as_span list, const char *id)
{
	as_span one = as_field(list, ',', 0);
	for (size_t i = 1; one.p; one = as_field(list, ',', i++))
		if (as_is(one, id))
			return true;
	return false;
}

bool as_inspectors_named(as_span list, as_span *wrong)
{
	*wrong = as_field(list, ',', 0);
	for (size_t i = 1; wrong->p; *wrong = as_field(list, ',', i++)) {
		const as_inspector *const *ins = as_inspectors;
		while (*ins && !as_is(*wrong, (*ins)->id))
			ins++;
		if (!*ins)
			return false;
	}
	return true;
}

/* One that fails for want of memory, or says more at once than a message holds, must not silence those after it. */
static as_status end_one(const channel *c, as_status s)
{
	if (s == AS_NOMEM)
		return say(c, "memory", 0, 0, "memory for it could not be had");
	if (s == AS_LIMIT)
		return say(c, "limit", 0, 0, "it found more at one place than can be recorded");
	return s > AS_NOMEM ? s : AS_OK;
}

static as_status run_one(const as_inspection *in, const as_inspector *ins)
{
	as_file f = in->file;
	if (!ins->paths)
		f.path = (as_span){ 0 };
	if ((ins->cares && !ins->cares(&f)) || !in->send->stage(in->send->ctx, ins->id, 0))
		return AS_OK;
	channel c = { in->send, ins->id };
	as_status s = AS_OK;
	if (is_listed(in->without, ins->id))
		return say(&c, "left-out", 0, f.data.n, "the review was made --without this");
	if (ins->most > 0 && f.data.n > ins->most) {
		if (!f.opened) /* what follows stands in objects of its own */
			s = say(&c, "limit", ins->most, f.data.n - ins->most,
				"larger than what is read of such a file: only its beginning was");
		f.data = as_cut(f.data, 0, ins->most);
	}
	as_facts facts = { .data = f.data, .emit = emit, .lost = lost, .ctx = &c };
	s = as_worse(s, ins->inspect(&facts, &f));
	as_buf_free(&facts.row);
	as_arena_reset(f.arena); /* what one used up, the next must not lack */
	return end_one(&c, s);
}

as_status as_inspect_object(as_inspection *in)
{
	as_status s = AS_OK;
	uint64_t bit = 1;
	for (const as_inspector *const *ins = as_inspectors; *ins && s == AS_OK; ins++) {
		bool asked = (*ins)->paths ? (in->roles & bit) != 0 : in->content;
		if ((*ins)->paths)
			bit <<= 1;
		if (asked)
			s = run_one(in, *ins);
	}
	return s;
}
