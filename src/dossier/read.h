/* SPDX-License-Identifier: Apache-2.0 */
/* Dossiers as readers see them: opened read-only, whoever made the file, and guarded so that no
 * statement can write, reach another file or run for ever. */
#ifndef AS_DOSSIER_READ_H
#define AS_DOSSIER_READ_H

#include <sqlite3.h>
#include <stdbool.h>

#include "assay/assay.h"
#include "base/status.h"

enum {
	AS_DOSSIER_APPLICATION = 0x41535359, /* PRAGMA application_id: "ASSY" */
	AS_DOSSIER_SCHEMA = 2,               /* PRAGMA user_version of what this program writes */
	AS_DOSSIER_OLDEST = 2,               /* and the lowest that it reads */
	AS_QUERY_SECONDS = 60,               /* a query may take, unless told otherwise */
	AS_REPORT_SECONDS = 600,             /* a view or report */
};

struct assay_dossier {
	sqlite3 *db;      /* owned */
	unsigned width;   /* columns tables are fitted to; 0: as wide as they are */
	unsigned seconds; /* one query or view may take; 0: as usual */
	unsigned places;  /* of a finding that are explained; 0: as usual */
	unsigned allowed; /* what the one running now may take */
	int64_t deadline; /* of the query now running, monotonic milliseconds; 0: none runs */
	bool attaching;   /* the guard lets an ATTACH of our own through */
};

/* Starts and ends the time that what follows may take, usual seconds unless the user has said: after it
 * SQLite answers SQLITE_INTERRUPT. A dossier of others may hold views that never end. */
void as_dossier_hurry(assay_dossier *d, unsigned usual);
void as_dossier_rest(assay_dossier *d);

/* Writes printf-style words into error (may be NULL), whole UTF-8 characters only, and answers s. */
assay_status as_say(assay_error *error, assay_status s, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
