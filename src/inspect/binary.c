/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/binary.h"

bool as_file_is_binary(const as_file *f)
{
	static const char *const types[] = { "elf", "data", "application/x-pe", "linux_image",
		"linux_raw", "uboot", NULL };
	for (size_t i = 0; types[i]; i++)
		if (as_is(as_lit(f->type), types[i]))
			return true;
	return false;
}
