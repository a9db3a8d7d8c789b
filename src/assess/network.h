/* SPDX-License-Identifier: Apache-2.0 */
/* The operator's network as the user writes it down: what stands where, who supplies it, what threatens it, and which
 * ways to act are compared. docs/network-file.md tells every field; the tables in network_form.c are its source. */
#ifndef AS_NETWORK_H
#define AS_NETWORK_H

#include "assess/form.h"

/* Where a piece of equipment can be reached from, and where a threat comes from: bits. */
typedef enum as_exposure {
	AS_INTERNET = 1 << 0,
	AS_CUSTOMERS = 1 << 1,  /* the operator's own subscribers */
	AS_SIGNALLING = 1 << 2, /* roaming partners, interconnection */
	AS_MANAGEMENT = 1 << 3, /* the management network */
	AS_SITE = 1 << 4,       /* whoever stands in front of it */
	AS_SUPPLIER = 1 << 5,   /* updates and remote maintenance */
} as_exposure;

typedef enum as_extent_of_hit {
	AS_HIT_ELEMENT,
	AS_HIT_PRODUCT,
	AS_HIT_COMPONENT, /* whatever carries the component that let it in */
	AS_HIT_SUPPLIER,
	AS_HIT_REGION,
	AS_HIT_ALL,
} as_extent_of_hit;

/* What a rate is stated for. */
typedef enum as_rate_per {
	AS_PER_OPERATOR,
	AS_PER_SUPPLIER,
	AS_PER_PRODUCT,
	AS_PER_REGION,
	AS_PER_ELEMENT,
} as_rate_per;

typedef enum as_redundancy { AS_ALONE, AS_TWIN, AS_DIVERSE } as_redundancy;

typedef struct as_question {
	as_written written;
	as_span question, operator, currency;
	double start;        /* the first year */
	double years;        /* of the horizon */
	double discount;     /* a year, as a share */
	double subscribers;  /* in all; 0: not told */
	double paths, outer; /* simulated; 0: as usual */
	as_texts inventory;  /* CSV files of classes */
} as_question;

typedef struct as_loss {
	as_written written;
	as_quantity subscriber_hour, record, redundancy_fails;
} as_loss;

typedef struct as_segment {
	as_written written;
	as_span name;
	as_quantity delay_month; /* money lost for a month that its roll-out is late */
} as_segment;

typedef struct as_supplier {
	as_written written;
	as_span name, parent, country;
	as_texts aliases;
} as_supplier;

typedef struct as_threat {
	as_written written;
	as_span name, what;
	as_quantity rate;
	unsigned per, hits; /* as_rate_per, as_extent_of_hit */
	unsigned via;       /* as_exposure bits; 0: wherever it is */
	as_quantity susceptibility, capability, resistance;
	bool evidence;                /* findings move its susceptibility */
	bool once;                    /* at most once for each of what the rate is stated for */
	as_texts suppliers, segments; /* only these; none: all */
	as_quantity share, hours, response, secondary_chance, secondary, records, replace;
	as_texts risks; /* of the EU toolbox: R1 to R9 */
} as_threat;

typedef struct as_control {
	as_written written;
	as_span name, what, measure; /* measure: of the EU toolbox */
	as_quantity effect;          /* log-odds taken off the susceptibility */
	as_quantity hours_left;      /* factor on the time out of service */
	as_quantity cost, unit_cost, yearly, months;
	as_texts threats; /* against these; none: all whose susceptibility findings move */
	bool shipped;     /* of the table that ships */
} as_control;

typedef struct as_class {
	as_written written;
	as_span name, supplier, product, version, dossier, image, segment, region, admin,
		support_ends;
	double count, sites, subscribers;
	unsigned exposure, redundancy;
	double age, life;                 /* years; life 0: not told */
	as_quantity replacement, renewal; /* money an element */
	as_texts controls;
	size_t supplier_at; /* index in the network's suppliers */
	bool verified;      /* what runs is the build that was reviewed */
} as_class;

/* One way to change what stands in the network. share: of the segment that the supplier may keep (cap). */
typedef struct as_change {
	as_written written;
	as_span supplier, with, product, version, dossier;
	as_texts segments, regions;
	double by, sites_month, share;
	as_quantity cost, months, lead, overrun, dual, delay;
} as_change;

typedef struct as_apply {
	as_written written;
	as_span control;
	as_texts segments, suppliers, products;
} as_apply;

typedef struct as_scenario {
	as_written written;
	as_span name, what;
	as_rows replace, cap, freeze; /* as_change */
	as_rows apply;                /* as_apply */
} as_scenario;

typedef struct as_network {
	as_question question;
	as_loss loss;
	as_segment *segments;
	as_supplier *suppliers;
	as_threat *threats;
	as_control *controls; /* the user's, then those that ship */
	as_class *classes;
	as_scenario *scenarios; /* the first is "accept": everything stays */
	size_t n_segments, n_suppliers, n_threats, n_controls, n_classes, n_scenarios;
	as_faults
		notes; /* what is not wrong, but may surprise: to be told, and to stand beside the results */
} as_network;

extern const as_form as_question_form, as_loss_form, as_segment_form, as_supplier_form,
	as_threat_form, as_control_form, as_class_form, as_change_form, as_apply_form,
	as_scenario_form;
extern const char *const as_exposure_words[],
	*const as_hit_words[], *const as_per_words[], *const as_redundancy_words[];

/* How a file that the network names is read: whole, into the arena; p NULL and a fault where that fails. */
typedef struct as_network_files {
	as_span (*read)(void *ctx, as_span name, unsigned line, as_faults *f);
	void *ctx;
} as_network_files;

enum {
	AS_CLASSES_MOST = 1000000,
	AS_SCENARIOS_MOST = 64,
	AS_THREATS_MOST = 256,
	AS_CONTROLS_MOST = 64,  /* with those that ship: they are bits */
	AS_CHANGES_MOST = 1000, /* of a scenario */
	AS_YEARS_MOST = 50,
};

/* Reads the network file text (called file in messages). All that is wrong is in faults; with any there, the network
 * is not to be used. Controls that ship are taken from shipped (TOML). Everything is owned by the arena of faults. */
as_network as_network_read(
	as_span text, as_span file, as_span shipped, const as_network_files *files, as_faults *f);

/* Whether name is among texts, without regard to case of ASCII; true if there are none. Pure. */
bool as_among(const as_texts *texts, as_span name);
/* The JSON schema of network files, appended to out. */
void as_network_schema(as_buf *out);

#endif
