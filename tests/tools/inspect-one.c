/* SPDX-License-Identifier: Apache-2.0 */
/* inspect-one [--without NAME,...] FILE [PATH]: runs every inspector (but those) on a file as if it stood at PATH;
 * prints fact rows. */
#include <stdio.h>
#include <string.h>

#include "in_process.h"

int main(int argc, char **argv)
{
	const char *without = NULL;
	if (argc > 2 && strcmp(argv[1], "--without") == 0) {
		without = argv[2];
		argv += 2;
		argc -= 2;
	}
	if (argc != 2 && argc != 3) {
		fprintf(stderr, "usage: inspect-one [--without NAME,...] FILE [PATH]\n");
		return 2;
	}
	as_task task = { .data = read_whole(argv[1]), .content = true, .open = true };
	if (argc == 3) {
		task.path = as_lit(argv[2]);
		task.roles = as_roles_of(task.path);
	}
	int status = examine_and_print(&task, false, without);
	free_whole(task.data);
	return status;
}
