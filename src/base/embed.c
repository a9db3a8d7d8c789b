/* SPDX-License-Identifier: Apache-2.0 */
#include "base/embed.h"

#include <string.h>

as_span as_embedded_file(const as_embedded *list, const char *path)
{
	for (; list->path; list++)
		if (strcmp(list->path, path) == 0)
			return as_bytes(list->data, list->n);
	return (as_span){ 0 };
}
