/* SPDX-License-Identifier: Apache-2.0 */
/* Where values come from and what stands around a call: questions that several signals ask. */
#ifndef AS_CODE_ORIGIN_H
#define AS_CODE_ORIGIN_H

#include "code/signal.h"

/* The constant string that argument i of a call points to, in memory or put together on the stack; p NULL: none.
 * Pure. */
as_span as_origin_text(const as_kept *k, const as_call *c, unsigned i);
/* The call whose answer a value is, through sums, cuts and (one) meeting of ways; NULL: it is none. Pure. */
const as_call *as_origin_call(const as_values *v, as_value x);
/* Whether that is the name of a library function, or of a variant of it (__NAME_chk, NAME64). Pure. */
bool as_origin_is(as_span is, const char *name);
/* Whether a call arrives at the library function of that name, or a variant of it (__NAME_chk, NAME64). Pure. */
static inline bool as_origin_calls(const as_call *c, const char *name)
{
	/* Most are told apart by this. */
	return c->name.n > 0 && (c->name.p[0] == (uint8_t)name[0] || c->name.p[0] == '_') &&
	       as_origin_is(c->name, name);
}
/* Whether the function refers to exactly that text. Pure. */
bool as_origin_mentions(const as_kept *k, const char *text);
/* Whether a call gives away an interactive shell: a constant shell that is not told to run one command (-c). Pure. */
bool as_origin_shell(const as_kept *k, const as_call *c, const as_sink *sink);

/* What a function runs, by itself or one call away. */
typedef struct as_running {
	double weight; /* 0: nothing */
	as_sink sink;
	const as_kept *in; /* the function with the call */
	const as_call *call;
	bool shell; /* an interactive shell */
} as_running;

/* The heaviest effect that only one side of a decision reaches; *call: the call, NULL: there is none. */
as_sink as_origin_behind(
	const as_signals *s, const as_kept *k, const as_decision *d, const as_call **call);
/* The heaviest run of a program or shell that function k reaches. */
as_running as_origin_runs(const as_signals *s, const as_kept *k);

#endif
