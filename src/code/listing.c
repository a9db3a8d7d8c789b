/* SPDX-License-Identifier: Apache-2.0 */
#include "code/listing.h"

#include "base/search.h"
#include "code/phrase.h"

#include <stdlib.h>

enum {
	INSTRUCTIONS_MAX = 4096, /* on the way through one function */
	NOTES_MAX = 1024,
	BEFORE = 6, /* instructions shown before one that matters, which prepare it */
	AFTER = 1,
	NOTE_LEN = 400
};

/* An instruction on the way. */
typedef struct step {
	uint64_t at;
	uint32_t op;
	bool shown;
} step;

typedef struct note {
	uint64_t at;
	size_t order; /* in which it was made */
	as_span text;
	bool matters; /* what stands before it is shown, too */
} note;

typedef struct lister {
	as_listing *out;
	const as_signals *s;
	const as_way *way;
	const as_leg *leg;
	as_disassembler *d;
	as_phrasing words;
	step *steps;
	note *notes;
	size_t n_steps, n_notes;
	as_buf buf;
	bool no_memory;
} lister;

static void add_note(lister *l, uint64_t at, bool matters)
{
	as_span text = as_cut(as_buf_span_of(&l->buf), 0, as_min(l->buf.n, NOTE_LEN));
	l->no_memory = l->no_memory || l->buf.bad;
	if (l->n_notes < NOTES_MAX && text.n > 0) {
		l->notes[l->n_notes] = (note){ .at = at,
			.order = l->n_notes,
			.text = as_copy(l->s->arena, text),
			.matters = matters };
		l->n_notes++;
	}
	as_buf_clear(&l->buf);
}

static void note_calls(lister *l, uint32_t block)
{
	const as_values *v = &l->leg->in->values;
	for (uint32_t i = 0; i < v->n_calls; i++) {
		const as_call *c = &v->calls[i];
		if (c->block != block)
			continue;
		if (l->way->test && l->leg == &l->way->leg[0] && c->at == l->way->test->at)
			as_buf_text(&l->buf, "the comparison: ");
		else if (c->at == l->leg->effect_at)
			as_buf_text(&l->buf, l->way->called && l->leg == &l->way->leg[0]
						     ? "leads to the effect: "
						     : "the effect: ");
		as_phrase_call(&l->buf, &l->words, i);
		add_note(l, c->at, true);
	}
}

static void note_decision(lister *l, size_t i)
{
	const as_decision *d = as_phrase_decision(l->leg->in, l->leg->blocks[i]);
	int side = as_way_side(l->leg, i);
	if (!d || side < 0)
		return;
	const as_flow *f = &l->leg->in->flow;
	const as_block *b = &f->blocks[l->leg->blocks[i]];
	as_buf_text(&l->buf, "on if ");
	as_phrase_condition(&l->buf, &l->words, d, side == 1);
	as_buf_print(&l->buf, ", to 0x%llx; else to 0x%llx",
		(unsigned long long)f->blocks[side == 1 ? b->taken : b->next].addr,
		(unsigned long long)f->blocks[side == 1 ? b->next : b->taken].addr);
	add_note(l, d->at, true);
	(void)as_phrase_learn(&l->words, d, side == 1);
}

static bool is_plain(as_span text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] >= 0x7f ||
			(text.p[i] < 0x20 && (text.p[i] < '\t' || text.p[i] > '\r')))
			return false;
	return true;
}

static void note_texts(lister *l, uint32_t block)
{
	const as_values *v = &l->leg->in->values;
	for (uint32_t i = 0; i < v->n_refs; i++) {
		const as_ref *r = &v->refs[i];
		as_span text = r->block == block ? as_phrase_string(l->s->profile, r->addr)
						 : (as_span){ 0 };
		if (text.n == 0 || !is_plain(text)) /* a page's address, half of one */
			continue;
		as_phrase_text(&l->buf, text);
		add_note(l, r->at, false);
	}
}

static void add_steps(lister *l, uint32_t block)
{
	const as_flow *f = &l->leg->in->flow;
	const as_block *b = &f->blocks[block];
	for (uint32_t i = b->first; i < b->first + b->n && l->n_steps < INSTRUCTIONS_MAX; i++)
		if (i == b->first || f->ops[i].at != f->ops[i - 1].at)
			l->steps[l->n_steps++] = (step){ .at = f->ops[i].at, .op = i };
}

static int by_place(const void *a, const void *b)
{
	const note *x = a, *y = b;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static const note *notes_at(const lister *l, uint64_t at)
{
	return as_with(l->notes, l->n_notes, sizeof(*l->notes), at);
}

static void choose(lister *l)
{
	for (size_t i = 0; i < l->n_steps; i++) {
		const note *n = notes_at(l, l->steps[i].at);
		bool matters = false;
		for (; n && n < l->notes + l->n_notes && n->at == l->steps[i].at; n++) {
			matters = matters || n->matters;
			l->steps[i].shown = true;
		}
		if (i < 2)
			l->steps[i].shown = true;
		size_t from = i > BEFORE ? i - BEFORE : 0;
		for (size_t j = from; matters && j <= i + AFTER && j < l->n_steps; j++)
			l->steps[j].shown = true;
	}
}

static as_listing_line *add_line(lister *l)
{
	return l->out->n < AS_LISTING_MAX ? &l->out->line[l->out->n++] : NULL;
}

/* In place of instructions that are left out. */
static void add_gap(lister *l, size_t n)
{
	as_listing_line *line = n > 0 ? add_line(l) : NULL;
	if (line)
		*line = (as_listing_line){ .function = l->leg->function,
			.text = as_lit("\xe2\x80\xa6"),
			.note = as_print(
				l->s->arena, "%zu instruction%s left out", n, n == 1 ? "" : "s") };
}

static as_span notes_of(lister *l, uint64_t at)
{
	const note *n = notes_at(l, at);
	as_span all = { 0 };
	for (const note *one = n; one && one < l->notes + l->n_notes && one->at == at; one++)
		if (one == n || !as_same(one->text, one[-1].text))
			all = all.n == 0 ? one->text
					 : as_print(l->s->arena, "%.*s; %.*s", (int)all.n, all.p,
						   (int)one->text.n, one->text.p);
	return all;
}

static void add_instruction(lister *l, const step *st)
{
	as_instruction in[AS_INSTRUCTIONS_MAX];
	const as_flow *f = &l->leg->in->flow;
	size_t n = as_disassemble(l->d, f, st->op, in);
	for (size_t i = 0; i < n; i++) {
		as_listing_line *line = add_line(l);
		if (!line)
			return;
		*line = (as_listing_line){ .function = l->leg->function,
			.at = in[i].at,
			.bytes = in[i].bytes,
			.text = as_copy(l->s->arena, as_lit(in[i].text)),
			.note = i == 0 ? notes_of(l, st->at) : (as_span){ 0 },
			.reader = in[i].reader,
			.thumb = f->thumb };
		l->no_memory = l->no_memory || !line->text.p;
	}
}

static void write_steps(lister *l)
{
	size_t left_out = 0;
	for (size_t i = 0; i < l->n_steps; i++) {
		if (!l->steps[i].shown) {
			left_out++;
			continue;
		}
		add_gap(l, left_out);
		left_out = 0;
		add_instruction(l, &l->steps[i]);
	}
	add_gap(l, left_out);
}

static void write_leg(lister *l, const as_leg *leg)
{
	l->leg = leg;
	l->words = (as_phrasing){ .profile = l->s->profile, .in = leg->in };
	l->n_steps = l->n_notes = 0;
	as_buf_text(&l->buf, "entry of ");
	as_phrase_name(&l->buf, l->s->profile, leg->in->function->addr);
	add_note(l, leg->in->function->addr, false);
	for (size_t i = 0; i < leg->n; i++) {
		add_steps(l, leg->blocks[i]);
		note_calls(l, leg->blocks[i]);
		note_decision(l, i);
		note_texts(l, leg->blocks[i]);
	}
	qsort(l->notes, l->n_notes, sizeof(*l->notes), by_place);
	choose(l);
	write_steps(l);
}

bool as_listing_write(as_listing *out, const as_signals *s, const as_way *w, as_disassembler *d)
{
	lister l = { .out = out, .s = s, .way = w, .d = d };
	out->n = 0;
	l.steps = as_alloc_array(s->arena, INSTRUCTIONS_MAX, sizeof(*l.steps));
	l.notes = as_alloc_array(s->arena, NOTES_MAX, sizeof(*l.notes));
	if (!l.steps || !l.notes)
		return false;
	for (size_t i = 0; i < w->n; i++)
		write_leg(&l, &w->leg[i]);
	bool ok = !l.no_memory && !l.buf.bad;
	as_buf_free(&l.buf);
	return ok;
}
