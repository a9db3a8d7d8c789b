/* SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "reading.h"

enum { NAMES = 256 };

typedef struct asked {
	assay_suppliers_options options;
	assay_screen_options screen;
	const char *names[NAMES + 1];
	int n_names;
	assay_format format;
	bool quiet, given, apart; /* given: a form of output was asked for */
	char **words;             /* what is no option, behind the action; ends with NULL */
	int n;
} asked;

static void show_message(void *ctx, const char *text)
{
	(void)ctx;
	fprintf(stderr, "assay: %s\n", text);
}

static bool read_score(const char *text, double *out)
{
	char *end = NULL;
	*out = strtod(text, &end);
	if (end != text && !*end && *out > 0 && *out <= 1)
		return true;
	fprintf(stderr, "assay: --least takes a score above 0, at most 1, not '%s'\n", text);
	return false;
}

static bool set(asked *a, int option)
{
	if (option == 'd')
		a->options.directory = optarg;
	else if (option == 'D')
		a->options.data = optarg;
	else if (option == 'q')
		a->quiet = true;
	else if (option == 'a')
		a->options.all = 1;
	else if (option == 'e')
		a->screen.directory = 1;
	else if (option == 'A')
		a->apart = true;
	else if (option == 'l')
		return read_score(optarg, &a->screen.least);
	else if (option == 'n' && a->n_names < NAMES)
		a->names[a->n_names++] = optarg;
	else if (option == 'j' || option == 'c' || option == 't')
		a->format = option == 'j' ? ASSAY_JSON : option == 'c' ? ASSAY_CSV : ASSAY_TABLE;
	else
		return false;
	a->given = a->given || option == 'j' || option == 'c' || option == 't';
	return true;
}

static bool read_options(int argc, char **argv, asked *a)
{
	static const struct option options[] = { { "directory", required_argument, NULL, 'd' },
		{ "data", required_argument, NULL, 'D' }, { "quiet", no_argument, NULL, 'q' },
		{ "all", no_argument, NULL, 'a' }, { "everybody", no_argument, NULL, 'e' },
		{ "apart", no_argument, NULL, 'A' }, { "least", required_argument, NULL, 'l' },
		{ "name", required_argument, NULL, 'n' }, { "json", no_argument, NULL, 'j' },
		{ "csv", no_argument, NULL, 'c' }, { "table", no_argument, NULL, 't' }, { 0 } };
	*a = (asked){ .options = { .size = sizeof(a->options) },
		.screen = { .size = sizeof(a->screen) },
		.format = ASSAY_TABLE };
	optind = 0; /* glibc: begin anew, whoever parsed before */
	for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;)
		if (!set(a, option))
			return false;
	a->words = argv + optind;
	a->n = argc - optind;
	a->options.on_message = show_message;
	a->options.width = terminal_width();
	return true;
}

/* The words as one text; the caller frees it. */
static char *join(const asked *a)
{
	size_t n = 1;
	for (int i = 0; i < a->n; i++)
		n += strlen(a->words[i]) + 1;
	char *text = calloc(1, n);
	char *to = text;
	for (int i = 0; text && i < a->n; i++) {
		size_t len = strlen(a->words[i]);
		if (i > 0)
			*to++ = ' ';
		memcpy(to, a->words[i], len);
		to += len;
	}
	return text;
}

static assay_status search(assay_suppliers *s, asked *a, int *status, assay_error *error)
{
	(void)status;
	char *words = join(a);
	assay_status r = assay_suppliers_search(
		s, words ? words : "", a->format, write_to_file, stdout, error);
	free(words);
	return r;
}

static assay_status show(assay_suppliers *s, asked *a, int *status, assay_error *error)
{
	(void)status;
	char *words = join(a);
	assay_status r = assay_suppliers_show(
		s, words ? words : "", a->format, write_to_file, stdout, error);
	free(words);
	return r;
}

static assay_status add(assay_suppliers *s, asked *a, int *status, assay_error *error)
{
	(void)status;
	return assay_suppliers_set(s, NULL, (const char *const *)a->words, error);
}

static assay_status edit(assay_suppliers *s, asked *a, int *status, assay_error *error)
{
	(void)status;
	return assay_suppliers_set(s, a->words[0], (const char *const *)a->words + 1, error);
}

static assay_status import(assay_suppliers *s, asked *a, int *status, assay_error *error)
{
	(void)status;
	return assay_suppliers_import(s, (const char *const *)a->words, error);
}

static assay_status export(assay_suppliers *s, asked *a, int *status, assay_error *error)
{
	(void)status;
	return assay_suppliers_export(
		s, a->format == ASSAY_JSON ? ASSAY_JSON : ASSAY_CSV, write_to_file, stdout, error);
}

static assay_status fill(assay_suppliers *s, asked *a, int *status, assay_error *error)
{
	(void)a;
	(void)status;
	return assay_suppliers_fill(s, error);
}

static assay_status duplicates(assay_suppliers *s, asked *a, int *status, assay_error *error)
{
	(void)status;
	char *words = join(a);
	assay_status r =
		assay_suppliers_duplicates(s, words, a->format, write_to_file, stdout, error);
	free(words);
	return r;
}

static assay_status merge(assay_suppliers *s, asked *a, int *status, assay_error *error)
{
	(void)status;
	return assay_suppliers_merge(s, (const char *const *)a->words, a->apart, error);
}

static assay_status holdings(assay_suppliers *s, asked *a, int *status, assay_error *error)
{
	(void)status;
	return assay_suppliers_status(s, a->format, write_to_file, stdout, error);
}

static assay_status screen(assay_suppliers *s, asked *a, int *status, assay_error *error)
{
	unsigned long hits = 0;
	a->screen.files = (const char *const *)a->words;
	a->screen.names = a->names;
	assay_status r = assay_suppliers_screen(
		s, &a->screen, a->format, write_to_file, stdout, &hits, error);
	if (r == ASSAY_OK && hits > 0)
		*status = EXIT_FOUND;
	return r;
}

static const struct {
	const char *name;
	int least, most; /* words behind it */
	assay_status (*run)(assay_suppliers *s, asked *a, int *status, assay_error *error);
} actions[] = {
	{ "search", 1, 64, search },
	{ "show", 1, 64, show },
	{ "add", 1, 64, add },
	{ "edit", 2, 64, edit },
	{ "import", 1, 100000, import },
	{ "export", 0, 0, export },
	{ "screen", 0, 100000, screen },
	{ "duplicates", 0, 64, duplicates },
	{ "merge", 2, 63, merge },
	{ "fill", 0, 0, fill },
	{ "status", 0, 0, holdings },
};

static int run(int argc, char **argv)
{
	asked a;
	assay_error error;
	assay_suppliers *s = NULL;
	if (!read_options(argc, argv, &a))
		return EXIT_USAGE;
	size_t i = 0, n = sizeof(actions) / sizeof(actions[0]);
	while (i < n && (a.n == 0 || strcmp(a.words[0], actions[i].name) != 0))
		i++;
	a.words++;
	a.n--;
	bool nothing = i < n && actions[i].run == screen && a.n == 0 && a.n_names == 0 &&
		       !a.screen.directory;
	if (i == n || a.n < actions[i].least || a.n > actions[i].most || nothing) {
		fprintf(stderr,
			"assay: suppliers takes search, show, add, edit, import, export, screen, "
			"duplicates, merge, fill or "
			"status, and what it is about; assay suppliers --help tells more\n");
		return EXIT_USAGE;
	}
	if (a.quiet)
		a.options.on_message = NULL;
	int status = EXIT_DONE;
	a.options.empty = actions[i].run == fill; /* which fills it itself */
	assay_status result = assay_suppliers_open(&a.options, &s, &error);
	if (result == ASSAY_OK)
		result = actions[i].run(s, &a, &status, &error);
	assay_suppliers_close(s);
	return result == ASSAY_OK ? status : fail(result, &error);
}

const command command_suppliers = {
	.name = "suppliers",
	.summary = "keep a directory of suppliers, and screen names against lists of restrictions",
	.help = "usage: assay suppliers search WORDS... [--all] [--table | --json | --csv]\n"
		"       assay suppliers show NAME|#ID|KIND:VALUE [--json]\n"
		"       assay suppliers add FIELD=VALUE...\n"
		"       assay suppliers edit NAME|#ID FIELD=VALUE...\n"
		"       assay suppliers import FILE...\n"
		"       assay suppliers export [--all] [--csv | --json]\n"
		"       assay suppliers screen [FILE...] [--name NAME]... [--everybody]\n"
		"                       [--least SCORE] [--table | --json | --csv]\n"
		"       assay suppliers duplicates [WORDS...] [--all] [--json | --csv]\n"
		"       assay suppliers merge [--apart] NAME|#ID NAME|#ID...\n"
		"       assay suppliers fill | status\n"
		"\n"
		"The directory knows who makes, sells and assesses network equipment: names, "
		"owners,\n"
		"countries, products, and identifiers (MAC addresses, PCI, USB, CPE, enterprise\n"
		"numbers). It fills itself at first use from the registries that the distribution "
		"has\n"
		"installed (packages ieee-data, pci.ids, usb.ids) and from what ships; fill reads "
		"them\n"
		"again. Those who registered are not all suppliers of networks.\n"
		"\n"
		"screen compares the suppliers that files name with lists of restrictions: a "
		"network\n"
		"in TOML, CSV, JSON, one name a line, or dossiers (makers that were found inside\n"
		"images); by identifier first, then by name, of whoever owns them or is owned by "
		"them,\n"
		"too. Each listing is told with the list's words, jurisdiction, date and source, a "
		"score\n"
		"from 0 to 1, and why. Only an identifier or the same name is certain; what is "
		"possible\n"
		"a person has to confirm. A listing is a fact of law about a company, never about "
		"a\n"
		"product. Exit status 1: somebody is listed, or may be; 0: nobody.\n"
		"\n"
		"import takes suppliers (CSV, JSON), lists of restrictions (OpenSanctions, the US\n"
		"Consolidated Screening List, OFAC's sdn.csv and alt.csv, the FCC's Covered List, "
		"a CSV\n"
		"of one's own) and dossiers. All that is wrong is told at once, and then nothing "
		"is\n"
		"written. docs/suppliers.md describes the columns. Fields of add and edit are "
		"those\n"
		"columns; a list has semicolons in it, and FIELD+=VALUE adds to one.\n"
		"\n"
		"duplicates proposes which entries are one organization, by name alone; merge "
		"makes\n"
		"them one (the first named stays), --apart says that they are several.\n"
		"\n"
		"  --name NAME        screen: this name, too\n"
		"  --everybody        screen: the whole directory, too\n"
		"  --least SCORE      screen: tell from this score on (default 0.4)\n"
		"  --all              all rows; export: all suppliers, not only those that were "
		"added\n"
		"  --directory FILE   the directory (default: $ASSAY_SUPPLIERS, or "
		"assay/suppliers.db\n"
		"                     below $XDG_DATA_HOME or ~/.local/share)\n"
		"  --data FOLDER      where the registries are (default: /usr/share)\n"
		"  --quiet            only errors\n"
		"\n"
		"Examples:\n"
		"  assay suppliers search shenzhen router\n"
		"  assay suppliers show mac:00:25:9e:01:02:03\n"
		"  assay suppliers screen network.toml out/dossier.assay\n"
		"  assay suppliers add 'name=Example Labs' role=assessor 'field=5G core' "
		"country=SE\n",
	.run = run,
};
