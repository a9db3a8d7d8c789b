/* SPDX-License-Identifier: Apache-2.0 */
/* How far each component can be reached: what holds it, what links with that, what of these starts, listens or has
 * its owner's rights. */
#ifndef AS_REACH_H
#define AS_REACH_H

#include <sqlite3.h>

#include "base/status.h"

/* Fills the dossier's tables component_reach and reach_step (schema.sql) out of its facts. Of several ways to a
 * component one is kept: the farthest-reaching, of these the shortest. What lies behind more libraries than are
 * followed is said in unexamined. The same facts give the same rows. AS_IO: the dossier fails; AS_NOMEM. */
as_status as_dossier_reach(sqlite3 *db) AS_MUST_USE;

#endif
