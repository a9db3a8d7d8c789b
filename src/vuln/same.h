/* SPDX-License-Identifier: Apache-2.0 */
/* Which components of an image are one software, seen in different ways: as files, and as packages of a database. */
#ifndef AS_VULN_SAME_H
#define AS_VULN_SAME_H

#include <sqlite3.h>

#include "base/status.h"

/* Fills the dossier's table software (schema.sql) out of its components, and gives all that are one software the
 * farthest-reaching way that leads to any of them (component_reach, reach_step). One are: packages that were built from
 * one version of one source; and what is called alike, or has one name in the CPE dictionary, in one version of the
 * maker's. The same facts give the same rows. AS_IO: the dossier fails; AS_NOMEM. */
as_status as_vuln_same(sqlite3 *dossier) AS_MUST_USE;

#endif
