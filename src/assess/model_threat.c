/* SPDX-License-Identifier: Apache-2.0 */
/* Threats made ready: what their rate is for, which elements they pick; and components that products share. */
#include <stdlib.h>

#include "assess/draw.h"
#include "assess/model_internal.h"

static const char *shown(as_making *k, as_span s) { return as_shown_text(k->m->arena, s); }

static as_group_kind kind_of(const as_threat *t)
{
	static const as_group_kind by_hit[] = { [AS_HIT_ELEMENT] = AS_BY_ALL,
		[AS_HIT_PRODUCT] = AS_BY_PRODUCT,
		[AS_HIT_COMPONENT] = AS_BY_PRODUCT,
		[AS_HIT_SUPPLIER] = AS_BY_OWNER,
		[AS_HIT_REGION] = AS_BY_REGION,
		[AS_HIT_ALL] = AS_BY_ALL };
	static const as_group_kind by_rate[] = { [AS_PER_OPERATOR] = AS_BY_ALL,
		[AS_PER_SUPPLIER] = AS_BY_OWNER,
		[AS_PER_PRODUCT] = AS_BY_PRODUCT,
		[AS_PER_REGION] = AS_BY_REGION,
		[AS_PER_ELEMENT] = AS_BY_ALL };
	bool picks = t->per == AS_PER_OPERATOR || t->per == AS_PER_ELEMENT;
	return picks ? by_hit[t->hits] : by_rate[t->per];
}

/* How many elements of a class a threat can pick, before or after any change of the first scenarios. */
static double weight_of(const as_making *k, size_t threat, size_t class, size_t scenarios)
{
	const as_model *m = k->m;
	for (size_t s = 0; s < scenarios; s++) {
		const as_slot_of_class *slot = &m->plans[s].slots[class];
		if (m->profiles[slot->before].allowed[threat] ||
			m->profiles[slot->after].allowed[threat])
			return k->n->classes[class].count;
	}
	return 0;
}

/* Walker's alias method (Vose 1991): one number picks a class by its weight, whatever their number. */
static void make_alias(double *share, uint32_t *other, size_t n, double sum)
{
	size_t *low = calloc(2 * n + 1, sizeof(*low));
	size_t *high = low ? low + n : NULL, n_low = 0, n_high = 0;
	if (!low)
		return;
	for (size_t i = 0; i < n; i++) {
		share[i] *= (double)n / sum;
		other[i] = (uint32_t)i;
		if (share[i] < 1)
			low[n_low++] = i;
		else
			high[n_high++] = i;
	}
	while (n_low && n_high) {
		size_t l = low[--n_low], h = high[n_high - 1];
		other[l] = (uint32_t)h;
		share[h] -= 1 - share[l];
		if (share[h] < 1) {
			n_high--;
			low[n_low++] = h;
		}
	}
	while (n_low)
		share[low[--n_low]] = 1; /* by rounding alone */
	free(low);
}

static double mean_of(const as_quantity *q) { return q->line ? as_mean(&q->d) : 0; }

static void make_threat(as_making *k, size_t i)
{
	as_model *m = k->m;
	const as_threat *t = &k->n->threats[i];
	as_threat_model *x = &m->threats[i];
	const char *name = shown(k, t->name);
	*x = (as_threat_model){ .kind = kind_of(t),
		.rate = as_making_param(k, &t->rate, "how often: %s", name),
		.susceptibility =
			as_making_param(k, &t->susceptibility, "susceptibility: %s", name),
		.fixed = t->capability.line ? as_exceeds(&t->capability.d, &t->resistance.d) : 1,
		.hours = mean_of(&t->hours),
		.records = mean_of(&t->records),
		.replace = mean_of(&t->replace) };
	as_span stream = as_print(m->arena, "events of %s", name);
	x->purpose = as_making_purpose(k, stream);
	for (size_t c = 0; c < k->n->n_controls; c++) {
		const as_texts *only = &k->n->controls[c].threats;
		if (only->n ? as_among(only, t->name) : t->evidence)
			x->against |= (uint64_t)1 << c;
	}
	size_t n = k->n->n_classes;
	x->share = as_alloc_array(m->arena, n + 1, sizeof(*x->share));
	x->other = as_alloc_array(m->arena, n + 1, sizeof(*x->other));
	if (!x->share || !x->other) {
		m->no_memory = true;
		return;
	}
	double now = 0; /* as things are */
	for (size_t c = 0; c < n; c++) {
		x->weight += x->share[c] = weight_of(k, i, c, k->n->n_scenarios);
		now += weight_of(k, i, c, 1);
	}
	if (x->weight > 0)
		make_alias(x->share, x->other, n, x->weight);
	static const as_group_kind units[] = { [AS_PER_SUPPLIER] = AS_BY_OWNER,
		[AS_PER_PRODUCT] = AS_BY_PRODUCT,
		[AS_PER_REGION] = AS_BY_REGION };
	/* an operator's rate is what comes to what it has now; what a scenario lays open comes on top */
	x->units = t->per == AS_PER_OPERATOR  ? (now > 0 ? x->weight / now : 1)
		   : t->per == AS_PER_ELEMENT ? x->weight
					      : (double)m->plans[0].groups[units[t->per]].n;
}

void as_making_threats(as_making *k)
{
	as_model *m = k->m;
	m->threats = as_alloc_array(m->arena, k->n->n_threats + 1, sizeof(*m->threats));
	m->no_memory |= !m->threats;
	for (size_t i = 0; i < k->n->n_threats && !m->no_memory; i++)
		make_threat(k, i);
}

static bool carries(const as_way_in *w)
{
	return w->component && (w->class == AS_CLASS_reachable || w->class == AS_CLASS_exploited);
}

/* The components of all products, one entry for each product that carries it. */
static as_component_shared *list_components(as_making *k, size_t *n)
{
	as_model *m = k->m;
	as_names names = { .arena = m->arena };
	as_component_shared *all = NULL;
	size_t cap = 0;
	for (size_t p = 0; p < m->n_products; p++) {
		const as_evidence *e = m->products[p].evidence;
		for (size_t w = 0; e && w < e->n_ways && !m->no_memory; w++) {
			if (!carries(&e->ways[w]))
				continue;
			size_t before = names.n, at = as_names_add(&names, e->ways[w].id);
			if (at == before)
				all = as_making_room(k, all, before, &cap, sizeof(*all));
			if (at == SIZE_MAX || !all)
				break;
			if (at == before)
				all[at] = (as_component_shared){ .id = e->ways[w].id,
					.products = as_alloc_array(
						m->arena, m->n_products, sizeof(size_t)) };
			m->no_memory |= !all[at].products;
			all[at].exploited |= e->ways[w].class == AS_CLASS_exploited;
			if (all[at].products &&
				(all[at].n == 0 || all[at].products[all[at].n - 1] != p))
				all[at].products[all[at].n++] = p;
		}
	}
	*n = names.n;
	as_names_free(&names);
	return all;
}

static int wider_first(const void *a, const void *b)
{
	const as_component_shared *x = a, *y = b;
	if (x->subscribers != y->subscribers)
		return x->subscribers > y->subscribers ? -1 : 1;
	size_t n = x->id.n < y->id.n ? x->id.n : y->id.n;
	int order = n ? memcmp(x->id.p, y->id.p, n) : 0;
	return order ? order : (x->id.n > y->id.n) - (x->id.n < y->id.n);
}

static void give_to_products(as_making *k)
{
	as_model *m = k->m;
	for (size_t c = 0; c < m->n_shared; c++)
		for (size_t i = 0; i < m->shared[c].n; i++) {
			as_product *p = &m->products[m->shared[c].products[i]];
			if (!p->shared)
				p->shared =
					as_alloc_array(m->arena, m->n_shared, sizeof(*p->shared));
			m->no_memory |= !p->shared;
			if (p->shared)
				p->shared[p->n_shared++] = (int)c;
		}
}

void as_making_shared(as_making *k)
{
	as_model *m = k->m;
	size_t n = 0;
	as_component_shared *all = list_components(k, &n);
	double *behind = as_alloc_array(m->arena, m->n_products + 1, sizeof(*behind));
	if (m->no_memory || !behind) {
		m->no_memory = true;
		return;
	}
	for (size_t i = 0; i < k->n->n_classes; i++)
		behind[m->profiles[m->plans[0].slots[i].before].product] +=
			k->n->classes[i].subscribers;
	for (size_t c = 0; c < n; c++) {
		if (all[c].n < 2)
			continue;
		for (size_t i = 0; i < all[c].n; i++)
			all[c].subscribers += behind[all[c].products[i]];
		all[m->n_shared++] = all[c];
	}
	m->shared = all;
	if (m->n_shared)
		qsort(m->shared, m->n_shared, sizeof(*m->shared), wider_first);
	give_to_products(k);
}
