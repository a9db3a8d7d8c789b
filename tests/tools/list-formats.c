/* SPDX-License-Identifier: Apache-2.0 */
/* list-formats: prints id, title and the command that shows an entry, separated by tabs. */
#include <stdio.h>

#include "unpack/format.h"

int main(void)
{
	for (const as_format *const *f = as_formats; *f; f++)
		printf("%s\t%s\t%s\n", (*f)->id, (*f)->title, (*f)->see ? (*f)->see : "");
	return 0;
}
