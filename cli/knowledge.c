/* SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "reading.h"

typedef struct asked {
	assay_knowledge_options options;
	assay_format format;
	bool quiet, live; /* a line on the terminal is being rewritten */
} asked;

static void wipe(asked *a)
{
	if (a->live)
		fputs("\r\033[K", stderr);
	a->live = false;
}

static void show_message(void *ctx, const char *text)
{
	wipe(ctx);
	fprintf(stderr, "assay: %s\n", text);
}

static void show_records(void *ctx, const char *source, uint64_t records)
{
	asked *a = ctx;
	(void)source; /* a name of the user's: it may hold what acts on a terminal */
	if (a->quiet || !isatty(STDERR_FILENO))
		return;
	fprintf(stderr, "\r%llu records", (unsigned long long)records);
	a->live = true;
}

static bool read_options(int argc, char **argv, asked *a)
{
	static const struct option options[] = { { "index", required_argument, NULL, 'i' },
		{ "json", no_argument, NULL, 'j' }, { "csv", no_argument, NULL, 'c' },
		{ "table", no_argument, NULL, 't' }, { "quiet", no_argument, NULL, 'q' }, { 0 } };
	*a = (asked){ .options = { .size = sizeof(a->options) }, .format = ASSAY_TABLE };
	optind = 0; /* glibc: begin anew, whoever parsed before */
	for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		if (option == 'i')
			a->options.index = optarg;
		else if (option == 'q')
			a->quiet = true;
		else if (option == 'j' || option == 'c' || option == 't')
			a->format = option == 'j'   ? ASSAY_JSON
				    : option == 'c' ? ASSAY_CSV
						    : ASSAY_TABLE;
		else
			return false;
	}
	return true;
}

static int import(asked *a, char **files)
{
	assay_error error;
	assay_knowledge_counts n;
	a->options.files = (const char *const *)files;
	a->options.on_message = show_message;
	a->options.on_records = show_records;
	a->options.ctx = a;
	assay_status s = assay_knowledge_import(&a->options, &n, &error);
	wipe(a);
	if (!a->quiet && (s == ASSAY_OK || n.read > 0))
		printf("%llu records read: %llu stored, %llu unchanged, %llu refused\n",
			(unsigned long long)n.read, (unsigned long long)n.stored,
			(unsigned long long)n.unchanged, (unsigned long long)n.refused);
	if (s == ASSAY_OK && n.refused > 0)
		fprintf(stderr,
			"assay: warning: %llu records were refused; assay knowledge status tells "
			"why\n",
			(unsigned long long)n.refused);
	if (s == ASSAY_OK && n.strangers > 0)
		fprintf(stderr, "assay: warning: %llu files are no feeds that are known here\n",
			(unsigned long long)n.strangers);
	return s == ASSAY_OK ? EXIT_DONE : fail(s, &error);
}

static int status(const asked *a)
{
	assay_error error;
	assay_status s = assay_knowledge_status(
		a->options.index, a->format, terminal_width(), write_to_file, stdout, &error);
	return s == ASSAY_OK ? EXIT_DONE : fail(s, &error);
}

static int run(int argc, char **argv)
{
	asked a;
	if (!read_options(argc, argv, &a))
		return EXIT_USAGE;
	const char *what = optind < argc ? argv[optind] : "";
	int left = argc - optind - 1;
	if (strcmp(what, "import") == 0 && left > 0)
		return import(&a, argv + optind + 1);
	if (strcmp(what, "status") == 0 && left == 0)
		return status(&a);
	fprintf(stderr, "assay: knowledge takes import FILE..., or status; assay knowledge --help "
			"tells more\n");
	return EXIT_USAGE;
}

const command command_knowledge = {
	.name = "knowledge",
	.summary = "keep the index of known vulnerabilities: import feeds, see what is there",
	.help = "usage: assay knowledge import FILE... [--index FILE] [--quiet]\n"
		"       assay knowledge status [--index FILE] [--table | --json | --csv]\n"
		"\n"
		"import reads feeds of vulnerabilities into the index that reviews look into. A "
		"FILE may be a\n"
		"folder, compressed (gzip, xz, Zstandard, bzip2), a zip or a tar. What it is, its "
		"content tells:\n"
		"NVD (API 2.0), CVE List (version 5), OSV (JSON or YAML), CISA KEV, EPSS, CSAF "
		"2.0, OpenVEX, the Debian\n"
		"security tracker, Alpine's security database, Yocto's cve-check. Importing again "
		"does no harm: a newer\n"
		"record takes the place of an older one. A broken record is refused, and named; "
		"the rest is imported.\n"
		"An import that is killed loses nothing that was read; the same command goes on.\n"
		"\n"
		"status tells what was imported, how old it is, and what was refused, and why.\n"
		"\n"
		"  --index FILE  the index (default: $ASSAY_KNOWLEDGE, or assay/vulnerabilities.db "
		"below\n"
		"                $XDG_DATA_HOME or ~/.local/share)\n"
		"  --quiet       only warnings and errors\n"
		"\n"
		"Examples:\n"
		"  assay knowledge import nvdcve-2.0-*.json.gz "
		"known_exploited_vulnerabilities.json\n"
		"  assay knowledge status\n",
	.run = run,
};
