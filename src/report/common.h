/* SPDX-License-Identifier: Apache-2.0 */
/* What the reports share: who made the dossier, when, of what. */
#ifndef AS_REPORT_COMMON_H
#define AS_REPORT_COMMON_H

#include "report/report.h"

enum { AS_UUID_LEN = 36, AS_META_LEN = 256 };

/* An entry of the table meta as text; "" without one. */
void as_meta(sqlite3 *db, const char *name, char out[AS_META_LEN]);
/* When the review was made, as in 2026-11-23T12:00:00Z; 1970 if it does not say. */
void as_reviewed(sqlite3 *db, char out[AS_META_LEN]);
/* A UUID (RFC 9562, version 8) made from the sums of what was reviewed, when and by which version, which components
 * were found, what was matched to them and why, and salt: the same dossier always gives the same one, and two
 * documents that state different things have different ones. */
as_status as_uuid(sqlite3 *db, const char *salt, char out[AS_UUID_LEN + 1]) AS_MUST_USE;
/* A path of the dossier as the bytes it stands for: \xNN is undone. */
void as_unescape(as_buf *out, as_span s);
/* The place (container chain, path) as a relative URI. */
void as_place_uri(as_buf *out, as_span container, as_span path);

/* Whether s has the form of a CPE 2.3 name (NISTIR 7695) without patterns, as schemas want it; what
 * stands in an image may have spoilt a version in it. Pure. */
bool as_is_cpe(as_span s);

/* Clauses with the findings that speak against them. Columns: framework, clause, title, coverage,
 * evidence_pass, evidence_fail, source, state ('against' or 'open': findings can never show that a
 * clause is met), against:json and undecided:json (ids of findings), silent:json (rules that
 * looked for such things and saw none). */
extern const char as_sql_clauses[];

#endif
