/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "reading.h"

enum { NAME_MAX_LEN = 63 };

/* Attaches "NAME=FILE", or a plain file under the name dN. */
static assay_status attach(assay_dossier *d, const char *word, int nth, assay_error *error)
{
	char name[NAME_MAX_LEN + 1];
	const char *equals = strchr(word, '='), *slash = strchr(word, '/');
	bool named = equals && (!slash || equals < slash) && equals - word <= NAME_MAX_LEN;
	if (named)
		snprintf(name, sizeof(name), "%.*s", (int)(equals - word), word);
	else
		snprintf(name, sizeof(name), "d%d", nth);
	return assay_dossier_attach(d, named ? equals + 1 : word, name, error);
}

static int run(int argc, char **argv)
{
	reading r;
	if (!reading_options(argc, argv, &r))
		return EXIT_USAGE;
	if (r.n < 2) {
		fprintf(stderr, "assay: query takes a dossier and an SQL statement\n");
		return EXIT_USAGE;
	}
	assay_error error;
	assay_dossier *d = NULL;
	assay_status s = assay_dossier_open(r.words[0], &d, &error);
	for (int i = 1; i < r.n - 1 && s == ASSAY_OK; i++)
		s = attach(d, r.words[i], i + 1, &error);
	if (s == ASSAY_OK) {
		assay_dossier_set_width(d, terminal_width());
		if (r.seconds)
			assay_dossier_set_seconds(d, r.seconds);
		s = assay_query(d, r.words[r.n - 1], r.format, write_to_file, stdout, &error);
	}
	assay_dossier_close(d);
	return s == ASSAY_OK ? EXIT_DONE : fail(s, &error);
}

const command command_query = {
	.name = "query",
	.summary = "ask a dossier, or several, a question in SQL",
	.help = "usage: assay query DOSSIER [[NAME=]DOSSIER...] SQL [--table | --json | --csv]\n"
		"                   [--seconds N]\n"
		"\n"
		"Runs one statement that can only read. Tables and columns are described in\n"
		"docs/dossier.md. The first dossier's tables need no prefix; the others' are\n"
		"NAME.table, and without a name d2.table, d3.table, ...\n"
		"\n"
		"  --seconds N  stop the query after N seconds (default 60)\n"
		"\n"
		"Examples:\n"
		"  assay query out/dossier.assay \\\n"
		"    \"SELECT p.path, e.needed FROM elf e JOIN place p ON p.object = e.object\"\n"
		"  assay query new.assay old=old.assay \\\n"
		"    \"SELECT sha256 FROM object EXCEPT SELECT sha256 FROM old.object\"\n",
	.run = run,
};
