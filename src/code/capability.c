/* SPDX-License-Identifier: Apache-2.0 */
#include "code/capability.h"

/* Calls that only programs make which wait for others. */
typedef struct habits {
	bool background, receives, logs;
} habits;

static void look_at(as_capability *out, habits *h, const as_signals *s, const as_kept *k)
{
	for (uint32_t i = 0; i < k->values.n_calls; i++) {
		const as_call *c = &k->values.calls[i];
		const as_api *api = c->api;
		as_sink sink = as_sink_of(s, k, c);
		int effect = sink.weight > 0 ? as_reference_effect(sink.what) : -1;
		if (effect >= 0) {
			out->effects |= (uint16_t)(1u << effect);
			out->sites[effect]++;
		}
		if (!api)
			continue;
		as_span name = as_lit(api->name);
		h->background = h->background || as_is(name, "daemon");
		h->receives = h->receives || as_starts(name, "recvfrom") || as_is(name, "recvmsg");
		h->logs = h->logs || api->kind == AS_API_LOG;
	}
}

static bool is_library(const as_program *p)
{
	bool program = as_elf_segment_typed(&p->elf, AS_PT_INTERP) || p->dyn.pie || p->dyn.debug;
	return p->dyn.soname.p || (p->elf.type == AS_ET_DYN && p->dyn.present && !program);
}

as_capability as_capability_of(const as_signals *s)
{
	as_capability out = { .class = AS_CLASS_TOOL };
	habits h = { 0 };
	for (size_t i = 0; i < s->profile->functions.n; i++)
		if (s->profile->kept[i])
			look_at(&out, &h, s, s->profile->kept[i]);
	bool listens = out.effects >> as_reference_effect("listen") & 1;
	bool binds = out.effects >> as_reference_effect("bind") & 1;
	if (is_library(s->profile->program))
		out.class = AS_CLASS_LIBRARY;
	else if (listens || h.background || (binds && (h.receives || h.logs)))
		out.class = AS_CLASS_DAEMON;
	return out;
}
