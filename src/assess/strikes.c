/* SPDX-License-Identifier: Apache-2.0 */
#include "assess/strikes.h"

#include <math.h>
#include <stdlib.h>

enum { SLOTS = 1 << 14, BYTES_MOST = 64 << 20 };

/* Lots of a group that change over time alike. */
typedef struct bucket {
	uint32_t programme;
	bool after;
	uint64_t in_place, added; /* controls */
	double from, until;       /* years: before and after the end of their support */
	size_t first, n;          /* rows */
} bucket;

/* Lots of a bucket as easily broken into, and, once they are sorted, all that are as easily or more so. */
typedef struct row {
	size_t bucket;
	double odds;
	size_t owner, segment;
	as_struck sum;
} row;

/* What rows are sorted by: they are large. */
typedef struct key {
	double odds;
	uint32_t bucket, row;
} key;

typedef struct entry {
	bucket *buckets;
	size_t n_buckets;
	row *rows;
	double *odds, *weights; /* of the rows: what is searched stands close together */
} entry;

typedef struct slot {
	size_t threat, scenario, kind, group;
	const entry *e; /* NULL: empty */
} slot;

struct as_strikes {
	const as_draw *d;
	as_arena *arena;
	size_t bytes; /* taken of the arena */
	row *rows;    /* room to make them in */
	key *keys;    /* and to sort them */
	bucket *buckets;
	slot slots[SLOTS];
};

/* Lots of the largest group. */
static size_t most_lots(const as_model *m)
{
	size_t most = 0;
	for (size_t s = 0; s < m->network->n_scenarios; s++)
		for (int kind = 0; kind < AS_GROUP_KINDS; kind++) {
			const as_groups *g = &m->plans[s].groups[kind];
			for (size_t i = 0; i < g->n; i++)
				most = as_max(most, g->first[i + 1] - g->first[i]);
		}
	return most;
}

as_strikes *as_strikes_new(const as_draw *d)
{
	as_strikes *r = calloc(1, sizeof(*r));
	size_t n = most_lots(d->m);
	if (!r)
		return NULL;
	r->d = d;
	r->arena = as_arena_new(0);
	r->rows = calloc(2 * n + 1, sizeof(*r->rows));
	r->buckets = calloc(2 * n + 1, sizeof(*r->buckets));
	r->keys = calloc(2 * n + 1, sizeof(*r->keys));
	if (r->arena && r->rows && r->buckets && r->keys)
		return r;
	as_strikes_free(r);
	return NULL;
}

void as_strikes_free(as_strikes *r)
{
	if (!r)
		return;
	as_arena_free(r->arena);
	free(r->rows);
	free(r->keys);
	free(r->buckets);
	free(r);
}

void as_strikes_forget(as_strikes *r)
{
	if (r->bytes == 0)
		return;
	as_arena_reset(r->arena);
	r->bytes = 0;
	for (size_t i = 0; i < SLOTS; i++)
		r->slots[i].e = NULL;
}

/* What a threat is expected to cost where it strikes a lot, as far as that depends on the lot: by it losses are laid to
 * lots. Where it does not, each element weighs the same, and far less than money does. */
static double weight_of(const as_draw *d, size_t threat, const as_struck *lot)
{
	static const double trifle = 1e-6;
	const as_threat_model *t = &d->m->threats[threat];
	return lot->out * t->hours * as_draw_value(d, d->m->subscriber_hour, 0) +
	       lot->behind * t->records * as_draw_value(d, d->m->record, 0) +
	       lot->price * t->replace + trifle * lot->elements;
}

as_struck as_struck_lot(const as_draw *d, size_t threat, const as_lot *lot, bool alone)
{
	const as_profile *p = &d->m->profiles[lot->profile];
	bool caught = lot->redundancy == AS_DIVERSE || (alone && lot->redundancy == AS_TWIN);
	double fails = caught ? as_draw_value(d, d->m->redundancy_fails, 1) : 1;
	as_struck what = { .elements = lot->elements,
		.out = lot->subscribers * fails,
		.behind = lot->subscribers,
		.price = lot->elements * as_draw_value(d, lot->price, 0),
		.owner = d->m->products[p->product].owner_at,
		.segment = p->segment_at };
	what.weight = weight_of(d, threat, &what);
	return what;
}

static void add_sums(as_struck *to, const as_struck *what, double share, double left)
{
	to->elements += what->elements * share;
	to->out += what->out * share * left;
	to->behind += what->behind * share;
	to->price += what->price * share;
	to->weight += what->weight * share * left;
}

bool as_struck_add(as_struck *to, const as_struck *what, double share, double left)
{
	add_sums(to, what, share, left);
	double part = to->weight > 0 ? what->weight * share * left / to->weight : 1;
	bool picked = to->chance < part;
	to->chance = picked ? to->chance / part : (to->chance - part) / (1 - part);
	if (picked) {
		to->owner = what->owner;
		to->segment = what->segment;
	}
	return picked;
}

/* Picks one of the first n rows of a bucket. */
static void pick_row(const row *rows, const double *weights, size_t n, as_struck *to)
{
	double at = to->chance * weights[n - 1];
	size_t low = 0, high = n - 1;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (weights[middle] <= at)
			low = middle + 1;
		else
			high = middle;
	}
	double before = low ? weights[low - 1] : 0, own = weights[low] - before;
	to->owner = rows[low].owner;
	to->segment = rows[low].segment;
	to->chance = own > 0 && at >= before && at - before < own ? (at - before) / own : 0;
}

/* The same but for its rows. */
static bool alike(const bucket *a, const bucket *b)
{
	return a->programme == b->programme && a->after == b->after && a->in_place == b->in_place &&
	       a->added == b->added && a->from == b->from && a->until == b->until;
}

/* Adds a lot to its bucket, first asking the one that was met last; answers with it. */
static size_t add(
	entry *e, size_t *n, size_t last, const bucket *of, double odds, const as_struck *what)
{
	size_t i = last;
	if (i >= e->n_buckets || !alike(&e->buckets[i], of))
		for (i = 0; i < e->n_buckets && !alike(&e->buckets[i], of);)
			i++;
	if (i == e->n_buckets)
		e->buckets[e->n_buckets++] = *of;
	row *before = *n ? &e->rows[*n - 1] : NULL;
	if (before && before->bucket == i && before->odds == odds && before->owner == what->owner &&
		before->segment == what->segment)
		add_sums(&before->sum, what, 1, 1);
	else
		e->rows[(*n)++] = (row){ .bucket = i,
			.odds = odds,
			.owner = what->owner,
			.segment = what->segment,
			.sum = *what };
	return i;
}

static int easier_first(const void *a, const void *b)
{
	const key *x = a, *y = b;
	if (x->bucket != y->bucket)
		return x->bucket < y->bucket ? -1 : 1;
	if (x->odds != y->odds)
		return x->odds > y->odds ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

/* Puts rows into the order of their buckets and odds, each with the sum of those before it in its bucket. */
static row *in_order(as_strikes *r, entry *e, size_t n)
{
	row *rows = as_alloc_array(r->arena, n, sizeof(*rows));
	double *odds = as_alloc_array(r->arena, 2 * n, sizeof(*odds)), *weights = odds + n;
	if (!rows || !odds)
		return NULL;
	for (size_t i = 0; i < n; i++)
		r->keys[i] = (key){ .odds = e->rows[i].odds,
			.bucket = (uint32_t)e->rows[i].bucket,
			.row = (uint32_t)i };
	if (n)
		qsort(r->keys, n, sizeof(*r->keys), easier_first);
	for (size_t i = 0; i < n; i++) {
		rows[i] = e->rows[r->keys[i].row];
		bucket *b = &e->buckets[rows[i].bucket];
		if (b->n++ == 0)
			b->first = i;
		else
			add_sums(&rows[i].sum, &rows[i - 1].sum, 1, 1);
		odds[i] = rows[i].odds;
		weights[i] = rows[i].sum.weight;
	}
	e->odds = odds;
	e->weights = weights;
	return rows;
}

/* Rows of all lots that a threat can get the better of, at most two for each; as many as are answered. */
static size_t list_rows(const as_draw *d, size_t threat, size_t scenario, const as_lot *lots,
	size_t n_lots, entry *e)
{
	const as_model *m = d->m;
	size_t n = 0, last = 0;
	for (size_t i = 0; i < n_lots; i++) {
		const as_lot *lot = &lots[i];
		const as_profile *p = &m->profiles[lot->profile];
		size_t at = lot->profile * m->network->n_threats + threat;
		if (d->odds[at] == -INFINITY)
			continue;
		bucket b = { .programme = lot->programme,
			.after = lot->after,
			.in_place = p->controls,
			.added = m->plans[scenario].added[lot->profile],
			.until = d->ended[at] > 0 ? p->support : INFINITY };
		as_struck what = as_struck_lot(d, threat, lot, false);
		if (b.until > 0)
			last = add(e, &n, last, &b, d->odds[at], &what);
		b.from = b.until;
		b.until = INFINITY;
		if (b.from < INFINITY)
			last = add(e, &n, last, &b, d->odds[at] + d->ended[at], &what);
	}
	return n;
}

/* What a group has, in the room of r, then copied. */
static const entry *make(
	as_strikes *r, size_t threat, size_t scenario, as_group_kind kind, size_t g)
{
	const as_groups *groups = &r->d->m->plans[scenario].groups[kind];
	size_t first = groups->first[g], n = groups->first[g + 1] - first;
	entry made = { .buckets = r->buckets, .rows = r->rows };
	size_t rows = list_rows(r->d, threat, scenario, &groups->lots[first], n, &made);
	made.rows = in_order(r, &made, rows);
	bool ok = made.rows || rows == 0;
	made.buckets =
		as_alloc_copy(r->arena, made.buckets, made.n_buckets, sizeof(*made.buckets), &ok);
	entry *e = as_alloc_copy(r->arena, &made, 1, sizeof(made), &ok);
	r->bytes += sizeof(made) + rows * (sizeof(*made.rows) + 2 * sizeof(double)) +
		    made.n_buckets * sizeof(*made.buckets);
	return ok ? e : NULL;
}

static const entry *entry_of(
	as_strikes *r, size_t threat, size_t scenario, as_group_kind kind, size_t g)
{
	uint64_t h =
		((threat * 64 + scenario) * AS_GROUP_KINDS + (size_t)kind) * 0x9e3779b97f4a7c15u +
		g * 0xc2b2ae3d27d4eb4fu;
	slot *at = &r->slots[(h ^ h >> 29) % SLOTS];
	if (at->e && at->threat == threat && at->scenario == scenario && at->kind == (size_t)kind &&
		at->group == g)
		return at->e;
	if (r->bytes > BYTES_MOST)
		as_strikes_forget(r);
	*at = (slot){ .threat = threat, .scenario = scenario, .kind = (size_t)kind, .group = g };
	at->e = make(r, threat, scenario, kind, g);
	return at->e;
}

/* How many of a bucket's rows an event gets the better of. */
static size_t struck_rows(const entry *e, const bucket *b, double u, double off)
{
	size_t low = 0, high = b->n;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (e->odds[b->first + middle] - off > u)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool as_strikes_group(as_strikes *r, size_t threat, size_t scenario, as_group_kind kind, size_t g,
	double u, double years, as_struck *to)
{
	const entry *e = entry_of(r, threat, scenario, kind, g);
	for (size_t i = 0; e && i < e->n_buckets; i++) {
		const bucket *b = &e->buckets[i];
		double left = 1, off = 0, new = as_draw_share(r->d, b->programme, years);
		double share = b->after ? new : 1 - new;
		if (share <= 0 || years < b->from || years >= b->until || e->odds[b->first] <= u)
			continue;
		if (b->in_place | b->added)
			off = as_draw_controls(r->d, b->in_place, b->added, threat, years, &left);
		size_t n = struck_rows(e, b, u, off);
		if (n && as_struck_add(to, &e->rows[b->first + n - 1].sum, share, left))
			pick_row(&e->rows[b->first], &e->weights[b->first], n, to);
	}
	return e;
}
