/* SPDX-License-Identifier: Apache-2.0 */
/* Reads lines "ORDER<tab>A<tab>B" and prints for each <, = or >: what the tests compare with the real
 * package managers. */
#include <stdio.h>

#include "vuln/version.h"

int main(void)
{
	static char line[65536];
	while (fgets(line, sizeof(line), stdin)) {
		as_span s = as_lit(line);
		s = as_cut(s, 0, s.n - (as_at(s, s.n - 1) == '\n'));
		const as_version_order *order = as_version_order_of(as_field(s, '\t', 0));
		if (!order) {
			puts("?");
			continue;
		}
		int by = order->compare(as_field(s, '\t', 1), as_field(s, '\t', 2));
		puts(by < 0 ? "<" : by > 0 ? ">" : "=");
	}
	return 0;
}
