/* SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "reading.h"

enum { SCENARIOS = 63 };

typedef struct asked {
	assay_assess_options options;
	const char *scenarios[SCENARIOS + 1];
	int n_scenarios;
	bool quiet, live; /* a line on the terminal is being rewritten */
} asked;

static void wipe(asked *a)
{
	if (a->live)
		fputs("\r\033[K", stderr);
	a->live = false;
}

static void show_draws(void *ctx, uint64_t done, uint64_t all)
{
	asked *a = ctx;
	if (a->quiet || !isatty(STDERR_FILENO) || done % 10 != 0)
		return;
	fprintf(stderr, "\rsimulated %llu of %llu draws", (unsigned long long)done,
		(unsigned long long)all);
	a->live = true;
}

static void show_fault(void *ctx, const char *file, unsigned line, const char *text)
{
	wipe(ctx);
	if (line)
		fprintf(stderr, "%s:%u: %s\n", file, line, text);
	else
		fprintf(stderr, "assay: %s%s%s\n", file, *file ? ": " : "", text);
}

static void show_message(void *ctx, const char *text)
{
	const asked *a = ctx;
	wipe(ctx);
	if (!a->quiet)
		fprintf(stderr, "assay: %s\n", text);
}

static bool number(const char *text, double least, double most, double *out)
{
	char *end = NULL;
	double v = strtod(text, &end);
	if (!*text || *end || !isfinite(v) || v < least || v > most) {
		fprintf(stderr, "assay: '%s' is no number between %g and %g\n", text, least, most);
		return false;
	}
	*out = v;
	return true;
}

static bool take_option(asked *a, int option)
{
	static const double whole_most = 9e15; /* a double holds every whole number up to it */
	double v = 0;
	if (option == 'o') {
		a->options.output = optarg;
	} else if (option == 'q') {
		a->quiet = true;
	} else if (option == 'c' && a->n_scenarios < SCENARIOS) {
		a->scenarios[a->n_scenarios++] = optarg;
		a->options.scenarios = a->scenarios;
	} else if (option == 'p') {
		return number(optarg, 0, 1, &a->options.precision);
	} else if (option == 'b') {
		return number(optarg, 1, whole_most, &a->options.budget);
	} else if (option == 'e') {
		return number(optarg, 1, whole_most, &a->options.deadline);
	} else if (option == 'y' || option == 't' || option == 'd' || option == 's' ||
		   option == 'j') {
		if (!number(optarg, 1, whole_most, &v))
			return false;
		if (option == 'y')
			a->options.years =
				v > 1000 ? 1000 : (unsigned)v; /* too many: the library says so */
		else if (option == 'j')
			a->options.jobs = v > 1000 ? 1000 : (unsigned)v;
		else
			*(option == 't'         ? &a->options.trials
				: option == 'd' ? &a->options.outer
						: &a->options.seed) = (uint64_t)v;
	} else {
		return false;
	}
	return true;
}

static bool read_options(int argc, char **argv, asked *a)
{
	static const struct option options[] = { { "output", required_argument, NULL, 'o' },
		{ "quiet", no_argument, NULL, 'q' }, { "scenario", required_argument, NULL, 'c' },
		{ "precision", required_argument, NULL, 'p' },
		{ "years", required_argument, NULL, 'y' },
		{ "trials", required_argument, NULL, 't' },
		{ "draws", required_argument, NULL, 'd' }, { "seed", required_argument, NULL, 's' },
		{ "budget", required_argument, NULL, 'b' },
		{ "deadline", required_argument, NULL, 'e' },
		{ "jobs", required_argument, NULL, 'j' }, { 0 } };
	*a = (asked){ .options = { .size = sizeof(a->options) } };
	optind = 0; /* glibc: begin anew, whoever parsed before */
	for (int option; (option = getopt_long(argc, argv, "o:qj:", options, NULL)) != -1;)
		if (!take_option(a, option))
			return false;
	return true;
}

/* What the results say, and where they are. */
static int conclude(asked *a)
{
	char path[4096];
	const char *folder = a->options.output ? a->options.output : ".";
	assay_error error;
	if (a->quiet)
		return EXIT_DONE;
	(void)snprintf(path, sizeof(path), "%s/assessment.assay", folder);
	assay_status s = assay_assess_show(path, terminal_width(), write_to_file, stdout, &error);
	if (s != ASSAY_OK)
		return fail(s, &error);
	printf("\nwritten: %s/assessment.assay, assessment.html, assessment.json, decision.csv\n",
		folder);
	return EXIT_DONE;
}

static int assess(asked *a, const char *network)
{
	assay_error error;
	a->options.network = network;
	a->options.on_draws = show_draws;
	a->options.on_fault = show_fault;
	a->options.on_message = show_message;
	a->options.ctx = a;
	assay_status s = assay_assess(&a->options, &error);
	wipe(a);
	return s == ASSAY_OK ? conclude(a) : fail(s, &error);
}

static int run(int argc, char **argv)
{
	asked a;
	assay_error error;
	if (!read_options(argc, argv, &a))
		return EXIT_USAGE;
	if (argc - optind != 1) {
		fprintf(stderr, "assay: assess takes a network file, init or schema; assay assess "
				"--help tells more\n");
		return EXIT_USAGE;
	}
	const char *what = argv[optind];
	if (strcmp(what, "init") == 0 || strcmp(what, "schema") == 0) {
		assay_status s = *what == 'i' ? assay_assess_start(write_to_file, stdout, &error)
					      : assay_assess_schema(write_to_file, stdout, &error);
		return s == ASSAY_OK ? EXIT_DONE : fail(s, &error);
	}
	return assess(&a, what);
}

const command command_assess = {
	.name = "assess",
	.summary = "say what the evidence of dossiers means in the operator's network, and what "
		   "each way "
		   "to act costs and buys",
	.help = "usage: assay assess FILE [-o DIR] [--scenario NAME]... [--years N] [--trials N]\n"
		"                    [--budget MONEY [--deadline YEAR]] [--draws N] [--seed N]\n"
		"                    [--jobs N] [--precision SHARE] [--quiet]\n"
		"       assay assess init\n"
		"       assay assess schema\n"
		"\n"
		"FILE tells what stands in the network, who supplies it, what threatens it and\n"
		"which ways to act are compared (docs/network-file.md). The dossiers that it\n"
		"names move how likely attempts succeed; how often anybody tries comes from the\n"
		"file alone. Written are assessment.assay (SQLite, of which the others are made),\n"
		"assessment.html (the paper to print), assessment.json and decision.csv. All that\n"
		"is wrong with FILE is told at once, and then nothing is written.\n"
		"\n"
		"init prints a commented network file to start from; schema prints the JSON "
		"schema\n"
		"of network files, for editors.\n"
		"\n"
		"  -o, --output DIR   where the results go (default: here)\n"
		"  --scenario NAME    only this one beside 'accept'; may be said several times\n"
		"  --years N          look at so many years, whatever FILE says\n"
		"  --budget MONEY     propose the set of the scenarios' measures that leaves the "
		"least\n"
		"                     expected loss and costs no more than this beyond accepting\n"
		"  --deadline YEAR    and that is done by then, on average\n"
		"  --trials N         paths simulated for each scenario (default: 100000)\n"
		"  --draws N          draws of what is not known, among which the paths are "
		"shared\n"
		"                     out (default: 1000)\n"
		"  --precision SHARE  simulate on until the standard error of the expected loss "
		"is\n"
		"                     this share of it\n"
		"  --seed N           another seed, another simulation; the same gives the same\n"
		"                     results on any number of processors (default: 1)\n"
		"  -j, --jobs N       threads (default: one for each processor)\n"
		"  -q, --quiet        only errors\n"
		"\n"
		"Exit status: 0 done, 2 usage, 3 something is wrong with FILE or what it names,\n"
		"4 the results cannot be written.\n"
		"\n"
		"Examples:\n"
		"  assay assess init > network.toml\n"
		"  assay assess network.toml -o paper\n"
		"  assay assess network.toml --scenario replace --years 8 --trials 200000 --seed "
		"7\n"
		"  assay assess network.toml --budget 50000000 --deadline 2031\n",
	.run = run,
};
