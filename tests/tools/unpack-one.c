/* SPDX-License-Identifier: Apache-2.0 */
/* unpack-one [FORMAT] FILE: opens one container in this process and prints its entries. */
#include <stdio.h>
#include <stdlib.h>

#include "in_process.h"

int main(int argc, char **argv)
{
	if (argc != 2 && argc != 3) {
		fprintf(stderr, "usage: unpack-one [FORMAT] FILE\n");
		return 2;
	}
	(void)setenv("TZ", "UTC0", 1); /* as examiners have it */
	as_task task = { .data = read_whole(argv[argc - 1]), .content = true, .open = true };
	if (argc == 3)
		task.hint = as_lit(argv[1]);
	int status = examine_and_print(&task, true, NULL);
	free_whole(task.data);
	return status;
}
