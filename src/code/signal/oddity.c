/* SPDX-License-Identifier: Apache-2.0 */
/* What ordinary programs have no reason to do: make system calls past the C library, ask the loader for system()
 * by name, look whether they are watched, wait for a date, delete themselves, run what they have written, act
 * before main or while the loader still works, wipe traces. Each is a small function that says what it saw. */
#include "code/library_system.h"
#include "code/module_oddity.h"
#include "code/origin.h"

#include <string.h>

enum {
	RUNTIME_CALLS =
		20, /* a program that makes as many different system calls itself is a runtime */
	INITIALISERS = 24,       /* entries of a table of constructors that are looked at */
	EPOCH_FROM = 0x4f000000, /* 2012 */
	EPOCH_TO = 0x7fffffff,   /* 2038 */
	PROT_WRITE = 2,
	PROT_EXEC = 4,
	DT_INIT = 12,
	DT_INIT_ARRAY = 25,
	DT_INIT_ARRAYSZ = 27
};

static void add(as_signals *s, const as_kept *k, uint64_t at, double score, as_span trigger,
	as_span effect, const char *detail)
{
	as_alarm_add(s, (as_alarm){ .signal = "oddity",
				.function = (size_t)(k->function - s->profile->functions.list),
				.at = at,
				.score = score,
				.trigger = trigger,
				.effect = effect,
				.detail = as_lit(detail) });
}

/* The number of a system call: of the instruction, or of syscall(). */
static bool number_of(const as_kept *k, const as_call *c, uint64_t *number)
{
	bool asks = c->system || as_origin_calls(c, "syscall");
	return asks && as_value_const(&k->values, c->arg[0], number);
}

/* How many different system calls the program makes by instructions of its own. */
static size_t count_numbers(const as_signals *s)
{
	uint64_t seen[RUNTIME_CALLS], number = 0;
	size_t n = 0;
	for (size_t i = 0; i < s->profile->functions.n; i++) {
		const as_kept *k = s->profile->kept[i];
		for (uint32_t j = 0; k && j < k->values.n_calls && n < RUNTIME_CALLS; j++) {
			size_t same = 0;
			if (!k->values.calls[j].system ||
				!as_value_const(&k->values, k->values.calls[j].arg[0], &number))
				continue;
			while (same < n && seen[same] != number)
				same++;
			if (same == n)
				seen[n++] = number;
		}
	}
	return n;
}

/* A system call that the C library would make, made past it. */
static void look_at_number(as_signals *s, const as_kept *k, const as_call *c)
{
	uint64_t number = 0;
	const as_program *p = s->profile->program;
	if (!number_of(k, c, &number) || as_api_of(p, k->function->addr))
		return;
	const char *name = as_library_number(p, number);
	const as_api *api = name ? as_api_named(as_lit(name)) : NULL;
	if (!api || api->kind == AS_API_OPEN || api->kind == AS_API_INPUT || api->weight == 0)
		return;
	bool runs = api->kind == AS_API_EXEC, door = api->kind == AS_API_BIND ||
						     api->kind == AS_API_CONNECT ||
						     api->kind == AS_API_SOCKET;
	double w = runs ? 4 : door || api->kind == AS_API_TRACE ? 2 : 1.5;
	add(s, k, c->at, c->system ? w : w * 0.5,
		as_alarm_text(s, "system call %llu", (unsigned long long)number), as_lit(name),
		"the program makes a system call itself that the C library makes for others");
}

/* The loader is asked for a function by name that could have been linked. */
static void look_at_dlsym(as_signals *s, const as_kept *k, const as_call *c)
{
	as_span name = as_origin_text(k, c, 1);
	const as_api *api = name.n > 0 ? as_api_named(name) : NULL;
	bool sink = api && (api->kind == AS_API_RUN || api->kind == AS_API_EXEC ||
				   api->kind == AS_API_TRACE || api->kind == AS_API_PRIVILEGE);
	if (!as_origin_calls(c, "dlsym") || !sink)
		return;
	const as_program *p = s->profile->program;
	for (size_t i = 0; i < p->n_labels; i++)
		if (p->labels[i].exported && as_same(p->labels[i].name, name))
			return; /* it stands in for that function, and passes calls on */
	add(s, k, c->at, api->kind == AS_API_RUN || api->kind == AS_API_EXEC ? 3.5 : 1.5, name,
		as_alarm_text(s, "dlsym(\"%.*s\")", (int)name.n, name.p),
		"a function that others link to is asked for by name, so that no import shows it");
}

/* Looks whether the program is watched. */
static void look_at_watch(as_signals *s, const as_kept *k, const as_call *c)
{
	uint64_t request = 1;
	bool asks = as_origin_calls(c, "ptrace") &&
		    as_value_const(&k->values, c->arg[0], &request) && request == 0;
	if (asks && as_origin_runs(s, k).weight == 0)
		add(s, k, c->at, 2, as_lit("ptrace(PTRACE_TRACEME)"), as_lit("ptrace"),
			"whoever is traced already gets an error: debuggers are noticed");
	if (as_is(as_origin_text(k, c, 1), "TracerPid:") ||
		as_is(as_origin_text(k, c, 1), "TracerPid"))
		add(s, k, c->at, 2, as_lit("TracerPid"), as_lit("compares"),
			"the state of the process is searched for a debugger");
}

static bool is_time(const as_values *v, as_value x)
{
	const as_call *c = as_origin_call(v, x);
	const as_api *api = c ? c->api : NULL;
	if (api && as_is(as_lit(api->name), "time"))
		return true;
	int64_t offset = 0;
	const as_term *n = as_term_of(v, as_value_base(v, x, &offset));
	for (uint32_t i = 0; n->kind == AS_V_LOAD && offset == 0 && i < v->n_calls; i++) {
		bool asks = as_origin_calls(&v->calls[i], "time") ||
			    as_origin_calls(&v->calls[i], "gettimeofday");
		if (asks && v->calls[i].arg[0] == n->a && n->a != AS_NOT_KNOWN && n->k == 0)
			return true;
	}
	return false;
}

/* The time is held against a date, and something happens only before or after it. */
static void look_at_date(as_signals *s, const as_kept *k, const as_decision *d)
{
	const as_values *v = &k->values;
	const as_call *c = NULL;
	uint64_t date = 0;
	bool a = as_value_const(v, d->a, &date);
	if (!a && !as_value_const(v, d->b, &date))
		return;
	if (date < EPOCH_FROM || date > EPOCH_TO || !is_time(v, a ? d->b : d->a))
		return;
	as_sink sink = as_origin_behind(s, k, d, &c);
	as_span trigger = as_alarm_text(s, "time %llu", (unsigned long long)date);
	if (c)
		add(s, k, d->at, 1 + 0.4 * sink.weight, trigger, as_sink_text(s, k, c, &sink),
			"the effect is reached only before or after a date that the code fixes");
	else
		add(s, k, d->at, 0.6, trigger, as_lit("another way"),
			"the code does something else after a date that it fixes");
}

static bool removes(const as_call *c)
{
	return as_origin_calls(c, "unlink") || as_origin_calls(c, "remove") ||
	       as_origin_calls(c, "truncate");
}

/* Deletes the file it was started from: by the link of the process, or by its own name. */
static void look_at_deletion(as_signals *s, const as_kept *k, const as_call *c)
{
	const as_values *v = &k->values;
	if (!removes(c))
		return;
	for (uint32_t i = 0; i < v->n_calls; i++) {
		const as_call *o = &v->calls[i];
		if (as_origin_calls(o, "readlink") && o->arg[1] == c->arg[0] &&
			c->arg[0] != AS_NOT_KNOWN &&
			as_is(as_origin_text(k, o, 0), "/proc/self/exe"))
			add(s, k, c->at, 2.5, as_lit("/proc/self/exe"), as_lit("unlink"),
				"the program deletes the file that it was started from");
	}
	const as_term *n = as_term_of(v, c->arg[0]);
	const as_term *from = as_term_of(v, n->a);
	if (n->kind == AS_V_LOAD && n->k == 0 && from->kind == AS_V_ARG && from->k == 1 &&
		as_is(k->function->name, "main"))
		add(s, k, c->at, 2.5, as_lit("argv[0]"), as_lit("unlink"),
			"the program deletes the file that it was started from");
}

/* The memory of the device or of the process is opened where a number comes from a text: an address asked for. */
static void look_at_memory(as_signals *s, const as_kept *k, const as_call *c)
{
	const as_api *api = c->api;
	as_span path = api && api->kind == AS_API_OPEN && api->text >= 0
			       ? as_origin_text(k, c, (unsigned)api->text)
			       : (as_span){ 0 };
	bool asked = false;
	if (!as_is(path, "/dev/mem") && !as_is(path, "/dev/kmem") && !as_is(path, "/proc/self/mem"))
		return;
	for (uint32_t i = 0; i < k->values.n_calls; i++) {
		const as_api *o = k->values.calls[i].api;
		asked = asked || (o && (o->kind == AS_API_NUMBER || o->kind == AS_API_SCAN));
	}
	add(s, k, c->at, asked ? 1.4 : 0.3, path,
		as_lit(asked ? "at an address that is asked for" : "opens it"),
		"the memory of the device is read or written past all protection");
}

/* Memory that is written and executed, and called here. */
static void look_at_written_code(as_signals *s, const as_kept *k, const as_call *c)
{
	const as_values *v = &k->values;
	uint64_t prot = 0;
	bool maps = as_origin_calls(c, "mmap"), changes = as_origin_calls(c, "mprotect");
	if ((!maps && !changes) || !as_value_const(v, c->arg[2], &prot) || !(prot & PROT_EXEC))
		return;
	for (uint32_t i = 0; i < v->n_calls; i++) {
		const as_call *o = &v->calls[i];
		int64_t offset = 0;
		if (o->goal != 0 || o->system || o->callee == AS_NOT_KNOWN)
			continue;
		as_value to = as_value_base(v, o->callee, &offset);
		bool mapped = maps && as_origin_call(v, to) == c;
		bool changed = changes && to == as_value_base(v, c->arg[0], &offset);
		if (mapped || changed) {
			add(s, k, o->at, prot & PROT_WRITE ? 3 : 2.2,
				as_lit(maps ? "mmap(PROT_EXEC)" : "mprotect(PROT_EXEC)"),
				as_lit("calls it"),
				"memory that was made executable is called here");
			return;
		}
	}
}

/* Traces are wiped: logs of logins, the shell's history. */
static void look_at_traces(as_signals *s, const as_kept *k, const as_call *c)
{
	static const char *const logs[] = { "/var/log/", "/var/run/utmp", "/run/utmp", "wtmp",
		"lastlog", "btmp", ".bash_history", ".ash_history" };
	as_span path = as_origin_text(k, c, 0);
	for (size_t i = 0; removes(c) && i < sizeof(logs) / sizeof(logs[0]); i++)
		if (as_has(path, logs[i]))
			add(s, k, c->at, as_ends(path, "log") || i > 0 ? 1.5 : 1, path,
				as_lit("removes it"), "a record of what happened is removed");
	bool history = as_origin_calls(c, "setenv") || as_origin_calls(c, "unsetenv") ||
		       as_origin_calls(c, "putenv");
	if (history && as_starts(path, "HISTFILE"))
		add(s, k, c->at, 2, path, as_lit("no history"),
			"the shell that follows is told to keep no history");
}

/* What acts before main, or while the loader still works. */
static void look_at_early(as_signals *s, uint64_t addr, bool resolver)
{
	size_t n = as_profile_number(s->profile, addr);
	const as_kept *k = n == SIZE_MAX ? NULL : s->profile->kept[n];
	for (uint32_t i = 0; k && i < k->values.n_calls; i++) {
		const as_call *c = &k->values.calls[i];
		size_t through = SIZE_MAX;
		as_sink sink = as_sink_reached(s, k, c, &through);
		const as_api *api = sink.api;
		bool acts =
			api && (api->kind == AS_API_RUN || api->kind == AS_API_EXEC ||
				       api->kind == AS_API_BIND || api->kind == AS_API_CONNECT ||
				       api->kind == AS_API_TRACE || api->kind == AS_API_MEMORY);
		bool asks = resolver &&
			    (as_origin_calls(c, "getenv") || as_origin_calls(c, "strcmp") ||
				    as_origin_calls(c, "open") || as_origin_calls(c, "fopen"));
		if (!acts && !asks)
			continue;
		double w = acts ? 1 + 0.35 * sink.weight : 2;
		add(s, k, c->at, resolver ? w + 1 : w,
			as_lit(resolver ? "an IFUNC resolver" : "a constructor"),
			as_sink_text(s, k, c, &sink),
			resolver ? "code that only chooses a function for the processor looks "
				   "around or acts"
				 : "code that the loader starts before main acts");
		return;
	}
}

static void look_at_loader(as_signals *s)
{
	const as_program *p = s->profile->program;
	uint64_t addr = 0, len = 0, to = 0;
	uint64_t one = p->elf.machine == AS_EM_ARM ? ~UINT64_C(1) : ~UINT64_C(0);
	for (size_t i = 0; i < p->n_slots; i++)
		if (p->slots[i].resolver)
			look_at_early(s, p->slots[i].resolver & one, true);
	if (as_elf_dyn_value(&p->dyn, &p->elf, DT_INIT, &addr))
		look_at_early(s, addr & one, false);
	if (!as_elf_dyn_value(&p->dyn, &p->elf, DT_INIT_ARRAY, &addr) ||
		!as_elf_dyn_value(&p->dyn, &p->elf, DT_INIT_ARRAYSZ, &len))
		return;
	for (uint64_t i = 0; i < INITIALISERS && i < len / p->arch->word; i++)
		if (as_program_initial(p, addr + i * p->arch->word, p->arch->word, &to))
			look_at_early(s, to & one, false);
}

/* A call into what is data when the program starts. */
static void look_at_data(as_signals *s, const as_kept *k, const as_call *c)
{
	const as_region *r =
		c->goal && !c->system ? as_program_region(s->profile->program, c->goal) : NULL;
	bool sure = k->function->by != AS_BY_GAP; /* what gaps hold may be no code at all */
	if (sure && r && !r->exec && r->write && r->data.n > 0 && !c->api)
		add(s, k, c->at, 2, as_alarm_text(s, "0x%llx", (unsigned long long)c->goal),
			as_lit("calls data"), "what is called stands among the program's data");
}

/* A function that stands in for one of the C library's, and decides by constants of its own. */
static void look_at_shadow(as_signals *s, size_t number, const as_kept *k, size_t shadows)
{
	enum { MANY = 12 };
	const as_program *p = s->profile->program;
	const as_label *l = as_program_label(p, k->function->addr);
	const as_api *api = l && l->exported ? as_api_named(l->name) : NULL;
	bool judges = api && (api->kind == AS_API_COMPARE || api->kind == AS_API_CRYPT ||
				     api->kind == AS_API_RUN || api->kind == AS_API_EXEC);
	bool library = as_starts(p->dyn.soname, "libc.") || as_starts(p->dyn.soname, "libc-") ||
		       as_has(p->dyn.soname, "crypt") || as_has(p->dyn.soname, "ssl") ||
		       as_has(p->dyn.soname, "pam") || as_has(p->dyn.soname, "bsd");
	if (!judges || library || shadows > MANY)
		return;
	size_t texts = 0;
	for (size_t i = 0; i < s->tests[number].n; i++)
		texts += s->tests[number].list[i].text.n >= 4;
	add(s, k, k->function->addr, texts > 0 ? 2.5 : 0.8, l->name,
		as_lit(texts > 0 ? "treats a constant differently" : "stands in for the library's"),
		"a function of the program has the name of one of the C library's, which others "
		"then get");
}

static size_t count_shadows(const as_signals *s)
{
	const as_program *p = s->profile->program;
	size_t n = 0;
	for (size_t i = 0; i < p->n_labels; i++)
		n += p->labels[i].exported && as_api_named(p->labels[i].name);
	return n;
}

static void look_at_calls(as_signals *s, const as_kept *k, bool runtime)
{
	for (uint32_t j = 0; j < k->values.n_calls; j++) {
		const as_call *c = &k->values.calls[j];
		if (!runtime)
			look_at_number(s, k, c);
		look_at_dlsym(s, k, c);
		look_at_watch(s, k, c);
		look_at_deletion(s, k, c);
		look_at_written_code(s, k, c);
		look_at_memory(s, k, c);
		look_at_traces(s, k, c);
		look_at_data(s, k, c);
	}
}

static void find(as_signals *s)
{
	bool runtime = count_numbers(s) >= RUNTIME_CALLS;
	size_t shadows = count_shadows(s);
	for (size_t i = 0; i < s->profile->functions.n; i++) {
		const as_kept *k = s->profile->kept[i];
		if (!k)
			continue;
		look_at_calls(s, k, runtime);
		for (uint32_t j = 0; j < k->values.n_decisions; j++)
			look_at_date(s, k, &k->values.decisions[j]);
		look_at_shadow(s, i, k, shadows);
	}
	look_at_loader(s);
	as_module_oddities(s);
}

const as_signal as_signal_oddity = {
	.id = "oddity",
	.title = "What ordinary programs have no reason to do",
	.find = find,
};
