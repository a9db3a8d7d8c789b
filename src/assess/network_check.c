/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with a network, as far as its tables tell, each for itself. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "assess/near.h"
#include "assess/network_internal.h"

enum {
	NOTE = 600,
	LOOKED_FOR = 100 /* names that stand twice, whose first place is looked for */
};

/* How the structs of all tables with names begin. */
typedef struct named {
	as_written written;
	as_span name;
} named;

const char *as_network_shown(const as_network_reading *r, as_span s)
{
	return as_shown_text(r->f->arena, s);
}

void as_network_note(
	as_network_reading *r, const as_written *w, const char *field, const char *format, ...)
{
	char text[NOTE];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	as_fault_add(&r->n.notes, w->file, as_form_line(w, field), "%s", text);
}

static const char *near_of(const as_network_reading *r, const as_names *names, as_span name)
{
	as_near near = { .given = name };
	for (size_t i = 0; i < names->n; i++)
		as_near_try(&near, names->p[i]);
	return as_near_text(&near, r->f->arena);
}

/* Lets a name be known from now on, so that it is told once. */
static void know(as_network_reading *r, as_names *names, as_span name)
{
	r->f->no_memory |= as_names_add(names, name) == SIZE_MAX;
}

size_t as_network_supplier(as_network_reading *r, const as_written *w, const char *title,
	const char *field, as_span name)
{
	size_t at = as_names_find(&r->suppliers, name);
	if (at != SIZE_MAX || !name.n)
		return at;
	if (r->suppliers_told)
		as_fault_add(r->f, w->file, as_form_line_of(w, field, name),
			"%s: %s: there is no [[supplier]] called '%s', nor an alias%s", title,
			field, as_network_shown(r, name), near_of(r, &r->suppliers, name));
	know(r, &r->suppliers, name);
	return as_names_find(&r->suppliers, name);
}

void as_network_among(as_network_reading *r, as_names *names, const as_written *w,
	const char *title, const char *field, const char *what, const as_texts *t)
{
	for (size_t i = 0; i < t->n; i++) {
		if (as_names_find(names, t->p[i]) != SIZE_MAX)
			continue;
		as_fault_add(r->f, w->file, as_form_line_of(w, field, t->p[i]),
			"%s: %s: there is no %s called '%s'%s", title, field, what,
			as_network_shown(r, t->p[i]), near_of(r, names, t->p[i]));
		know(r, names, t->p[i]);
	}
}

static void take(named *to, const void *rows, size_t i, size_t size)
{
	memcpy(to, (const uint8_t *)rows + i * size, sizeof(*to));
}

/* Names that are to stand once each. */
static void name_all(as_network_reading *r, as_names *names, const char *title, const void *rows,
	size_t n, size_t size)
{
	size_t looked_for = 0;
	for (size_t i = 0; i < n; i++) {
		named x, first = { 0 };
		take(&x, rows, i, size);
		size_t before = names->n, at = x.name.n ? as_names_add(names, x.name) : before;
		r->f->no_memory |= at == SIZE_MAX;
		if (at >= before)
			continue;
		for (size_t k = 0; k < i && looked_for < LOOKED_FOR && !first.name.n; k++) {
			named one;
			take(&one, rows, k, size);
			if (as_names_same(one.name, x.name))
				first = one;
		}
		looked_for++;
		as_span where = first.name.n ? as_print(r->f->arena, " (the first: %.*s:%u)",
						       (int)first.written.file.n,
						       (const char *)first.written.file.p,
						       first.written.line)
					     : as_lit("");
		as_fault_add(r->f, x.written.file, as_form_line(&x.written, "name"),
			"%s: there are two of the name '%s'%s", title, as_network_shown(r, x.name),
			where.p ? (const char *)where.p : "");
	}
}

static void name_suppliers(as_network_reading *r)
{
	r->suppliers_told = r->n.n_suppliers > 0;
	name_all(r, &r->suppliers, "supplier", r->n.suppliers, r->n.n_suppliers,
		sizeof(as_supplier));
	for (size_t i = 0; i < r->n.n_suppliers; i++) {
		const as_supplier *s = &r->n.suppliers[i];
		size_t at = as_names_find(&r->suppliers, s->name);
		for (size_t a = 0; a < s->aliases.n && at != SIZE_MAX; a++)
			if (!as_names_also(&r->suppliers, s->aliases.p[a], at))
				as_fault_add(r->f, s->written.file,
					as_form_line_of(&s->written, "aliases", s->aliases.p[a]),
					"supplier: the alias '%s' of '%s' stands for another "
					"supplier, too",
					as_network_shown(r, s->aliases.p[a]),
					as_network_shown(r, s->name));
	}
}

/* Who owns whom leads to an end. Each circle is told once, at the supplier that closes it. */
static void check_owners(as_network_reading *r)
{
	size_t n = r->n.n_suppliers;
	size_t *met = as_alloc_array(
		r->f->arena, n + 1, sizeof(*met)); /* from which it was come to, counted from 1 */
	r->f->no_memory |= !met;
	for (size_t i = 0; met && i < n; i++) {
		size_t at = i, before = i;
		while (at < n && !met[at] && r->n.suppliers[at].parent.n) {
			const as_supplier *s = &r->n.suppliers[at];
			met[at] = i + 1;
			before = at;
			at = as_network_supplier(r, &s->written, "supplier", "parent", s->parent);
		}
		if (at >= n || met[at] != i + 1)
			continue;
		const as_supplier *s = &r->n.suppliers[before];
		as_fault_add(r->f, s->written.file, as_form_line(&s->written, "parent"),
			"supplier: '%s' is owned by '%s', and this leads back to '%s': owners must "
			"not form a circle",
			as_network_shown(r, s->name), as_network_shown(r, s->parent),
			as_network_shown(r, s->name));
	}
}

static void check_class(as_network_reading *r, as_class *c)
{
	const as_written *w = &c->written;
	c->supplier_at = as_network_supplier(r, w, "class", "supplier", c->supplier);
	if (!r->segments_told)
		know(r, &r->segments, c->segment);
	else if (c->segment.n)
		as_network_among(r, &r->segments, w, "class", "segment", "[[segment]]",
			&(as_texts){ &c->segment, 1 });
	if (c->region.n)
		know(r, &r->regions, c->region);
	if (c->product.n)
		know(r, &r->products, c->product);
	if (c->admin.n)
		(void)as_network_supplier(r, w, "class", "admin", c->admin);
	if (r->n.question.subscribers > 0 && c->subscribers > r->n.question.subscribers)
		as_fault_add(r->f, w->file, as_form_line(w, "subscribers"),
			"class: '%s' serves %.15g subscribers, but the operator has %.15g in all",
			as_network_shown(r, c->name), c->subscribers, r->n.question.subscribers);
	if (c->sites > c->count)
		as_fault_add(r->f, w->file, as_form_line(w, "sites"),
			"class: '%s' has %.15g elements, which cannot stand at %.15g sites",
			as_network_shown(r, c->name), c->count, c->sites);
	if (c->dossier.n && c->image.n)
		as_fault_add(r->f, w->file, as_form_line(w, "image"),
			"class: '%s' names a dossier and an image: one of them",
			as_network_shown(r, c->name));
	as_network_among(r, &r->controls, w, "class", "controls", "control", &c->controls);
}

/* What is struck follows from what the rate is stated for, unless that is one element or the operator. */
static void check_extent(as_network_reading *r, as_threat *t)
{
	static const unsigned struck[] = { [AS_PER_SUPPLIER] = AS_HIT_SUPPLIER,
		[AS_PER_PRODUCT] = AS_HIT_PRODUCT,
		[AS_PER_REGION] = AS_HIT_REGION };
	if (t->per == AS_PER_OPERATOR || t->per == AS_PER_ELEMENT)
		return;
	if (as_form_told(&t->written, "hits") && t->hits != struck[t->per])
		as_fault_add(r->f, t->written.file, as_form_line(&t->written, "hits"),
			"threat: '%s': hits is %s, but a rate per %s strikes all of one %s at "
			"once: "
			"leave hits out, or state the rate per operator or element",
			as_network_shown(r, t->name), as_hit_words[t->hits], as_per_words[t->per],
			as_per_words[t->per]);
	t->hits = struck[t->per];
}

static bool among_words(as_span s, const char *words)
{
	for (size_t i = 0; as_word(as_lit(words), i).p; i++)
		if (as_same(as_word(as_lit(words), i), s))
			return true;
	return false;
}

static void check_susceptibility(as_network_reading *r, const as_threat *t)
{
	const as_written *w = &t->written;
	const char *name = as_network_shown(r, t->name);
	bool own = as_form_told(w, "susceptibility"), able = as_form_told(w, "capability"),
	     withstood = as_form_told(w, "resistance");
	if (own ? able || withstood : able != withstood)
		as_fault_add(r->f, w->file, as_form_line(w, able ? "capability" : "resistance"),
			"threat: '%s' takes susceptibility, or capability and resistance together",
			name);
	else if (!own && !able && t->evidence)
		as_fault_add(r->f, w->file, w->line,
			"threat: '%s' says no susceptibility: without a range of yours there is no "
			"figure (evidence = false for what always succeeds)",
			name);
}

static void needs(
	as_network_reading *r, const as_threat *t, const char *field, bool there, const char *other)
{
	if (as_form_told(&t->written, field) && !there)
		as_fault_add(r->f, t->written.file, as_form_line(&t->written, field),
			"threat: '%s': %s needs %s", as_network_shown(r, t->name), field, other);
}

static void check_threat(as_network_reading *r, as_threat *t)
{
	static const char *const costs[] = { "hours", "response", "secondary", "records",
		"replace" };
	const as_written *w = &t->written;
	bool any = false;
	check_extent(r, t);
	check_susceptibility(r, t);
	needs(r, t, "hours", as_form_told(&r->n.loss.written, "subscriber_hour"),
		"subscriber_hour in [loss]");
	needs(r, t, "records", as_form_told(&r->n.loss.written, "record"), "record in [loss]");
	needs(r, t, "secondary", as_form_told(w, "secondary_chance"), "secondary_chance");
	needs(r, t, "secondary_chance", as_form_told(w, "secondary"), "secondary");
	for (size_t i = 0; i < sizeof(costs) / sizeof(costs[0]); i++)
		any |= as_form_told(w, costs[i]);
	if (!any)
		as_fault_add(r->f, w->file, w->line,
			"threat: '%s' costs nothing: give hours, response, secondary, records or "
			"replace",
			as_network_shown(r, t->name));
	for (size_t i = 0; i < t->suppliers.n; i++)
		(void)as_network_supplier(r, w, "threat", "suppliers", t->suppliers.p[i]);
	as_network_among(r, &r->segments, w, "threat", "segments", "segment", &t->segments);
	for (size_t i = 0; i < t->risks.n; i++)
		if (!among_words(t->risks.p[i], "R1 R2 R3 R4 R5 R6 R7 R8 R9"))
			as_fault_add(r->f, w->file, as_form_line_of(w, "risks", t->risks.p[i]),
				"threat: risks: '%s' is no risk of the EU toolbox: R1 to R9",
				as_network_shown(r, t->risks.p[i]));
}

static void check_control(as_network_reading *r, const as_control *c)
{
	const as_written *w = &c->written;
	if (!w->table)
		return; /* of the table that ships alone */
	if (as_form_told(w, "threats"))
		as_network_among(r, &r->threats, w, "control", "threats", "threat", &c->threats);
	if (c->measure.n &&
		!among_words(c->measure, "SM01 SM02 SM03 SM04 SM05 SM06 SM07 SM08 TM01 TM02 TM03 "
					 "TM04 TM05 TM06 TM07 TM08 TM09 TM10 TM11"))
		as_fault_add(r->f, w->file, as_form_line(w, "measure"),
			"control: '%s' is no measure of the EU toolbox: SM01 to SM08, TM01 to TM11",
			as_network_shown(r, c->measure));
}

static void too_many(as_network_reading *r, size_t n, size_t most, const char *what)
{
	if (n > most)
		as_fault_add(r->f, r->file, 0, "there are %zu %s: at most %zu can be looked at", n,
			what, most);
}

static void check_counts(as_network_reading *r)
{
	if (r->n.n_classes == 0 && !r->classes_spoiled)
		as_fault_add(r->f, r->file, 0,
			"there is no equipment: [[class]], or an inventory in [assessment]");
	too_many(r, r->n.n_classes, AS_CLASSES_MOST, "classes");
	too_many(r, r->n.n_scenarios, AS_SCENARIOS_MOST, "scenarios");
	too_many(r, r->n.n_threats, AS_THREATS_MOST, "threats");
	too_many(r, r->n.n_controls, AS_CONTROLS_MOST, "controls, with those that ship");
}

void as_network_check(as_network_reading *r)
{
	as_names classes = { .arena = r->f->arena }, scenarios = { .arena = r->f->arena };
	r->segments_told = r->n.n_segments > 0;
	name_suppliers(r);
	name_all(r, &r->segments, "segment", r->n.segments, r->n.n_segments, sizeof(as_segment));
	name_all(r, &r->controls, "control", r->n.controls, r->n.n_controls, sizeof(as_control));
	name_all(r, &r->threats, "threat", r->n.threats, r->n.n_threats, sizeof(as_threat));
	check_owners(r);
	size_t before = r->f->n;
	name_all(r, &classes, "class", r->n.classes, r->n.n_classes, sizeof(as_class));
	for (size_t i = 0; i < r->n.n_classes; i++)
		check_class(r, &r->n.classes[i]);
	r->classes_spoiled |= r->f->n > before;
	name_all(r, &scenarios, "scenario", r->n.scenarios, r->n.n_scenarios, sizeof(as_scenario));
	as_names_free(&classes);
	as_names_free(&scenarios);
	for (size_t i = 0; i < r->n.n_threats; i++)
		check_threat(r, &r->n.threats[i]);
	for (size_t i = 0; i < r->n.n_controls; i++)
		check_control(r, &r->n.controls[i]);
	as_network_check_scenarios(r);
	check_counts(r);
}
