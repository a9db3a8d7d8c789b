/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/story.h"

#include "base/text.h"
#include "code/against.h"
#include "code/listing.h"
#include "code/path.h"
#include "code/pseudo.h"
#include "code/story.h"

enum { CITED = 16 /* bytes of code that a row rests on */, NAME_MAX_BYTES = 200 };

typedef struct stating {
	as_facts *out;
	const as_signals *s;
	const as_alarm *alarm;
	as_disassembler *disassembler;
	as_reach *reach;
	as_listing *listing;
	as_pseudo *pseudo;
	as_opt function, site; /* what every row of one story begins with */
} stating;

static as_opt address(uint64_t addr)
{
	return addr && addr <= INT64_MAX ? as_some((int64_t)addr) : (as_opt){ 0 };
}

static const as_function *function_of(const stating *st, size_t number)
{
	return &st->s->profile->functions.list[number];
}

static as_span name_of(const stating *st, size_t number)
{
	as_span name = function_of(st, number)->name;
	return as_cut(name, 0, as_min(name.n, NAME_MAX_BYTES));
}

static as_span cited(const stating *st, uint64_t addr)
{
	as_span from = as_program_file(st->s->profile->program, addr);
	return addr ? as_cut(from, 0, as_min(from.n, CITED)) : (as_span){ 0 };
}

static as_status state_path(stating *st, const as_way *w, const as_chain *c)
{
	as_path path;
	as_status worst = AS_OK;
	if (!as_path_make(&path, st->s, st->alarm, w, c))
		return AS_NOMEM;
	for (size_t i = 0; i < path.n && worst <= AS_PARTIAL; i++) {
		const as_path_step *p = &path.step[i];
		worst = as_worse(worst,
			as_add_path_step(st->out,
				(as_path_step_row){ .where = cited(st, p->at),
					.function = st->function,
					.site = st->site,
					.step = (int64_t)i + 1,
					.kind = as_lit(p->kind),
					.inside = address(function_of(st, p->function)->addr),
					.addr = address(p->at),
					.name = name_of(st, p->function),
					.text = p->text }));
	}
	return worst;
}

static as_status state_pseudo(stating *st, const as_way *w)
{
	as_status worst = AS_OK;
	if (!as_pseudo_write(st->pseudo, st->s, w))
		return AS_NOMEM;
	for (size_t i = 0; i < st->pseudo->n && worst <= AS_PARTIAL; i++) {
		const as_pseudo_line *line = &st->pseudo->line[i];
		worst = as_worse(worst,
			as_add_pseudo_code(st->out, (as_pseudo_code){ .where = cited(st, line->at),
							    .function = st->function,
							    .site = st->site,
							    .line = (int64_t)i + 1,
							    .addr = address(line->at),
							    .depth = line->depth,
							    .text = line->text }));
	}
	return worst;
}

static as_status state_listing(stating *st, const as_way *w)
{
	as_status worst = AS_OK;
	as_buf hex = { 0 };
	bool arm = st->s->profile->program->elf.machine == AS_EM_ARM;
	if (!as_listing_write(st->listing, st->s, w, st->disassembler))
		return AS_NOMEM;
	for (size_t i = 0; i < st->listing->n && worst <= AS_PARTIAL; i++) {
		const as_listing_line *line = &st->listing->line[i];
		as_buf_clear(&hex);
		as_hex_add(&hex, line->bytes);
		worst = as_worse(worst,
			as_add_listing(st->out,
				(as_listing_row){ .where = line->bytes,
					.function = st->function,
					.site = st->site,
					.line = (int64_t)i + 1,
					.inside = address(function_of(st, line->function)->addr),
					.addr = address(line->at),
					.mode = line->reader && arm
							? as_lit(line->thumb ? "thumb" : "arm")
							: (as_span){ 0 },
					.bytes = hex.n ? as_buf_span_of(&hex) : (as_span){ 0 },
					.text = line->text,
					.note = line->note,
					.reader = line->reader ? as_lit(line->reader)
							       : (as_span){ 0 } }));
	}
	as_buf_free(&hex);
	return worst;
}

static as_status state_against(stating *st, const as_way *w, const as_chain *c)
{
	as_against list[AS_AGAINST_MAX];
	as_status worst = AS_OK;
	size_t n = as_against_find(list, st->s, st->alarm, w, c);
	for (size_t i = 0; i < n && worst <= AS_PARTIAL; i++)
		worst = as_worse(
			worst, as_add_speaks_against(st->out,
				       (as_speaks_against){ .where = cited(st, st->alarm->at),
					       .function = st->function,
					       .site = st->site,
					       .kind = as_lit(list[i].kind),
					       .n = as_some(list[i].n),
					       .text = list[i].text }));
	return worst;
}

static as_status state_story(stating *st, const as_alarm *a)
{
	as_way way;
	as_chain chain;
	st->alarm = a;
	st->function = address(function_of(st, a->function)->addr);
	st->site = address(a->at);
	if (!as_way_find(&way, st->s, a)) /* not kept in full: that is stated elsewhere */
		return AS_OK;
	bool caller = way.n > 1 && !way.called;
	if (!as_reach_find(&chain, st->reach, way.leg[caller ? 1 : 0].function))
		return AS_NOMEM;
	as_status s = state_path(st, &way, &chain);
	s = s <= AS_PARTIAL ? as_worse(s, state_pseudo(st, &way)) : s;
	s = s <= AS_PARTIAL ? as_worse(s, state_listing(st, &way)) : s;
	return s <= AS_PARTIAL ? as_worse(s, state_against(st, &way, &chain)) : s;
}

as_status as_state_stories(as_facts *out, const as_signals *s)
{
	const as_alarm *list[AS_STORIES_MAX];
	size_t n = as_stories_choose(list, s);
	if (n == 0)
		return AS_OK;
	stating st = { .out = out, .s = s, .reach = as_reach_new(s) };
	st.listing = as_alloc(s->arena, sizeof(*st.listing));
	st.pseudo = as_alloc(s->arena, sizeof(*st.pseudo));
	st.disassembler = as_disassembler_new(s->profile->program);
	as_status worst = st.reach && st.listing && st.pseudo && st.disassembler ? AS_OK : AS_NOMEM;
	for (size_t i = 0; i < n && worst <= AS_PARTIAL; i++)
		worst = as_worse(worst, state_story(&st, list[i]));
	as_disassembler_free(st.disassembler);
	return worst != AS_NOMEM ? worst
				 : as_beyond(out, s->profile->program->elf.header,
					   "no memory was left to tell how signals come about");
}
