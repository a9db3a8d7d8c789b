/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of a program that speak of others: the names of what it imports. Who calls a library does not hold it.
 * */
#ifndef AS_BORROWED_H
#define AS_BORROWED_H

#include "base/arena.h"
#include "knowledge/texts.h"

/* The keys of the names that an ELF file imports through its dynamic segment, and of those it offers there
 * (NULL: not asked), ascending; none for other files. At most 131072 names are looked at (AS_PARTIAL:
 * there are more). The keys belong to the arena; AS_NOMEM. */
as_status as_borrowed(
	as_span data, as_arena *arena, as_text_keys *imports, as_text_keys *exports) AS_MUST_USE;

#endif
