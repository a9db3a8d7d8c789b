/* SPDX-License-Identifier: Apache-2.0 */
#include "code/function.h"

const as_function *as_function_around(const as_functions *f, uint64_t addr)
{
	size_t low = 0, high = f->n;
	while (low < high) {
		size_t mid = (low + high) / 2;
		if (f->list[mid].addr <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	return low > 0 && addr < as_max(f->list[low - 1].limit, f->list[low - 1].addr + 1)
		       ? &f->list[low - 1]
		       : NULL;
}

const as_function *as_function_at(const as_functions *f, uint64_t addr)
{
	const as_function *one = as_function_around(f, addr);
	return one && one->addr == addr ? one : NULL;
}
