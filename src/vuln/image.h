/* SPDX-License-Identifier: Apache-2.0 */
/* What a dossier knows that decides which vulnerabilities an image has: its components, its packages, its kernel. */
#ifndef AS_VULN_IMAGE_H
#define AS_VULN_IMAGE_H

#include <sqlite3.h>

#include "base/arena.h"
#include "base/map.h"
#include "vuln/cpe.h"

enum { AS_NAMES_MAX = 8 /* names in the CPE dictionary that one component may have */ };

/* A package of a database in the image. */
typedef struct as_packet {
	as_span manager, name, version;
	as_span source,
		source_version; /* what it was built from: its own, unless the database says otherwise */
	as_span distribution; /* "debian", "ubuntu", "alpine", "openwrt"; empty: not known */
	int64_t object;       /* the database that has it */
	bool tracked;         /* the index has a statement of the distribution on its source */
} as_packet;

/* A component in one version. */
typedef struct as_part {
	as_span what, release; /* id, or name in lower case; version or "": the key of reports */
	as_span name;
	as_witness witness; /* as the maker counts: without what a distribution added */
	as_span method, purl, evidence;
	as_span known_by; /* which kind of witness knows the version: method, or "package" */
	as_span type, space, title; /* of its purl */
	as_span sources; /* source packages that it was learned from, blanks between; empty: none */
	struct {
		char part;
		as_span vendor, product;
	} names[AS_NAMES_MAX]; /* in the CPE dictionary */
	size_t n_names;
	const as_packet *packet; /* the package it is, or came from; NULL: none */
	int64_t object, at, len; /* where it is seen; at below 0: the whole object */
} as_part;

typedef struct as_image {
	as_part *parts;
	size_t n_parts;
	as_packet *packets;
	size_t n_packets;
	as_map by_name;    /* hash of a package's name and version: its index */
	uint64_t compared; /* pairs of component and package that were looked at */
	size_t unpaired;   /* components that were not, because there are too many pairs */
	bool is_linux;
	as_span system, codename, number; /* os-release: "debian", "bookworm", "12" */
	bool configured;                  /* there is one kernel, and its options are known */
	bool old_kernel;                  /* before 4.4: options may have had other names */
	as_map options;                   /* hash of CONFIG_NAME: 'y', 'm', 'n', or another value */
	as_map modules;                   /* hash of the name of a module, with _ for - */
	size_t n_modules;
	as_map applets;   /* hash of the name of an applet that BusyBox has */
	size_t n_applets; /* 0: not known */
} as_image;

/* Reads it. Everything borrows from a, but for the maps: free with as_image_free. AS_IO: the dossier fails. */
as_status as_image_load(sqlite3 *dossier, as_arena *a, as_image *out) AS_MUST_USE;
void as_image_free(as_image *image);
/* The first system component of a vendor and product of the CPE dictionary; NULL: there is none. */
const as_part *as_image_part(const as_image *image, as_span vendor, as_span product);
/* Whether a name stands in one of the sets; *value (may be NULL): what was kept with it. */
bool as_image_has(const as_map *set, as_span name, uint64_t *value);
/* A copy of column i in a; p NULL for NULL. */
as_span as_column(as_arena *a, sqlite3_stmt *q, int i);

#endif
