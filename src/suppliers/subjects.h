/* SPDX-License-Identifier: Apache-2.0 */
/* The names of suppliers in a file: a network in TOML, CSV, JSON, or one name on each line. */
#ifndef AS_SUPPLIERS_SUBJECTS_H
#define AS_SUPPLIERS_SUBJECTS_H

#include "suppliers/told.h"

/* Told of each name and where it stands ("network.toml:12"); both are borrowed for the call. */
typedef as_status (*as_subject)(void *ctx, as_span name, const char *where);

/* Reads a file's names. Of TOML: what stands under a key "supplier", "suppliers" or "vendor", at any depth,
 * and the names of tables [[supplier]]. Of CSV: the column "supplier", "name", "vendor", "manufacturer" or
 * "maker". Of JSON: a list of texts, or what stands under such keys. What is wrong is told (told->problems).
 * Answers what take did, or AS_NOMEM. */
as_status as_subjects_read(const char *path, as_told *told, as_subject take, void *ctx) AS_MUST_USE;
/* The same of a text in memory, called path. */
as_status as_subjects_of(
	const char *path, as_span text, as_told *told, as_subject take, void *ctx) AS_MUST_USE;

#endif
