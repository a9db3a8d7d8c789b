/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "commands.h"

#define MARKS "assay-marks.tsv"

typedef struct marking {
	assay_mark_options options;
	const char *dossier, *file;
	char date[16];
} marking;

/* Today, or the day that SOURCE_DATE_EPOCH tells. */
static void write_date(char date[16])
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	char *end = NULL;
	long long fixed = epoch ? strtoll(epoch, &end, 10) : 0;
	time_t now = epoch && end != epoch && !*end ? (time_t)fixed : time(NULL);
	struct tm tm;
	(void)strftime(date, 16, "%Y-%m-%d", gmtime_r(&now, &tm));
}

static bool read_place(const char *text, unsigned *place)
{
	char *end = NULL;
	unsigned long v = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || v < 1 || v > 1000000) {
		fprintf(stderr, "assay: --place takes a number as explain shows them, not '%s'\n",
			text);
		return false;
	}
	*place = (unsigned)v;
	return true;
}

static bool read_options(int argc, char **argv, marking *m)
{
	static const struct option options[] = { { "reason", required_argument, NULL, 'r' },
		{ "by", required_argument, NULL, 'b' }, { "place", required_argument, NULL, 'p' },
		{ "marks", required_argument, NULL, 'm' }, { 0 } };
	*m = (marking){ .options = { .size = sizeof(m->options) }, .file = MARKS };
	optind = 0; /* glibc: begin anew, whoever parsed before */
	for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		if (option == 'r')
			m->options.reason = optarg;
		else if (option == 'b')
			m->options.author = optarg;
		else if (option == 'm')
			m->file = optarg;
		else if (option != 'p' || !read_place(optarg, &m->options.place))
			return false;
	}
	if (argc - optind != 2 || !m->options.reason) {
		fprintf(stderr, "assay: mark takes a dossier, a finding or a function, and "
				"--reason TEXT\n");
		return false;
	}
	m->dossier = argv[optind];
	m->options.finding = argv[optind + 1];
	if (!m->options.author)
		m->options.author = getenv("USER");
	if (!m->options.author)
		m->options.author = getenv("LOGNAME");
	write_date(m->date);
	m->options.date = m->date;
	return true;
}

/* Adds the marks at the end of the file, which is made if need be; nothing is added of what fails. */
static assay_status add_marks(marking *m, assay_dossier *d, unsigned *n, assay_error *error)
{
	char *text = NULL;
	size_t len = 0;
	struct stat st;
	m->options.head = stat(m->file, &st) != 0 || st.st_size == 0;
	FILE *memory = open_memstream(&text, &len);
	assay_status s = ASSAY_INTERNAL;
	(void)snprintf(error->message, sizeof(error->message), "memory ran out");
	if (memory)
		s = assay_mark(d, &m->options, write_to_file, memory, n, error);
	if (memory && fclose(memory) != 0)
		s = ASSAY_INTERNAL;
	int fd =
		s == ASSAY_OK ? open(m->file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666) : -1;
	if (s == ASSAY_OK && (fd < 0 || write(fd, text, len) != (ssize_t)len)) {
		(void)snprintf(error->message, sizeof(error->message), "'%s': %s", m->file,
			strerror(errno));
		s = ASSAY_OUTPUT;
	}
	if (fd >= 0)
		(void)close(fd);
	free(text);
	return s;
}

static int run(int argc, char **argv)
{
	marking m;
	if (!read_options(argc, argv, &m))
		return EXIT_USAGE;
	assay_error error;
	assay_dossier *d = NULL;
	unsigned n = 0;
	assay_status s = assay_dossier_open(m.dossier, &d, &error);
	if (s == ASSAY_OK)
		s = add_marks(&m, d, &n, &error);
	assay_dossier_close(d);
	if (s != ASSAY_OK)
		return fail(s, &error);
	printf("%u mark%s added to %s; to apply: assay review --marks %s ...\n", n,
		n == 1 ? "" : "s", m.file, m.file);
	return EXIT_DONE;
}

const command command_mark = {
	.name = "mark",
	.summary = "mark a finding as explained, with the reason, for later reviews",
	.help = "usage: assay mark DOSSIER FINDING --reason TEXT [--place N] [--by NAME] [--marks "
		"FILE]\n"
		"\n"
		"Adds the finding's places, or place N of them, to a file of marks. assay review "
		"--marks FILE\n"
		"shows what is marked as explained, with the reason; it stays in every report, and "
		"does not\n"
		"count for --fail-on. In place of a finding's id a function may be named, by its "
		"name or by its\n"
		"address as 0x1234: what the rules would look at first in it is marked.\n"
		"\n"
		"A place in machine code is known again by its function's fingerprint, which "
		"survives relinking\n"
		"and other versions of the rest of the program, and by its constant and effect: if "
		"one of them\n"
		"changes, the mark ends. Any other place is known again by the bytes of its file.\n"
		"\n"
		"  --reason TEXT  why it is harmless, in one line\n"
		"  --place N      only this place, as assay explain numbers them\n"
		"  --by NAME      who says so (default: $USER)\n"
		"  --marks FILE   the file to add to (default: assay-marks.tsv)\n"
		"\n"
		"Example:\n"
		"  assay mark out/dossier.assay code-hidden-effect --place 2 --reason 'factory "
		"test, "
		"see its manual'\n",
	.run = run,
};
