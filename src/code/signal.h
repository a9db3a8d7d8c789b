/* SPDX-License-Identifier: Apache-2.0 */
/* Signals: independent reasons to look at a place in a program. Each is one file in signal/ and one line in
 * signals.def, and states alarms: what triggers, what it opens, how much it weighs. It never says that something
 * is bad. */
#ifndef AS_CODE_SIGNAL_H
#define AS_CODE_SIGNAL_H

#include "code/test.h"
#include "knowledge/reference.h"

typedef struct as_alarm {
	const char *signal; /* id of the signal */
	size_t function;    /* number in the profile */
	uint64_t at;        /* the site: where it is decided or done */
	uint64_t effect_at; /* where the effect is; 0: the same place */
	double score;       /* weight, from 0; 1.5 and more is worth reading */
	as_span trigger; /* the constant, address or condition, as people read it; p NULL: none */
	uint64_t trigger_addr; /* where the constant stands in the program's data; 0: nowhere */
	as_span effect;        /* what is opened: "system(\"/bin/sh\")", "listen on port 31337" */
	as_span detail;        /* how it hangs together, in words */
	bool conclusive;       /* a pattern that ordinary programs do not have */
} as_alarm;

/* What a call does that matters, as far as one call tells. */
typedef struct as_sink {
	double weight;     /* 0: nothing */
	const as_api *api; /* NULL: a system call */
	const char *what;  /* id: "run", "exec", "listen", ... */
	bool constant;     /* its command, program or path is constant */
	bool shell;        /* that constant is an interactive shell */
	bool all; /* in a kernel module: it gives all rights, or runs with them what is not constant */
	as_span text; /* that constant; p NULL: none */
} as_sink;

/* A text that the program makes of constants when it runs. */
typedef struct as_decoded {
	size_t function; /* number in the profile */
	uint64_t at;     /* the loop, or the call of the function that has it */
	as_span text;
	const char *how; /* "loop", "function", "compared" */
} as_decoded;

typedef struct as_spoken_word {
	uint32_t data, next; /* which region; the number of the next with the same head; 0: none */
	size_t at;           /* bytes into it */
} as_spoken_word;

/* The addresses that functions refer to, and where texts may stand (mention.h). */
typedef struct as_spoken {
	uint64_t *list; /* sorted; as often as functions refer to it */
	size_t n;
	as_region *data; /* the program's regions without what sections say is code */
	size_t n_data;
	as_spoken_word *words; /* where words begin in that */
	uint32_t *heads;       /* by first letters: the number of the last of them, from 1 on */
} as_spoken;

/* A decision that asks for a variable of the program (grant.h). */
typedef struct as_asked {
	uint64_t addr;
	uint32_t function, decision;
} as_asked;

typedef struct as_signals {
	const as_profile *profile;
	as_arena *arena;
	as_reference reference; /* what is ordinary */
	as_comparators comparators;
	as_tests *tests;   /* by function number */
	float *weight;     /* by function number: the heaviest effect in it itself */
	bool *wraps_shell; /* by function number: runs the command that it is given */
	as_spoken spoken;
	as_asked *asked; /* by address */
	size_t n_asked;
	as_alarm *alarms; /* in the order of functions, of sites, of signals */
	size_t n_alarms, room_alarms;
	size_t from;         /* the first of the signal that is being asked */
	as_decoded *decoded; /* in the order of functions */
	size_t n_decoded, room_decoded;
	bool cut; /* more alarms or texts than are kept */
	bool no_memory;
} as_signals;

typedef struct as_signal {
	const char *id, *title;
	void (*find)(as_signals *s); /* states alarms with as_alarm_add */
} as_signal;

extern const as_signal *const as_signal_list[]; /* ends with NULL */

/* Works out what signals share, and asks each. Everything lives in the arena of p's program. AS_NOMEM without
 * memory. */
as_status as_signals_find(as_signals *s, const as_profile *p) AS_MUST_USE;
/* The same against a reference population of the caller's, which may leave out what the program's own package
 * contributed. */
as_status as_signals_find_against(
	as_signals *s, const as_profile *p, const as_reference *r) AS_MUST_USE;
/* Whether k is how many elements of some size fit into the address space, or half of it: what the containers of C++
 * hold their size against before they grow; or the largest number of 4 or width bytes, or of width bytes less what
 * stands in front of the elements. width: bytes of k, 0 unknown. Pure. */
bool as_is_capacity(uint64_t k, unsigned width);
/* By what the weight of a constant is multiplied: 1 for one that no other program compares with, less for what is
 * usual. Pure. */
double as_test_rareness(const as_signals *s, const as_test *t);
/* States an alarm; texts must live in the arena or the program. What has no score is dropped. */
void as_alarm_add(as_signals *s, as_alarm a);
/* Lists a decoded text, which must live in the arena. */
void as_decoded_add(as_signals *s, as_decoded d);
/* printf into the arena. */
as_span as_alarm_text(as_signals *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What call c of function k does by itself. Pure. */
as_sink as_sink_of(const as_signals *s, const as_kept *k, const as_call *c);
/* The same, and through one function of the program's own, which weighs less the more often it is called.
 * *through: that function's number, or SIZE_MAX. */
as_sink as_sink_reached(const as_signals *s, const as_kept *k, const as_call *c, size_t *through);
/* The word for effects of that kind, or NULL: it is none. Pure. */
const char *as_sink_name(as_api_kind kind);
/* How people would write the call: "system(\"ls\")". In the arena. */
as_span as_sink_text(as_signals *s, const as_kept *k, const as_call *c, const as_sink *sink);

#endif
