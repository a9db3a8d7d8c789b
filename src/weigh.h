/* SPDX-License-Identifier: Apache-2.0 */
/* From witnesses to components: who does not know the version is held against what others state. */
#ifndef AS_WEIGH_H
#define AS_WEIGH_H

#include <sqlite3.h>

#include "base/status.h"

/* Fills the table weighed of a dossier whose facts are all there: of each row of component without a version,
 * the one version stated elsewhere in the review for the same component that lies in the row's range, if it is
 * only one. A package of the version that a file states is no second one. AS_IO. */
as_status as_weigh(sqlite3 *db) AS_MUST_USE;

#endif
