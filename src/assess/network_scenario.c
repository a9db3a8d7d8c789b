/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with the scenarios of a network, and what they do not do although somebody may think so. */
#include <stdlib.h>

#include "assess/network_internal.h"

enum { REPLACE, CAP, FREEZE, KINDS };
static const char *const kind_words[KINDS] = { "replace", "cap", "freeze" };

/* A change, and what it finds in the network. */
typedef struct tally {
	const as_change *c;
	int kind;
	size_t out;                 /* number of the supplier whose equipment it is */
	size_t met, taken;          /* classes it names; those no earlier change has taken */
	size_t lifeless, priceless; /* of those taken */
	size_t first;               /* the change that took the first of the others */
	bool spoiled;               /* what it names is not there: that is told */
} tally;

/* That a supplier has equipment in a segment. */
typedef struct presence {
	size_t segment, supplier;
	double elements;
} presence;

typedef struct checking {
	as_network_reading *r;
	presence *there;
	size_t n_there;
	double *size; /* elements by segment */
} checking;

static const char *shown(const checking *k, as_span s) { return as_network_shown(k->r, s); }

/* False if it names what is not there. */
static bool check_change(const checking *k, const as_change *c, int kind)
{
	as_network_reading *r = k->r;
	size_t before = r->f->n;
	const as_written *w = &c->written;
	const char *title = kind_words[kind];
	double start = r->n.question.start, end = start + r->n.question.years;
	size_t out = as_network_supplier(r, w, title, "supplier", c->supplier),
	       in = as_network_supplier(r, w, title, "with", c->with);
	if (out == in && out != SIZE_MAX)
		as_fault_add(r->f, w->file, as_form_line(w, "with"),
			"%s: '%s' is to be replaced by itself", title, shown(k, c->supplier));
	as_network_among(r, &r->segments, w, title, "segments", "segment", &c->segments);
	as_network_among(r, &r->regions, w, title, "regions", "region", &c->regions);
	bool fine = r->f->n == before;
	if (c->product.n)
		r->f->no_memory |= as_names_add(&r->products, c->product) == SIZE_MAX;
	if (kind != FREEZE && !as_form_told(w, "sites_month") && !as_form_told(w, "months") &&
		!as_form_told(w, "by"))
		as_fault_add(r->f, w->file, w->line,
			"%s: how fast it goes is not told: sites_month, months, or by", title);
	if (c->by > 0 && c->by <= start)
		as_fault_add(r->f, w->file, as_form_line(w, "by"),
			"%s: by %.15g is no later than the beginning of the first year, %.15g: "
			"there is no time for it",
			title, c->by, start);
	else if (c->by > end)
		as_network_note(r, w, "by",
			"%s: by %.15g lies beyond the last year that is looked at, %.15g", title,
			c->by, end - 1);
	if (kind != CAP && as_form_told(w, "share"))
		as_fault_add(
			r->f, w->file, as_form_line(w, "share"), "%s: share belongs to cap", title);
	else if (kind == CAP && !as_form_told(w, "share"))
		as_fault_add(r->f, w->file, w->line,
			"cap: share is missing (which share of each segment '%s' keeps)",
			shown(k, c->supplier));
	else if (c->share >= 1)
		as_fault_add(r->f, w->file, as_form_line(w, "share"),
			"cap: a share of 1 changes nothing");
	return fine;
}

static bool names(const tally *t, const as_class *x)
{
	return t->out == x->supplier_at && as_among(&t->c->segments, x->segment) &&
	       as_among(&t->c->regions, x->region);
}

/* The first change that names a class takes it, as when the model is made. */
static void count_classes(const checking *k, tally *all, size_t n)
{
	for (size_t i = 0; i < k->r->n.n_classes; i++) {
		const as_class *x = &k->r->n.classes[i];
		size_t taker = SIZE_MAX;
		for (size_t t = 0; t < n; t++) {
			if (!names(&all[t], x))
				continue;
			if (all[t].met++ == all[t].taken && taker != SIZE_MAX)
				all[t].first = taker;
			if (taker != SIZE_MAX)
				continue;
			taker = t;
			all[t].taken++;
			all[t].lifeless += x->life <= 0;
			all[t].priceless += !x->replacement.line && !all[t].c->cost.line &&
					    (all[t].kind != FREEZE || x->life > 0);
		}
	}
}

static void tell_tally(const checking *k, const tally *all, const tally *t)
{
	const as_written *w = &t->c->written;
	const char *kind = kind_words[t->kind], *supplier = shown(k, t->c->supplier);
	bool untold = k->r->suppliers_told && t->out >= k->r->n.n_suppliers;
	if (t->out == SIZE_MAX || untold || t->spoiled || k->r->classes_spoiled)
		return;
	if (t->met == 0)
		as_fault_add(k->r->f, w->file, as_form_line(w, "supplier"),
			"%s: there is no equipment of '%s'%s: nothing would change", kind, supplier,
			t->c->segments.n || t->c->regions.n ? " in these segments and regions"
							    : "");
	if (t->priceless)
		as_fault_add(k->r->f, w->file, w->line,
			"%s: what it costs is not told: cost here, or replacement in %zu class%s "
			"of "
			"'%s'",
			kind, t->priceless, t->priceless == 1 ? "" : "es", supplier);
	if (t->taken < t->met)
		as_network_note(k->r, w, "supplier",
			"%s: an earlier change of the scenario (line %u) takes %zu of %zu class%s "
			"of '%s': the first that names a class counts",
			kind, all[t->first].c->written.line, t->met - t->taken, t->met,
			t->met == 1 ? "" : "es", supplier);
	if (t->kind == FREEZE && t->lifeless)
		as_network_note(k->r, w, "supplier",
			"freeze: %zu of %zu class%s of '%s' have no life: they are never renewed, "
			"so nothing happens to them",
			t->lifeless, t->met, t->met == 1 ? "" : "es", supplier);
}

/* The most that a supplier may have of a segment, wherever it is. */
static double most_of(const tally *all, size_t n, size_t supplier, as_span segment)
{
	for (size_t i = 0; i < n; i++)
		if (all[i].kind == CAP && all[i].out == supplier && !all[i].c->regions.n &&
			as_among(&all[i].c->segments, segment))
			return all[i].c->share;
	return 1;
}

static bool is_there(const checking *k, size_t segment, size_t supplier)
{
	for (size_t i = 0; i < k->n_there; i++)
		if (k->there[i].segment == segment && k->there[i].supplier == supplier)
			return true;
	return false;
}

/* Caps of all suppliers of a segment must leave room for all of it. */
static void check_room(
	const checking *k, const as_scenario *s, size_t segment, const tally *all, size_t n)
{
	as_span name = k->r->segments.p[segment];
	double room = 0;
	size_t suppliers = 0;
	for (size_t i = 0; i < k->n_there; i++)
		if (k->there[i].segment == segment) {
			room += most_of(all, n, k->there[i].supplier, name);
			suppliers++;
		}
	for (size_t i = 0; i < n && room < 1; i++) {
		size_t in = as_names_find(&k->r->suppliers, all[i].c->with);
		if (as_among(&all[i].c->segments, name) && !is_there(k, segment, in))
			room += most_of(all, n, in, name);
	}
	if (suppliers && room < 1)
		as_fault_add(k->r->f, s->written.file, s->written.line,
			"scenario: '%s': the caps leave only %.3g %% of segment '%s' to anybody",
			shown(k, s->name), 100 * room, shown(k, name));
}

/* A cap that a supplier does not reach changes nothing. */
static void check_caps(const checking *k, const tally *all, size_t n)
{
	for (size_t i = 0; i < k->n_there; i++) {
		const presence *x = &k->there[i];
		as_span name = k->r->segments.p[x->segment];
		for (size_t t = 0; t < n; t++)
			if (all[t].kind == CAP && all[t].out == x->supplier &&
				!all[t].c->regions.n && as_among(&all[t].c->segments, name) &&
				x->elements <= all[t].c->share * k->size[x->segment])
				as_network_note(k->r, &all[t].c->written, "share",
					"cap: '%s' has %.3g %% of segment '%s' already: there the "
					"cap changes nothing",
					shown(k, all[t].c->supplier),
					100 * x->elements / k->size[x->segment], shown(k, name));
	}
}

static void check_apply(const checking *k, const as_apply *a)
{
	as_network_reading *r = k->r;
	const as_written *w = &a->written;
	as_span control = a->control;
	if (control.n)
		as_network_among(r, &r->controls, w, "apply", "control", "control",
			&(as_texts){ &control, 1 });
	size_t at = as_names_find(&r->controls, control);
	const as_control *c = at < r->n.n_controls ? &r->n.controls[at] : NULL;
	if (c && !c->cost.line && !c->unit_cost.line && !c->yearly.line)
		as_fault_add(r->f, w->file, as_form_line(w, "control"),
			"apply: what '%s' costs is not told: add [[control]] name = \"%s\" with "
			"cost, unit_cost or yearly",
			shown(k, control), shown(k, control));
	as_network_among(r, &r->segments, w, "apply", "segments", "segment", &a->segments);
	as_network_among(r, &r->products, w, "apply", "products", "product", &a->products);
	for (size_t i = 0; i < a->suppliers.n; i++)
		(void)as_network_supplier(r, w, "apply", "suppliers", a->suppliers.p[i]);
}

static void check_scenario(const checking *k, const as_scenario *s)
{
	const as_rows *const rows[KINDS] = { &s->replace, &s->cap, &s->freeze };
	size_t n = s->replace.n + s->cap.n + s->freeze.n, at = 0;
	tally *all = n <= AS_CHANGES_MOST ? calloc(n + 1, sizeof(*all)) : NULL;
	if (n > AS_CHANGES_MOST)
		as_fault_add(k->r->f, s->written.file, s->written.line,
			"scenario: '%s' has %zu changes: at most %d can be looked at",
			shown(k, s->name), n, AS_CHANGES_MOST);
	k->r->f->no_memory |= !all && n <= AS_CHANGES_MOST;
	for (int kind = 0; all && kind < KINDS; kind++)
		for (size_t i = 0; i < rows[kind]->n; i++) {
			const as_change *c = (const as_change *)rows[kind]->p + i;
			all[at++] = (tally){ .c = c,
				.kind = kind,
				.spoiled = !check_change(k, c, kind),
				.out = as_names_find(&k->r->suppliers, c->supplier) };
		}
	if (at)
		count_classes(k, all, at);
	for (size_t i = 0; i < at; i++)
		tell_tally(k, all, &all[i]);
	for (size_t g = 0; g < k->r->segments.n && all && s->cap.n; g++)
		check_room(k, s, g, all, at);
	if (all)
		check_caps(k, all, at);
	for (size_t i = 0; i < s->apply.n; i++)
		check_apply(k, (const as_apply *)s->apply.p + i);
	free(all);
}

static int compare(const void *a, const void *b)
{
	const presence *x = a, *y = b;
	if (x->segment != y->segment)
		return x->segment < y->segment ? -1 : 1;
	return (x->supplier > y->supplier) - (x->supplier < y->supplier);
}

/* Who has equipment where. */
static void list_presences(checking *k)
{
	as_network_reading *r = k->r;
	size_t n = 0;
	k->there = as_alloc_array(r->f->arena, r->n.n_classes + 1, sizeof(*k->there));
	k->size = as_alloc_array(r->f->arena, r->segments.n + 1, sizeof(*k->size));
	if (!k->there || !k->size) {
		r->f->no_memory = true;
		return;
	}
	for (size_t i = 0; i < r->n.n_classes; i++) {
		const as_class *c = &r->n.classes[i];
		size_t segment = as_names_find(&r->segments, c->segment);
		if (c->supplier_at == SIZE_MAX || segment == SIZE_MAX)
			continue;
		k->there[n++] = (presence){ segment, c->supplier_at, c->count };
		k->size[segment] += c->count;
	}
	if (n)
		qsort(k->there, n, sizeof(*k->there), compare);
	for (size_t i = 0; i < n; i++) {
		if (k->n_there && compare(&k->there[k->n_there - 1], &k->there[i]) == 0)
			k->there[k->n_there - 1].elements += k->there[i].elements;
		else
			k->there[k->n_there++] = k->there[i];
	}
}

void as_network_check_scenarios(as_network_reading *r)
{
	checking k = { .r = r };
	list_presences(&k);
	for (size_t i = 0; i < r->n.n_scenarios && !r->f->no_memory; i++)
		check_scenario(&k, &r->n.scenarios[i]);
}
