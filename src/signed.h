/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures of boot images, joined with keys that other objects of the review hold. */
#ifndef AS_SIGNED_H
#define AS_SIGNED_H

#include <sqlite3.h>

#include "base/status.h"

/* Of each signature of a FIT that could not be verified where it stands, a row of property: "NAME/verdict-in-review",
 * verified with a key of a device tree elsewhere in the review, wrong, or that no key of that name is there. Of several
 * keys of one name the first that fits is told. Not more than a number of signatures is verified. The same facts give
 * the same rows. AS_IO: the dossier fails; AS_NOMEM. */
as_status as_join_signatures(sqlite3 *db) AS_MUST_USE;

#endif
