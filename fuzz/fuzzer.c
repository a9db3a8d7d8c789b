/* SPDX-License-Identifier: Apache-2.0 */
/* The fuzzer of every target: libFuzzer calls it. The target is the program's own name (build/fuzz/bin
 * holds a link for each), or FUZZ_TARGET. */
#include <stdlib.h>
#include <string.h>

#include "targets.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const target *chosen;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *slash = strrchr((*argv)[0], '/'), *name = getenv("FUZZ_TARGET");
	(void)argc;
	if (!name)
		name = slash ? slash + 1 : (*argv)[0];
	chosen = target_by_name(name);
	if (chosen)
		return 0;
	fprintf(stderr, "fuzz: there is no target '%s'; there are:\n", name);
	targets_print(stderr);
	exit(2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	target_run(chosen, data, n);
	return 0;
}
