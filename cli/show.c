/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "reading.h"

static bool is_view(const char *name)
{
	for (const char *const *v = assay_views(); *v; v++)
		if (strcmp(*v, name) == 0)
			return true;
	return false;
}

static int run(int argc, char **argv)
{
	reading r;
	if (!reading_options(argc, argv, &r))
		return EXIT_USAGE;
	const char *view = r.n == 2 ? r.words[1] : "summary";
	if (r.n < 1 || r.n > 2 || !is_view(view)) {
		fprintf(stderr,
			r.n == 2 ? "assay: there is no view '%s'; see assay show --help\n"
				 : "assay: show takes a dossier and the name of a view\n",
			view);
		return EXIT_USAGE;
	}
	assay_error error;
	assay_dossier *d = NULL;
	assay_status s = assay_dossier_open(r.words[0], &d, &error);
	if (s == ASSAY_OK && r.seconds)
		assay_dossier_set_seconds(d, r.seconds);
	if (s == ASSAY_OK) {
		assay_dossier_set_width(d, terminal_width());
		s = assay_show(d, view, r.format, write_to_file, stdout, &error);
	}
	assay_dossier_close(d);
	return s == ASSAY_OK ? EXIT_DONE : fail(s, &error);
}

const command command_show = {
	.name = "show",
	.summary = "show one view of a dossier",
	.help = "usage: assay show DOSSIER [VIEW] [--json | --csv | --table]\n"
		"\n"
		"Views:\n"
		"  summary       one screen: what it is, what is inside, what was found (default)\n"
		"  tree          everything found, as it is nested\n"
		"  files         files of all file systems and archives\n"
		"  components    software recognised, with its licence, reach and witnesses\n"
		"  vulnerabilities  known vulnerabilities of the components, most urgent first\n"
		"  findings      what the rules found, with its places\n"
		"  credentials   accounts and secrets\n"
		"  keys          private, public and authorized keys\n"
		"  certificates  X.509 certificates\n"
		"  services      what starts and what listens\n"
		"  elf           programs and libraries, and how they are hardened\n"
		"  quality       how well programs are built, against those of a distribution\n"
		"  code          functions in the order in which to read them, up to five of "
		"each program\n"
		"  addresses     URLs, hosts, IP and e-mail addresses\n"
		"  map           every byte of the inputs as structure, object, padding or "
		"unknown, nested\n"
		"  unexamined    what could not be examined, and why\n"
		"\n"
		"  --seconds N  stop after N seconds (default 600)\n"
		"  --table  aligned columns; long values are shortened (default)\n"
		"  --json   an array of objects; the keys are a contract, see docs/dossier.md\n"
		"  --csv    RFC 4180; text that a spreadsheet would compute gets an apostrophe\n"
		"\n"
		"Examples:\n"
		"  assay show out/dossier.assay\n"
		"  assay show out/dossier.assay findings --json | jq '.[].title'\n",
	.run = run,
};
