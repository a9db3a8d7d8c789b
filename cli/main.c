/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "commands.h"

#define COMMAND(id) extern const command command_##id;
#include "commands.def"
#undef COMMAND

const command *const commands[] = {
#define COMMAND(id) &command_##id,
#include "commands.def"
#undef COMMAND
	NULL,
};

int exit_for(assay_status s)
{
	static const int exits[] = { [ASSAY_OK] = EXIT_DONE,
		[ASSAY_USAGE] = EXIT_USAGE,
		[ASSAY_INPUT] = EXIT_INPUT,
		[ASSAY_OUTPUT] = EXIT_INTERNAL,
		[ASSAY_INTERNAL] = EXIT_INTERNAL };
	return (size_t)s < sizeof(exits) / sizeof(exits[0]) ? exits[s] : EXIT_INTERNAL;
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

static void usage(FILE *to)
{
	fprintf(to, "Assay reviews the software of network equipment.\n\n"
		    "usage: assay COMMAND [OPTIONS] ...\n\n");
	for (const command *const *c = commands; *c; c++)
		fprintf(to, "  %-10s %s\n", (*c)->name, (*c)->summary);
	fprintf(to, "\nassay COMMAND --help tells more, with examples. assay --version tells the "
		    "version.\n"
		    "Exit status: 0 done, 1 a finding at or above --fail-on, 2 usage, 3 input "
		    "cannot be read, "
		    "4 internal failure.\n");
}

static const command *find(const char *name)
{
	for (const command *const *c = commands; *c; c++)
		if (strcmp((*c)->name, name) == 0)
			return *c;
	return NULL;
}

static int help(int argc, char **argv)
{
	const command *c = argc > 2 ? find(argv[2]) : NULL;
	if (argc > 2 && !c) {
		fprintf(stderr, "assay: there is no command %s; assay --help lists them\n",
			argv[2]);
		return EXIT_USAGE;
	}
	if (c)
		fputs(c->help, stdout);
	else
		usage(stdout);
	return EXIT_DONE;
}

int main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "";
	static char name[] = "assay";
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0)
		return help(argc, argv);
	if (strcmp(word, "--version") == 0) {
		printf("assay %s\n", assay_version_text());
		return EXIT_DONE;
	}
	const command *c = find(word);
	if (!c) {
		if (*word)
			fprintf(stderr, "assay: there is no command %s; assay --help lists them\n",
				word);
		else
			usage(stderr);
		return EXIT_USAGE;
	}
	for (int i = 2; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			fputs(c->help, stdout);
			return EXIT_DONE;
		}
	argv[1] = name; /* getopt's own complaints begin with it */
	return c->run(argc - 1, argv + 1);
}
