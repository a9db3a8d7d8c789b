/* SPDX-License-Identifier: Apache-2.0 */
/* inspect-one [--without NAME,... | --only NAME] FILE [PATH]: runs every inspector (but those, or that alone) on a
 * file as if it stood at PATH; prints fact rows. Instead of FILE, "-": reads lines FILE or FILE<tab>PATH; what is said
 * of each begins with a line "# FILE". Preparing takes longer than most files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "in_process.h"
#include "inspect/inspector.h"

static int inspect(const char *file, const char *path, const char *without)
{
	as_task task = { .data = read_whole(file), .content = true, .open = true };
	if (path) {
		task.path = as_lit(path);
		task.roles = as_roles_of(task.path);
	}
	int status = examine_and_print(&task, false, without);
	free_whole(task.data);
	return status;
}

static int inspect_listed(const char *without)
{
	char *line = NULL;
	size_t room = 0;
	int status = 0;
	for (ssize_t n; (n = getline(&line, &room, stdin)) > 0;) {
		line[n - (line[n - 1] == '\n')] = 0;
		char *tab = strchr(line, '\t');
		if (tab)
			*tab++ = 0;
		printf("# %s\n", line);
		status |= inspect(line, tab, without);
		fflush(stdout);
	}
	free(line);
	return status;
}

/* Every inspector but this one, separated by commas; the caller frees it. */
static char *all_but(const char *only)
{
	as_buf b = { 0 };
	for (const as_inspector *const *i = as_inspectors; *i; i++)
		if (strcmp((*i)->id, only) != 0)
			as_buf_print(&b, "%s%s", b.n > 0 ? "," : "", (*i)->id);
	as_buf_u8(&b, 0);
	if (b.bad)
		exit(4);
	return (char *)b.p;
}

int main(int argc, char **argv)
{
	const char *without = NULL;
	char *others = NULL;
	if (argc > 2 && strcmp(argv[1], "--without") == 0)
		without = argv[2];
	else if (argc > 2 && strcmp(argv[1], "--only") == 0)
		without = others = all_but(argv[2]);
	if (without) {
		argv += 2;
		argc -= 2;
	}
	if (argc != 2 && argc != 3) {
		fprintf(stderr,
			"usage: inspect-one [--without NAME,... | --only NAME] FILE [PATH]\n"
			"       inspect-one [--without NAME,... | --only NAME] - < LIST\n");
		return 2;
	}
	int status = strcmp(argv[1], "-") == 0
			     ? inspect_listed(without)
			     : inspect(argv[1], argc == 3 ? argv[2] : NULL, without);
	free(others);
	return status;
}
