/* SPDX-License-Identifier: Apache-2.0 */
/* Searches raw bytes for formats at any offset: one multi-pattern pass for every magic, then probes
 * in the order of the offsets. Bytes inside an accepted format are not searched again. */
#include "unpack/engine.h"

#include <hs.h>
#include <locale.h>
#include <stdlib.h>

enum {
	STARTS_MAX = 200000, /* magics remembered per object */
	PER_FORMAT = 20000,  /* and per format */
	MAGICS_MAX = 1024,
	BLOCK = 1 << 30, /* bytes per search; blocks overlap by LAP */
	LAP = 64,
	WORK_FREE = 512 << 20, /* bytes that a format's false starts may cost */
	WORK_RATIO = 64,       /* and so many times the object */
};

typedef struct pattern {
	const as_format *f;
	const as_magic *m;
} pattern;

struct as_scanner {
	hs_database_t *db;
	hs_scratch_t *scratch;
	pattern patterns[MAGICS_MAX];
	unsigned n;
	locale_t utf8; /* kept loaded for as_la_list: an examiner may open no file */
};

typedef struct start {
	uint64_t at;
	unsigned pattern;
} start;

typedef struct search {
	as_scanner *s;
	as_span data;  /* what is searched */
	uint64_t from; /* where it stands in the object */
	as_sure least; /* of a claim that counts */
	uint64_t base; /* of the block in data */
	start *starts; /* owned */
	size_t n, cap;
	unsigned per_format[MAGICS_MAX]; /* by a format's first pattern */
	uint64_t work[MAGICS_MAX];       /* the same: what false starts have cost, bytes */
	bool full;
} search;

/* MAGICS_MAX if there are more than that. */
static unsigned collect(
	as_scanner *s, const char **bytes, size_t *lens, unsigned *flags, unsigned *ids)
{
	unsigned n = 0;
	for (const as_format *const *f = as_formats; *f; f++)
		for (const as_magic *m = (*f)->magic;
			(*f)->anywhere && m && m->len && n < MAGICS_MAX; m++) {
			if (m->start)
				continue;
			s->patterns[n] = (pattern){ *f, m };
			bytes[n] = m->bytes;
			lens[n] = m->len;
			flags[n] = 0;
			ids[n] = n;
			n++;
		}
	return n;
}

as_scanner *as_scanner_new(void)
{
	as_scanner *s = calloc(1, sizeof(*s));
	if (s)
		s->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	return s;
}

bool as_scanner_prepare(as_scanner *s)
{
	const char *bytes[MAGICS_MAX];
	size_t lens[MAGICS_MAX];
	unsigned flags[MAGICS_MAX], ids[MAGICS_MAX];
	if (s->scratch)
		return true;
	s->n = collect(s, bytes, lens, flags, ids);
	hs_compile_error_t *error = NULL;
	/* A format that is left out would not be missed by anybody. */
	bool ok = s->n > 0 && s->n < MAGICS_MAX &&
		  (s->db || hs_compile_lit_multi(bytes, flags, ids, lens, s->n, HS_MODE_BLOCK, NULL,
				    &s->db, &error) == HS_SUCCESS);
	hs_free_compile_error(error);
	return ok && hs_alloc_scratch(s->db, &s->scratch) == HS_SUCCESS;
}

void as_scanner_free(as_scanner *s)
{
	if (!s)
		return;
	(void)hs_free_scratch(s->scratch);
	(void)hs_free_database(s->db);
	if (s->utf8)
		freelocale(s->utf8);
	free(s);
}

static bool remember(search *q, start hit)
{
	if (q->n == q->cap) {
		size_t cap = q->cap ? q->cap * 2 : 256;
		start *starts =
			cap > STARTS_MAX * 2 ? NULL : realloc(q->starts, cap * sizeof(*starts));
		if (!starts)
			return false;
		q->starts = starts;
		q->cap = cap;
	}
	q->starts[q->n++] = hit;
	return true;
}

/* The first pattern of the format that has this one. */
static unsigned first_of(const as_scanner *s, unsigned id)
{
	while (id > 0 && s->patterns[id - 1].f == s->patterns[id].f)
		id--;
	return id;
}

static int on_match(
	unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *ctx)
{
	(void)from, (void)flags;
	search *q = ctx;
	const as_magic *m = q->s->patterns[id].m;
	uint64_t at = q->base + to - m->len;
	const as_format *f = q->s->patterns[id].f;
	if (at < m->at || (f->glance && !f->glance(as_from(q->data, at - m->at))))
		return 0;
	unsigned first = first_of(q->s, id);
	q->full = q->full || ++q->per_format[first] > PER_FORMAT;
	if (q->per_format[first] <= PER_FORMAT && !remember(q, (start){ at - m->at, id }))
		q->full = true;
	return 0;
}

static int by_offset(const void *x, const void *y)
{
	const start *a = x, *b = y;
	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return a->pattern < b->pattern ? -1 : a->pattern > b->pattern;
}

static as_status find_starts(search *q)
{
	as_span data = q->data;
	for (q->base = 0; q->base < data.n; q->base += BLOCK) {
		uint64_t n = as_min(data.n - q->base, (uint64_t)BLOCK + LAP);
		as_span block = as_cut(data, q->base, n);
		hs_error_t e = hs_scan(q->s->db, (const char *)block.p, (unsigned)block.n, 0,
			q->s->scratch, on_match, q);
		if (e != HS_SUCCESS && e != HS_SCAN_TERMINATED)
			return AS_NOMEM;
	}
	if (q->n > 0)
		qsort(q->starts, q->n, sizeof(*q->starts), by_offset);
	return AS_OK;
}

/* Asks a format, unless its false starts have cost too much already: streams can be made of which each begins within
 * the one before, and all but the last byte of each is right. */
static bool ask(search *q, unsigned which, as_span data, as_extent *claim)
{
	uint64_t *work = &q->work[first_of(q->s, which)];
	if (*work > WORK_FREE + q->data.n * WORK_RATIO) {
		q->full = true;
		return false;
	}
	bool is = q->s->patterns[which].f->probe(data, claim) == AS_OK;
	bool counts = is && claim->sure >= q->least;
	*work += counts ? 0 : claim->work;
	return counts;
}

/* The best claim among the starts [i, end) that share an offset. */
static const as_format *best_claim(as_unpack *u, search *q, size_t i, size_t end, as_extent *out)
{
	const as_format *best = NULL, *rival = NULL;
	uint64_t at = q->from + q->starts[i].at;
	as_span data = as_from(q->data, q->starts[i].at);
	for (const as_format *last = NULL; i < end; i++) {
		const as_format *f = q->s->patterns[q->starts[i].pattern].f;
		as_extent claim = { 0 };
		bool again = f == last;
		last = f;
		if (again || !u->o->send->stage(u->o->send->ctx, f->id, at))
			continue;
		if (!ask(q, q->starts[i].pattern, data, &claim) || claim.size == 0 ||
			claim.size > data.n)
			continue;
		bool wins = !best || claim.sure > out->sure ||
			    (claim.sure == out->sure && !claim.open_end && claim.size > out->size);
		rival = as_rival(rival, wins ? best : f, wins ? out : &claim);
		if (wins) {
			best = f;
			*out = claim;
		}
	}
	(void)as_send_rival(u->o, rival, at, data.n); /* a sender that fails does so again */
	return best;
}

static as_status put_part(as_unpack *u, const char *kind, const char *hint, uint64_t at, uint64_t n)
{
	as_entry e = { .at = at, .type = AS_PART, .hint = hint, .data = as_cut(u->o->data, at, n) };
	e.name = as_print(u->o->arena, "%s-0x%llx", kind, (unsigned long long)at);
	return as_put(u, NULL, &e, NULL);
}

/* What lies before a format: padding at its edges is only accounted for; the rest is a part. */
static as_status put_between(as_unpack *u, uint64_t from, uint64_t to)
{
	as_span gap = as_cut(u->body, 0, to);
	from += as_padding_at(gap, from);
	uint8_t last = to > from ? u->body.p[to - 1] : 1;
	while (to > from && (last == 0 || last == 0xff) && u->body.p[to - 1] == last)
		to--;
	return to - from < AS_PAD_MIN ? AS_OK : put_part(u, "unknown", "raw", from, to - from);
}

/* Takes the formats that begin at the starts found, one after another. between: what lies between them is put as
 * well. */
static as_status take(as_unpack *u, search *q, bool between, size_t *n)
{
	as_status st = AS_OK;
	uint64_t done = 0;
	for (size_t i = 0, end; i < q->n && st <= AS_PARTIAL; i = end) {
		as_extent claim = { 0 };
		for (end = i; end < q->n && q->starts[end].at == q->starts[i].at;)
			end++;
		uint64_t at = q->starts[i].at;
		/* What begins where the object does is the object itself. */
		bool again = at < done || (!between && q->from + at == 0);
		const as_format *f = again ? NULL : best_claim(u, q, i, end, &claim);
		if (!f)
			continue;
		uint64_t size = claim.open_end
					? as_measure(u->o, f, as_cut(q->data, at, claim.size))
					: claim.size;
		if (between)
			st = as_worse(st, put_between(u, done, at));
		if (st <= AS_PARTIAL)
			st = as_worse(st, put_part(u, f->id, f->id, q->from + at, size));
		done = at + size;
		(*n)++;
	}
	if (*n > 0 && between && st <= AS_PARTIAL)
		st = as_worse(st, put_between(u, done, u->body.n));
	return st;
}

static as_status search_all(as_unpack *u, search *q, bool between, size_t *n)
{
	as_status st = as_scanner_prepare(q->s) ? find_starts(q) : AS_NOMEM;
	if (st == AS_OK)
		st = take(u, q, between, n);
	if (q->full)
		st = as_worse(st, as_send_lost(u->o, "scan", "limit", q->from, q->data.n,
					  "too many false starts of formats: not all were tried"));
	free(q->starts);
	return st;
}

as_status as_scan(as_unpack *u, as_scanner *s, as_sure least, size_t *n)
{
	search q = { .s = s, .data = u->body, .least = least };
	return search_all(u, &q, true, n);
}

as_status as_scan_stretch(as_unpack *u, as_scanner *s, uint64_t at, uint64_t len)
{
	size_t n = 0;
	search q = { .s = s, .from = at, .least = AS_STRUCTURED };
	q.data = as_cut(u->o->data, at, len);
	return search_all(u, &q, false, &n);
}
