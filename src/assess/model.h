/* SPDX-License-Identifier: Apache-2.0 */
/* A network and its evidence, made ready to be simulated: what is uncertain as a list of parameters, equipment that
 * behaves alike as profiles, and for each scenario what is struck together as groups of lots. docs/risk-model.md
 * derives it. */
#ifndef AS_MODEL_H
#define AS_MODEL_H

#include "assess/evidence.h"
#include "assess/network.h"

/* Something that is not known exactly: drawn once for all paths of an outer draw. */
typedef struct as_param {
	as_distribution d;
	as_origin origin;
	as_span name, source; /* for people */
	uint32_t
		purpose; /* of its random stream: made of its name, so that other parameters do not change it;
			  * shared by those that differ in their ranges alone */
} as_param;

enum { AS_NONE = -1 };

/* What is the same software: supplier, product, version, dossier. */
typedef struct as_product {
	as_span supplier, product, version;
	size_t supplier_at;          /* index in the network's suppliers */
	size_t owner_at;             /* the last of its parents */
	const as_evidence *evidence; /* NULL: not examined */
	int missing;          /* parameter: what an examination would show; AS_NONE: all was seen */
	double missing_share; /* how much of that parameter counts */
	int unverified; /* parameter: nobody has checked that what runs is the build reviewed; or AS_NONE */
	int *shared; /* components that others carry, too: indexes in the model's, widest first */
	size_t n_shared;
	size_t elements; /* in the network */
} as_product;

/* A component with known vulnerabilities that several products carry. */
typedef struct as_component_shared {
	as_span id;
	size_t *products;
	size_t n;
	double subscribers; /* behind what carries it */
	bool exploited;     /* known to be */
} as_component_shared;

/* Equipment that is as easily broken into: product, segment, exposure, controls in place. */
typedef struct as_profile {
	size_t product, segment_at; /* indexes */
	as_span segment;
	unsigned exposure;
	double support;    /* years from the start until it ends; INFINITY: not told */
	uint64_t controls; /* bits */
	int unknown;       /* parameter: exposure is not told; or AS_NONE */
	bool *allowed;     /* for each threat: it reaches this */
} as_profile;

/* How equipment changes over time in one scenario. */
typedef struct as_programme {
	const as_change *change; /* NULL: programme 0, nothing changes */
	size_t scenario;
	bool freeze;
	double goal;                                  /* share that is replaced in the end */
	double elements;                              /* these, of all classes in it */
	int lead, months, overrun, dual, delay, cost; /* parameters, or AS_NONE */
	double life, age; /* freeze: of the classes in it; age < 0: all ages */
	as_span segment;  /* of its first class; of a cap: of all of them */
	bool *late;       /* by segment of the network: it has classes there */
} as_programme;

/* What stands in one class, before and after a change. */
typedef struct as_slot_of_class {
	size_t before, after; /* profiles */
	size_t programme;     /* index in programmes; 0: none */
} as_slot_of_class;

/* Equipment of one group that is alike in all that a loss needs. */
typedef struct as_lot {
	uint32_t profile, programme;
	bool after; /* what the programme brings in; otherwise what it takes away */
	uint8_t redundancy;
	int price; /* parameter; AS_NONE: not told */
	double elements, subscribers;
} as_lot;

/* Lots of the groups of one kind in one scenario: of group g those from first[g] to first[g + 1] - 1. */
typedef struct as_groups {
	size_t n;
	size_t *first;
	as_lot *lots;
	bool *as_now; /* by group: it has the lots and controls that it has as things are */
} as_groups;

typedef enum as_group_kind {
	AS_BY_PRODUCT,
	AS_BY_OWNER,
	AS_BY_REGION,
	AS_BY_ALL,
	AS_GROUP_KINDS
} as_group_kind;

/* Equipment of one scenario that costs alike: what renews and replaces it, and when. */
typedef struct as_batch {
	uint32_t programme;
	int price, renewal; /* parameters, or AS_NONE */
	double life, age;   /* life 0: it is not renewed; age < 0: all ages */
	double elements;
} as_batch;

/* A control put in place by a scenario: which profiles, and for how many elements. */
typedef struct as_measure {
	size_t control;
	double elements;
} as_measure;

typedef struct as_plan {
	as_slot_of_class *slots; /* by class */
	as_groups groups[AS_GROUP_KINDS];
	uint64_t *added; /* by profile: controls that the scenario puts there */
	as_measure *measures;
	size_t n_measures;
	as_batch *batches;
	size_t n_batches;
} as_plan;

typedef struct as_threat_model {
	int rate, susceptibility; /* parameters */
	double fixed; /* where susceptibility is AS_NONE: 1, or how often capability exceeds resistance */
	double units; /* how many of what the rate is stated for: the rate of the network is as often as that */
	as_group_kind kind; /* of the group that is struck; not for elements */
	double *share;      /* alias table over classes: for threats that pick an element */
	uint32_t *other;
	double weight;                  /* elements it can pick; 0: none */
	double hours, records, replace; /* expected, of one event; 0 where none are stated */
	uint64_t against;               /* bits: controls that work against it */
	uint32_t purpose;               /* of its random streams */
} as_threat_model;

typedef struct as_model {
	const as_network *network;
	as_arena *arena;
	as_param *params;
	size_t n_params, cap_params;
	as_product *products;
	size_t n_products;
	as_component_shared *shared;
	size_t n_shared;
	as_profile *profiles;
	size_t n_profiles;
	as_programme *programmes;
	size_t n_programmes;
	as_plan *plans; /* by scenario */
	as_threat_model *threats;
	int *price, *renewal; /* by class: parameters, or AS_NONE */
	size_t *region;       /* by class */
	uint64_t *as_now;     /* by class: bits, one for each scenario in which it stays as it is */
	size_t n_regions;
	as_span *segments; /* the network's, then those that only classes name */
	size_t n_segments;
	int class_shift
		[AS_CLASSES]; /* parameters of the table of findings; AS_NONE: no dossier has such */
	int subscriber_hour, record, redundancy_fails;
	int *effect, *hours_left, *cost, *unit_cost, *yearly, *months; /* by control */
	int *delay_month; /* by segment of the network */
	bool no_memory;
} as_model;

/* What the classes' and changes' dossiers say; index as the caller numbers them. */
typedef struct as_evidence_of {
	const as_evidence *(*find)(void *ctx, as_span dossier, as_span image);
	void *ctx;
} as_evidence_of;

/* Makes a network ready; the arena owns what is made, and borrows from the network. What is wrong is told in faults.
 * NULL without memory. */
as_model *as_model_new(
	const as_network *n, const as_evidence_of *evidence, as_arena *arena, as_faults *f);

/* Log-odds that a product which was not examined at all is from the others: a published default. */
extern const as_distribution as_unexamined_shift, as_unknown_exposure_shift, as_unverified_shift;
enum { AS_SHIFT_MOST = 3 /* log-odds that all findings together can add */ };

#endif
