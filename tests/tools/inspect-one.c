/* SPDX-License-Identifier: Apache-2.0 */
/* inspect-one FILE [PATH]: runs every inspector on a file as if it stood at PATH; prints fact rows. */
#include <stdio.h>

#include "in_process.h"

int main(int argc, char **argv)
{
	if (argc != 2 && argc != 3) {
		fprintf(stderr, "usage: inspect-one FILE [PATH]\n");
		return 2;
	}
	as_task task = { .data = read_whole(argv[1]), .content = true, .open = true };
	if (argc == 3) {
		task.path = as_lit(argv[2]);
		task.roles = as_roles_of(task.path);
	}
	int status = examine_and_print(&task, false);
	free_whole(task.data);
	return status;
}
