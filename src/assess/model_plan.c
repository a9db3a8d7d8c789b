/* SPDX-License-Identifier: Apache-2.0 */
/* What each scenario makes of the network: who replaces what, and which equipment is struck together. */
#include <stdlib.h>

#include "assess/model_internal.h"

/* A lot and the group it belongs to, while groups are sorted. */
typedef struct grouped {
	size_t group, owner, segment;
	as_lot lot;
} grouped;

static const char *shown(as_making *k, as_span s) { return as_shown_text(k->m->arena, s); }

static size_t supplier_of(const as_making *k, as_span name)
{
	return as_names_find(&k->suppliers, name);
}

static bool is_of(const as_making *k, const as_change *c, const as_class *x)
{
	return supplier_of(k, c->supplier) == supplier_of(k, x->supplier) &&
	       as_among(&c->segments, x->segment) && as_among(&c->regions, x->region);
}

/* A cap's goal: how much of what the supplier has in the segment (and the cap's regions) must go. */
static double goal_of_cap(const as_making *k, const as_change *c, as_span segment)
{
	double all = 0, own = 0;
	as_texts one = { .p = &segment, .n = 1 };
	for (size_t i = 0; i < k->n->n_classes; i++) {
		const as_class *x = &k->n->classes[i];
		if (!as_among(&one, x->segment) || !as_among(&c->regions, x->region))
			continue;
		all += x->count;
		own += supplier_of(k, c->supplier) == supplier_of(k, x->supplier) ? x->count : 0;
	}
	double keep = c->share * all;
	return own <= keep ? 0 : 1 - keep / own;
}

static size_t add_programme(as_making *k, as_programme p)
{
	as_model *m = k->m;
	as_programme *all =
		as_making_room(k, m->programmes, m->n_programmes, &k->cap_programmes, sizeof(*all));
	if (!all)
		return 0;
	if (p.change) {
		const as_change *c = p.change;
		const char *out = shown(k, c->supplier), *in = shown(k, c->with);
		p.lead = as_making_param(
			k, &c->lead, "months until %s begins to replace %s", in, out);
		p.months =
			as_making_param(k, &c->months, "months in which %s replaces %s", in, out);
		p.overrun = as_making_param(
			k, &c->overrun, "overrun of the cost of %s for %s", in, out);
		p.dual = as_making_param(k, &c->dual, "cost of running %s and %s", in, out);
		p.delay = as_making_param(k, &c->delay, "delay of roll-out by %s for %s", in, out);
		p.cost = as_making_param(k, &c->cost, "price of an element of %s for %s", in, out);
	}
	m->programmes = all;
	all[m->n_programmes] = p;
	return m->n_programmes++;
}

/* The programme of a change for a class: one for all its classes, but for caps one a segment, and for freezes one for
 * each age and life. from: where the scenario's programmes begin. */
static size_t programme_of(
	as_making *k, size_t scenario, size_t from, const as_change *c, const as_class *x, int kind)
{
	enum { REPLACE, CAP, FREEZE };
	as_model *m = k->m;
	as_texts one = { .p = (as_span *)(uintptr_t)&x->segment, .n = 1 };
	for (size_t i = from; i < m->n_programmes; i++) {
		const as_programme *p = &m->programmes[i];
		if (p->change != c || (kind == CAP && !as_among(&one, p->segment)))
			continue;
		if (kind != FREEZE || (p->life == x->life && p->age == x->age))
			return i;
	}
	double goal = kind == CAP ? goal_of_cap(k, c, x->segment) : 1;
	if (goal <= 0 || (kind == FREEZE && x->life <= 0))
		return 0;
	bool *late = as_alloc_array(m->arena, k->n->n_segments + 1, sizeof(*late));
	m->no_memory |= !late;
	return add_programme(k, (as_programme){ .change = c,
					.scenario = scenario,
					.freeze = kind == FREEZE,
					.goal = goal,
					.life = x->life,
					.age = x->age,
					.segment = x->segment,
					.late = late });
}

static const as_change *change_for(
	const as_making *k, const as_scenario *s, const as_class *x, int *kind)
{
	const as_rows *const rows[] = { &s->replace, &s->cap, &s->freeze };
	for (int i = 0; i < 3; i++)
		for (size_t c = 0; c < rows[i]->n; c++)
			if (is_of(k, (const as_change *)rows[i]->p + c, x)) {
				*kind = i;
				return (const as_change *)rows[i]->p + c;
			}
	return NULL;
}

/* Where each class goes in a scenario. */
static void fill_slots(as_making *k, size_t scenario, as_plan *plan)
{
	as_model *m = k->m;
	size_t from = m->n_programmes;
	for (size_t i = 0; i < k->n->n_classes && !m->no_memory; i++) {
		const as_class *x = &k->n->classes[i];
		as_slot_of_class *slot = &plan->slots[i];
		size_t product =
			as_making_product(k, &(as_software){ x->supplier, x->product, x->version,
						     x->dossier, x->image, x->verified });
		slot->before = slot->after = as_making_profile(k, product, x, x->support_ends);
		int kind = 0;
		const as_change *c = change_for(k, &k->n->scenarios[scenario], x, &kind);
		if (!c)
			continue;
		slot->programme = programme_of(k, scenario, from, c, x, kind);
		if (slot->programme == 0)
			continue;
		size_t in = as_making_product(k, &(as_software){ .supplier = c->with,
							 .product = c->product,
							 .version = c->version,
							 .dossier = c->dossier });
		slot->after = as_making_profile(k, in, x, (as_span){ 0 });
		m->programmes[slot->programme].elements += x->count;
		size_t segment = as_names_find(&k->segments, x->segment);
		if (segment < k->n->n_segments && m->programmes[slot->programme].late)
			m->programmes[slot->programme].late[segment] = true;
	}
}

/* Lots that change alike and whose losses are laid to the same stand together: where a threat gets the better of them
 * alike, too, they are struck as one. */
static int compare(const void *a, const void *b)
{
	const grouped *x = a, *y = b;
	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	if (x->lot.programme != y->lot.programme)
		return x->lot.programme < y->lot.programme ? -1 : 1;
	if (x->lot.after != y->lot.after)
		return x->lot.after < y->lot.after ? -1 : 1;
	if (x->owner != y->owner)
		return x->owner < y->owner ? -1 : 1;
	if (x->segment != y->segment)
		return x->segment < y->segment ? -1 : 1;
	if (x->lot.profile != y->lot.profile)
		return x->lot.profile < y->lot.profile ? -1 : 1;
	if (x->lot.redundancy != y->lot.redundancy)
		return x->lot.redundancy < y->lot.redundancy ? -1 : 1;
	if (x->lot.price != y->lot.price)
		return x->lot.price < y->lot.price ? -1 : 1;
	return 0;
}

static size_t group_of(const as_model *m, as_group_kind kind, size_t class, size_t profile)
{
	const as_product *p = &m->products[m->profiles[profile].product];
	switch (kind) {
	case AS_BY_PRODUCT:
		return m->profiles[profile].product;
	case AS_BY_OWNER:
		return p->owner_at;
	case AS_BY_REGION:
		return m->region[class];
	case AS_BY_ALL:
	case AS_GROUP_KINDS:
		break;
	}
	return 0;
}

static grouped grouped_as(const as_model *m, as_group_kind kind, size_t class, as_lot lot)
{
	const as_profile *p = &m->profiles[lot.profile];
	return (grouped){ .group = group_of(m, kind, class, lot.profile),
		.owner = m->products[p->product].owner_at,
		.segment = p->segment_at,
		.lot = lot };
}

static size_t collect(const as_making *k, const as_plan *plan, as_group_kind kind, grouped *out)
{
	const as_model *m = k->m;
	size_t n = 0;
	for (size_t i = 0; i < k->n->n_classes; i++) {
		const as_class *x = &k->n->classes[i];
		const as_slot_of_class *slot = &plan->slots[i];
		as_lot lot = { .profile = (uint32_t)slot->before,
			.programme = (uint32_t)slot->programme,
			.redundancy = (uint8_t)x->redundancy,
			.price = m->price[i],
			.elements = x->count,
			.subscribers = x->subscribers };
		if (x->count <= 0)
			continue;
		out[n++] = grouped_as(m, kind, i, lot);
		if (!slot->programme)
			continue;
		lot.after = true;
		lot.profile = (uint32_t)slot->after;
		out[n++] = grouped_as(m, kind, i, lot);
	}
	return n;
}

static void make_groups(
	as_making *k, as_plan *plan, as_group_kind kind, size_t n_groups, grouped *scratch)
{
	as_model *m = k->m;
	size_t n = collect(k, plan, kind, scratch), kept = 0;
	if (n)
		qsort(scratch, n, sizeof(*scratch), compare);
	for (size_t i = 0; i < n; i++) {
		if (kept && compare(&scratch[kept - 1], &scratch[i]) == 0) {
			scratch[kept - 1].lot.elements += scratch[i].lot.elements;
			scratch[kept - 1].lot.subscribers += scratch[i].lot.subscribers;
		} else {
			scratch[kept++] = scratch[i];
		}
	}
	as_groups g = { .n = n_groups,
		.first = as_alloc_array(m->arena, n_groups + 1, sizeof(*g.first)),
		.lots = as_alloc_array(m->arena, kept + 1, sizeof(*g.lots)) };
	if (!g.first || !g.lots) {
		m->no_memory = true;
		return;
	}
	for (size_t i = 0, at = 0; i <= n_groups; i++) {
		for (; at < kept && scratch[at].group < i; at++)
			g.lots[at] = scratch[at].lot;
		g.first[i] = at;
	}
	plan->groups[kind] = g;
}

static bool takes(const as_making *k, const as_apply *a, size_t control, size_t profile)
{
	const as_profile *p = &k->m->profiles[profile];
	const as_product *product = &k->m->products[p->product];
	return !(p->controls >> control & 1) && as_among(&a->segments, p->segment) &&
	       as_among(&a->products, product->product) &&
	       as_making_supplies(k, &a->suppliers, product->supplier_at);
}

/* Which profiles a scenario's controls are put on, unless they have them, and for how many elements each is paid. */
static void apply_controls(as_making *k, const as_scenario *s, as_plan *plan)
{
	as_model *m = k->m;
	plan->added = as_alloc_array(m->arena, m->n_profiles + 1, sizeof(*plan->added));
	plan->measures = as_alloc_array(m->arena, s->apply.n + 1, sizeof(*plan->measures));
	if (!plan->added || !plan->measures) {
		m->no_memory = true;
		return;
	}
	for (size_t a = 0; a < s->apply.n; a++) {
		const as_apply *apply = (const as_apply *)s->apply.p + a;
		size_t at = as_names_find(&k->controls, apply->control);
		as_measure measure = { .control = at };
		if (at >= k->n->n_controls || at >= AS_CONTROLS_MOST)
			continue;
		for (size_t p = 0; p < m->n_profiles; p++)
			if (takes(k, apply, at, p))
				plan->added[p] |= (uint64_t)1 << at;
		for (size_t i = 0; i < k->n->n_classes; i++)
			measure.elements += takes(k, apply, at, plan->slots[i].before)
						    ? k->n->classes[i].count
						    : 0;
		plan->measures[plan->n_measures++] = measure;
	}
}

static bool same_lot(const as_lot *a, const as_lot *b)
{
	return a->profile == b->profile && a->programme == b->programme && a->after == b->after &&
	       a->redundancy == b->redundancy && a->price == b->price &&
	       a->elements == b->elements && a->subscribers == b->subscribers;
}

static bool same_group(const as_plan *plan, const as_groups *a, const as_groups *b, size_t g)
{
	size_t n = a->first[g + 1] - a->first[g];
	bool same = b->first[g + 1] - b->first[g] == n;
	for (size_t i = 0; same && i < n; i++) {
		const as_lot *lot = &b->lots[b->first[g] + i];
		same = same_lot(&a->lots[a->first[g] + i], lot) && !plan->added[lot->profile];
	}
	return same;
}

/* Which classes and groups of a scenario are as things are. */
static void mark_unchanged(as_making *k, size_t scenario)
{
	as_plan *plan = &k->m->plans[scenario];
	for (size_t i = 0; i < k->n->n_classes; i++)
		if (!plan->slots[i].programme && !plan->added[plan->slots[i].before])
			k->m->as_now[i] |= (uint64_t)1 << scenario;
	for (int kind = 0; kind < AS_GROUP_KINDS; kind++) {
		const as_groups *now = &k->m->plans[0].groups[kind];
		as_groups *g = &plan->groups[kind];
		g->as_now = as_alloc_array(k->m->arena, g->n + 1, sizeof(*g->as_now));
		k->m->no_memory |= !g->as_now;
		for (size_t i = 0; g->as_now && i < g->n; i++)
			g->as_now[i] = same_group(plan, now, g, i);
	}
}

static int compare_batches(const void *a, const void *b)
{
	const as_batch *x = a, *y = b;
	if (x->programme != y->programme)
		return x->programme < y->programme ? -1 : 1;
	if (x->price != y->price)
		return x->price < y->price ? -1 : 1;
	if (x->renewal != y->renewal)
		return x->renewal < y->renewal ? -1 : 1;
	if (x->life != y->life)
		return x->life < y->life ? -1 : 1;
	if (x->age != y->age)
		return x->age < y->age ? -1 : 1;
	return 0;
}

static void make_batches(as_making *k, as_plan *plan)
{
	as_model *m = k->m;
	size_t n = 0, kept = 0;
	as_batch *all = calloc(k->n->n_classes + 1, sizeof(*all));
	for (size_t i = 0; all && i < k->n->n_classes; i++) {
		const as_class *x = &k->n->classes[i];
		all[n++] = (as_batch){ .programme = (uint32_t)plan->slots[i].programme,
			.price = m->price[i],
			.renewal = m->renewal[i],
			.life = x->life,
			.age = x->age,
			.elements = x->count };
	}
	if (n)
		qsort(all, n, sizeof(*all), compare_batches);
	for (size_t i = 0; i < n; i++) {
		if (kept && compare_batches(&all[kept - 1], &all[i]) == 0)
			all[kept - 1].elements += all[i].elements;
		else
			all[kept++] = all[i];
	}
	bool ok = all != NULL;
	plan->batches = as_alloc_copy(m->arena, all, kept, sizeof(*all), &ok);
	plan->n_batches = kept;
	m->no_memory |= !ok;
	free(all);
}

void as_making_plans(as_making *k)
{
	as_model *m = k->m;
	size_t n = k->n->n_classes, scenarios = k->n->n_scenarios;
	m->plans = as_alloc_array(m->arena, scenarios + 1, sizeof(*m->plans));
	grouped *scratch = calloc(2 * n + 1, sizeof(*scratch));
	m->as_now = as_alloc_array(m->arena, n + 1, sizeof(*m->as_now));
	if (!m->plans || !m->as_now || !scratch) {
		m->no_memory = true;
		free(scratch);
		return;
	}
	(void)add_programme(k, (as_programme){ .lead = AS_NONE,
				       .months = AS_NONE,
				       .overrun = AS_NONE,
				       .dual = AS_NONE,
				       .delay = AS_NONE,
				       .cost = AS_NONE });
	for (size_t s = 0; s < scenarios && !m->no_memory; s++) {
		m->plans[s].slots = as_alloc_array(m->arena, n + 1, sizeof(*m->plans[s].slots));
		m->no_memory |= !m->plans[s].slots;
		if (!m->no_memory)
			fill_slots(k, s, &m->plans[s]);
	}
	for (size_t i = 0; i < n && !m->no_memory; i++)
		m->products[m->profiles[m->plans[0].slots[i].before].product].elements +=
			(size_t)k->n->classes[i].count;
	const size_t groups[AS_GROUP_KINDS] = { m->n_products, k->n->n_suppliers, m->n_regions, 1 };
	for (size_t s = 0; s < scenarios && !m->no_memory; s++) {
		for (int kind = 0; kind < AS_GROUP_KINDS && !m->no_memory; kind++)
			make_groups(k, &m->plans[s], (as_group_kind)kind, groups[kind], scratch);
		if (!m->no_memory) {
			apply_controls(k, &k->n->scenarios[s], &m->plans[s]);
			make_batches(k, &m->plans[s]);
		}
		if (!m->no_memory)
			mark_unchanged(k, s);
	}
	free(scratch);
}
