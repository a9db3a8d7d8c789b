/* SPDX-License-Identifier: Apache-2.0 */
#include "knowledge/tsv.h"

size_t as_tsv_row(as_cur *c, as_span *fields, size_t max)
{
	for (as_span line; as_line(c, &line);) {
		if (line.n == 0 || line.p[0] == '#')
			continue;
		size_t n = 0;
		while (n < max && (fields[n] = as_field(line, '\t', n)).p)
			n++;
		return n;
	}
	return 0;
}
