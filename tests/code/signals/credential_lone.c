// SPDX-License-Identifier: Apache-2.0
// The only word that a function asks for leads to calls; nothing else tells of it. In the clean twin the help does.
// expect: credential note 0.3 /^brindle-7$/ /another way/
// clean: credential 0.3
#include <stdio.h>
#include <string.h>

__attribute__((noinline)) void inside(const char *text) { printf("level %zu\n", strlen(text)); }

__attribute__((noinline)) void note(const char *text)
{
	if (strcmp(text, "brindle-7") == 0)
		inside(text);
	puts(text);
}

int main(int argc, char **argv)
{
#ifdef CLEAN
	puts("Words: brindle-7 shows the level");
#endif
	note(argv[argc - 1]);
	return 0;
}
