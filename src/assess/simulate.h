/* SPDX-License-Identifier: Apache-2.0 */
/* Years as they may come: paths through the horizon, the same chance for every scenario, so that scenarios are compared
 * under the same events. docs/risk-model.md, "Simulation". */
#ifndef AS_SIMULATE_H
#define AS_SIMULATE_H

#include "assess/draw.h"

typedef struct as_run {
	uint64_t seed;
	size_t outer, inner; /* draws of what is not known; paths for each */
	unsigned threads;
	uint64_t scenarios; /* bits: only these are worked out (with the first); 0: all */
	bool common;        /* every outer draw meets the same chance: for comparing draws */
	const double
		*values; /* by outer draw and parameter: use these instead of drawing; NULL: draw */
	void (*progress)(void *ctx, size_t done,
		size_t all); /* called from one thread at a time; may be NULL */
	void *ctx;
} as_run;

/* Losses in money. Paths are numbered outer draw first: path = draw * inner + i. */
typedef struct as_outcome {
	const as_model *m;
	size_t outer, inner, paths, years, scenarios;
	float *loss;     /* [scenario][year][path]: of that year, undiscounted */
	double *total;   /* [scenario][path]: of the horizon, discounted */
	double *cost;    /* [scenario][outer][year]: undiscounted, with what is renewed anyway */
	double *changes; /* [scenario][outer][year]: of that, changes and controls */
	double *mean;    /* [scenario][outer]: of total */
	double *values;  /* [outer][parameter] */
	double *by_threat, *by_owner,
		*by_segment; /* [scenario][threat, supplier, segment]: mean loss of the horizon, discounted */
	double *finished; /* [programme][outer]: in years from the start, when it is done */
	bool cut;         /* a threat came so often that not all of it was simulated */
} as_outcome;

/* Simulates. NULL without memory. Free with as_outcome_free (NULL-safe). */
as_outcome *as_simulate(const as_model *m, const as_run *run);
void as_outcome_free(as_outcome *o);
/* Costs (cost or changes of an outcome) of a scenario in an outer draw, discounted; those of a year are taken at its
 * middle. Pure. */
double as_discounted(const as_outcome *o, const double *costs, size_t s, size_t draw);

#endif
