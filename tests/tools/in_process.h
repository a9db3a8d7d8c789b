/* SPDX-License-Identifier: Apache-2.0 */
/* For tests: examines a file in this process, without sandbox, and prints what is said about it. */
#ifndef IN_PROCESS_H
#define IN_PROCESS_H

#include "examine.h"

/* Reads a whole file; exits if it cannot. The caller frees it with free_whole. */
as_span read_whole(const char *path);
/* Frees what read_whole answered. */
void free_whole(as_span s);
/* Examines task and prints each message as a line. tree: print entries, losses and extents; else rows. without:
 * inspectors not to be asked, separated by commas, or NULL. */
int examine_and_print(const as_task *task, bool tree, const char *without);

#endif
