/* SPDX-License-Identifier: Apache-2.0 */
/* An effect out of character: libraries that do what hardly any library does. What a program runs or listens to
 * is its own business, and says little; a parser that runs commands says much. Unusual is what the reference
 * population says. */
#include "code/capability.h"

#include <math.h>

static const double LEAST_BITS = 3, MOST = 2.8; /* by itself it is only unusual */

typedef struct place {
	as_sink sink;
	const as_call *call;
} place;

/* The heaviest call of that effect in a function. */
static place heaviest(const as_signals *s, const as_kept *k, int effect)
{
	place best = { 0 };
	for (uint32_t i = 0; i < k->values.n_calls; i++) {
		as_sink sink = as_sink_of(s, k, &k->values.calls[i]);
		if (sink.weight > best.sink.weight && as_reference_effect(sink.what) == effect)
			best = (place){ .sink = sink, .call = &k->values.calls[i] };
	}
	return best;
}

static void state(as_signals *s, const as_capability *c, int effect, double bits, as_span why)
{
	for (size_t i = 0; i < s->profile->functions.n; i++) {
		const as_kept *k = s->profile->kept[i];
		place at = k ? heaviest(s, k, effect) : (place){ 0 };
		if (!at.call)
			continue;
		as_alarm_add(s, (as_alarm){ .signal = "capability",
					.function = i,
					.at = at.call->at,
					.effect_at = at.call->at,
					.score = fmin(MOST, bits * at.sink.weight / 4 /
								    sqrt((double)c->sites[effect])),
					.effect = as_sink_text(s, k, at.call, &at.sink),
					.detail = why });
	}
}

static void find(as_signals *s)
{
	as_capability c = as_capability_of(s);
	if (c.class != AS_CLASS_LIBRARY)
		return;
	for (int effect = 0; effect < AS_EFFECTS; effect++) {
		bool beside = as_reference_beside(c.effects, effect);
		unsigned of = 0;
		unsigned with = as_reference_share(&s->reference, c.class, effect, beside, &of);
		double bits = -log2((with + 0.5) / (of + 1));
		if (!(c.effects >> effect & 1) || of == 0 || bits < LEAST_BITS)
			continue;
		state(s, &c, effect, bits,
			as_alarm_text(s,
				"%u of %u packages with libraries like this one have the effect "
				"'%s'",
				with, of, as_reference_effect_name(effect)));
	}
}

const as_signal as_signal_capability = {
	.id = "capability",
	.title = "An effect that programs of its kind hardly ever have",
	.find = find,
};
