/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of restrictions that users import: OpenSanctions (targets.simple.csv, entities.ftm.json), the US
 * Consolidated Screening List (CSV, JSON), OFAC's sdn.csv and alt.csv, the FCC's table, and a plain CSV of our
 * own. */
#ifndef AS_SUPPLIERS_LISTS_H
#define AS_SUPPLIERS_LISTS_H

#include "suppliers/csv.h"
#include "suppliers/put.h"
#include "suppliers/told.h"
#include "vuln/json.h"

typedef struct as_lists as_lists;

typedef struct as_lists_counts {
	uint64_t listings, left_out; /* left out: persons, ships and what else is no organization */
} as_lists_counts;

/* Takes lists into the directory, within the caller's transaction. Each list that is met takes the place of
 * what was imported of it before. Free with as_lists_free (NULL-safe). */
as_lists *as_lists_new(sqlite3 *db, as_told *told);
void as_lists_free(as_lists *l);
as_lists_counts as_lists_counted(const as_lists *l);

/* Whether a CSV whose first record this is is a list that is known here. Pure. */
bool as_lists_knows(const as_csv_record *head);
/* Reads such a CSV: the head, and all that follows. */
as_status as_lists_csv(as_lists *l, const as_csv_record *head, as_csv *csv) AS_MUST_USE;
/* One value of JSON: an object of the Consolidated Screening List (with "results"), or an entity of
 * FollowTheMoney (with "schema"). Whether it is one; and taking it. */
bool as_lists_knows_json(const as_value *v);
as_status as_lists_json(as_lists *l, const as_value *v) AS_MUST_USE;
/* Ends a file: what its records say about each other is put together. */
as_status as_lists_end(as_lists *l) AS_MUST_USE;

#endif
