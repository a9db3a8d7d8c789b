/* SPDX-License-Identifier: Apache-2.0 */
#include "code/function.h"

#include "base/search.h"

const as_function *as_function_around(const as_functions *f, uint64_t addr)
{
	size_t n = as_up_to(f->list, f->n, sizeof(*f->list), addr);
	const as_function *one = n > 0 ? &f->list[n - 1] : NULL;
	return one && addr < as_max(one->limit, one->addr + 1) ? one : NULL;
}

const as_function *as_function_at(const as_functions *f, uint64_t addr)
{
	size_t h = as_hash_place(addr, f->n_places);
	while (f->n_places > 0 && f->places[h] != 0) {
		const as_function *one = &f->list[f->places[h] - 1];
		if (one->addr == addr)
			return one;
		h = (h + 1) & (f->n_places - 1);
	}
	return NULL;
}
