/* SPDX-License-Identifier: Apache-2.0 */
/* Which of two versions is the older: each kind of software orders them in its own way. Versions are bytes
 * of an image or
 * of a feed: any bytes are a version, compared up to AS_VERSION_MAX bytes. Every order is total: no circle
 * of three. */
#ifndef AS_VULN_VERSION_H
#define AS_VULN_VERSION_H

#include "base/span.h"

enum { AS_VERSION_MAX = 256 /* bytes that are looked at; what differs after them does not */ };

typedef struct as_version_order {
	const char *
		name; /* "upstream", "firmware", "kernel", "dpkg", "rpm", "apk", "semver", "pep440" */
	const char *about; /* for people: what decides */
	int (*compare)(
		as_span a, as_span b); /* below 0: a is older; 0: the same; above 0: newer. Pure */
} as_version_order;

/* The order of that name; NULL if there is none. */
const as_version_order *as_version_order_of(as_span name);
/* The order of a product of the CPE dictionary (part 'a', 'o' or 'h'; vendor; product). Never NULL. */
const as_version_order *as_version_order_of_product(char part, as_span vendor, as_span product);
/* The order of an OSV ecosystem ("Debian:12", "PyPI", ...) or of a purl's type ("deb", "pypi"). Never NULL. */
const as_version_order *as_version_order_of_ecosystem(as_span ecosystem);

/* What the maker called a package's version: without epoch, revision and the marks of a repackaging (+dfsg, ~bpo12).
 * manager: "dpkg", "opkg", "apk", "rpm"; any other gives v as it is. Borrows; pure. */
as_span as_version_upstream(as_span manager, as_span v);

/* One end of a range; p NULL: open. */
typedef struct as_version_range {
	as_span from, to;
	bool after_from; /* from itself is outside */
	bool before_to;  /* to itself is outside */
} as_version_range;

typedef enum as_fit { AS_FIT_NO, AS_FIT_POSSIBLY, AS_FIT_YES } as_fit;

/* Whether the version that a witness gives lies in a range: a witness that knows only that it is from lo to hi (both
 * included; equal: it is known) lies in it, outside, or possibly in. No version at all (lo.p NULL):
 * possibly, unless the
 * range is everything. Pure. */
as_fit as_version_within(
	const as_version_order *order, as_span lo, as_span hi, const as_version_range *range);

#endif
