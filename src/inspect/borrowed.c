/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/borrowed.h"

#include <stdlib.h>

#include "elf/dyn.h"

enum { NAMES_MAX = 131072, NAME_MAX_LEN = AS_TEXT_MOST };

static int ascending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

static as_status keys_of(const as_elf_view *e, const as_elf_symbols *t, bool defined,
	as_arena *arena, as_text_keys *out)
{
	as_elf_symbol s = { 0 };
	size_t most = as_min(t->n, NAMES_MAX);
	uint64_t *keys = as_alloc_array(arena, most + 1, sizeof(*keys));
	if (!keys)
		return AS_NOMEM;
	for (size_t i = 1; i < most && as_elf_symbol_at(e, t, i, &s); i++) {
		as_span name = (s.section != 0) == defined ? as_elf_string(t->strings, s.name)
							   : (as_span){ 0 };
		if (name.n >= AS_TEXT_LEAST && name.n <= NAME_MAX_LEN)
			keys[out->n++] = as_text_key(name);
	}
	qsort(keys, out->n, sizeof(*keys), ascending);
	out->v = keys;
	return t->n > NAMES_MAX ? AS_PARTIAL : AS_OK;
}

as_status as_borrowed(as_span data, as_arena *arena, as_text_keys *imports, as_text_keys *exports)
{
	as_elf_view e;
	as_elf_dyn d;
	*imports = (as_text_keys){ 0 };
	if (exports)
		*exports = (as_text_keys){ 0 };
	as_status s = as_elf_open(&e, data, arena);
	if (s != AS_OK)
		return s == AS_NOT_THIS
			       ? AS_OK
			       : s; /* of a damaged one, the inspector of ELF files says so */
	if (!as_elf_dyn_open(&d, &e, arena))
		return AS_NOMEM;
	s = keys_of(&e, &d.symbols, false, arena, imports);
	return s <= AS_PARTIAL && exports ? keys_of(&e, &d.symbols, true, arena, exports) : s;
}
