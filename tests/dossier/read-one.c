/* SPDX-License-Identifier: Apache-2.0 */
/* The reading commands alone, for tests: read-one COMMAND ARGUMENTS, as assay takes them. */
#include <stdio.h>
#include <string.h>

#include "commands.h"

extern const command command_show, command_query, command_explain, command_report;

static const command *const known[] = { &command_show, &command_query, &command_explain,
	&command_report };

int exit_for(assay_status s)
{
	static const int statuses[] = { EXIT_DONE, EXIT_USAGE, EXIT_INPUT, EXIT_INTERNAL,
		EXIT_INTERNAL };
	return statuses[s];
}

int fail(assay_status s, const assay_error *error)
{
	fprintf(stderr, "assay: %s\n", error->message);
	return exit_for(s);
}

int write_to_file(void *file, const void *bytes, size_t n)
{
	return fwrite(bytes, 1, n, file) == n ? 0 : -1;
}

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i]->name, argv[1]) == 0)
			return known[i]->run(argc - 1, argv + 1);
	return EXIT_USAGE;
}
