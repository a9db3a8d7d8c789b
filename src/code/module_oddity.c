/* SPDX-License-Identifier: Apache-2.0 */
#include "code/module_oddity.h"

#include "code/origin.h"

static const double HIDES = 3.5, LOOKS_UP = 2.5;

/* The structure by which the kernel knows the module. */
typedef struct self {
	uint64_t addr, size;
} self;

static bool is_inside(const self *m, uint64_t at) { return at > m->addr && at - m->addr < m->size; }

static void add(as_signals *s, const as_kept *k, uint64_t at, double score, as_span trigger,
	const char *effect, const char *detail)
{
	as_alarm_add(s, (as_alarm){ .signal = "oddity",
				.function = (size_t)(k->function - s->profile->functions.list),
				.at = at,
				.score = score,
				.trigger = trigger,
				.effect = as_lit(effect),
				.detail = as_lit(detail),
				.conclusive = score >= HIDES });
}

/* Words of the structure are written by the kernel alone; a module that writes its links takes itself out of a list. */
static void look_at_stores(as_signals *s, const as_kept *k, const self *m)
{
	uint64_t at = 0;
	for (uint32_t i = 0; i < k->values.n_stores; i++) {
		const as_store *st = &k->values.stores[i];
		if (st->width < s->profile->program->arch->word ||
			!as_value_const(&k->values, st->base, &at) ||
			!is_inside(m, at + (uint64_t)st->offset))
			continue;
		add(s, k, st->at, HIDES, as_lit("its own place among the modules"),
			"is not listed any more",
			"the module writes into the structure by which the kernel knows it");
		return;
	}
}

static void look_at_call(as_signals *s, const as_kept *k, const as_call *c, const self *m)
{
	static const char *const takes_out[] = { "kobject_del", "kobject_put", "__list_del_entry",
		"__list_del_entry_valid", "__list_del_entry_valid_or_report", "list_del" };
	static const char *const not_offered[] = { "kallsyms_lookup_name",
		"kallsyms_on_each_symbol" };
	uint64_t at = 0;
	for (size_t i = 0; i < sizeof(takes_out) / sizeof(takes_out[0]); i++)
		if (as_origin_calls(c, takes_out[i]) &&
			as_value_const(&k->values, c->arg[0], &at) && is_inside(m, at))
			add(s, k, c->at, HIDES, as_lit("its own place among the modules"),
				"is not listed any more",
				"a part of the structure by which the kernel knows the module is "
				"taken out of a list");
	for (size_t i = 0; i < sizeof(not_offered) / sizeof(not_offered[0]); i++)
		if (as_origin_calls(c, not_offered[i]))
			add(s, k, c->at, LOOKS_UP, as_origin_text(k, c, 0), not_offered[i],
				"it asks by name for what the kernel offers to no module");
}

/* The address of what is not offered is also told by a probe that is set there: its name stands in a structure. */
static void look_at_probes(as_signals *s, const as_kept *k, const as_call *c)
{
	static const char *const names[] = { "kallsyms_lookup_name", "sys_call_table",
		"kallsyms_on_each_symbol" };
	const as_program *p = s->profile->program;
	uint64_t at = 0, word = 0;
	bool probes =
		as_origin_calls(c, "register_kprobe") || as_origin_calls(c, "register_kretprobe");
	enum { WORDS = 32 };
	if (!probes || !as_value_const(&k->values, c->arg[0], &at))
		return;
	for (size_t i = 0; i < WORDS; i++) {
		if (!as_program_initial(p, at + i * p->arch->word, p->arch->word, &word))
			return;
		as_span text = as_program_string(p, word);
		for (size_t j = 0; j < sizeof(names) / sizeof(names[0]); j++)
			if (as_is(text, names[j]))
				add(s, k, c->at, LOOKS_UP, text, "learns its address",
					"a probe is set where the kernel offers nothing to "
					"modules: it tells the address");
	}
}

void as_module_oddities(as_signals *s)
{
	const as_profile *p = s->profile;
	const as_elf_section *section =
		p->program->elf.type == AS_ET_REL
			? as_elf_section_named(&p->program->elf, ".gnu.linkonce.this_module")
			: NULL;
	self m = { .addr = section ? section->addr : 0, .size = section ? section->size : 0 };
	for (size_t i = 0; m.addr != 0 && i < p->functions.n; i++) {
		const as_kept *k = p->kept[i];
		if (!k)
			continue;
		look_at_stores(s, k, &m);
		for (uint32_t j = 0; j < k->values.n_calls; j++) {
			look_at_call(s, k, &k->values.calls[j], &m);
			look_at_probes(s, k, &k->values.calls[j]);
		}
	}
}
