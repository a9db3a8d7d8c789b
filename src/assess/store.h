/* SPDX-License-Identifier: Apache-2.0 */
/* Writes an assessment into its SQLite file: assessment.sql says what stands where. */
#ifndef AS_STORE_H
#define AS_STORE_H

#include <sqlite3.h>

#include "assess/answer.h"
#include "assess/optimise.h"

enum { AS_ASSESSMENT_APPLICATION = 0x41535345 /* "ASSE" */, AS_ASSESSMENT_SCHEMA = 1 };

typedef struct as_assessed {
	const as_model *m;
	const as_answer *a; /* NULL: no figures, for the reason below */
	const char *why_none;
	const as_run *run;
	as_span network_sha256;      /* hexadecimal */
	const as_proposal *proposal; /* NULL: none was asked for */
} as_assessed;

/* Writes all tables in one transaction. AS_IO: sqlite3_errmsg says why. */
as_status as_assessment_write(sqlite3 *db, const as_assessed *x) AS_MUST_USE;

/* Parts of it: products and what is known of them; who has which share; sentences. */
as_status as_store_products(sqlite3 *db, const as_assessed *x) AS_MUST_USE;
as_status as_store_concentration(
	sqlite3 *db, const as_assessed *x, const as_draw *middle) AS_MUST_USE;
as_status as_store_words(sqlite3 *db, const as_assessed *x) AS_MUST_USE;

#endif
