/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of the program: one file each, one line in commands.def each. */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "assay/assay.h"

/* Exit statuses: a contract, documented in the man page. */
enum { EXIT_DONE = 0, EXIT_FOUND = 1, EXIT_USAGE = 2, EXIT_INPUT = 3, EXIT_INTERNAL = 4 };

typedef struct command {
	const char *name, *summary;
	const char *help; /* full text with examples, shown by --help */
	int (*run)(
		int argc, char **argv); /* argv[0] is the command's name; answers an exit status */
} command;

extern const command *const commands[]; /* ends with NULL */

/* The exit status for a library status. */
int exit_for(assay_status s);
/* Prints "assay: message" and answers the exit status for s. */
int fail(assay_status s, const assay_error *error);
/* An assay_write to the FILE given as ctx. */
int write_to_file(void *file, const void *bytes, size_t n);

#endif
