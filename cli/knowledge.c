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
	const char *sources[64];
	int n_sources;
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

static void show_bytes(void *ctx, const char *source, uint64_t bytes)
{
	asked *a = ctx;
	if (a->quiet || !isatty(STDERR_FILENO))
		return;
	fprintf(stderr, "\r%s: %llu MiB loaded\033[K", source, (unsigned long long)(bytes >> 20));
	a->live = true;
}

static bool read_options(int argc, char **argv, asked *a)
{
	static const struct option options[] = { { "index", required_argument, NULL, 'i' },
		{ "json", no_argument, NULL, 'j' }, { "csv", no_argument, NULL, 'c' },
		{ "table", no_argument, NULL, 't' }, { "quiet", no_argument, NULL, 'q' },
		{ "source", required_argument, NULL, 's' },
		{ "sources", required_argument, NULL, 'S' },
		{ "plain-http", no_argument, NULL, 'p' }, { "shipped", no_argument, NULL, 'd' },
		{ 0 } };
	*a = (asked){ .options = { .size = sizeof(a->options) }, .format = ASSAY_TABLE };
	optind = 0; /* glibc: begin anew, whoever parsed before */
	for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		if (option == 'i')
			a->options.index = optarg;
		else if (option == 'q')
			a->quiet = true;
		else if (option == 'p')
			a->options.plain_http = 1;
		else if (option == 'd')
			a->options.shipped = 1;
		else if (option == 'S')
			a->options.settings = optarg;
		else if (option == 's' && a->n_sources < 63)
			a->sources[a->n_sources++] = optarg;
		else if (option == 'j' || option == 'c' || option == 't')
			a->format = option == 'j'   ? ASSAY_JSON
				    : option == 'c' ? ASSAY_CSV
						    : ASSAY_TABLE;
		else
			return false;
	}
	return true;
}

/* What was counted, and warnings. */
static void conclude(const asked *a, const assay_knowledge_counts *n, assay_status s)
{
	if (!a->quiet && (s == ASSAY_OK || n->read > 0))
		printf("%llu records read: %llu stored, %llu unchanged, %llu refused\n",
			(unsigned long long)n->read, (unsigned long long)n->stored,
			(unsigned long long)n->unchanged, (unsigned long long)n->refused);
	if (!a->quiet && n->sources_unchanged > 0)
		printf("%llu sources have nothing newer\n",
			(unsigned long long)n->sources_unchanged);
	if (s == ASSAY_OK && n->refused > 0)
		fprintf(stderr,
			"assay: warning: %llu records were refused; assay knowledge status tells "
			"why\n",
			(unsigned long long)n->refused);
	if (s == ASSAY_OK && n->strangers > 0)
		fprintf(stderr, "assay: warning: %llu files are no feeds that are known here\n",
			(unsigned long long)n->strangers);
}

/* import and update: words are files, or names of sources. */
static int keep(asked *a, char **words, bool update)
{
	assay_error error;
	assay_knowledge_counts n;
	a->options.files = (const char *const *)words;
	a->options.sources = a->sources;
	a->options.on_message = show_message;
	a->options.on_records = show_records;
	a->options.on_bytes = show_bytes;
	a->options.ctx = a;
	assay_status s = update ? assay_knowledge_update(&a->options, &n, &error)
				: assay_knowledge_import(&a->options, &n, &error);
	wipe(a);
	conclude(a, &n, s);
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
	if (strcmp(what, "import") == 0 && (left > 0 || a.options.shipped))
		return keep(&a, argv + optind + 1, false);
	if (strcmp(what, "update") == 0)
		return keep(&a, argv + optind + 1, true);
	if (strcmp(what, "status") == 0 && left == 0)
		return status(&a);
	fprintf(stderr,
		"assay: knowledge takes import FILE..., update, or status; assay knowledge --help "
		"tells more\n");
	return EXIT_USAGE;
}

const command command_knowledge = {
	.name = "knowledge",
	.summary = "keep the index of known vulnerabilities: import feeds, load them, see what is "
		   "there",
	.help = "usage: assay knowledge import FILE... [--shipped] [--index FILE] [--quiet]\n"
		"       assay knowledge update [NAME...] [--source NAME=URL] [--sources FILE]\n"
		"                       [--plain-http] [--index FILE] [--quiet]\n"
		"       assay knowledge status [--index FILE] [--table | --json | --csv]\n"
		"\n"
		"import reads feeds of vulnerabilities into the index that reviews look into. A\n"
		"FILE may be a folder, compressed (gzip, xz, Zstandard, bzip2), a zip or a tar.\n"
		"What it is, its content tells: NVD (API 2.0), CVE List (version 5), OSV (JSON or\n"
		"YAML), CISA KEV, EPSS, CSAF 2.0, OpenVEX, the Debian security tracker, Alpine's\n"
		"security database, Yocto's cve-check. Importing again does no harm: a newer\n"
		"record takes the place of an older one. A broken record is refused, and named;\n"
		"the rest is imported. An import that is killed loses nothing that was read; the\n"
		"same command goes on. --shipped imports the few hundred records that ship with\n"
		"the program, which reviews use by themselves as long as the index tells of no\n"
		"vulnerability.\n"
		"\n"
		"update loads feeds from the network and imports them: all sources, or those\n"
		"named. What the server has not changed is not loaded, an interrupted load goes\n"
		"on, and a checksum is compared where the source has one. Only https is loaded\n"
		"from, or this machine itself. Proxies: https_proxy, no_proxy.\n"
		"\n"
		"status tells what was imported, how old it is, and what was refused, and why;\n"
		"without an index, what reviews use then.\n"
		"\n"
		"  --index FILE       the index (default: $ASSAY_KNOWLEDGE, or\n"
		"                     assay/vulnerabilities.db below $XDG_DATA_HOME or\n"
		"                     ~/.local/share)\n"
		"  --quiet            only warnings and errors\n"
		"  --sources FILE     sources in place of those built in, one a line: a name, its\n"
		"                     address and the address of a checksum or -, with tabs\n"
		"                     between; {year} stands for every year from 2002 on\n"
		"  --source NAME=URL  another source, or another address for one\n"
		"  --plain-http       load from addresses without TLS, too\n"
		"\n"
		"Examples:\n"
		"  assay knowledge import nvdcve-2.0-*.json.gz "
		"known_exploited_vulnerabilities.json\n"
		"  assay knowledge import --shipped\n"
		"  assay knowledge update kev epss\n"
		"  assay knowledge status\n",
	.run = run,
};
