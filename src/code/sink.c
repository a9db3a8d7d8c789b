/* SPDX-License-Identifier: Apache-2.0 */
/* Effects: what a call can do to a device that its maker may not want a stranger to do. The weights are those of the
 * feasibility study that docs/backdoors.md tells of, measured again on our own programs. */
#include "code/signal.h"

#include <math.h>
#include <string.h>

enum {
	PROT_EXEC = 4,
	RUN_SHELL = 90, /* tenths */
	RUN_CONSTANT = 35,
	RUN_OTHER_CONSTANT = 50,
	OPEN_SECRET = 40,
	OPEN_WRITE = 15,
};

static const char *const names[] = { [AS_API_RUN] = "run",
	[AS_API_EXEC] = "exec",
	[AS_API_LISTEN] = "listen",
	[AS_API_BIND] = "bind",
	[AS_API_CONNECT] = "connect",
	[AS_API_SOCKET] = "socket",
	[AS_API_PRIVILEGE] = "privilege",
	[AS_API_OPEN] = "open",
	[AS_API_REMOVE] = "remove",
	[AS_API_MEMORY] = "memory",
	[AS_API_LOAD] = "load",
	[AS_API_TRACE] = "trace",
	[AS_API_CRYPT] = "authentication",
	[AS_API_NVRAM] = "nvram",
	[AS_API_EVAL] = "eval",
	[AS_API_DUP] = "dup",
	[AS_API_INPUT] = "input",
	[AS_API_EXIT] = NULL };

/* System calls that are effects, by number; a program that makes them itself does not use the library's. */
typedef struct call_numbers {
	const char *arch;
	uint16_t execve, bind, listen, connect, setuid, ptrace;
} call_numbers;

static const call_numbers numbers[] = { { "x86_64", 59, 49, 50, 42, 105, 101 },
	{ "i386", 11, 361, 363, 362, 213, 26 }, { "arm", 11, 282, 284, 283, 213, 26 },
	{ "aarch64", 221, 200, 201, 203, 146, 117 }, { "riscv64", 221, 200, 201, 203, 146, 117 },
	{ "riscv32", 221, 200, 201, 203, 146, 117 }, { "mips", 4011, 4169, 4174, 4170, 4023, 4026 },
	{ "mips64", 5057, 5048, 5049, 5041, 5103, 5099 }, { "powerpc", 11, 327, 329, 328, 23, 26 },
	{ "powerpc64", 11, 327, 329, 328, 23, 26 } };

static as_sink sink_of_number(const as_signals *s, uint64_t number)
{
	const char *arch = s->profile->program->arch->id;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		const call_numbers *n = &numbers[i];
		if (strcmp(n->arch, arch) != 0)
			continue;
		if (number == n->execve)
			return (as_sink){ .weight = 8, .what = "exec" };
		if (number == n->bind || number == n->listen)
			return (as_sink){ .weight = 3, .what = "listen" };
		if (number == n->connect)
			return (as_sink){ .weight = 2, .what = "connect" };
		if (number == n->setuid)
			return (as_sink){ .weight = 2, .what = "privilege" };
		if (number == n->ptrace)
			return (as_sink){ .weight = 3, .what = "trace" };
	}
	return (as_sink){ 0 };
}

static bool is_shell(as_span text)
{
	return as_is(text, "/bin/sh") || as_is(text, "/bin/bash") || as_is(text, "/bin/ash") ||
	       as_is(text, "sh") || as_is(text, "/bin/busybox") || as_starts(text, "/bin/sh -i") ||
	       as_is(text, "/system/bin/sh") || as_is(text, "/bin/login");
}

/* Whether a command or path starts a server that gives out logins, or a program that ties a shell to a connection. */
static bool is_remote_shell(as_span text)
{
	static const char *const servers[] = { "telnetd", "utelnetd", "in.telnetd", "rshd",
		"in.rshd", "rlogind", "in.rlogind", "rexecd", "in.rexecd" };
	size_t end = as_find_byte(text, ' ', 0), from = 0;
	as_span first = end == SIZE_MAX ? text : as_cut(text, 0, end);
	for (size_t i = 0; i < first.n; i++)
		from = first.p[i] == '/' ? i + 1 : from;
	for (size_t i = 0; i < sizeof(servers) / sizeof(servers[0]); i++)
		if (as_is(as_from(first, from), servers[i]))
			return true;
	return as_has(text, "nc -e ") || as_has(text, "sh -i >") || as_has(text, "/dev/tcp/") ||
	       (as_has(text, "nc -l") && as_has(text, "sh"));
}

static bool is_secret_file(as_span text)
{
	return as_has(text, "/etc/shadow") || as_has(text, "/etc/passwd") ||
	       as_has(text, "/dev/mem") || as_has(text, "/dev/kmem") || as_has(text, "/dev/mtd") ||
	       as_has(text, "authorized_keys") || as_has(text, "/etc/sudoers") ||
	       as_has(text, "/proc/self/mem");
}

/* The string that an argument is, in memory or on the stack; p NULL: not constant. */
static as_span text_of(const as_kept *k, const as_call *c, int i)
{
	if (i < 0 || i >= AS_ARGS_MAX)
		return (as_span){ 0 };
	return as_call_text(c, i).n > 0 ? as_call_text(c, i)
					: as_value_string(&k->values, c->arg[i]);
}

static void weigh_run(as_sink *sink, bool exec)
{
	sink->shell = is_shell(sink->text) || is_remote_shell(sink->text);
	if (sink->shell)
		sink->weight = (double)RUN_SHELL / 10.0;
	else if (sink->constant)
		sink->weight = (exec ? RUN_OTHER_CONSTANT : RUN_CONSTANT) / 10.0;
}

static void weigh_open(as_sink *sink, const as_kept *k, const as_call *c)
{
	int how = sink->api->text + 1; /* openat has its path second */
	as_span mode = text_of(k, c, how);
	uint64_t flags = 0;
	bool writes = as_has(mode, "w") || as_has(mode, "a") || as_has(mode, "+");
	if (!mode.p && as_value_const(&k->values, c->arg[how], &flags))
		writes = (flags & 3) != 0 && flags < 0x1000000;
	if (is_secret_file(sink->text))
		sink->weight = (double)OPEN_SECRET / 10.0;
	else if (writes)
		sink->weight = (double)OPEN_WRITE / 10.0;
}

static void weigh_memory(as_sink *sink, const as_kept *k, const as_call *c)
{
	uint64_t prot = 0;
	bool known = as_value_const(&k->values, c->arg[2], &prot);
	bool maps = as_has(as_lit(sink->api->name), "mmap");
	if (!known || !(prot & PROT_EXEC))
		sink->weight = 0;
	else
		sink->weight = maps ? 6 : 3;
}

as_sink as_sink_of(const as_signals *s, const as_kept *k, const as_call *c)
{
	const as_program *p = s->profile->program;
	uint64_t number = 0;
	if (c->system)
		return as_value_const(&k->values, c->arg[0], &number) ? sink_of_number(s, number)
								      : (as_sink){ 0 };
	const as_api *api = c->api;
	if (!api || api->weight == 0)
		return (as_sink){ 0 };
	as_sink sink = { .weight = api->weight / 10.0, .api = api, .what = names[api->kind] };
	sink.text = text_of(k, c, api->text);
	sink.constant = sink.text.p != NULL;
	if (api->kind == AS_API_RUN || api->kind == AS_API_EXEC)
		weigh_run(&sink, api->kind == AS_API_EXEC);
	else if (api->kind == AS_API_OPEN)
		weigh_open(&sink, k, c);
	else if (api->kind == AS_API_MEMORY)
		weigh_memory(&sink, k, c);
	else if (api->kind == AS_API_PRIVILEGE && as_value_const(&k->values, c->arg[0], &number) &&
		 number == 0)
		sink.weight *= 1.5;
	else if (api->kind == AS_API_LOAD && as_starts(sink.text, "/tmp"))
		sink.weight = 6;
	sink.all = p->elf.type == AS_ET_REL &&
		   (as_is(as_lit(api->name), "commit_creds") ||
			   (api->kind == AS_API_EXEC && (sink.shell || !sink.constant)));
	return sink;
}

as_sink as_sink_reached(const as_signals *s, const as_kept *k, const as_call *c, size_t *through)
{
	as_sink sink = as_sink_of(s, k, c);
	*through = SIZE_MAX;
	if (sink.weight > 0 || c->system)
		return sink;
	size_t n = c->to, callers = 0;
	if (n == SIZE_MAX || s->weight[n] <= 0 || !s->profile->kept[n])
		return sink;
	(void)as_profile_callers(s->profile, c->goal, &callers);
	const as_kept *to = s->profile->kept[n];
	for (uint32_t i = 0; i < to->values.n_calls; i++) {
		as_sink one = as_sink_of(s, to, &to->values.calls[i]);
		if (one.weight > sink.weight)
			sink = one;
	}
	*through = n;
	sink.weight *= 0.75 / (1 + 0.5 * log2((double)(callers ? callers : 1)));
	if (s->wraps_shell[n]) {
		sink.text = text_of(k, c, 0);
		sink.constant = sink.text.p != NULL;
	}
	return sink;
}

as_span as_sink_text(as_signals *s, const as_kept *k, const as_call *c, const as_sink *sink)
{
	as_span name = c->name;
	as_span text = sink->text;
	(void)k;
	if (name.n == 0)
		name = as_lit(sink->api ? sink->api->name : sink->what ? sink->what : "call");
	if (text.n > 0)
		return as_alarm_text(s, "%.*s(\"%.*s\")", (int)as_min(name.n, 80), name.p,
			(int)as_min(text.n, 120), text.p);
	return as_alarm_text(s, "%.*s", (int)as_min(name.n, 80), name.p);
}

const char *as_sink_name(as_api_kind kind)
{
	return kind < sizeof(names) / sizeof(names[0]) ? names[kind] : NULL;
}
