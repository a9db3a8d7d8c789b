/* SPDX-License-Identifier: Apache-2.0 */
#include "assess/simulate.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "assess/random.h"

enum {
	BUCKETS =
		64, /* of outer draws, each worked off by one thread in its order: sums do not depend on threads */
	THREADS_MOST = 64,
	STEPS = 1024, /* of the table of a distribution's quantiles */
	EVENTS_AT =
		1024, /* block of a stream at which the first event's numbers begin; before it: how many there are */
	BLOCKS = 8,        /* of one event */
	POISSON_PART = 30, /* mean up to which counts are found in one go */
	ONCE_ROOM = 4096,  /* events of a threat that comes once, of one path */
};
static const double mean_most = 50000; /* events of one threat in one path */

/* Quantiles of what is drawn for each event, so that a draw costs no search. */
typedef struct quick {
	const as_quantity *q;
	double *table; /* STEPS + 1 quantiles; NULL: asked directly */
} quick;

enum { SHARE, HOURS, RESPONSE, CHANCE, SECONDARY, RECORDS, REPLACE, DETAILS };

typedef struct shared {
	const as_model *m;
	const as_run *run;
	as_outcome *o;
	quick *details; /* [threat][DETAILS] */
	double *sums;   /* [bucket][scenario][threats + suppliers + segments] */
	size_t sums_n;
	size_t units_most;
	atomic_size_t next, done;
	atomic_bool failed, cut;
	pthread_mutex_t telling;
} shared;

/* What a thread needs for itself. */
typedef struct event event;
typedef struct worker {
	shared *x;
	as_draw *d;
	event *room; /* ONCE_ROOM events, while they are sorted */
	uint32_t *
		seen; /* [scenario][unit]: the stamp of the path in which a threat that comes once has come */
	uint32_t stamp;
	size_t bucket, outer;
} worker;

struct event {
	size_t threat, class, unit;
	double at;    /* years */
	double u;     /* log-odds of the number that decides about success */
	double phase; /* which of a class's elements: below the share that is new, a new one */
	bool known;   /* details are drawn */
	double detail[DETAILS];
	double secondary; /* money, 0 if nothing follows */
	as_random r;
};

/* What is struck by one event in one scenario. */
typedef struct struck {
	double elements, out, behind, price; /* out: subscribers times their share of the hours */
	double most;                         /* of one lot, and to whom it belongs */
	size_t owner, segment;
} struck;

static double from_quick(const quick *q, double u, double otherwise)
{
	if (!q->q->line)
		return otherwise;
	double at = u * STEPS;
	size_t i = (size_t)at;
	if (!q->table || i == 0 || i >= STEPS - 1)
		return as_quantile(&q->q->d, u);
	return q->table[i] + (at - (double)i) * (q->table[i + 1] - q->table[i]);
}

static void draw_details(const shared *x, event *e)
{
	const quick *q = &x->details[e->threat * DETAILS];
	if (e->known)
		return;
	e->known = true;
	static const double otherwise[DETAILS] = { [SHARE] = 1 };
	for (int i = 0; i < DETAILS; i++)
		e->detail[i] = from_quick(&q[i], as_random_uniform(&e->r), otherwise[i]);
	bool follows = q[SECONDARY].q->line && as_random_uniform(&e->r) < e->detail[CHANCE];
	e->secondary = follows ? e->detail[SECONDARY] : 0;
}

/* Adds elements of a profile, if the event gets the better of it. */
static void strike(const worker *w, const event *e, size_t s, const as_lot *lot, double share,
	bool alone, struck *to)
{
	const as_model *m = w->x->m;
	const as_draw *d = w->d;
	size_t at = lot->profile * m->network->n_threats + e->threat;
	const as_profile *p = &m->profiles[lot->profile];
	double left = 1, odds = d->odds[at] + (e->at >= p->support ? d->ended[at] : 0);
	if (share <= 0 || e->u >= odds)
		return;
	uint64_t added = m->plans[s].added[lot->profile];
	if (p->controls | added)
		odds -= as_draw_controls(d, p->controls, added, e->threat, e->at, &left);
	if (e->u >= odds)
		return;
	bool caught = lot->redundancy == AS_DIVERSE || (alone && lot->redundancy == AS_TWIN);
	double fails = caught ? as_draw_value(d, m->redundancy_fails, 1) : 1;
	double out = lot->subscribers * share * left * fails;
	to->elements += lot->elements * share;
	to->out += out;
	to->behind += lot->subscribers * share;
	to->price += lot->elements * share * as_draw_value(d, lot->price, 0);
	if (lot->elements * share + out > to->most) {
		to->most = lot->elements * share + out;
		to->owner = m->products[p->product].owner_at;
		to->segment = p->segment_at;
	}
}

static void strike_group(
	const worker *w, const event *e, size_t s, as_group_kind kind, size_t g, struck *to)
{
	const as_groups *groups = &w->x->m->plans[s].groups[kind];
	for (size_t i = groups->first[g]; i < groups->first[g + 1]; i++) {
		const as_lot *lot = &groups->lots[i];
		double new = as_draw_share(w->d, lot->programme, e->at);
		strike(w, e, s, lot, lot->after ? new : 1 - new, false, to);
	}
}

/* Which component that others carry, too, let it in; NULL: something of the product's own. Those that reach
 * furthest are asked first, so that one more way in never makes an event smaller. */
static const as_component_shared *way_taken(const worker *w, const event *e, size_t profile)
{
	const as_model *m = w->x->m;
	const as_product *p = &m->products[m->profiles[profile].product];
	double odds = w->d->base[e->threat], sum = 0, next[2] = { 1, 1 };
	if (e->u < odds)
		return NULL;
	for (size_t i = 0; i < p->n_shared && sum < AS_SHIFT_MOST; i++) {
		const as_component_shared *c = &m->shared[p->shared[i]];
		sum += next[0] * as_draw_value(w->d, m->class_shift[AS_CLASS_reachable], 0);
		next[0] /= 2;
		if (c->exploited) {
			sum += next[1] * as_draw_value(w->d, m->class_shift[AS_CLASS_exploited], 0);
			next[1] /= 2;
		}
		if (e->u < odds + (sum > AS_SHIFT_MOST ? AS_SHIFT_MOST : sum))
			return c;
	}
	return NULL;
}

static void strike_component(const worker *w, const event *e, size_t s, size_t profile, struck *to)
{
	size_t own = w->x->m->profiles[profile].product;
	const as_component_shared *c = way_taken(w, e, profile);
	if (!c)
		strike_group(w, e, s, AS_BY_PRODUCT, own, to);
	for (size_t i = 0; c && i < c->n; i++)
		strike_group(w, e, s, AS_BY_PRODUCT, c->products[i], to);
}

static size_t group_of(const as_model *m, as_group_kind kind, size_t class, size_t profile)
{
	size_t product = m->profiles[profile].product;
	return kind == AS_BY_PRODUCT  ? product
	       : kind == AS_BY_OWNER  ? m->products[product].owner_at
	       : kind == AS_BY_REGION ? m->region[class]
				      : 0;
}

/* What an event strikes in a scenario. */
static struck strike_all(const worker *w, event *e, size_t s)
{
	const as_model *m = w->x->m;
	const as_threat *t = &m->network->threats[e->threat];
	as_group_kind kind = m->threats[e->threat].kind;
	struck to = { 0 };
	if (t->per != AS_PER_OPERATOR && t->per != AS_PER_ELEMENT) {
		strike_group(w, e, s, kind, e->unit, &to);
		return to;
	}
	const as_slot_of_class *slot = &m->plans[s].slots[e->class];
	const as_class *c = &m->network->classes[e->class];
	bool new = e->phase < as_draw_share(w->d, slot->programme, e->at);
	size_t profile = new ? slot->after : slot->before;
	if (t->hits == AS_HIT_ELEMENT) {
		as_lot one = { .profile = (uint32_t)profile,
			.redundancy = (uint8_t)c->redundancy,
			.price = m->price[e->class],
			.elements = 1,
			.subscribers = c->subscribers / c->count };
		e->unit = e->class;
		strike(w, e, s, &one, 1, true, &to);
		return to;
	}
	e->unit = group_of(m, kind, e->class, profile);
	if (!m->profiles[profile].allowed[e->threat])
		return to;
	if (t->hits == AS_HIT_COMPONENT)
		strike_component(w, e, s, profile, &to);
	else
		strike_group(w, e, s, kind, e->unit, &to);
	return to;
}

static double cost_of(const worker *w, event *e, const struck *to)
{
	const as_model *m = w->x->m;
	static const double half = 0.5; /* an element: less of it is none */
	if (to->elements < half)
		return 0;
	draw_details(w->x, e);
	double all = m->network->question.subscribers, share = e->detail[SHARE];
	double out = to->out * share;
	if (all > 0 && out > all)
		out = all;
	return out * e->detail[HOURS] * as_draw_value(w->d, m->subscriber_hour, 0) +
	       to->behind * share * e->detail[RECORDS] * as_draw_value(w->d, m->record, 0) +
	       to->price * share * e->detail[REPLACE] + e->detail[RESPONSE] + e->secondary;
}

static bool seen_before(worker *w, const event *e, size_t s)
{
	uint32_t *at = &w->seen[s * w->x->units_most + e->unit];
	if (!w->x->m->network->threats[e->threat].once)
		return false;
	bool before = *at == w->stamp;
	*at = w->stamp;
	return before;
}

static void take_event(worker *w, event *e, size_t path)
{
	as_outcome *o = w->x->o;
	const as_model *m = w->x->m;
	size_t year = (size_t)e->at, threats = m->network->n_threats,
	       suppliers = m->network->n_suppliers;
	for (size_t s = 0; s < o->scenarios; s++) {
		struck to = strike_all(w, e, s);
		double loss = cost_of(w, e, &to);
		if (loss <= 0 || seen_before(w, e, s))
			continue;
		double now = loss * exp(-e->at * log1p(m->network->question.discount));
		double *sums = &w->x->sums[(w->bucket * o->scenarios + s) * w->x->sums_n];
		o->loss[(s * o->years + year) * o->paths + path] += (float)loss;
		o->total[s * o->paths + path] += now;
		sums[e->threat] += now;
		sums[threats + to.owner] += now;
		sums[threats + suppliers + to.segment] += now;
	}
}

/* A count of a mean, by inversion: it rises with its numbers and with the mean. */
static size_t poisson(as_random *r, double mean)
{
	size_t n = 0;
	for (; mean > 0; mean -= POISSON_PART) {
		double part = mean < POISSON_PART ? mean : POISSON_PART;
		double u = as_random_uniform(r), p = exp(-part), sum = p;
		for (size_t k = 1; u > sum && p > 0; k++) {
			p *= part / (double)k;
			sum += p;
			n++;
		}
	}
	return n;
}

static size_t pick(const as_threat_model *t, size_t classes, double u, double v)
{
	size_t i = (size_t)(u * (double)classes);
	i = i < classes ? i : classes - 1;
	return v < t->share[i] ? i : t->other[i];
}

static int rising(const void *a, const void *b)
{
	const event *x = a, *y = b;
	return (x->at > y->at) - (x->at < y->at);
}

static event make_event(const worker *w, const as_random *stream, size_t k, size_t i, double most)
{
	const as_model *m = w->x->m;
	event e = { .threat = k, .r = *stream };
	e.r.counter[3] = (uint32_t)(EVENTS_AT + i * BLOCKS);
	e.r.left = 0;
	e.at = as_random_uniform(&e.r) * m->network->question.years;
	double u = as_random_uniform(&e.r), v = as_random_uniform(&e.r);
	e.phase = as_random_uniform(&e.r);
	double success = as_random_uniform(&e.r) * most;
	e.u = log(success / (1 - success));
	const as_threat_model *t = &m->threats[k];
	unsigned per = m->network->threats[k].per;
	if (per == AS_PER_OPERATOR || per == AS_PER_ELEMENT)
		e.class = pick(t, m->network->n_classes, u, v);
	else
		e.unit = (size_t)(u * t->units);
	return e;
}

/* The events of one threat on one path. Only those that may succeed are made: attempts, thinned by the
 * largest chance. */
static void take_threat(worker *w, size_t k, size_t path, uint64_t stream_of)
{
	const as_model *m = w->x->m;
	const as_threat_model *t = &m->threats[k];
	double most = 1 / (1 + exp(-w->d->most[k]));
	double mean =
		as_draw_value(w->d, t->rate, 0) * t->units * m->network->question.years * most;
	as_random stream = as_random_of(w->x->run->seed, stream_of, t->purpose);
	if (!(mean > 0) || t->weight <= 0)
		return;
	size_t n = poisson(&stream, mean < mean_most ? mean : mean_most);
	bool once = m->network->threats[k].once;
	w->x->cut = w->x->cut || mean > mean_most || (once && n > ONCE_ROOM);
	w->stamp++;
	for (size_t i = 0; i < n; i++) {
		event e = make_event(w, &stream, k, i, most);
		if (!once)
			take_event(w, &e, path);
		else if (i < ONCE_ROOM)
			w->room[i] = e;
	}
	if (!once)
		return;
	n = n < ONCE_ROOM ? n : ONCE_ROOM;
	if (n)
		qsort(w->room, n, sizeof(*w->room), rising);
	for (size_t i = 0; i < n; i++)
		take_event(w, &w->room[i], path);
}

static void take_costs(const worker *w)
{
	as_outcome *o = w->x->o;
	for (size_t s = 0; s < o->scenarios; s++) {
		size_t at = (s * o->outer + w->outer) * o->years;
		as_draw_costs(w->d, s, &o->cost[at], &o->changes[at]);
	}
	for (size_t p = 0; p < w->x->m->n_programmes; p++)
		o->finished[p * o->outer + w->outer] = (w->d->lead[p] + w->d->months[p]) / 12;
}

static void take_outer(worker *w)
{
	as_outcome *o = w->x->o;
	const as_run *run = w->x->run;
	size_t params = w->x->m->n_params;
	if (run->values) {
		memcpy(w->d->value, &run->values[w->outer * params], params * sizeof(double));
		as_draw_follow(w->d);
	} else {
		as_draw_take(w->d, run->seed, w->outer);
	}
	memcpy(&o->values[w->outer * params], w->d->value, params * sizeof(double));
	take_costs(w);
	for (size_t i = 0; i < o->inner; i++) {
		size_t path = w->outer * o->inner + i;
		for (size_t k = 0; k < w->x->m->network->n_threats; k++)
			take_threat(w, k, path, run->common ? i : path);
	}
	for (size_t s = 0; s < o->scenarios; s++) {
		double sum = 0;
		for (size_t i = 0; i < o->inner; i++)
			sum += o->total[s * o->paths + w->outer * o->inner + i];
		o->mean[s * o->outer + w->outer] = sum / (double)o->inner;
	}
}

static void tell(shared *x)
{
	size_t done = ++x->done;
	if (!x->run->progress)
		return;
	(void)pthread_mutex_lock(&x->telling);
	x->run->progress(x->run->ctx, done, x->o->outer);
	(void)pthread_mutex_unlock(&x->telling);
}

static void *work(void *arg)
{
	shared *x = arg;
	worker w = { .x = x };
	as_arena *arena = as_arena_new(0);
	w.d = arena ? as_draw_new(x->m, arena) : NULL;
	w.seen = w.d ? as_alloc_array(arena, x->o->scenarios * x->units_most + 1, sizeof(*w.seen))
		     : NULL;
	w.room = w.seen ? as_alloc_array(arena, ONCE_ROOM, sizeof(*w.room)) : NULL;
	if (!w.room)
		x->failed = true;
	for (size_t b; !x->failed && (b = x->next++) < BUCKETS;) {
		w.bucket = b;
		for (w.outer = b; w.outer < x->o->outer; w.outer += BUCKETS) {
			take_outer(&w);
			tell(x);
		}
	}
	as_arena_free(arena);
	return NULL;
}

static bool make_quick(shared *x, as_arena *arena)
{
	const as_network *n = x->m->network;
	x->details = as_alloc_array(arena, n->n_threats * DETAILS + 1, sizeof(*x->details));
	for (size_t k = 0; x->details && k < n->n_threats; k++) {
		const as_threat *t = &n->threats[k];
		const as_quantity *const q[DETAILS] = { &t->share, &t->hours, &t->response,
			&t->secondary_chance, &t->secondary, &t->records, &t->replace };
		for (int i = 0; i < DETAILS; i++) {
			quick *to = &x->details[k * DETAILS + (size_t)i];
			to->q = q[i];
			if (!q[i]->line || (q[i]->d.kind != AS_PERT && q[i]->d.kind != AS_RATE &&
						   q[i]->d.kind != AS_TRIALS))
				continue;
			to->table = as_alloc_array(arena, STEPS + 1, sizeof(double));
			for (size_t at = 1; to->table && at < STEPS; at++)
				to->table[at] = as_quantile(&q[i]->d, (double)at / STEPS);
		}
	}
	return x->details;
}

static void run_threads(shared *x, unsigned n)
{
	pthread_t threads[THREADS_MOST];
	unsigned started = 0;
	for (; started + 1 < n && started < THREADS_MOST; started++)
		if (pthread_create(&threads[started], NULL, work, x) != 0)
			break;
	(void)work(x); /* this thread works, too */
	for (unsigned i = 0; i < started; i++)
		(void)pthread_join(threads[i], NULL);
}

static void add_up(const shared *x)
{
	as_outcome *o = x->o;
	const as_network *n = x->m->network;
	for (size_t b = 0; b < BUCKETS; b++)
		for (size_t s = 0; s < o->scenarios; s++) {
			const double *from = &x->sums[(b * o->scenarios + s) * x->sums_n];
			for (size_t i = 0; i < n->n_threats; i++)
				o->by_threat[s * n->n_threats + i] += *from++ / (double)o->paths;
			for (size_t i = 0; i < n->n_suppliers; i++)
				o->by_owner[s * n->n_suppliers + i] += *from++ / (double)o->paths;
			for (size_t i = 0; i < x->m->n_segments; i++)
				o->by_segment[s * x->m->n_segments + i] +=
					*from++ / (double)o->paths;
		}
}

static as_outcome *make_outcome(const as_model *m, const as_run *run)
{
	as_outcome *o = calloc(1, sizeof(*o));
	const as_network *n = m->network;
	if (!o)
		return NULL;
	*o = (as_outcome){ .m = m,
		.outer = run->outer,
		.inner = run->inner,
		.paths = run->outer * run->inner,
		.years = (size_t)n->question.years,
		.scenarios = n->n_scenarios };
	o->loss = calloc(o->scenarios * o->years * o->paths + 1, sizeof(*o->loss));
	o->total = calloc(o->scenarios * o->paths + 1, sizeof(double));
	o->cost = calloc(o->scenarios * o->outer * o->years + 1, sizeof(double));
	o->changes = calloc(o->scenarios * o->outer * o->years + 1, sizeof(double));
	o->mean = calloc(o->scenarios * o->outer + 1, sizeof(double));
	o->values = calloc(o->outer * m->n_params + 1, sizeof(double));
	o->by_threat = calloc(o->scenarios * n->n_threats + 1, sizeof(double));
	o->by_owner = calloc(o->scenarios * n->n_suppliers + 1, sizeof(double));
	o->by_segment = calloc(o->scenarios * m->n_segments + 1, sizeof(double));
	o->finished = calloc(m->n_programmes * o->outer + 1, sizeof(double));
	if (o->loss && o->total && o->cost && o->changes && o->mean && o->values && o->by_threat &&
		o->by_owner && o->by_segment && o->finished)
		return o;
	as_outcome_free(o);
	return NULL;
}

as_outcome *as_simulate(const as_model *m, const as_run *run)
{
	const as_network *n = m->network;
	as_arena *arena = as_arena_new(0);
	shared x = { .m = m,
		.run = run,
		.o = make_outcome(m, run),
		.sums_n = n->n_threats + n->n_suppliers + m->n_segments };
	size_t units[] = { n->n_classes, m->n_products, n->n_suppliers, m->n_regions, 1 };
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		x.units_most = units[i] > x.units_most ? units[i] : x.units_most;
	if (x.o)
		x.sums = calloc(BUCKETS * x.o->scenarios * x.sums_n + 1, sizeof(double));
	x.failed = !arena || !x.o || !x.sums || pthread_mutex_init(&x.telling, NULL) != 0;
	if (!x.failed && make_quick(&x, arena)) {
		run_threads(&x, run->threads);
		(void)pthread_mutex_destroy(&x.telling);
	}
	if (!x.failed)
		add_up(&x);
	if (x.o)
		x.o->cut = x.cut;
	free(x.sums);
	as_arena_free(arena);
	if (!x.failed)
		return x.o;
	as_outcome_free(x.o);
	return NULL;
}

double as_discounted(const as_outcome *o, const double *costs, size_t s, size_t draw)
{
	double sum = 0, off = log1p(o->m->network->question.discount);
	for (size_t y = 0; y < o->years; y++)
		sum += costs[(s * o->outer + draw) * o->years + y] * exp(-((double)y + 0.5) * off);
	return sum;
}

void as_outcome_free(as_outcome *o)
{
	if (!o)
		return;
	void *const all[] = { o->loss, o->total, o->cost, o->changes, o->mean, o->values,
		o->by_threat, o->by_owner, o->by_segment, o->finished };
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		free(all[i]);
	free(o);
}
