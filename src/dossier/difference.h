/* SPDX-License-Identifier: Apache-2.0 */
/* Holds the programs of a dossier that is being written against those of a finished one. */
#ifndef AS_DOSSIER_DIFFERENCE_H
#define AS_DOSSIER_DIFFERENCE_H

#include "dossier/read.h"
#include "dossier/write.h"

/* Fills the tables counterpart and difference. *traits: whether the reference says what its functions refer to; else
 * only alarms and symbols are compared. AS_IO: one of the dossiers cannot be read or written. */
as_status as_dossier_compare(
	as_dossier_writer *w, assay_dossier *reference, bool *traits) AS_MUST_USE;

#endif
