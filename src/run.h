/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of a review after examination. */
#ifndef AS_RUN_H
#define AS_RUN_H

#include "dossier/write.h"
#include "review/review.h"

/* What an examiner does with an order, and what it needs. */
typedef struct as_workshop as_workshop;

/* Takes the inputs in and examines everything; the journal is at path. The caller ends r with as_finish in any
 * case. w is made by as_workshop_new. */
as_workshop *as_workshop_new(as_review *r);
assay_status as_examine_all(as_review *r, as_workshop *w, const char *journal);
void as_finish(as_review *r, as_workshop *w);

/* Writes the dossier of a finished examination and judges it. */
assay_status as_write_dossier(as_review *r, const char *path);
/* Finds the dossier that options->reference stands for, reviewing it first if it is none; path: where it is. */
assay_status as_other_prepare(
	const assay_review_options *options, char *path, size_t n, assay_error *error);
/* Matches what is being written with the index of known vulnerabilities, if there is one. */
as_status as_find_known(as_review *r, as_dossier_writer *w) AS_MUST_USE;
/* Compares what is being written with that dossier, r->reference, if there is one. */
as_status as_other_compare(as_review *r, as_dossier_writer *w) AS_MUST_USE;
/* Writes every report of a dossier into the output folder. */
assay_status as_write_reports(as_review *r, const char *dossier);

#endif
