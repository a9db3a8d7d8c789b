/* SPDX-License-Identifier: Apache-2.0 */
/* One outer draw: a value for everything that is not known, and what follows from these values alone. */
#ifndef AS_DRAW_H
#define AS_DRAW_H

#include "assess/model.h"

typedef struct as_draw {
	const as_model *m;
	double *value; /* by parameter */
	double *base;  /* by threat: log-odds of success where nothing special is known */
	double *odds; /* by profile and threat: log-odds with all findings; -INFINITY: the threat does not reach it */
	double *ended; /* by profile and threat: what is added once support has ended */
	double *most;  /* by threat: the largest of these, with that */
	double *by_component; /* by threat: chance of success that a component with known vulnerabilities adds by
			       * itself; and one that is known to be exploited */
	double *lead, *months; /* by programme */
} as_draw;

/* Room for a draw in the arena; NULL without memory. */
as_draw *as_draw_new(const as_model *m, as_arena *arena);
/* Draws number of a seed: all parameters, each from its own stream. */
void as_draw_take(as_draw *d, uint64_t seed, uint64_t number);
/* Works out what follows, after values were set by hand. */
void as_draw_follow(as_draw *d);

/* The share of a programme's elements that is new at a time in years from the start. Pure. */
double as_draw_share(const as_draw *d, size_t programme, double years);
/* The value of parameter i; otherwise where it is AS_NONE. Pure. */
static inline double as_draw_value(const as_draw *d, int i, double otherwise)
{
	return i < 0 ? otherwise : d->value[i];
}
/* What the controls in place by a time (in years) take off the log-odds of threat k; *left: the share of the hours
 * that they leave. in_place: from the beginning; added: by the scenario. Pure. */
double as_draw_controls(
	const as_draw *d, uint64_t in_place, uint64_t added, size_t k, double years, double *left);
/* P(capability > resistance) of two quantities. Pure. */
double as_exceeds(const as_distribution *capability, const as_distribution *resistance);

/* What a scenario costs in each year of the horizon, undiscounted: all, with what is renewed anyway; and changes and
 * controls alone. */
void as_draw_costs(const as_draw *d, size_t scenario, double *all, double *changes);

#endif
