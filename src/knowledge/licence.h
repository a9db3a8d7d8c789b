/* SPDX-License-Identifier: Apache-2.0 */
/* Licences by name and by text: knowledge/licences.tsv, whose rows are ids of the SPDX list, what else they are
 * called; licence_texts.tsv, hashes of words that stand in their texts. */
#ifndef AS_KNOWLEDGE_LICENCE_H
#define AS_KNOWLEDGE_LICENCE_H

#include "base/arena.h"

/* Read the packs, once; call them before examiners are forked. Later calls, from any thread, only answer. AS_NOMEM if
 * that failed. */
as_status as_licence_prepare(void) AS_MUST_USE;
as_status as_licence_text_prepare(void) AS_MUST_USE;

/* The SPDX expression that the text of a licence field means: itself if it is made of ids of the list, or the id of
 * what it is known to mean ("GPL v2"); with "and" and "or" between them, too. Empty, p NULL: not known. Borrows from
 * text, from arena or, for ever, from the pack. From any thread. */
as_span as_licence_named(as_arena *arena, as_span text);

/* Takes the SPDX id of a licence whose text stands in the bytes searched. Anything but AS_OK ends the search. */
typedef as_status (*as_licence_found)(void *ctx, as_span spdx);

/* Tells the licences whose texts stand in the first 512 KiB of text (knowledge/licence_texts.tsv), each once; of texts
 * that stand inside another that is there, only the other. A text does not tell "or later": then the id ends in -only.
 * AS_PARTIAL: text is longer than that. AS_NOMEM, or what found answered. Working memory comes from arena. From any
 * thread. */
as_status as_licence_texts(
	as_span text, as_arena *arena, as_licence_found found, void *ctx) AS_MUST_USE;

#endif
