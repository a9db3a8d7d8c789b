/* SPDX-License-Identifier: Apache-2.0 */
/* Proposes the set of measures, among those that scenarios name, that leaves the least expected loss under a budget and
 * by a deadline. docs/risk-model.md, "Proposal", says why sets are simulated instead of handed to a linear solver: what
 * measures do does not add up. */
#ifndef AS_OPTIMISE_H
#define AS_OPTIMISE_H

#include "assess/model.h"

typedef struct as_wish {
	double budget; /* expected cost beyond that of accepting, discounted; 0: nothing is asked */
	double deadline; /* year by which everything is to be done, on average; 0: none */
	uint64_t seed;
	unsigned threads;
} as_wish;

typedef struct as_proposed_measure {
	as_span text; /* for people */
	double cost,
		gain; /* what it adds to the cost, and takes off the loss, as the last of the set */
} as_proposed_measure;

typedef struct as_proposal {
	as_scenario scenario; /* "proposed" */
	as_proposed_measure *measures;
	size_t n;
	size_t candidates, compared; /* measures to choose from; sets that were simulated */
	bool all; /* every set was compared: none other is better, but for the errors of simulation */
	double loss, cost,
		bound; /* of the set; not all: no set loses less than bound if effects only diminish */
	as_span text; /* how close to the best it is, in a sentence */
} as_proposal;

/* Looks for the best set. AS_NOT_THIS: no scenario names a measure, or none fits the budget; text says which.
 * AS_NOMEM. Owned by the arena. */
as_status as_optimise(const as_network *n, const as_evidence_of *evidence, const as_wish *wish,
	as_arena *arena, as_proposal *out) AS_MUST_USE;

#endif
