/* SPDX-License-Identifier: Apache-2.0 */
#include "code/arch.h"

#include <string.h>

#define ARCH(id) extern const as_arch as_arch_##id;
#include "code/arch.def"
#undef ARCH

const as_arch *const as_archs[] = {
#define ARCH(id) &as_arch_##id,
#include "code/arch.def"
#undef ARCH
	NULL
};

const as_arch *as_arch_named(const char *id)
{
	for (const as_arch *const *a = as_archs; *a; a++)
		if (strcmp((*a)->id, id) == 0)
			return *a;
	return NULL;
}
