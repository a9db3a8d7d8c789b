/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_CROWD_H
#define AS_CROWD_H

#include <sqlite3.h>

#include "base/status.h"

/* Fills the table crowd of a dossier whose facts and places are all there, before it is judged. AS_IO. */
as_status as_dossier_bound_places(sqlite3 *db) AS_MUST_USE;

#endif
