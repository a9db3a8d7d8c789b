/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a supplier stands on a list of restrictions. A listing is a fact of one jurisdiction's law about a
 * company; it says nothing about a product, and must not move a technical figure. */
#ifndef AS_SUPPLIERS_SCREEN_H
#define AS_SUPPLIERS_SCREEN_H

#include "suppliers/directory.h"

typedef struct as_screen as_screen;

/* A supplier that stands on a list, or may. Everything borrows from the screen or the arena that was given. */
typedef struct as_listed {
	as_span list, title;             /* its id and its name */
	as_span jurisdiction, authority; /* a country's code, or "EU", "UN"; who decides */
	as_span entity;                  /* who is listed, as the list writes it */
	as_span date, until; /* YYYY-MM-DD, or part of it; p NULL: not stated; not ended */
	as_span words;       /* what is restricted, in the list's own words */
	as_span source;      /* where it was read, and when */
	as_span confidence;  /* in what was read there: "high", "medium" */
	as_span asked;       /* the name that was compared: the one asked for, or a relative's */
	const char *
		how; /* its relation to the one asked for: "name", "alias", "parent", "subsidiary" */
	as_span met;      /* the name on the list that it is like */
	as_likeness like; /* a score from 0 to 1, and why */
	bool certain;     /* by an identifier or the same name; else a person has to confirm it */
} as_listed;

/* Reads the lists that ship and those that were imported into a directory (NULL: only what ships), into
 * memory. NULL, and what went wrong in *s. names: kept and used as long as the screen. Free with
 * as_screen_free (NULL-safe). */
as_screen *as_screen_new(sqlite3 *directory, as_naming *names, as_status *s);
void as_screen_free(as_screen *s);

/* The listings that a name may mean, the likeliest first, one for each listing: the name itself, and if the
 * directory knows who that is, the names of those it belongs to and that belong to it. least: a score below
 * which nothing is told (0: AS_SCREEN_LEAST). Owned by the arena. */
as_status as_screen_name(as_screen *s, as_arena *arena, as_span name, double least, as_listed **out,
	size_t *n) AS_MUST_USE;

/* Entries of lists that name no company but a kind of equipment ("routers produced in a foreign country"): not
 * matched by name, for people to read. */
as_status as_screen_categories(
	as_screen *s, as_arena *arena, as_listed **out, size_t *n) AS_MUST_USE;

#define AS_SCREEN_LEAST 0.4 /* ./run bench screen shows what this and other bounds find and miss */

#endif
