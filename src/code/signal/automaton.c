/* SPDX-License-Identifier: Apache-2.0 */
/* Input that moves a state through a constant table: which sequence of inputs leads where stands nowhere in the code.
 * Scanners and protocols are written so, too; where one state of many is asked for, it is worth a look at what is done
 * then. */
#include "code/signal.h"

/* How deep what is stored, the address of the table, and the index are looked into: each level may double the work. */
enum { VALUE_DEEPEST = 4, TABLE_DEEPEST = 5, INDEX_DEEPEST = 6, SMALLEST_STATE = 2 };

/* Whether two values are the same place in memory: base + offset. */
static bool is_same(const as_values *v, as_value base, int64_t offset, const as_term *load)
{
	int64_t a = 0, b = 0;
	return as_value_base(v, base, &a) == as_value_base(v, load->a, &b) &&
	       a + offset == b + load->k;
}

/* Whether x is made of what stood in the place that st is written to. */
static bool is_of_itself(const as_values *v, const as_store *st, as_value x, int depth)
{
	const as_term *n = as_term_of(v, x);
	if (n->kind == AS_V_LOAD)
		return n->width == st->width && is_same(v, st->base, st->offset, n);
	if (n->kind != AS_V_OP || depth > INDEX_DEEPEST)
		return false;
	return is_of_itself(v, st, n->a, depth + 1) ||
	       (n->b != AS_NOT_KNOWN && is_of_itself(v, st, n->b, depth + 1));
}

/* The constant table that an address is in, whatever is added; 0: none. */
static uint64_t table_in(const as_values *v, as_value x, int64_t k, int depth)
{
	enum { HEADERS = 0x200 };
	const as_program *p = v->flow->program;
	const as_term *n = as_term_of(v, x);
	bool sum = n->kind == AS_V_OP && n->op == AS_OP_ADD, one = sum && n->b == AS_NOT_KNOWN;
	uint64_t word = 0, at = (uint64_t)(n->kind == AS_V_CONST || one ? k + n->k : k);
	if (at > HEADERS && !as_program_is_code(p, at) && as_program_constant(p, at, 1, &word))
		return at;
	if (!sum || depth > TABLE_DEEPEST)
		return 0;
	uint64_t found = table_in(v, n->a, 0, depth + 1);
	return found || one ? found : table_in(v, n->b, 0, depth + 1);
}

/* The table that moves what st stores, of which x is a part; 0: none does. The next state must come out of the table: a
 * counter that a table is asked with is none. */
static uint64_t moved_by(const as_values *v, const as_store *st, as_value x, int depth)
{
	const as_term *n = as_term_of(v, x);
	if (n->kind == AS_V_LOAD && n->width <= 4) {
		uint64_t table = table_in(v, n->a, n->k, 0);
		return table && is_of_itself(v, st, n->a, 0) ? table : 0;
	}
	bool passes = n->kind == AS_V_OP &&
		      (n->op == AS_OP_MOVE || n->op == AS_OP_AND || n->op == AS_OP_OR);
	if ((!passes && n->kind != AS_V_PHI) || depth > VALUE_DEEPEST)
		return 0;
	uint64_t table = moved_by(v, st, n->a, depth + 1);
	return table || n->b == AS_NOT_KNOWN ? table : moved_by(v, st, n->b, depth + 1);
}

/* The one state that the function asks for; false: it asks for none, or for several. */
static bool asked_for(const as_values *v, uint64_t *state)
{
	unsigned n = 0;
	for (uint32_t i = 0; i < v->n_decisions; i++) {
		const as_decision *d = &v->decisions[i];
		uint64_t k = 0;
		if ((d->cond != AS_EQ && d->cond != AS_NE) || d->test ||
			!as_value_const(v, d->b, &k) || k < SMALLEST_STATE || k > UINT8_MAX)
			continue;
		n += n == 0 || k != *state;
		*state = n == 1 ? k : *state;
	}
	return n == 1;
}

static void look(as_signals *s, size_t number, const as_kept *k, const as_store *st)
{
	uint64_t state = 0, table = st->width > 4 ? 0 : moved_by(&k->values, st, st->value, 0);
	if (table == 0)
		return;
	bool one = asked_for(&k->values, &state);
	as_alarm_add(s,
		(as_alarm){ .signal = "automaton",
			.function = number,
			.at = st->at,
			.score = one ? 0.6 : 0.4,
			.trigger = as_alarm_text(
				s, "the table of states at 0x%llx", (unsigned long long)table),
			.effect = one ? as_alarm_text(s, "another way when the state is %llu",
						(unsigned long long)state)
				      : as_lit("moves what other inputs act on"),
			.detail = as_lit("what comes in moves a state through a constant table") });
}

static void find(as_signals *s)
{
	for (size_t i = 0; i < s->profile->functions.n; i++) {
		const as_kept *k = s->profile->kept[i];
		for (uint32_t j = 0; k && j < k->values.n_stores; j++)
			look(s, i, k, &k->values.stores[j]);
	}
}

const as_signal as_signal_automaton = {
	.id = "automaton",
	.title = "Input moves a state through a table",
	.find = find,
};
