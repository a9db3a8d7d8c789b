/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of a review after examination. */
#ifndef AS_RUN_H
#define AS_RUN_H

#include "review/review.h"

/* Writes the dossier of a finished examination and judges it. */
assay_status as_write_dossier(as_review *r, const char *path);

#endif
