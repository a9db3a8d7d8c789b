/* SPDX-License-Identifier: Apache-2.0 */
/* Names of products as CPE 2.3 writes them (NISTIR 7695), and how one name stands to another (NISTIR 7696). */
#ifndef AS_VULN_CPE_H
#define AS_VULN_CPE_H

#include "vuln/version.h"

typedef enum as_cpe_field {
	AS_CPE_PART,
	AS_CPE_VENDOR,
	AS_CPE_PRODUCT,
	AS_CPE_VERSION,
	AS_CPE_UPDATE,
	AS_CPE_EDITION,
	AS_CPE_LANGUAGE,
	AS_CPE_SW_EDITION,
	AS_CPE_TARGET_SW,
	AS_CPE_TARGET_HW,
	AS_CPE_OTHER,
	AS_CPE_FIELDS
} as_cpe_field;

/* A name; each field as it is written, with its backslashes. "*": any; "-": not applicable. */
typedef struct as_cpe {
	as_span at[AS_CPE_FIELDS];
} as_cpe;

/* Reads "cpe:2.3:a:vendor:product:..."; fields that are missing at the end are any. False: it is no such
 * name. Borrows. */
bool as_cpe_parse(as_span text, as_cpe *out) AS_MUST_USE;

typedef enum as_relation {
	AS_DISJOINT,
	AS_EQUAL,
	AS_SUBSET,
	AS_SUPERSET,
	AS_UNDEFINED /* the target holds a pattern */
} as_relation;

/* How a field of a criterion (which may hold * and ? as patterns) stands to one of a name: table 6-2 of
 * NISTIR 7696. Pure. */
as_relation as_cpe_relation(as_span criterion, as_span name);
/* A field without backslashes, in to (n bytes, cut to fit). Answers to. */
as_span as_cpe_plain(as_span field, uint8_t *to, size_t n);

/* What a record says is affected: a name and the ends of a range. */
typedef struct as_criterion {
	as_cpe cpe;
	as_version_range range;
} as_criterion;

/* What is known of a component. */
typedef struct as_witness {
	as_span lo, hi;   /* version, from and to; p NULL: none is known */
	as_span type;     /* of its purl: "npm", "pypi", "deb"; empty: not known */
	bool linux_image; /* what it stands in runs Linux */
} as_witness;

/* Whether a component of the criterion's part, vendor and product is one that it means. *why: a constant
 * sentence when the
 * answer is not plain from the versions, or NULL. Pure. */
as_fit as_cpe_fits(const as_criterion *c, const as_version_order *order, const as_witness *w,
	const char **why);

#endif
