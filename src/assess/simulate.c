/* SPDX-License-Identifier: Apache-2.0 */
#include "assess/simulate.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "assess/random.h"
#include "assess/strikes.h"

enum {
	BUCKETS =
		64, /* of outer draws, each worked off by one thread in its order: sums do not depend on threads */
	THREADS_MOST = 64,
	STEPS = 1024,        /* of the table of a distribution's quantiles */
	BLOCKS = 8,          /* of a stream, for the numbers of one event */
	EVENTS_MOST = 50000, /* of one threat in one path */
	ONCE_ROOM = 4096,    /* the same, of a threat that comes once */
};

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
	double discount; /* per year, in the exponent */
	atomic_size_t next, done;
	atomic_bool failed, cut;
	pthread_mutex_t telling;
} shared;

/* What a thread needs for itself. */
typedef struct event event;
typedef struct worker {
	shared *x;
	as_draw *d;
	as_strikes *strikes;
	event *room; /* ONCE_ROOM events, while they are sorted */
	uint32_t *
		seen; /* [scenario][unit]: the stamp of the path in which a threat that comes once has come */
	uint32_t *asked; /* [product]: the stamp of the event and scenario that has struck it */
	uint32_t stamp, asked_stamp;
	double *loss, *total; /* [scenario][year], [scenario]: of the path */
	size_t bucket, outer;
} worker;

struct event {
	size_t threat, class, unit;
	double at;     /* years */
	double now;    /* what money is worth then */
	double level;  /* chance of success that must be exceeded */
	double u;      /* its log-odds */
	double phase;  /* which of a class's elements: below the share that is new, a new one */
	uint64_t same; /* of a threat that comes once to an element: class and element */
	uint64_t hit;  /* bits: scenarios in which it has struck */
	bool known;    /* details are drawn */
	double detail[DETAILS];
	double secondary; /* money, 0 if nothing follows */
	as_random r;
};

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

/* Adds one element of a profile, if the event gets the better of it. */
static void strike(const worker *w, const event *e, size_t s, const as_lot *lot, as_struck *to)
{
	const as_model *m = w->x->m;
	const as_draw *d = w->d;
	size_t at = lot->profile * m->network->n_threats + e->threat;
	const as_profile *p = &m->profiles[lot->profile];
	double left = 1, odds = d->odds[at] + (e->at >= p->support ? d->ended[at] : 0);
	if (e->u >= odds)
		return;
	uint64_t added = m->plans[s].added[lot->profile];
	if (p->controls | added)
		odds -= as_draw_controls(d, p->controls, added, e->threat, e->at, &left);
	if (e->u >= odds)
		return;
	as_struck what = as_struck_lot(d, e->threat, lot, true);
	(void)as_struck_add(to, &what, 1, left);
}

static void strike_group(
	worker *w, const event *e, size_t s, as_group_kind kind, size_t g, as_struck *to)
{
	if (!as_strikes_group(w->strikes, e->threat, s, kind, g, e->u, e->at, to))
		w->x->failed = true;
}

/* What comes in by a component that others carry, too, strikes all that carry it (and are not stronger otherwise); by
 * several components, all that carry one of them: so one more never makes an event smaller. */
static void strike_component(worker *w, const event *e, size_t s, size_t profile, as_struck *to)
{
	const as_model *m = w->x->m;
	const as_profile *p = &m->profiles[profile];
	const as_product *own = &m->products[p->product];
	const double *by_component = &w->d->by_component[2 * e->threat];
	unsigned via = m->network->threats[e->threat].via,
		 doors = via ? via & p->exposure : p->exposure;
	strike_group(w, e, s, AS_BY_PRODUCT, p->product, to);
	if (!(doors & as_classes_of_findings[AS_CLASS_reachable].doors))
		return;
	w->asked[p->product] = ++w->asked_stamp;
	for (size_t i = 0; i < own->n_shared; i++) {
		const as_component_shared *c = &m->shared[own->shared[i]];
		for (size_t k = 0; e->level < by_component[c->exploited] && k < c->n; k++) {
			if (w->asked[c->products[k]] == w->asked_stamp)
				continue;
			w->asked[c->products[k]] = w->asked_stamp;
			strike_group(w, e, s, AS_BY_PRODUCT, c->products[k], to);
		}
	}
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
static as_struck strike_all(worker *w, event *e, size_t s)
{
	const as_model *m = w->x->m;
	const as_threat *t = &m->network->threats[e->threat];
	as_group_kind kind = m->threats[e->threat].kind;
	static const double low_digits = 0x1p20; /* of a number whose high ones say what is new */
	as_struck to = { .chance = e->phase * low_digits - floor(e->phase * low_digits) };
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
		strike(w, e, s, &one, &to);
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

static double cost_of(const worker *w, event *e, const as_struck *to)
{
	const as_model *m = w->x->m;
	static const double half = 0.5; /* an element: less of it is none */
	if (to->elements < half)
		return 0;
	draw_details(w->x, e);
	double all = m->network->question.subscribers, share = e->detail[SHARE];
	double out = to->out * share, behind = to->behind * share;
	if (all > 0) {
		out = out < all ? out : all;
		behind = behind < all ? behind : all;
	}
	return out * e->detail[HOURS] * as_draw_value(w->d, m->subscriber_hour, 0) +
	       behind * e->detail[RECORDS] * as_draw_value(w->d, m->record, 0) +
	       to->price * share * e->detail[REPLACE] + e->detail[RESPONSE] + e->secondary;
}

/* Whether a threat that comes once has come to the same before. Events of one element follow each other. */
static bool seen_before(worker *w, event *e, size_t s)
{
	const as_threat *t = &w->x->m->network->threats[e->threat];
	uint64_t bit = (uint64_t)1 << s;
	if (!t->once)
		return false;
	if (e->same) {
		for (const event *x = e; x > w->room && x[-1].same == e->same; x--)
			if (x[-1].hit & bit)
				return true;
		e->hit |= bit;
		return false;
	}
	uint32_t *at = &w->seen[s * w->x->units_most + e->unit];
	bool before = *at == w->stamp;
	*at = w->stamp;
	return before;
}

/* Whether an event strikes in a scenario what it strikes as things are, where it struck that unit. */
static bool strikes_as_now(const worker *w, const event *e, size_t s, size_t unit)
{
	const as_model *m = w->x->m;
	const as_plan *plan = &m->plans[s];
	const as_threat *t = &m->network->threats[e->threat];
	if (t->per == AS_PER_OPERATOR || t->per == AS_PER_ELEMENT) {
		if (!(m->as_now[e->class] >> s & 1) || t->hits == AS_HIT_COMPONENT)
			return false;
		if (t->hits == AS_HIT_ELEMENT)
			return true;
	}
	return plan->groups[m->threats[e->threat].kind].as_now[unit];
}

static bool is_wanted(const worker *w, size_t s)
{
	uint64_t only = w->x->run->scenarios;
	return s == 0 || only == 0 || only >> s & 1;
}

static void take_event(worker *w, event *e)
{
	const as_outcome *o = w->x->o;
	const as_model *m = w->x->m;
	size_t year = (size_t)e->at, threats = m->network->n_threats,
	       suppliers = m->network->n_suppliers, unit = 0;
	as_struck to = { 0 }, to_now = { 0 };
	double loss = 0, loss_now = 0;
	for (size_t s = 0; s < o->scenarios; s++) {
		if (!is_wanted(w, s))
			continue;
		if (s > 0 && strikes_as_now(w, e, s, unit)) {
			to = to_now;
			loss = loss_now;
			e->unit = unit;
		} else {
			to = strike_all(w, e, s);
			loss = cost_of(w, e, &to);
		}
		if (s == 0) {
			to_now = to;
			loss_now = loss;
			unit = e->unit;
		}
		if (loss <= 0 || seen_before(w, e, s))
			continue;
		double now = loss * e->now;
		double *sums = &w->x->sums[(w->bucket * o->scenarios + s) * w->x->sums_n];
		w->loss[s * o->years + year] += loss;
		w->total[s] += now;
		sums[e->threat] += now;
		sums[threats + to.owner] += now;
		sums[threats + suppliers + to.segment] += now;
	}
}

/* Keeps what a path has lost, and begins the next. */
static void keep_path(const worker *w, size_t path)
{
	as_outcome *o = w->x->o;
	for (size_t i = 0; i < o->scenarios * o->years; i++) {
		if (w->loss[i] > 0)
			o->loss[i * o->paths + path] = (float)w->loss[i];
		w->loss[i] = 0;
	}
	for (size_t s = 0; s < o->scenarios; s++) {
		o->total[s * o->paths + path] = w->total[s];
		w->total[s] = 0;
	}
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
	if (x->same != y->same)
		return x->same < y->same ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

/* When an event comes, and to whom; r: where its numbers go on. */
static event make_event(const worker *w, const as_random *r, size_t k, double level)
{
	const as_model *m = w->x->m;
	const as_threat *threat = &m->network->threats[k];
	event e = { .threat = k, .r = *r, .level = level, .u = log(level / (1 - level)) };
	e.at = as_random_uniform(&e.r) * m->network->question.years;
	e.now = exp(-e.at * w->x->discount);
	double u = as_random_uniform(&e.r), v = as_random_uniform(&e.r);
	e.phase = as_random_uniform(&e.r);
	const as_threat_model *t = &m->threats[k];
	if (threat->per != AS_PER_OPERATOR && threat->per != AS_PER_ELEMENT) {
		e.unit = (size_t)(u * t->units);
		return e;
	}
	e.class = pick(t, m->network->n_classes, u, v);
	if (threat->once && threat->hits == AS_HIT_ELEMENT) /* never 0 */
		e.same = ((uint64_t)e.class + 1) << 32 |
			 (uint32_t)(e.phase * m->network->classes[e.class].count);
	return e;
}

/* The events of one threat on one path: attempts, the easiest to succeed first, until none can. Their levels (the
 * chance of success that each needs) are what a Poisson process has between 0 and 1; so what makes success likelier,
 * or attempts more frequent, adds events and takes none away. */
static void take_threat(worker *w, size_t k, uint64_t stream_of)
{
	const as_model *m = w->x->m;
	const as_threat_model *t = &m->threats[k];
	double most = 1 / (1 + exp(-w->d->most[k])), level = 0;
	double attempts = as_draw_value(w->d, t->rate, 0) * t->units * m->network->question.years;
	as_random stream = as_random_of(w->x->run->seed, stream_of, t->purpose);
	bool once = m->network->threats[k].once;
	size_t n = 0, n_most = once ? ONCE_ROOM : EVENTS_MOST;
	if (!(attempts > 0) || t->weight <= 0)
		return;
	for (w->stamp++;; n++) {
		as_random r = stream;
		r.counter[3] = (uint32_t)(n * BLOCKS);
		level -= log(as_random_uniform(&r)) / attempts;
		if (level >= most)
			break;
		if (n == n_most) {
			w->x->cut = true;
			break;
		}
		event e = make_event(w, &r, k, level);
		if (once)
			w->room[n] = e;
		else
			take_event(w, &e);
	}
	if (!once)
		return;
	if (n)
		qsort(w->room, n, sizeof(*w->room), rising);
	for (size_t i = 0; i < n; i++)
		take_event(w, &w->room[i]);
}

static void take_costs(const worker *w)
{
	as_outcome *o = w->x->o;
	for (size_t s = 0; s < o->scenarios; s++) {
		size_t at = (s * o->outer + w->outer) * o->years;
		if (is_wanted(w, s))
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
	as_strikes_forget(w->strikes);
	memcpy(&o->values[w->outer * params], w->d->value, params * sizeof(double));
	take_costs(w);
	for (size_t i = 0; i < o->inner; i++) {
		size_t path = w->outer * o->inner + i;
		for (size_t k = 0; k < w->x->m->network->n_threats; k++)
			take_threat(w, k, run->common ? i : path);
		keep_path(w, path);
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
	w.asked = w.seen ? as_alloc_array(arena, x->m->n_products + 1, sizeof(*w.asked)) : NULL;
	w.loss = w.asked ? as_alloc_array(arena, x->o->scenarios * x->o->years + 1, sizeof(double))
			 : NULL;
	w.total = w.loss ? as_alloc_array(arena, x->o->scenarios + 1, sizeof(double)) : NULL;
	w.room = w.total ? as_alloc_array(arena, ONCE_ROOM, sizeof(*w.room)) : NULL;
	w.strikes = w.room ? as_strikes_new(w.d) : NULL;
	if (!w.strikes)
		x->failed = true;
	for (size_t b; !x->failed && (b = x->next++) < BUCKETS;) {
		w.bucket = b;
		for (w.outer = b; w.outer < x->o->outer; w.outer += BUCKETS) {
			take_outer(&w);
			tell(x);
		}
	}
	as_strikes_free(w.strikes);
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
		.discount = log1p(n->question.discount),
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
