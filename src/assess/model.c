/* SPDX-License-Identifier: Apache-2.0 */
#include "assess/model.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "assess/model_internal.h"

enum { LABEL = 400, FIRST_ROOM = 64, EVERYWHERE = 63, MONTHS = 12 };

/* Judgement, like finding_class.def: what was not examined is not known to be worse, but may be much worse. */
const as_distribution as_unexamined_shift = {
	.kind = AS_PERT, .a = -1, .m = 0.3, .b = 2.5, .g = 4
};
const as_distribution as_unverified_shift = {
	.kind = AS_PERT, .a = -0.2, .m = 0.1, .b = 0.8, .g = 4
};
const as_distribution as_unknown_exposure_shift = {
	.kind = AS_PERT, .a = -2, .m = -0.3, .b = 0.5, .g = 4
};

static const double certain = 1e-9; /* an unexamined share below this is none */
static const double possible_share =
	0.1; /* of the range, that each component of unknown version adds */

void *as_making_room(as_making *k, void *array, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return array;
	size_t more = *cap ? *cap * 2 : FIRST_ROOM;
	void *p = as_alloc_array(k->m->arena, more, size);
	if (!p) {
		k->m->no_memory = true;
		return NULL;
	}
	if (n)
		memcpy(p, array, n * size);
	*cap = more;
	return p;
}

/* A stream of its own for each name, whatever else there is. */
uint32_t as_making_purpose(as_making *k, as_span name)
{
	for (uint64_t salt = 0;; salt++) {
		uint64_t there = 0;
		uint32_t purpose = (uint32_t)(as_hash64(salt, name) >> 32);
		if (as_map_get(&k->purposes, purpose, &there))
			continue;
		k->m->no_memory |= as_map_set(&k->purposes, purpose, 1) != AS_OK;
		return purpose;
	}
}

static bool alike(const as_distribution *a, const as_distribution *b)
{
	return a->kind == b->kind && a->a == b->a && a->m == b->m && a->b == b->b &&
	       a->cap == b->cap && a->values == b->values;
}

/* The same name with another range is a parameter of its own (the line tells them apart for people), but moves with the
 * first: what makes one price of a product high makes its others high, whatever line they stand on. */
static int add_param(as_making *k, const as_quantity *q, as_span name)
{
	as_model *m = k->m;
	size_t first = as_names_find(&k->params, name), at = first;
	for (unsigned i = 1; at != SIZE_MAX && name.p; i++) {
		if (alike(&m->params[at].d, &q->d))
			return (int)at;
		as_span base = m->params[first].name;
		name = i == 1 ? as_print(m->arena, "%.*s (line %u)", (int)base.n,
					(const char *)base.p, q->line)
			      : as_print(m->arena, "%.*s (line %u, %u)", (int)base.n,
					(const char *)base.p, q->line, i);
		at = as_names_find(&k->params, name);
	}
	as_param *p = as_making_room(k, m->params, m->n_params, &m->cap_params, sizeof(*p));
	at = name.p ? as_names_add(&k->params, name) : SIZE_MAX;
	if (!p || at == SIZE_MAX) {
		m->no_memory = true;
		return AS_NONE;
	}
	m->params = p;
	p[m->n_params++] = (as_param){ .d = q->d,
		.origin = q->origin,
		.name = name,
		.source = q->source,
		.purpose = first == SIZE_MAX ? as_making_purpose(k, name) : p[first].purpose };
	return (int)at;
}

int as_making_param(as_making *k, const as_quantity *q, const char *format, ...)
{
	char label[LABEL];
	if (!q->line)
		return AS_NONE;
	va_list args;
	va_start(args, format);
	(void)vsnprintf(label, sizeof(label), format, args);
	va_end(args);
	as_span name = as_copy(k->m->arena, as_lit(label));
	k->m->no_memory |= !name.p;
	return name.p ? add_param(k, q, name) : AS_NONE;
}

static const char *shown(as_making *k, as_span s) { return as_shown_text(k->m->arena, s); }

static size_t owner_of(const as_making *k, size_t supplier)
{
	for (size_t steps = 0; steps <= k->n->n_suppliers && supplier < k->n->n_suppliers;
		steps++) {
		if (!k->n->suppliers[supplier].parent.n)
			break;
		supplier = as_names_find(&k->suppliers, k->n->suppliers[supplier].parent);
	}
	return supplier;
}

static as_span key_of(const as_making *k, const as_software *s, size_t supplier)
{
	as_buf b = { 0 };
	const as_span parts[] = { s->product, s->version, s->dossier, s->image };
	as_buf_print(&b, "%zu%s", supplier, s->verified ? " verified" : "");
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		as_buf_u8(&b, '\x1f');
		as_buf_add(&b, parts[i].p, parts[i].n);
	}
	as_span key = b.bad ? (as_span){ 0 } : as_copy(k->m->arena, as_buf_span_of(&b));
	as_buf_free(&b);
	return key;
}

static int missing_param(as_making *k, const as_product *p, as_distribution d, const char *what)
{
	as_quantity q = { .d = d, .origin = AS_MISSING, .line = 1 };
	return as_making_param(k, &q, "%s %s %s%s%s", what, shown(k, p->supplier),
		shown(k, p->product), p->version.n ? " " : "", shown(k, p->version));
}

/* What is not known of a product: what was not seen, and whether it is what was seen. */
static void fill_missing(as_making *k, as_product *p, bool verified)
{
	double share =
		p->evidence ? p->evidence->unexamined + possible_share * p->evidence->possible : 1;
	p->missing_share = share > 1 ? 1 : share;
	p->missing = p->unverified = AS_NONE;
	if (p->missing_share > certain)
		p->missing = missing_param(k, p, as_unexamined_shift,
			p->evidence ? "what could not be examined of" : "an examination of");
	if (p->evidence && !verified)
		p->unverified = missing_param(k, p, as_unverified_shift,
			"whether the build that was reviewed is what runs as");
}

size_t as_making_product(as_making *k, const as_software *s)
{
	as_model *m = k->m;
	size_t supplier_at = as_names_find(&k->suppliers, s->supplier);
	as_span key = key_of(k, s, supplier_at);
	size_t at = key.p ? as_names_add(&k->products, key) : SIZE_MAX;
	if (at != SIZE_MAX && at < m->n_products)
		return at;
	as_product *p = as_making_room(k, m->products, m->n_products, &k->cap_products, sizeof(*p));
	if (at == SIZE_MAX || !p) {
		m->no_memory = true;
		return 0;
	}
	m->products = p;
	p += m->n_products++;
	bool known = supplier_at < k->n->n_suppliers; /* whatever alias was used */
	*p = (as_product){ .supplier = known ? k->n->suppliers[supplier_at].name : s->supplier,
		.product = s->product,
		.version = s->version,
		.supplier_at = supplier_at,
		.owner_at = owner_of(k, supplier_at) };
	if (s->dossier.n || s->image.n)
		p->evidence = k->evidence->find(k->evidence->ctx, s->dossier, s->image);
	fill_missing(k, p, s->verified);
	return m->n_products - 1;
}

static uint64_t controls_of(const as_making *k, const as_texts *names)
{
	uint64_t bits = 0;
	for (size_t i = 0; i < names->n; i++) {
		size_t at = as_names_find(&k->controls, names->p[i]);
		if (at < AS_CONTROLS_MOST)
			bits |= (uint64_t)1 << at;
	}
	return bits;
}

bool as_making_supplies(const as_making *k, const as_texts *names, size_t supplier)
{
	for (size_t i = 0; i < names->n; i++)
		if (as_names_find(&k->suppliers, names->p[i]) == supplier)
			return true;
	return names->n == 0;
}

static bool reaches(
	const as_making *k, const as_threat *t, const as_profile *p, const as_product *product)
{
	return (t->via == 0 || (t->via & p->exposure)) && as_among(&t->segments, p->segment) &&
	       as_making_supplies(k, &t->suppliers, product->supplier_at);
}

/* Years from the start until a day, to the month; INFINITY where no day is told, or it lies beyond the horizon. */
static double years_until(const as_making *k, as_span day)
{
	uint64_t year = 0, month = 0;
	if (!as_number(as_cut(day, 0, 4), 10, &year) || !as_number(as_cut(day, 5, 2), 10, &month))
		return INFINITY;
	double at = (double)year + (double)month / MONTHS - k->n->question.start;
	return at < k->n->question.years ? fmax(at, 0) : INFINITY;
}

size_t as_making_profile(as_making *k, size_t product, const as_class *c, as_span support_ends)
{
	as_model *m = k->m;
	unsigned exposure = c->exposure | (c->admin.n ? (unsigned)AS_SUPPLIER : 0);
	uint64_t controls = controls_of(k, &c->controls);
	double support = years_until(k, support_ends);
	as_span key = as_print(m->arena, "%zu\x1f%.*s\x1f%u\x1f%llx\x1f%.2f", product,
		(int)c->segment.n, c->segment.n ? (const char *)c->segment.p : "", exposure,
		(unsigned long long)controls, support);
	size_t at = key.p ? as_names_add(&k->profiles, key) : SIZE_MAX;
	if (at != SIZE_MAX && at < m->n_profiles)
		return at;
	as_profile *p = as_making_room(k, m->profiles, m->n_profiles, &k->cap_profiles, sizeof(*p));
	bool *allowed = as_alloc_array(m->arena, k->n->n_threats + 1, sizeof(*allowed));
	if (at == SIZE_MAX || !p || !allowed) {
		m->no_memory = true;
		return 0;
	}
	m->profiles = p;
	p += m->n_profiles++;
	*p = (as_profile){ .product = product,
		.segment = c->segment,
		.segment_at = as_names_add(&k->segments, c->segment),
		.exposure = exposure,
		.support = support,
		.controls = controls,
		.unknown = AS_NONE,
		.allowed = allowed };
	if (c->exposure == 0) { /* whatever it is, it may be that */
		p->exposure = EVERYWHERE;
		p->unknown = as_making_param(k,
			&(as_quantity){
				.d = as_unknown_exposure_shift, .origin = AS_MISSING, .line = 1 },
			"from where %s %s in %s can be reached", shown(k, c->supplier),
			shown(k, c->product), shown(k, c->segment));
	}
	for (size_t i = 0; i < k->n->n_threats; i++)
		allowed[i] = reaches(k, &k->n->threats[i], p, &m->products[product]);
	return m->n_profiles - 1;
}

static void name_all(as_making *k)
{
	bool fine = true;
	for (size_t i = 0; i < k->n->n_suppliers; i++)
		fine &= as_names_add(&k->suppliers, k->n->suppliers[i].name) != SIZE_MAX;
	for (size_t i = 0; i < k->n->n_suppliers; i++)
		for (size_t a = 0; a < k->n->suppliers[i].aliases.n; a++)
			fine &= as_names_also(&k->suppliers, k->n->suppliers[i].aliases.p[a], i);
	for (size_t i = 0; i < k->n->n_controls; i++)
		fine &= as_names_add(&k->controls, k->n->controls[i].name) != SIZE_MAX;
	for (size_t i = 0; i < k->n->n_segments; i++)
		fine &= as_names_add(&k->segments, k->n->segments[i].name) != SIZE_MAX;
	k->m->no_memory |= !fine;
}

static void make_classes(as_making *k)
{
	as_model *m = k->m;
	size_t n = k->n->n_classes;
	m->price = as_alloc_array(m->arena, n + 1, sizeof(*m->price));
	m->renewal = as_alloc_array(m->arena, n + 1, sizeof(*m->renewal));
	m->region = as_alloc_array(m->arena, n + 1, sizeof(*m->region));
	if (!m->price || !m->renewal || !m->region) {
		m->no_memory = true;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const as_class *c = &k->n->classes[i];
		m->price[i] = as_making_param(k, &c->replacement, "price of %s %s",
			shown(k, c->supplier), shown(k, c->product));
		m->renewal[i] = c->renewal.line
					? as_making_param(k, &c->renewal, "price of renewing %s %s",
						  shown(k, c->supplier), shown(k, c->product))
					: m->price[i];
		m->region[i] =
			as_names_add(&k->regions, c->region.n ? c->region : as_lit("(no region)"));
		m->no_memory |= m->region[i] == SIZE_MAX;
	}
	m->n_regions = k->regions.n;
}

static int *room_for(as_making *k, size_t n)
{
	int *p = as_alloc_array(k->m->arena, n + 1, sizeof(*p));
	k->m->no_memory |= !p;
	return p;
}

static void make_controls(as_making *k)
{
	as_model *m = k->m;
	size_t n = k->n->n_controls;
	int **const arrays[] = { &m->effect, &m->hours_left, &m->cost, &m->unit_cost, &m->yearly,
		&m->months };
	static const char *const labels[] = { "effect of", "outage left by", "cost of",
		"cost for each element of", "yearly cost of", "months until" };
	for (size_t a = 0; a < sizeof(arrays) / sizeof(arrays[0]); a++) {
		*arrays[a] = room_for(k, n);
		for (size_t i = 0; *arrays[a] && i < n; i++) {
			const as_control *c = &k->n->controls[i];
			const as_quantity *const q[] = { &c->effect, &c->hours_left, &c->cost,
				&c->unit_cost, &c->yearly, &c->months };
			(*arrays[a])[i] =
				as_making_param(k, q[a], "%s %s", labels[a], shown(k, c->name));
		}
	}
}

/* The table's parameters are there only where a dossier has such findings, or the network such equipment. */
static void make_shifts(as_making *k)
{
	as_model *m = k->m;
	for (size_t c = 0; c < AS_CLASSES; c++) {
		bool met = false;
		for (size_t i = 0; i < m->n_products && !met; i++)
			met = m->products[i].evidence && m->products[i].evidence->times[c] > 0;
		for (size_t i = 0; i < m->n_profiles && c == AS_CLASS_unsupported && !met; i++)
			met = m->profiles[i].support < INFINITY;
		m->class_shift[c] = AS_NONE;
		if (met)
			m->class_shift[c] = as_making_param(k,
				&(as_quantity){ .d = as_classes_of_findings[c].shift,
					.origin = AS_DEFAULT,
					.line = 1 },
				"what it means: %s", as_classes_of_findings[c].title);
	}
}

static void make_losses(as_making *k)
{
	as_model *m = k->m;
	const as_loss *l = &k->n->loss;
	m->subscriber_hour =
		as_making_param(k, &l->subscriber_hour, "loss for each subscriber and hour");
	m->record = as_making_param(k, &l->record, "loss for each record");
	m->redundancy_fails =
		as_making_param(k, &l->redundancy_fails, "service lost in spite of redundancy");
	m->delay_month = room_for(k, k->n->n_segments);
	for (size_t i = 0; m->delay_month && i < k->n->n_segments; i++)
		m->delay_month[i] = as_making_param(k, &k->n->segments[i].delay_month,
			"a month's delay in %s", shown(k, k->n->segments[i].name));
}

as_model *as_model_new(
	const as_network *n, const as_evidence_of *evidence, as_arena *arena, as_faults *f)
{
	as_model *m = as_alloc(arena, sizeof(*m));
	if (!m)
		return NULL;
	*m = (as_model){ .network = n, .arena = arena };
	as_making k = { .m = m, .n = n, .evidence = evidence, .f = f };
	as_names *const all[] = { &k.params, &k.products, &k.profiles, &k.regions, &k.controls,
		&k.suppliers, &k.segments };
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		all[i]->arena = arena;
	name_all(&k);
	make_classes(&k);
	make_losses(&k);
	make_controls(&k);
	if (!m->no_memory)
		as_making_plans(&k);
	m->segments = k.segments.p;
	m->n_segments = k.segments.n;
	if (!m->no_memory) {
		make_shifts(&k);
		as_making_shared(&k);
		as_making_threats(&k);
	}
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		as_names_free(all[i]);
	as_map_free(&k.purposes);
	return m->no_memory || f->no_memory ? NULL : m;
}
