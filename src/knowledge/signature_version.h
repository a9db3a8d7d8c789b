/* SPDX-License-Identifier: Apache-2.0 */
/* Which version of a component a file holds: what its texts state, and what they say by being there. */
#ifndef AS_SIGNATURE_VERSION_H
#define AS_SIGNATURE_VERSION_H

#include "base/span.h"

enum { AS_RELEASES_MOST = 15, AS_STATED_MOST = 6 };

typedef struct as_signature_component {
	as_span id, name, vendor, product, upstream;
	size_t family; /* whose releases and forms it shares: itself, or its source package's main one */
	as_span release[AS_RELEASES_MOST]; /* known ones, oldest first */
	unsigned n_releases;
} as_signature_component;

/* Takes the releases of a component, divided by blanks; what is too many is left out. */
void as_read_releases(as_signature_component *c, as_span text);

typedef struct as_stated_version {
	as_span version, text; /* what states it */
	size_t form;           /* what it stands in; SIZE_MAX: nothing */
	bool mixed; /* not to be believed: other versions stand in that as well, or it is another's */
} as_stated_version;

/* Different versions that were stated of a component. */
typedef struct as_stated {
	as_stated_version v[AS_STATED_MOST];
	size_t n;
	bool more; /* than have room */
} as_stated;

/* Adds a version, unless it is known; s->more where there is no room for it. */
void as_state_version(as_stated *s, as_span version, as_span text);

/* The same for a version that stands in a form, a number: where one form gives several, all are mixed. */
void as_state_formed(as_stated *s, as_span version, as_span text, size_t form);

/* Texts that not every release holds: how many there are, and how many each release should hold. */
typedef struct as_spans {
	uint16_t n;
	uint16_t by[AS_RELEASES_MOST];
} as_spans;

/* Counts a text that releases lo to hi hold. */
void as_spans_add(as_spans *s, unsigned lo, unsigned hi);

/* Between which releases; empty: open. */
typedef struct as_range {
	as_span newer_than, older_than;
	unsigned lo, hi;    /* the known releases inside */
	unsigned n;         /* how many */
	int64_t confidence; /* thousandths */
} as_range;

/* The range of releases that fits texts that were found, of those expected. With nothing to tell by: everything.
 * Pure. */
as_range as_spans_range(
	const as_spans *found, const as_spans *expected, const as_signature_component *c);

/* Whether it is a version at all, and not outside the range. Pure. */
bool as_is_possible(const as_range *range, as_span version);

/* Whether a version looks like one of the component's: as many numbers as a known release has, the first of them
 * hardly higher, and not outside the range. Pure. */
bool as_is_plausible(const as_signature_component *c, const as_range *range, as_span version);

/* Whether text begins with a name, and its version stands right behind it, at offset at: "net-tools 2.10", "Minicom
 * version 2.8", not "since Minicom 2.8". Letters and digits count, of either case. Pure. */
bool as_is_called(as_span text, size_t at, as_span name);

/* Whether the first two numbers of a version are those of a known release. Pure. */
bool as_is_of_branch(const as_signature_component *c, as_span version);

/* Whether the first number of a version is that of a known release, or hardly higher in one with as many numbers;
 * and it is not older than all of them, nor without a letter (10.6, 10.6p1) or a number
 * (3.0, 3.0.20) that all have. Pure. */
bool as_is_near(const as_signature_component *c, as_span version);

/* Whether a version is older than every known release; false where none is known. Pure. */
bool as_is_before_all(const as_signature_component *c, as_span version);

/* Of n versions, which stand alone or in whatever text, the one that is most likely the component's, if that can be
 * told: into chosen. Releases before the oldest known one are not looked for. sure: its releases state their
 * version so, and a version that is no known release may be believed. False if not. Pure. */
bool as_choose_bare(const as_stated_version *bare, size_t n, const as_signature_component *c,
	const as_range *range, bool sure, as_stated *chosen);

#endif
