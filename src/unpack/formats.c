/* SPDX-License-Identifier: Apache-2.0 */
#include "unpack/format.h"

#include <string.h>

#define FORMAT(id) extern const as_format as_format_##id;
#include "unpack/formats.def"
#undef FORMAT

const as_format *const as_formats[] = {
#define FORMAT(id) &as_format_##id,
#include "unpack/formats.def"
#undef FORMAT
	NULL,
};

const as_format *as_format_by_id(const char *id)
{
	for (const as_format *const *f = as_formats; *f; f++)
		if (strcmp((*f)->id, id) == 0)
			return *f;
	return NULL;
}

unsigned as_shares_of(as_span type, uint64_t size)
{
	enum { WORTH = 8 << 20, LARGE = 512 << 20 };
	for (const as_format *const *f = as_formats; *f; f++)
		if ((*f)->shared && as_is(type, (*f)->id))
			return size < WORTH ? 1 : size < LARGE ? 2 : AS_SHARES_MAX;
	return 1;
}
