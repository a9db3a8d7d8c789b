/* SPDX-License-Identifier: Apache-2.0 */
/* From simulated paths to answers: what a scenario costs and loses, how scenarios compare, what drives the result, on
 * what it rests and what it would be worth to know. docs/risk-model.md defines each figure. */
#ifndef AS_ANSWER_H
#define AS_ANSWER_H

#include "assess/simulate.h"

/* Of numbers: the mean, and what a share of them does not exceed (each number as likely). */
typedef struct as_spread {
	double mean, low, middle, high, p99; /* 5, 50, 95, 99 % */
	double error;                        /* standard error of the mean */
} as_spread;

/* Value and tail value at risk of numbers, at level q: the least v with P(X <= v) >= q, and
 * v + E[(X - v)+] / (1 - q). */
typedef struct as_tail {
	double var, tvar;
} as_tail;

/* Of n numbers, which are sorted in place. */
as_spread as_spread_of(double *v, size_t n);
as_tail as_tail_of(const double *sorted, size_t n, double q);

typedef struct as_figures {
	as_spread cost, changes, loss_draws,
		total;        /* over outer draws; changes: of the cost, changes and controls */
	as_spread loss_paths; /* over paths */
	double no_loss, year_mean, year_none;
	as_tail year95, year99;
	double best, regret;
	bool efficient;
	as_spread finished; /* years from the start; n_changes 0: none */
	size_t n_changes;
	double deadline,
		in_time; /* the last one, 0: none was set; how likely all changes meet their own */
} as_figures;

typedef struct as_point {
	double loss, probability, low, high;
} as_point;

typedef struct as_compared {
	double better, less, low, high;
	bool apart;
} as_compared;

typedef struct as_driver {
	size_t param;
	double low, high, correlation;
} as_driver;

typedef struct as_worth {
	size_t param;
	double value;
} as_worth;

enum { AS_CURVE_POINTS = 80, AS_ORIGINS = 4 };

typedef struct as_answer {
	const as_outcome *o;
	as_figures *figures;   /* by scenario */
	as_point *curves;      /* [scenario][AS_CURVE_POINTS] */
	as_compared *compared; /* [a][b] */
	double *year_cost, *year_loss, *year_p95,
		*year_p99;  /* [scenario][year]: means and quantiles, undiscounted */
	as_driver *drivers; /* the strongest first */
	size_t n_drivers;
	as_worth *worth; /* the most valuable first */
	size_t n_worth;
	double variance
		[2]
		[AS_ORIGINS]; /* shares: of the loss under accept; of the advantage of the best */
	size_t best;          /* the scenario of the least expected total */
} as_answer;

/* Works out the answers; variance is filled by as_answer_variance. Owned by the arena; NULL without memory. */
as_answer *as_answer_new(const as_outcome *o, as_arena *arena);
/* Simulates anew with what one origin rests on drawn anew, to see how much of the variance that makes. AS_NOMEM. */
as_status as_answer_variance(as_answer *a, const as_run *like, as_arena *arena) AS_MUST_USE;

/* Fills drivers and worth. AS_NOMEM. */
as_status as_answer_sensitivity(as_answer *a) AS_MUST_USE;

/* v rounded to n significant digits. Pure. */
double as_rounded(double v, int n);

#endif
