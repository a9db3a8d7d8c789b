/* SPDX-License-Identifier: Apache-2.0 */
#include "code/phrase.h"

#include <string.h>

enum {
	DEEPEST = 4,
	LONGEST = 160, /* bytes of one value */
	TEXT_MAX = 60, /* bytes of a text */
	NAME_MAX_BYTES = 60,
	PLAIN = 0x1000, /* numbers below are written as decimals; mostly they are no addresses */
	HEADERS =
		0x200, /* of the file: nothing that is spoken of stands below in what can be moved */
	RESULTS = 2    /* calls within calls */
};

#define DOTS "\xe2\x80\xa6"

/* Writing one value: where it began, and how deep it is in it. */
typedef struct writing {
	const as_phrasing *p;
	as_buf *out;
	size_t from;
	int depth, calls;
} writing;

static const struct {
	const char *name, *takes;
} signatures[] = {
#define SIGNATURE(name, takes) { name, takes },
#include "code/signature.def"
#undef SIGNATURE
};

const char *as_phrase_signature(as_span name)
{
	size_t low = 0, high = sizeof(signatures) / sizeof(signatures[0]);
	while (low < high) {
		size_t mid = (low + high) / 2, n = strlen(signatures[mid].name);
		int d = name.n > 0 ? memcmp(name.p, signatures[mid].name, as_min(name.n, n)) : -1;
		d = d != 0 ? d : name.n < n ? -1 : name.n > n;
		if (d == 0)
			return signatures[mid].takes;
		if (d < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

void as_phrase_text(as_buf *out, as_span text)
{
	as_buf_u8(out, '"');
	for (size_t i = 0; i < text.n && i < TEXT_MAX; i++) {
		if (text.p[i] == '"')
			as_buf_u8(out, '"');
		as_buf_u8(out, text.p[i]);
	}
	as_buf_text(out, text.n > TEXT_MAX ? DOTS "\"" : "\"");
}

void as_phrase_name(as_buf *out, const as_profile *p, uint64_t addr)
{
	const as_function *f = as_function_at(&p->functions, addr);
	as_span name = as_api_name(p->program, addr);
	name = name.n == 0 && f ? f->name : name;
	if (name.n > 0)
		as_buf_add(out, name.p, as_min(name.n, NAME_MAX_BYTES));
	else if (addr != 0)
		as_buf_print(out, "sub_%llx", (unsigned long long)addr);
	else
		as_buf_text(out, "(*" DOTS ")");
}

static void number(as_buf *out, uint64_t k)
{
	int64_t s = (int64_t)k, low = (int32_t)k;
	if (s > -PLAIN && s < PLAIN)
		as_buf_print(out, "%lld", (long long)s);
	else if (k >> 32 == 0 && low < 0 && low > -PLAIN) /* of 32 bits */
		as_buf_print(out, "%lld", (long long)low);
	else
		as_buf_print(out, "0x%llx", (unsigned long long)k);
}

as_span as_phrase_string(const as_profile *p, uint64_t addr)
{
	enum { IN_CODE = 4 /* letters of a text between instructions */ };
	if (addr < HEADERS || as_function_at(&p->functions, addr))
		return (as_span){ 0 };
	as_span text = as_program_string(p->program, addr);
	bool short_text = text.n < IN_CODE && as_program_is_code(p->program, addr);
	uint64_t before = 0; /* a small number that happens to lie in the middle of a text */
	bool middle = addr < PLAIN && as_program_constant(p->program, addr - 1, 1, &before) &&
		      before != 0;
	return short_text || middle ? (as_span){ 0 } : text;
}

/* A constant: a text, something's address, or a number. */
static void constant(writing *w, uint64_t k)
{
	const as_profile *p = w->p->profile;
	const as_region *r = k >= HEADERS ? as_program_region(p->program, k) : NULL;
	as_span text = r && k >= PLAIN ? as_phrase_string(p, k) : (as_span){ 0 };
	if (text.n > 0)
		as_phrase_text(w->out, text);
	else if (as_program_import(p->program, k) != SIZE_MAX ||
		 (r && as_function_at(&p->functions, k)))
		as_phrase_name(w->out, p, k);
	else if (r && k >= PLAIN && !as_program_is_code(p->program, k))
		as_buf_print(w->out, "data_%llx", (unsigned long long)k);
	else
		number(w->out, k);
}

static void value(writing *w, as_value x);

/* A value that something is done to: between brackets if it is a sum or the like. */
static void part(writing *w, as_value x)
{
	const as_values *v = &w->p->in->values;
	const as_term *n = as_term_of(v, x);
	bool brackets = n->kind == AS_V_OP && n->op != AS_OP_MOVE;
	as_buf_text(w->out, brackets ? "(" : "");
	value(w, x);
	as_buf_text(w->out, brackets ? ")" : "");
}

static void operation(writing *w, const as_term *n)
{
	static const char *const signs[AS_N_OP_KINDS] = { [AS_OP_ADD] = "+",
		[AS_OP_SUB] = "-",
		[AS_OP_MUL] = "*",
		[AS_OP_DIVU] = "/",
		[AS_OP_DIVS] = "/",
		[AS_OP_REMU] = "%",
		[AS_OP_REMS] = "%",
		[AS_OP_AND] = "&",
		[AS_OP_OR] = "|",
		[AS_OP_XOR] = "^",
		[AS_OP_SHL] = "<<",
		[AS_OP_SHR] = ">>",
		[AS_OP_SAR] = ">>" };
	if (n->op == AS_OP_MOVE) {
		value(w, n->a);
		return;
	}
	if (n->op == AS_OP_NOT) {
		as_buf_text(w->out, "~");
		part(w, n->a);
		return;
	}
	const as_term *a = as_term_of(&w->p->in->values, n->a);
	bool unknown = a->kind == AS_V_UNKNOWN || a->kind == AS_V_PHI || a->kind == AS_V_ENTRY;
	if (n->op >= AS_N_OP_KINDS || !signs[n->op] || unknown) {
		as_buf_text(w->out, DOTS);
		return;
	}
	bool minus = n->op == AS_OP_ADD && n->b == AS_NOT_KNOWN && n->k < 0;
	part(w, n->a);
	as_buf_print(w->out, " %s ", minus ? "-" : signs[n->op]);
	if (n->b != AS_NOT_KNOWN)
		part(w, n->b);
	else
		number(w->out, minus ? 0 - (uint64_t)n->k : (uint64_t)n->k);
}

static void local(as_buf *out, int64_t k, const char *before)
{
	as_buf_print(out, k < 0 ? "%slocal_%llx" : "%sstack_%llx", before,
		(unsigned long long)(k < 0 ? 0 - (uint64_t)k : (uint64_t)k));
}

static void load(writing *w, const as_term *n)
{
	const as_values *v = &w->p->in->values;
	int64_t offset = 0;
	uint64_t k = 0;
	as_value base = as_value_base(v, n->a, &offset);
	const as_term *from = as_term_of(v, base);
	offset = (int64_t)((uint64_t)offset + (uint64_t)n->k);
	if (from->kind == AS_V_STACK) {
		local(w->out, (int64_t)((uint64_t)from->k + (uint64_t)offset), "");
	} else if (as_value_const(v, base, &k)) {
		as_buf_print(w->out, "data_%llx", (unsigned long long)(k + (uint64_t)offset));
	} else if (n->width == 1) {
		part(w, base);
		as_buf_print(w->out, "[%lld]", (long long)offset);
	} else if (offset == 0) {
		as_buf_text(w->out, "*");
		part(w, base);
	} else {
		as_buf_text(w->out, "*(");
		part(w, base);
		as_buf_print(w->out, offset < 0 ? " - %llu)" : " + %llu)",
			(unsigned long long)(offset < 0 ? 0 - (uint64_t)offset : (uint64_t)offset));
	}
}

static void call(writing *w, uint32_t i);

static void result(writing *w, uint64_t op)
{
	const as_values *v = &w->p->in->values;
	uint32_t i = 0;
	while (i < v->n_calls && v->calls[i].op != (uint32_t)op)
		i++;
	if (i == v->n_calls)
		as_buf_text(w->out, DOTS);
	else if (w->p->names && w->p->names[i])
		as_buf_print(w->out, "v%d", w->p->names[i]);
	else if (w->calls < RESULTS)
		call(w, i);
	else {
		as_phrase_name(w->out, w->p->profile, v->calls[i].goal);
		as_buf_text(w->out, "(" DOTS ")");
	}
}

/* Whether x is a constant, by itself or on this way. */
static bool is_known(const as_phrasing *p, as_value x, uint64_t *k)
{
	if (as_value_const(&p->in->values, x, k))
		return true;
	for (size_t i = 0; i < p->n_learnt; i++)
		if (p->learnt[i].what == x) {
			*k = p->learnt[i].is;
			return true;
		}
	return false;
}

static void value(writing *w, as_value x)
{
	const as_values *v = &w->p->in->values;
	const as_term *n = as_term_of(v, x);
	uint64_t k = 0;
	if (w->depth >= DEEPEST || w->out->n > w->from + LONGEST) {
		as_buf_text(w->out, DOTS);
		return;
	}
	w->depth++;
	if (is_known(w->p, x, &k))
		constant(w, k);
	else if (n->kind == AS_V_ARG)
		as_buf_print(w->out, "param_%lld", (long long)n->k + 1);
	else if (n->kind == AS_V_STACK)
		local(w->out, n->k, "&");
	else if (n->kind == AS_V_RESULT)
		result(w, (uint64_t)n->k);
	else if (n->kind == AS_V_LOAD)
		load(w, n);
	else if (n->kind == AS_V_OP)
		operation(w, n);
	else
		as_buf_text(w->out, DOTS);
	w->depth--;
}

void as_phrase_value(as_buf *out, const as_phrasing *p, as_value x)
{
	writing w = { .p = p, .out = out, .from = out->n };
	value(&w, x);
}

static void argument(writing *w, const as_call *c, unsigned i, char kind)
{
	uint64_t k = 0;
	bool known = is_known(w->p, c->arg[i], &k);
	as_span text = as_call_text(c, i).n > 0 ? as_call_text(c, i) : (as_span){ 0 };
	if (kind == 's' && !text.p && known)
		text = as_program_string(w->p->profile->program, k);
	if (text.p && (kind == 's' || kind == '?'))
		as_phrase_text(w->out, text);
	else if (known && k == 0 && (kind == 's' || kind == 'p'))
		as_buf_text(w->out, "NULL");
	else if (known && kind == 'i')
		as_buf_print(w->out, "%lld",
			(long long)(k >> 32 ? (int64_t)k : (int64_t)(int32_t)(uint32_t)k));
	else if (known && kind == 'x')
		as_buf_print(w->out, k < 10 ? "%llu" : "0x%llx", (unsigned long long)k);
	else if (known && kind == 'o')
		as_buf_print(w->out, "0%llo", (unsigned long long)k);
	else
		value(w, c->arg[i]);
}

/* How many arguments a format asks for. */
static unsigned asked_for(as_span format)
{
	unsigned n = 0;
	for (size_t i = 0; i + 1 < format.n; i++)
		if (format.p[i] == '%') {
			n += format.p[i + 1] != '%';
			i += format.p[i + 1] == '%';
		}
	return n;
}

/* The arguments behind a format, or up to NULL. */
static void more(writing *w, const as_call *c, unsigned i, char kind)
{
	uint64_t k = 1;
	const as_values *v = &w->p->in->values;
	as_span format =
		as_call_text(c, i).n > 0 ? as_call_text(c, i) : as_value_string(v, c->arg[i]);
	unsigned n = kind == 'f' ? asked_for(format) : AS_ARGS_MAX;
	if (kind == 'f')
		argument(w, c, i++, 's');
	if (kind == 'f' && !format.p)
		as_buf_text(w->out, ", " DOTS);
	bool last = kind == 'f' && n == 0;
	for (unsigned j = 0; !last && j < n && i < AS_ARGS_MAX; j++, i++) {
		as_buf_text(w->out, kind == 'f' || j > 0 ? ", " : "");
		last = kind == 'z' && is_known(w->p, c->arg[i], &k) && k == 0;
		if (last)
			as_buf_text(w->out, "NULL");
		else
			argument(w, c, i, kind == 'z' ? 's' : '?');
	}
}

static void arguments(writing *w, const as_call *c, const char *takes, unsigned n)
{
	unsigned first = c->system ? 1 : 0;
	for (unsigned i = 0; i + first < AS_ARGS_MAX && (takes ? takes[i] != 0 : i < n); i++) {
		if (w->out->n > w->from + (size_t)LONGEST * 2) {
			as_buf_text(w->out, ", " DOTS);
			return;
		}
		as_buf_text(w->out, i > 0 ? ", " : "");
		if (takes && (takes[i] == 'f' || takes[i] == 'z')) {
			more(w, c, i, takes[i]);
			return;
		}
		argument(w, c, i + first, takes ? takes[i] : '?');
	}
}

static void call(writing *w, uint32_t i)
{
	const as_profile *p = w->p->profile;
	const as_call *c = &w->p->in->values.calls[i];
	as_span name = c->name;
	const as_api *api = c->api;
	size_t to = c->to;
	const as_kept *inside = to == SIZE_MAX ? NULL : p->kept[to];
	const char *takes = as_phrase_signature(name);
	if (!takes && api)
		takes = as_phrase_signature(as_lit(api->name));
	w->calls++;
	if (c->system) {
		as_buf_text(w->out, "syscall ");
		as_phrase_value(w->out, w->p, c->arg[0]);
	} else if (c->goal == 0) {
		as_buf_text(w->out, "(*");
		as_phrase_value(w->out, w->p, c->callee);
		as_buf_text(w->out, ")");
	} else {
		as_phrase_name(w->out, p, c->goal);
	}
	as_buf_text(w->out, "(");
	if (takes || inside)
		arguments(w, c, takes, inside ? as_phrase_arguments(inside) : 0);
	else
		as_buf_text(w->out, DOTS);
	as_buf_text(w->out, ")");
	w->calls--;
}

void as_phrase_call(as_buf *out, const as_phrasing *p, uint32_t i)
{
	writing w = { .p = p, .out = out, .from = out->n };
	if (i < p->in->values.n_calls)
		call(&w, i);
}

/* A constant that something of one byte is compared with: as a letter where it is one. */
static void compared(writing *w, as_value x, const as_decision *d)
{
	uint64_t k = 0;
	const as_values *v = &w->p->in->values;
	const as_term *other = as_term_of(v, x == d->a ? d->b : d->a);
	bool byte = d->width == 1 || (other->kind == AS_V_LOAD && other->width == 1);
	if (as_value_const(v, x, &k) && byte && k > 0x20 && k < 0x7f && k != '\'')
		as_buf_print(w->out, "'%c'", (int)k);
	else if (as_value_const(v, x, &k))
		number(w->out, as_program_import(v->flow->program, k) == SIZE_MAX ? k : 0);
	else
		part(w, x);
}

/* x, where d asks whether its sign bit is set; else AS_NOT_KNOWN. */
static as_value asks_sign(const as_values *v, const as_decision *d)
{
	uint64_t mask = 0, k = 0;
	const as_term *n = as_term_of(v, d->a);
	bool masked = !d->test && n->kind == AS_V_OP && n->op == AS_OP_AND &&
		      as_value_const(v, n->b, &mask) && as_value_const(v, d->b, &k) && k == 0;
	bool tested = d->test && as_value_const(v, d->b, &mask);
	uint64_t low = mask & UINT32_MAX;
	bool sign = mask == UINT64_C(1) << 63 || (low == UINT64_C(1) << 31 && mask >> 31 <= 1) ||
		    mask == UINT64_MAX << 31;
	return !sign ? AS_NOT_KNOWN : masked ? n->a : tested ? d->a : AS_NOT_KNOWN;
}

void as_phrase_condition(as_buf *out, const as_phrasing *p, const as_decision *d, bool taken)
{
	as_cond cond = taken ? d->cond : as_cond_not(d->cond);
	writing w = { .p = p, .out = out, .from = out->n };
	if (cond == AS_ALWAYS || cond >= AS_COND_OTHER) {
		as_buf_text(out, DOTS);
		return;
	}
	as_value sign = asks_sign(&p->in->values, d);
	if (sign != AS_NOT_KNOWN && (cond == AS_EQ || cond == AS_NE)) {
		part(&w, sign);
		as_buf_text(out, cond == AS_EQ ? " >= 0" : " < 0");
		return;
	}
	if (d->test && d->a != d->b) {
		as_buf_text(out, "(");
		part(&w, d->a);
		as_buf_text(out, " & ");
		part(&w, d->b);
		as_buf_text(out, ")");
	} else {
		compared(&w, d->a, d);
	}
	as_buf_print(out, " %s ", as_cond_sign(cond));
	if (d->test || cond == AS_NEGATIVE || cond == AS_POSITIVE)
		as_buf_text(out, "0");
	else
		compared(&w, d->b, d);
}

bool as_phrase_learn(as_phrasing *p, const as_decision *d, bool taken)
{
	const as_values *v = &p->in->values;
	as_cond cond = taken ? d->cond : as_cond_not(d->cond);
	uint64_t k = 0;
	int64_t offset = 0;
	bool zero = d->test && d->a == d->b,
	     known = zero || (!d->test && as_value_const(v, d->b, &k));
	if (cond != AS_EQ || !known || p->n_learnt >= AS_LEARNT_MAX)
		return false;
	p->learnt[p->n_learnt].what = d->a;
	p->learnt[p->n_learnt++].is = k;
	/* An answer that is cut before it is compared with 0 is itself taken for 0. */
	as_value base = as_value_base(v, d->a, &offset);
	if (base != d->a && offset == 0 && k == 0 && p->n_learnt < AS_LEARNT_MAX) {
		p->learnt[p->n_learnt].what = base;
		p->learnt[p->n_learnt++].is = 0;
	}
	return true;
}

const as_decision *as_phrase_decision(const as_kept *k, uint32_t block)
{
	const as_values *v = &k->values;
	const as_block *b = &k->flow.blocks[block];
	for (uint32_t i = v->n_decisions; i > 0; i--) {
		const as_decision *d = &v->decisions[i - 1];
		if (d->block == block && !d->select && b->taken != AS_NO_BLOCK)
			return d;
	}
	return NULL;
}

/* Notes the argument that x is. */
static void use(const as_values *v, as_value x, unsigned *n)
{
	const as_term *t = as_term_of(v, x);
	if (t->kind == AS_V_ARG && t->k >= 0 && t->k < AS_ARGS_MAX)
		*n = (unsigned)as_max(*n, (uint64_t)t->k + 1);
}

unsigned as_phrase_arguments(const as_kept *k)
{
	const as_values *v = &k->values;
	unsigned n = 0;
	for (uint32_t i = 1; i < v->n_terms; i++) {
		const as_term *t = &v->terms[i];
		if (t->kind == AS_V_OP || t->kind == AS_V_LOAD || t->kind == AS_V_FLAGS) {
			use(v, t->a, &n);
			if (t->b != AS_NOT_KNOWN)
				use(v, t->b, &n);
		}
	}
	for (uint32_t i = 0; i < v->n_calls; i++) {
		const as_call *c = &v->calls[i];
		as_span name = c->name;
		const char *takes = as_phrase_signature(name);
		for (size_t j = 0; takes && j < strlen(takes) && j < AS_ARGS_MAX; j++)
			use(v, c->arg[j], &n);
	}
	for (uint32_t i = 0; i < v->n_stores; i++)
		use(v, v->stores[i].value, &n);
	return n;
}
