/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that assess a network share. */
#ifndef AS_DECIDE_H
#define AS_DECIDE_H

#include "assay/assay.h"
#include "assess/store.h"
#include "dossier/read.h"

typedef struct as_decision {
	assay_assess_options o;
	assay_error *error;
	as_arena *arena;
	as_faults faults;
	char *folder; /* of the network file, with a slash; "" for the current one */
	as_span text; /* of the network file */
	as_network network;
	struct as_dossier_read {
		as_span name; /* as the network file writes it */
		as_evidence evidence;
		bool fine;
	} * dossiers;
	size_t n_dossiers;
} as_decision;

/* Reads every dossier that classes and changes name, each once; what is wrong becomes a fault. */
void as_decision_read_dossiers(as_decision *d);
/* What was read of a dossier, by its name or by the SHA-256 of its image; NULL: nothing. For as_model_new. */
const as_evidence *as_decision_evidence(void *decision, as_span dossier, as_span image);
/* The path of a file that the network file names, in the arena; NULL without memory. */
const char *as_decision_path(as_decision *d, as_span name);

/* Writes into an assessment which suppliers and makers of parts stand on lists of restrictions. AS_IO, AS_NOMEM. */
as_status as_decision_screen(sqlite3 *db, const as_assessed *x) AS_MUST_USE;

/* Writes the results from db, an assessment that is complete: all files under other names, then renamed. */
assay_status as_decision_publish(as_decision *d, const as_assessed *x);

#endif
