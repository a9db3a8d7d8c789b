/* SPDX-License-Identifier: Apache-2.0 */
/* Results that nobody looks at: whether the register that holds a result is read on any way, before it is
 * written again; and memory that is used though nobody asked whether it was given. */
#include "code/quality.h"

#include <string.h>

enum {
	OPS_MAX = 4000,    /* looked at for one result */
	CALLERS_MAX = 32,  /* asked whether they use what a function returns */
	DEEPEST = 2,       /* functions up */
	PENDING_MAX = 512, /* blocks */
	STEPS_ALL = 40000000
};

typedef enum fate { DEAD, RETURNED, USED } fate;

typedef struct living {
	as_quality *q;
	const as_kept *k;
	uint8_t reg;
	uint32_t todo[PENDING_MAX], n_todo, seen[PENDING_MAX], n_seen;
	uint32_t ops;
	fate worst;
} living;

/* Library functions without arguments: what an argument register holds before they are called is nothing that
 * they are given. */
static bool is_nullary(const as_quality *q, uint64_t goal)
{
	static const char *const names[] = { "abort", "fork", "vfork", "getpid", "getppid",
		"getuid", "geteuid", "getgid", "getegid", "rand", "random", "sync",
		"__stack_chk_fail", "__errno_location", "__errno", "setsid", "endpwent", "endgrent",
		"closelog", "tzset", "pthread_self", "__chk_fail", "getchar",
		"_dl_tls_get_addr_soft" };
	as_span name = as_api_name(q->profile->program, goal);
	for (size_t i = 0; name.n > 0 && i < sizeof(names) / sizeof(names[0]); i++)
		if (as_is(name, names[i]))
			return true;
	return false;
}

/* Whether a function of the program's own uses the argument i. */
static bool takes(const as_quality *q, uint64_t goal, int i)
{
	size_t number = as_quality_number(q, goal);
	const as_kept *k = number != SIZE_MAX ? q->profile->kept[number] : NULL;
	for (uint32_t t = 1; k && t < k->values.n_terms; t++)
		if (k->values.terms[t].kind == AS_V_ARG && k->values.terms[t].k == i)
			return true;
	return !k;
}

static int argument_in(const as_arch *a, uint8_t reg)
{
	for (int i = 0; i < a->n_args; i++)
		if (a->args[i] == reg)
			return i;
	return -1;
}

/* Whether the call at op is given the register. */
static bool is_passed(const living *l, const as_op *op)
{
	const as_arch *arch = l->q->profile->program->arch;
	int i = argument_in(arch, l->reg);
	if (i < 0)
		return false;
	for (uint32_t c = 0; c < l->k->values.n_calls; c++) {
		const as_call *call = &l->k->values.calls[c];
		if (call->at == op->at && !call->system)
			return call->goal == 0 ||
			       (!is_nullary(l->q, call->goal) && takes(l->q, call->goal, i));
	}
	return true;
}

static bool reads(const as_op *op, uint8_t reg)
{
	bool cleared = (op->kind == AS_OP_XOR || op->kind == AS_OP_SUB) && op->a == op->b;
	return !cleared && (op->a == reg || op->b == reg || op->c == reg);
}

static bool writes(const as_op *op, uint8_t reg)
{
	return op->dst == reg && (op->cond == AS_ALWAYS || op->kind == AS_OP_SELECT);
}

/* Follows one block from its operation i. Whether the register may live on after it. */
static bool follow_block(living *l, const as_block *b, uint32_t i)
{
	const as_arch *arch = l->q->profile->program->arch;
	for (; i < b->n && l->worst != USED; i++) {
		const as_op *op = &l->k->flow.ops[b->first + i];
		bool system = op->kind == AS_OP_SYSCALL;
		bool call = op->kind == AS_OP_CALL || op->kind == AS_OP_CALL_TO;
		if (++l->ops > OPS_MAX || reads(op, l->reg) ||
			(system && (l->reg == arch->number || argument_in(arch, l->reg) >= 0)) ||
			(call && is_passed(l, op))) {
			l->worst = USED;
		} else if (op->kind == AS_OP_RETURN) {
			l->worst = RETURNED;
			if (op->cond == AS_ALWAYS)
				return false;
		} else if (writes(op, l->reg) || ((call || system) && op->cond == AS_ALWAYS)) {
			return false;
		}
	}
	return l->worst != USED;
}

static void go_to(living *l, uint32_t block)
{
	if (block == AS_NO_BLOCK || l->worst == USED)
		return;
	for (uint32_t i = 0; i < l->n_seen; i++)
		if (l->seen[i] == block)
			return;
	if (l->n_seen == PENDING_MAX) {
		l->worst = USED;
		return;
	}
	l->seen[l->n_seen++] = block;
	l->todo[l->n_todo++] = block;
}

static void go_on(living *l, const as_block *b)
{
	if (b->unresolved)
		l->worst = USED;
	go_to(l, b->next);
	go_to(l, b->taken);
	for (uint32_t i = 0; i < b->n_cases; i++)
		go_to(l, l->k->flow.cases[b->cases + i]);
}

static fate fate_of(as_quality *q, const as_kept *k, const as_call *c)
{
	living l = { .q = q, .k = k, .reg = q->profile->program->arch->result, .worst = DEAD };
	if (c->tail)
		return RETURNED;
	if (k->values.cut || k->flow.cut || q->steps > STEPS_ALL)
		return USED;
	const as_block *b = &k->flow.blocks[c->block];
	if (follow_block(&l, b, c->op - b->first + 1))
		go_on(&l, b);
	while (l.n_todo > 0 && l.worst != USED) {
		b = &k->flow.blocks[l.todo[--l.n_todo]];
		if (follow_block(&l, b, 0))
			go_on(&l, b);
	}
	q->steps += l.ops;
	return l.worst;
}

/* Whether anybody looks at what function number returns. */
static bool is_wanted(as_quality *q, size_t number, int depth)
{
	const as_profile *p = q->profile;
	const as_function *f = &p->functions.list[number];
	size_t n = 0;
	const as_link *link = as_profile_callers(p, f->addr, &n);
	if (n == 0 || n > CALLERS_MAX || f->exported || (f->by & AS_BY_POINTER) || depth > DEEPEST)
		return true;
	for (size_t i = 0; i < n; i++) {
		const as_kept *k = p->kept[link[i].from];
		fate one = k ? fate_of(q, k, &k->values.calls[link[i].call]) : USED;
		if (one == USED || (one == RETURNED && is_wanted(q, link[i].from, depth + 1)))
			return true;
	}
	return false;
}

bool as_result_used(as_quality *q, size_t number, const as_call *c)
{
	fate one = fate_of(q, q->profile->kept[number], c);
	return one == USED || (one == RETURNED && is_wanted(q, number, 0));
}

/* Functions whose result matters, in the order of the alphabet within each measure. */
static const struct {
	as_measure_id measure;
	const char *name;
} watched[] = { { AS_M_PRIVILEGE_IGNORED, "capset" }, { AS_M_PRIVILEGE_IGNORED, "chroot" },
	{ AS_M_PRIVILEGE_IGNORED, "initgroups" }, { AS_M_PRIVILEGE_IGNORED, "setegid" },
	{ AS_M_PRIVILEGE_IGNORED, "seteuid" }, { AS_M_PRIVILEGE_IGNORED, "setgid" },
	{ AS_M_PRIVILEGE_IGNORED, "setgroups" }, { AS_M_PRIVILEGE_IGNORED, "setregid" },
	{ AS_M_PRIVILEGE_IGNORED, "setresgid" }, { AS_M_PRIVILEGE_IGNORED, "setresuid" },
	{ AS_M_PRIVILEGE_IGNORED, "setreuid" }, { AS_M_PRIVILEGE_IGNORED, "setuid" },
	{ AS_M_READ_IGNORED, "__fread_chk" }, { AS_M_READ_IGNORED, "__read_chk" },
	{ AS_M_READ_IGNORED, "__recv_chk" }, { AS_M_READ_IGNORED, "__recvfrom_chk" },
	{ AS_M_READ_IGNORED, "fgets" }, { AS_M_READ_IGNORED, "fread" },
	{ AS_M_READ_IGNORED, "pread" }, { AS_M_READ_IGNORED, "pread64" },
	{ AS_M_READ_IGNORED, "read" }, { AS_M_READ_IGNORED, "recv" },
	{ AS_M_READ_IGNORED, "recvfrom" }, { AS_M_READ_IGNORED, "recvmsg" },
	{ AS_M_WRITE_IGNORED, "fwrite" }, { AS_M_WRITE_IGNORED, "pwrite" },
	{ AS_M_WRITE_IGNORED, "pwrite64" }, { AS_M_WRITE_IGNORED, "send" },
	{ AS_M_WRITE_IGNORED, "sendto" }, { AS_M_WRITE_IGNORED, "write" },
	{ AS_M_ALLOCATION_UNTESTED, "calloc" }, { AS_M_ALLOCATION_UNTESTED, "malloc" },
	{ AS_M_ALLOCATION_UNTESTED, "realloc" }, { AS_M_ALLOCATION_UNTESTED, "reallocarray" },
	{ AS_M_ALLOCATION_UNTESTED, "strdup" }, { AS_M_ALLOCATION_UNTESTED, "strndup" } };

static as_measure_id measure_of(const as_quality *q, uint64_t goal)
{
	as_span name = as_api_name(q->profile->program, goal);
	for (size_t i = 0; name.n > 0 && i < sizeof(watched) / sizeof(watched[0]); i++)
		if (as_is(name, watched[i].name))
			return watched[i].measure;
	return AS_N_MEASURES;
}

static bool is_made_of(const as_values *v, as_value x, as_value result)
{
	int64_t offset = 0;
	return x == result || as_value_base(v, x, &offset) == result;
}

/* Whether memory is read or written through a result. */
static bool is_gone_through(const as_values *v, as_value result)
{
	for (uint32_t i = 0; i < v->n_stores; i++)
		if (is_made_of(v, v->stores[i].base, result))
			return true;
	for (uint32_t i = 1; i < v->n_terms; i++)
		if (v->terms[i].kind == AS_V_LOAD && is_made_of(v, v->terms[i].a, result))
			return true;
	for (uint32_t i = 0; i < v->n_calls; i++) {
		const as_api *api = v->calls[i].api;
		for (int a = 0; api && api->kind == AS_API_COPY && a < AS_ARGS_MAX; a++)
			if ((api->writes >> a & 1) && is_made_of(v, v->calls[i].arg[a], result))
				return true;
	}
	return false;
}

static bool is_tested(const as_values *v, as_value result)
{
	for (uint32_t i = 0; i < v->n_decisions; i++)
		if (is_made_of(v, v->decisions[i].a, result) ||
			is_made_of(v, v->decisions[i].b, result))
			return true;
	for (uint32_t i = 1; i < v->n_terms; i++) /* set, moved or passed on as a condition */
		if (v->terms[i].kind == AS_V_FLAGS && is_made_of(v, v->terms[i].a, result))
			return true;
	return false;
}

static bool is_untested(as_quality *q, const as_kept *k, const as_call *c)
{
	const as_values *v = &k->values;
	q->steps += v->n_decisions + v->n_stores + v->n_terms;
	return !v->cut && q->steps < STEPS_ALL && c->result != AS_NOT_KNOWN && !c->tail &&
	       !is_tested(v, c->result) && is_gone_through(v, c->result);
}

static void look(as_quality *q, size_t number, const as_call *c)
{
	as_measure_id m = c->system || !c->api ? AS_N_MEASURES : measure_of(q, c->goal);
	if (m == AS_N_MEASURES)
		return;
	q->count[m].of++;
	bool bad = m == AS_M_ALLOCATION_UNTESTED ? is_untested(q, q->profile->kept[number], c)
						 : !as_result_used(q, number, c);
	if (bad)
		as_quality_site(q,
			(as_site){ .measure = m, .function = number, .at = c->at, .api = c->name });
}

void as_quality_results(as_quality *q)
{
	for (size_t i = 0; i < q->profile->functions.n; i++) {
		const as_kept *k = q->profile->kept[i];
		for (uint32_t c = 0; k && c < k->values.n_calls; c++)
			look(q, i, &k->values.calls[c]);
	}
}
