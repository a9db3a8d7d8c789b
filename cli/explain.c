/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

#include "commands.h"
#include "reading.h"

static int run(int argc, char **argv)
{
	reading r;
	if (!reading_options(argc, argv, &r))
		return EXIT_USAGE;
	if (r.n != 2) {
		fprintf(stderr, "assay: explain takes a dossier and the id of a finding\n");
		return EXIT_USAGE;
	}
	assay_error error;
	assay_dossier *d = NULL;
	assay_status s = assay_dossier_open(r.words[0], &d, &error);
	if (s == ASSAY_OK && r.seconds)
		assay_dossier_set_seconds(d, r.seconds);
	if (s == ASSAY_OK && r.all)
		assay_dossier_set_places(d, UINT_MAX);
	if (s == ASSAY_OK)
		s = assay_explain(d, r.words[1], write_to_file, stdout, &error);
	assay_dossier_close(d);
	return s == ASSAY_OK ? EXIT_DONE : fail(s, &error);
}

const command command_explain = {
	.name = "explain",
	.summary = "tell everything about one finding, and how to see it with ordinary tools",
	.help = "usage: assay explain DOSSIER FINDING [--all]\n"
		"\n"
		"Prints why the finding matters, what to do, the clauses it speaks to, its places "
		"with\n"
		"their bytes and the shell commands that show them, and the rule's query. The ids "
		"of\n"
		"findings are listed by: assay show DOSSIER findings\n"
		"\n"
		"  --all  every place; without it the first ten, and how many more there are\n"
		"\n"
		"Example:\n"
		"  assay explain out/dossier.assay account-empty-password\n",
	.run = run,
};
