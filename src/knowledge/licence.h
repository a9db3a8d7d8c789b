/* SPDX-License-Identifier: Apache-2.0 */
/* Licences by name and by text: knowledge/licences.tsv, whose rows are ids of the SPDX list, what else they are
 * called, and words that stand in the text of one licence and of no other. */
#ifndef AS_KNOWLEDGE_LICENCE_H
#define AS_KNOWLEDGE_LICENCE_H

#include "base/arena.h"

/* Reads the pack, once; call it before examiners are forked. Later calls, from any thread, only answer. AS_NOMEM if
 * that failed. */
as_status as_licence_prepare(void) AS_MUST_USE;

/* The SPDX expression that the text of a licence field means: itself if it is made of ids of the list, or the id of
 * what it is known to mean ("GPL v2"); with "and" and "or" between them, too. Empty, p NULL: not known. Borrows from
 * text, from arena or, for ever, from the pack. From any thread. */
as_span as_licence_named(as_arena *arena, as_span text);

#endif
