/* SPDX-License-Identifier: Apache-2.0 */
#include "reading.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static bool seconds(const char *text, unsigned *out)
{
	char *end;
	unsigned long v = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || v < 1 || v > 86400) {
		fprintf(stderr, "assay: --seconds takes a number from 1 to 86400, not '%s'\n",
			text);
		return false;
	}
	*out = (unsigned)v;
	return true;
}

bool reading_options(int argc, char **argv, reading *r)
{
	static const struct option options[] = { { "table", no_argument, NULL, 't' },
		{ "json", no_argument, NULL, 'j' }, { "csv", no_argument, NULL, 'c' },
		{ "output", required_argument, NULL, 'o' },
		{ "format", required_argument, NULL, 'f' },
		{ "seconds", required_argument, NULL, 's' }, { "all", no_argument, NULL, 'a' },
		{ 0 } };
	int option;
	*r = (reading){ .format = ASSAY_TABLE };
	optind = 0; /* glibc: begin anew, whoever parsed before */
	while ((option = getopt_long(argc, argv, "o:f:", options, NULL)) != -1) {
		if (option == 't')
			r->format = ASSAY_TABLE;
		else if (option == 'j')
			r->format = ASSAY_JSON;
		else if (option == 'c')
			r->format = ASSAY_CSV;
		else if (option == 'o')
			r->output = optarg;
		else if (option == 'f')
			r->kind = optarg;
		else if (option == 'a')
			r->all = true;
		else if (option != 's' || !seconds(optarg, &r->seconds))
			return false; /* getopt has said why */
	}
	r->words = argv + optind;
	r->n = argc - optind;
	return true;
}

unsigned terminal_width(void)
{
	struct winsize size;
	if (!isatty(STDOUT_FILENO))
		return 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return 80;
	return size.ws_col;
}
