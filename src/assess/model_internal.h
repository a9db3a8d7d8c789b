/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that make a model share. */
#ifndef AS_MODEL_INTERNAL_H
#define AS_MODEL_INTERNAL_H

#include "assess/model.h"
#include "assess/names.h"

typedef struct as_making {
	as_model *m;
	const as_network *n;
	const as_evidence_of *evidence;
	as_faults *f;
	as_names params, products, profiles, regions, controls, suppliers, segments;
	size_t cap_products, cap_profiles, cap_programmes;
	as_map purposes;
} as_making;

/* A parameter for a quantity, named for people; AS_NONE where nothing is written. Equal ones of one name are one. */
int as_making_param(as_making *k, const as_quantity *q, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The profile of a product in a class; support_ends: the day on which the product's support ends, or empty. */
size_t as_making_profile(as_making *k, size_t product, const as_class *c, as_span support_ends);
/* What tells a product from others. */
typedef struct as_software {
	as_span supplier, product, version, dossier, image;
	bool verified;
} as_software;

/* The product of that software. */
size_t as_making_product(as_making *k, const as_software *s);
/* Whether supplier (its index) is one of names, whatever alias stands there; true if there are none. */
bool as_making_supplies(const as_making *k, const as_texts *names, size_t supplier);
/* The random stream of a name: another for each name, and the same whatever else there is. */
uint32_t as_making_purpose(as_making *k, as_span name);
/* Room for one more of an array that grows; NULL without memory. */
void *as_making_room(as_making *k, void *array, size_t n, size_t *cap, size_t size);

/* Fill plans, programmes and groups; needs classes' products and all parameters of the network. */
void as_making_plans(as_making *k);
/* Fill threats; needs plans. */
void as_making_threats(as_making *k);
/* Fill shared components; needs products. */
void as_making_shared(as_making *k);

#endif
