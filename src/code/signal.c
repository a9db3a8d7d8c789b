/* SPDX-License-Identifier: Apache-2.0 */
#include "code/signal.h"

#include "code/grant.h"
#include "code/mention.h"
#include "code/wrapper.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIGNAL(id) extern const as_signal as_signal_##id;
#include "code/signals.def"
#undef SIGNAL

const as_signal *const as_signal_list[] = {
#define SIGNAL(id) &as_signal_##id,
#include "code/signals.def"
#undef SIGNAL
	NULL
};

/* What is stated of the C library inside a program weighs that much of what it would elsewhere: it is the same in all
 * programs, though somebody may have changed it. */
#define LIBRARY_SHARE 0.05

enum { EACH_MAX = 4000 /* alarms of one signal */, DECODED_MAX = 20000, TEXT_MAX = 512 };

/* Room for one more of size bytes in a list; false if there is none, which s says. */
static bool make_room(as_signals *s, void *list, size_t n, size_t *room, size_t size)
{
	void **p = list;
	if (s->no_memory)
		return false;
	if (n < *room)
		return true;
	size_t more = *room ? *room * 2 : 256;
	void *to = as_alloc_array(s->arena, more, size);
	s->no_memory = !to;
	if (!to)
		return false;
	if (n > 0)
		memcpy(to, *p, n * size);
	*p = to;
	*room = more;
	return true;
}

static int by_text(as_span x, as_span y)
{
	size_t n = x.n < y.n ? x.n : y.n;
	int d = n > 0 ? memcmp(x.p, y.p, n) : 0;
	return d != 0 ? d : x.n < y.n ? -1 : x.n > y.n;
}

/* A total order: qsort need not keep that of equal ones. */
static int by_function(const void *a, const void *b)
{
	const as_alarm *x = a, *y = b;
	if (x->function != y->function)
		return x->function < y->function ? -1 : 1;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	int d = strcmp(x->signal, y->signal);
	if (d == 0)
		d = x->score > y->score ? -1 : x->score < y->score;
	if (d == 0)
		d = by_text(x->trigger, y->trigger);
	if (d == 0)
		d = by_text(x->effect, y->effect);
	if (d == 0)
		d = by_text(x->detail, y->detail);
	return d != 0 ? d : x->effect_at < y->effect_at ? -1 : x->effect_at > y->effect_at;
}

static int by_score(const void *a, const void *b)
{
	const as_alarm *x = a, *y = b;
	if (x->conclusive != y->conclusive)
		return x->conclusive ? -1 : 1;
	return x->score != y->score ? (x->score > y->score ? -1 : 1) : by_function(a, b);
}

/* One signal that is flooded must not silence the others, nor its own heavy ones: the lighter half goes. */
static void thin_out(as_signals *s)
{
	if (s->n_alarms - s->from < EACH_MAX)
		return;
	qsort(s->alarms + s->from, s->n_alarms - s->from, sizeof(*s->alarms), by_score);
	s->n_alarms = s->from + EACH_MAX / 2;
	s->cut = true;
}

void as_alarm_add(as_signals *s, as_alarm a)
{
	if (s->profile->functions.list[a.function].library)
		a.score *= LIBRARY_SHARE;
	if (a.score <= 0 || !make_room(s, &s->alarms, s->n_alarms, &s->room_alarms, sizeof(a)))
		return;
	s->alarms[s->n_alarms++] = a;
	thin_out(s);
}

void as_decoded_add(as_signals *s, as_decoded d)
{
	if (s->n_decoded >= DECODED_MAX)
		s->cut = true;
	else if (make_room(s, &s->decoded, s->n_decoded, &s->room_decoded, sizeof(d)))
		s->decoded[s->n_decoded++] = d;
}

as_span as_alarm_text(as_signals *s, const char *format, ...)
{
	char text[TEXT_MAX];
	va_list args;
	va_start(args, format);
	int n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	size_t len = n < 0 ? 0 : (size_t)as_min((uint64_t)n, sizeof(text) - 1);
	return as_copy(s->arena, as_bytes(text, len));
}

static bool prepare(as_signals *s)
{
	const as_profile *p = s->profile;
	size_t n = p->functions.n;
	s->tests = as_alloc_array(s->arena, n + 1, sizeof(*s->tests));
	s->weight = as_alloc_array(s->arena, n + 1, sizeof(*s->weight));
	s->wraps_shell = as_alloc_array(s->arena, n + 1, sizeof(*s->wraps_shell));
	if (!s->tests || !s->weight || !s->wraps_shell || !as_comparators_find(&s->comparators, p))
		return false;
	for (size_t i = 0; i < n; i++) {
		const as_kept *k = p->kept[i];
		if (!k)
			continue;
		if (!as_tests_find(&s->tests[i], p, k, &s->comparators))
			return false;
		for (uint32_t c = 0; c < k->values.n_calls; c++) {
			as_sink sink = as_sink_of(s, k, &k->values.calls[c]);
			s->weight[i] = sink.weight > (double)s->weight[i] ? (float)sink.weight
									  : s->weight[i];
		}
	}
	as_wrappers_find(s);
	return as_mention_prepare(s) && as_grant_prepare(s);
}

as_status as_signals_find_against(as_signals *s, const as_profile *p, const as_reference *r)
{
	*s = (as_signals){ .profile = p, .arena = p->program->arena, .reference = *r };
	if (!prepare(s))
		return AS_NOMEM;
	for (const as_signal *const *one = as_signal_list; *one && !s->no_memory; one++) {
		s->from = s->n_alarms;
		(*one)->find(s);
	}
	if (s->n_alarms > 1)
		qsort(s->alarms, s->n_alarms, sizeof(*s->alarms), by_function);
	return s->no_memory ? AS_NOMEM : AS_OK;
}

as_status as_signals_find(as_signals *s, const as_profile *p)
{
	as_reference r;
	as_reference_open(&r);
	return as_signals_find_against(s, p, &r);
}
