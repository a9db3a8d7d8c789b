// SPDX-License-Identifier: Apache-2.0
// A command that only a table names, in a static program without symbols: nothing marks the pointer. In the clean twin the
// command does nothing.
// flags: -static -no-pie -s
// flags arm: -mthumb
// expect: gate * 0.5 /qZ7-main/ /exec/
// clean: gate 0.3
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int help(const char *word)
{
	return puts(word);
}

static int service(const char *word)
{
	char line[64];
	snprintf(line, sizeof(line), "%s", word);
#ifndef CLEAN
	if (strcmp(line, "qZ7-maintain") == 0)
		return execl("/bin/sh", "sh", (char *)0);
#endif
	return puts(line);
}

static struct {
	const char *name;
	int (*run)(const char *);
} table[] = { { "help", help }, { "service", service } };

int main(int argc, char **argv)
{
	for (unsigned i = 0; argc > 2 && i < sizeof(table) / sizeof(table[0]); i++)
		if (strcmp(argv[1], table[i].name) == 0)
			return table[i].run(argv[2]);
	return 1;
}
