/* SPDX-License-Identifier: Apache-2.0 */
// A command is run before main; the twin only counts there.
// expect: oddity early 2 /a constructor/ /system/
// clean: oddity 0.5
#include <stdlib.h>

static int count;

__attribute__((constructor, noinline)) void early(void)
{
#ifdef CLEAN
	count = getenv("COUNT") != 0;
#else
	count = system("telnetd");
#endif
}

int main(void) { return count; }
