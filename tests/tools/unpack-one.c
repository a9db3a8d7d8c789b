/* SPDX-License-Identifier: Apache-2.0 */
/* unpack-one [FORMAT] FILE, or unpack-one FORMAT FILE FILE...: opens containers in this process and prints their
 * entries; of several, what is said of each begins with a line "# FILE". */
#include <stdio.h>
#include <stdlib.h>

#include "in_process.h"

static int open_one(const char *format, const char *path)
{
	as_task task = { .data = read_whole(path), .content = true, .open = true };
	if (format)
		task.hint = as_lit(format);
	int status = examine_and_print(&task, true, NULL);
	free_whole(task.data);
	return status;
}

int main(int argc, char **argv)
{
	int status = 0;
	if (argc < 2) {
		fprintf(stderr,
			"usage: unpack-one [FORMAT] FILE\n       unpack-one FORMAT FILE FILE...\n");
		return 2;
	}
	(void)setenv("TZ", "UTC0", 1); /* as examiners have it */
	if (argc == 2)
		return open_one(NULL, argv[1]);
	for (int i = 2; i < argc; i++) {
		if (argc > 3)
			printf("# %s\n", argv[i]);
		status |= open_one(argv[1], argv[i]);
		fflush(stdout);
	}
	return status;
}
