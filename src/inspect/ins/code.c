/* SPDX-License-Identifier: Apache-2.0 */
/* What the machine code of a program does: which calls matter, and which places look as if something was hidden
 * there. The analysis is in code/; here its answers become rows. */
#include "inspect/inspector.h"

#include "code/capability.h"
#include "code/fingerprint.h"
#include "code/flat.h"
#include "code/prior.h"
#include "code/signal.h"
#include "code/unlinked.h"
#include "inspect/blob.h"
#include "inspect/difference.h"
#include "inspect/quality.h"
#include "inspect/refer.h"
#include "inspect/story.h"

enum { CITED = 16 /* bytes of code that a row shows */, NAME_MAX_BYTES = 200 };

typedef struct stating {
	as_facts *out;
	const as_program *program;
	const as_profile *profile;
	as_signals *signals;
	as_arena *arena;
	bool *told; /* by function number: has a row of its own */
} stating;

/* Of what nothing else is known it may be bare machine code. */
static bool cares(const as_file *f)
{
	return as_starts(f->data, "\x7f"
				  "ELF") ||
	       as_flat_is(f->data) || as_is(as_lit(f->type), "data") ||
	       as_is(as_lit(f->type), "uboot");
}

/* The bytes of the file at an address. */
static as_span cited(const stating *s, uint64_t addr)
{
	as_span from = as_program_file(s->program, addr);
	return as_cut(from, 0, as_min(from.n, CITED));
}

static as_opt address(uint64_t addr)
{
	return addr <= INT64_MAX ? as_some((int64_t)addr) : (as_opt){ 0 };
}

static as_span short_name(as_span name) { return as_cut(name, 0, as_min(name.n, NAME_MAX_BYTES)); }

static as_span fingerprint(const stating *s, const as_kept *k)
{
	return as_print(s->arena, "%016llx", (unsigned long long)as_fingerprint_of(s->program, k));
}

static as_span found_by(const stating *s, unsigned by)
{
	static const char *const words[] = { "symbol", "unwind", "entry", "call", "pointer", "gap",
		"library" };
	as_span text = { 0 };
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (by >> i & 1)
			text = text.n ? as_print(s->arena, "%.*s %s", (int)text.n, text.p, words[i])
				      : as_lit(words[i]);
	return text;
}

static as_status state_function(stating *s, size_t number)
{
	const as_function *f = &s->profile->functions.list[number];
	const as_kept *k = s->profile->kept[number];
	size_t callers = 0;
	if (s->told[number])
		return AS_OK;
	s->told[number] = true;
	(void)as_profile_callers(s->profile, f->addr, &callers);
	as_span whole = as_program_file(s->program, f->addr);
	return as_add_function(s->out,
		(as_function_row){ .where = as_cut(whole, 0, as_min(whole.n, f->end - f->addr)),
			.addr = address(f->addr),
			.size = address(f->end - f->addr),
			.name = short_name(f->name),
			.found = found_by(s, f->by),
			.exported = f->exported,
			.blocks = k ? k->flow.n_blocks : 0,
			.callers = (int64_t)callers,
			.fingerprint = k ? fingerprint(s, k) : (as_span){ 0 } });
}

static as_status state_uses(stating *s, size_t number)
{
	const as_kept *k = s->profile->kept[number];
	as_status worst = AS_OK;
	for (uint32_t i = 0; k && i < k->values.n_calls && worst <= AS_PARTIAL; i++) {
		const as_call *c = &k->values.calls[i];
		as_sink sink = as_sink_of(s->signals, k, c);
		if (sink.weight <= 0)
			continue;
		worst = as_worse(worst, state_function(s, number));
		worst = as_worse(
			worst, as_add_api_use(s->out,
				       (as_api_use){ .where = cited(s, c->at),
					       .function = address(k->function->addr),
					       .addr = address(c->at),
					       .api = as_lit(sink.api ? sink.api->name : "syscall"),
					       .kind = as_lit(sink.what ? sink.what : "other"),
					       .argument = sink.text,
					       .constant = sink.constant }));
	}
	return worst;
}

static as_status state_alarm(stating *s, const as_alarm *a)
{
	const as_function *f = &s->profile->functions.list[a->function];
	as_status worst = state_function(s, a->function);
	as_signal_row row = { .where = cited(s, a->at),
		.function = address(f->addr),
		.addr = address(a->at),
		.name = short_name(f->name),
		.signal = as_lit(a->signal),
		.score = (int64_t)(a->score * 100 + 0.5),
		.trigger = a->trigger,
		.effect = a->effect,
		.effect_addr = a->effect_at ? address(a->effect_at) : (as_opt){ 0 },
		.detail = a->detail,
		.conclusive = a->conclusive };
	return as_worse(worst, as_add_signal(s->out, row));
}

static as_status state_decoded(stating *s, const as_decoded *d)
{
	as_status worst = state_function(s, d->function);
	return as_worse(worst,
		as_add_decoded_string(s->out,
			(as_decoded_string){ .where = cited(s, d->at),
				.function = address(s->profile->functions.list[d->function].addr),
				.addr = address(d->at),
				.text = d->text,
				.how = as_lit(d->how) }));
}

static as_status state_reading(stating *s, const as_prior_row *r)
{
	const as_function *f = &s->profile->functions.list[r->function];
	as_reading_row row = { .where = cited(s, f->addr),
		.function = address(f->addr),
		.name = short_name(f->name),
		.share = (int64_t)(r->share * 1e6 + 0.5),
		.why = r->why };
	return row.share > 0 ? as_add_reading(s->out, row) : AS_OK;
}

static as_status state_order(stating *s)
{
	size_t n = 0;
	const as_prior_row *list = as_prior_order(s->signals, &n);
	as_status worst = AS_OK;
	for (size_t i = 0; i < n && worst <= AS_PARTIAL; i++)
		worst = as_worse(worst, state_reading(s, &list[i]));
	return worst;
}

static as_status state_code(stating *s)
{
	const as_walk_summary *sum = &s->profile->sum;
	uint64_t bytes = 0;
	for (size_t i = 0; i < s->program->n_code; i++)
		bytes += s->program->code[i].len;
	as_reference_class class = as_capability_of(s->signals).class;
	const char *words = as_reference_class_name(class);
	if (s->program->elf.type == AS_ET_REL) /* the kernel's, or a part of something */
		words = as_elf_section_named(&s->program->elf, ".modinfo") ? "module" : "object";
	words = s->program->blob ? "blob" : words;
	return as_add_code(s->out, (as_code){ .where = s->program->elf.header,
					   .class = as_lit(words),
					   .functions = (int64_t)sum->functions,
					   .instructions = (int64_t)sum->instructions,
					   .bytes = (int64_t)sum->code_bytes,
					   .code_bytes = (int64_t)bytes,
					   .unresolved = (int64_t)sum->unresolved,
					   .partial = (int64_t)sum->cut,
					   .sectionless = s->program->elf.n_sections == 0 });
}

static as_status state_all(stating *s)
{
	as_status worst = state_code(s);
	s->told = as_alloc_array(s->arena, s->profile->functions.n + 1, sizeof(*s->told));
	if (!s->told)
		return AS_NOMEM;
	for (size_t i = 0; i < s->profile->functions.n && worst <= AS_PARTIAL; i++)
		worst = as_worse(worst, state_uses(s, i));
	for (size_t i = 0; i < s->signals->n_decoded && worst <= AS_PARTIAL; i++)
		worst = as_worse(worst, state_decoded(s, &s->signals->decoded[i]));
	for (size_t i = 0; i < s->signals->n_alarms && worst <= AS_PARTIAL; i++)
		worst = as_worse(worst, state_alarm(s, &s->signals->alarms[i]));
	worst = worst <= AS_PARTIAL ? as_worse(worst, state_order(s)) : worst;
	if (worst <= AS_PARTIAL)
		worst = as_worse(worst, as_state_references(s->out, s->signals, s->told));
	if (s->program->blob && worst <= AS_PARTIAL)
		worst = as_worse(worst, as_state_blob(s->out, s->program));
	if (s->program->guessed)
		worst = as_worse(
			worst, as_unread(s->out, s->program->elf.header, s->program->guessed));
	if (s->program->damage)
		worst = as_worse(
			worst, as_unread(s->out, s->program->elf.header, s->program->damage));
	if (s->profile->cut)
		worst = as_worse(
			worst, as_beyond(s->out, s->program->elf.header,
				       "program is too large: some functions were only counted"));
	if (s->profile->functions.cut)
		worst = as_worse(worst, as_beyond(s->out, s->program->elf.header,
						"a limit was reached: there may be more functions "
						"than were found"));
	if (s->signals->cut)
		worst = as_worse(worst, as_beyond(s->out, s->program->elf.header,
						"too many signals: the rest is left out"));
	return worst;
}

/* Why a file's machine code was not read, if it has any. */
static as_status unread(as_facts *out, const as_program *p, as_span data)
{
	if (as_flat_is(data))
		return as_unread(out, as_cut(data, 0, 4),
			"bFLT of a version or a processor whose code is not read, or compressed");
	if (p->elf.header.n == 0)
		return AS_OK;
	bool loaded =
		p->elf.type == AS_ET_EXEC || p->elf.type == AS_ET_DYN || p->elf.type == AS_ET_REL;
	if (loaded && !p->arch)
		return as_unread(
			out, p->elf.header, "machine code of this architecture is not read");
	return p->elf.type == AS_ET_REL && p->elf.data.n > AS_UNLINKED_MAX
		       ? as_beyond(out, p->elf.header,
				 "a file that is not linked is too large for its code to be read")
		       : AS_OK;
}

static as_status inspect(as_facts *out, const as_file *f)
{
	as_program program;
	as_profile profile;
	as_signals signals;
	as_status s = as_program_open(&program, f->data, f->arena);
	if (s == AS_NOT_THIS)
		return unread(out, &program, f->data);
	if (s != AS_OK)
		return s;
	s = as_profile_make(&profile, &program);
	if (s == AS_OK && as_profile_strays(&profile))
		s = as_program_distrust(&program);
	if (s == AS_OK && program.distrusted)
		s = as_profile_make(&profile, &program);
	if (s == AS_OK)
		s = as_signals_find(&signals, &profile);
	if (s == AS_NOMEM)
		return as_beyond(out, program.elf.header,
			"machine code needs more memory than an examiner may have");
	if (s != AS_OK)
		return s;
	stating st = { .out = out,
		.program = &program,
		.profile = &profile,
		.signals = &signals,
		.arena = f->arena };
	s = state_all(&st);
	s = s <= AS_PARTIAL ? as_worse(s, as_state_stories(out, &signals)) : s;
	if (f->traits && s <= AS_PARTIAL)
		s = as_worse(s, as_state_traits(out, &signals));
	if (program.elf.type == AS_ET_REL ||
		s > AS_PARTIAL) /* nothing that modules are measured against */
		return s;
	return as_worse(s, as_state_quality(out, &profile));
}

const as_inspector as_inspector_code = {
	.id = "code",
	.title = "Machine code: effects, gates, other reasons to look, and how it is built",
	.cares = cares,
	.inspect = inspect,
	.tables = (const char *const[]){ "blob", "code", "function", "api_use", "call",
		"string_ref", "gate", "reach", "decoded_string", "signal", "reading", "path_step",
		"pseudo_code", "listing", "speaks_against", "measure", "family_call",
		"measure_site", "function_sample", "function_trait", NULL },
};
