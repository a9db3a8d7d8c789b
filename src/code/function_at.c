/* SPDX-License-Identifier: Apache-2.0 */
#include "code/function.h"

#include "base/search.h"

const as_function *as_function_around(const as_functions *f, uint64_t addr)
{
	size_t n = as_up_to(f->list, f->n, sizeof(*f->list), addr);
	const as_function *one = n > 0 ? &f->list[n - 1] : NULL;
	return one && addr < as_max(one->limit, one->addr + 1) ? one : NULL;
}

/* Whoever writes a program chooses where its functions are: a search gives up where many of them meet. */
const as_function *as_function_at(const as_functions *f, uint64_t addr)
{
	size_t h = as_hash_place(addr, f->n_places);
	if (f->n_places == 0)
		return NULL;
	for (size_t i = 0; i < AS_FUNCTION_PROBES; i++) {
		uint32_t place = f->places[(h + i) & (f->n_places - 1)];
		if (place == 0)
			return NULL;
		if (f->list[place - 1].addr == addr)
			return &f->list[place - 1];
	}
	const as_function *one = as_function_around(f, addr);
	return one && one->addr == addr ? one : NULL;
}
