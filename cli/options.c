/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	JOBS = 256,
	DEPTH,
	OBJECTS,
	BYTES,
	OBJECT_BYTES,
	RATIO,
	SECONDS,
	MEMORY,
	RULES,
	YARA,
	MARKS,
	AS_OF,
	REFERENCE,
	AS_REFERENCE,
	WITHOUT,
	INDEX,
	NO_VULNERABILITIES,
	FAIL_ON,
	MATCH,
	LINKS,
	SPECIAL,
	SET_ID,
	FAIL
};
enum { MAX_INPUTS = sizeof(((review_request *)0)->inputs) / sizeof(const char *) - 1 };

static const struct option longs[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "directory", required_argument, NULL, 'C' },
	{ "jobs", required_argument, NULL, 'j' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "match", required_argument, NULL, MATCH },
	{ "links", no_argument, NULL, LINKS },
	{ "special", no_argument, NULL, SPECIAL },
	{ "set-id", no_argument, NULL, SET_ID },
	{ "rules", required_argument, NULL, RULES },
	{ "yara", required_argument, NULL, YARA },
	{ "marks", required_argument, NULL, MARKS },
	{ "as-of", required_argument, NULL, AS_OF },
	{ "reference", required_argument, NULL, REFERENCE },
	{ "as-reference", no_argument, NULL, AS_REFERENCE },
	{ "without", required_argument, NULL, WITHOUT },
	{ "index", required_argument, NULL, INDEX },
	{ "no-vulnerabilities", no_argument, NULL, NO_VULNERABILITIES },
	{ "fail-on", required_argument, NULL, FAIL_ON },
	{ "max-depth", required_argument, NULL, DEPTH },
	{ "max-objects", required_argument, NULL, OBJECTS },
	{ "max-bytes", required_argument, NULL, BYTES },
	{ "max-object-bytes", required_argument, NULL, OBJECT_BYTES },
	{ "max-ratio", required_argument, NULL, RATIO },
	{ "max-seconds", required_argument, NULL, SECONDS },
	{ "max-memory", required_argument, NULL, MEMORY },
	{ "debug-fail", required_argument, NULL, FAIL },
	{ 0 },
};

/* A positive number with K, M, G or T after it. */
static int number(const char *text, uint64_t max, uint64_t *out)
{
	static const char units[] = "KMGT";
	char *end = NULL;
	errno = 0;
	unsigned long long v = strtoull(text, &end, 10);
	const char *unit = *end ? strchr(units, *end) : NULL;
	unsigned shift = unit ? 10u * (unsigned)(unit - units + 1) : 0;
	int rest = unit ? end[1] : *end;
	if (errno || end == text || *text == '-' || rest || v == 0 || v > (UINT64_MAX >> shift) ||
		v << shift > max)
		return 0;
	*out = v << shift;
	return 1;
}

static int set_number(review_request *r, int option, const char *text)
{
	assay_review_options *o = &r->options;
	uint64_t v = 0;
	int wide =
		option == OBJECTS || option == BYTES || option == OBJECT_BYTES || option == MEMORY;
	if (!number(text, wide ? UINT64_MAX >> 1 : 1u << 20, &v))
		return 0;
	switch (option) {
	case 'j':
		o->jobs = (unsigned)v;
		break;
	case DEPTH:
		o->max_depth = (unsigned)v;
		break;
	case RATIO:
		o->max_ratio = (unsigned)v;
		break;
	case SECONDS:
		o->max_seconds = (unsigned)v;
		break;
	case OBJECTS:
		o->max_objects = v;
		break;
	case BYTES:
		o->max_bytes = v;
		break;
	case OBJECT_BYTES:
		o->max_object_bytes = v;
		break;
	default:
		o->max_memory = v;
		break;
	}
	return 1;
}

static int is_severity(const char *word)
{
	static const char *const words[] = { "info", "low", "medium", "high", "critical" };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(word, words[i]) == 0)
			return 1;
	return 0;
}

/* Says which option was given what it cannot use. */
static int refuse(int option, const char *value)
{
	static const char *const wanted[][2] = { { "fail-on",
							 "info, low, medium, high or critical" },
		{ "rules", "one folder, at most 31 times" },
		{ "yara", "one file or folder, at most 31 times" } };
	const char *what = "a number above 0, such as 16 or 512M";
	const struct option *o = longs;
	while (o->name && o->val != option)
		o++;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (o->name && strcmp(o->name, wanted[i][0]) == 0)
			what = wanted[i][1];
	fprintf(stderr, "assay: --%s takes %s, not '%s'\n", o->name ? o->name : "?", what, value);
	return 0;
}

static int set(review_request *r, int option, const char *value)
{
	int ok = 1;
	if (option == 'o')
		r->options.output = value;
	else if (option == 'C')
		r->extract.folder = value;
	else if (option == 'q')
		r->quiet = 1;
	else if (option == MATCH)
		r->extract.match = value;
	else if (option == LINKS)
		r->extract.links = 1;
	else if (option == SPECIAL)
		r->extract.special = 1;
	else if (option == SET_ID)
		r->extract.set_id = 1;
	else if (option == FAIL)
		r->options.debug_fail = value;
	else if (option == RULES && r->n_rules < 31)
		r->rules[r->n_rules++] = value;
	else if (option == YARA && r->n_yara < 31)
		r->yara[r->n_yara++] = value;
	else if (option == MARKS)
		r->options.marks = value;
	else if (option == AS_OF)
		r->options.as_of = value;
	else if (option == REFERENCE)
		r->options.reference = value;
	else if (option == AS_REFERENCE)
		r->options.as_reference = 1;
	else if (option == WITHOUT)
		r->options.without = value;
	else if (option == INDEX)
		r->options.index = value;
	else if (option == NO_VULNERABILITIES)
		r->options.no_vulnerabilities = 1;
	else if (option == FAIL_ON && (ok = is_severity(value)))
		r->fail_on = value;
	else if (option != '?' && ok)
		ok = set_number(r, option, value);
	if (!ok)
		return refuse(option, value);
	return option != '?';
}

int read_request(int argc, char **argv, review_request *r)
{
	*r = (review_request){ .options = { .size = sizeof(r->options) },
		.extract = { .size = sizeof(r->extract) } };
	optind = 1;
	for (int option; (option = getopt_long(argc, argv, "o:C:j:q", longs, NULL)) != -1;)
		if (!set(r, option, optarg))
			return 0;
	for (; optind < argc && r->n_inputs < MAX_INPUTS; optind++)
		r->inputs[r->n_inputs++] = argv[optind];
	if (optind < argc) {
		fprintf(stderr,
			"assay: more than %d inputs: put them into a folder and review that\n",
			MAX_INPUTS);
		return 0;
	}
	if (r->n_inputs == 0)
		fprintf(stderr, "assay: nothing to look at: name an image, an update bundle or a "
				"folder; see --help\n");
	r->options.inputs = r->inputs;
	r->options.rules = r->n_rules ? r->rules : NULL;
	r->options.yara = r->n_yara ? r->yara : NULL;
	r->options.on_progress = show_progress;
	r->options.on_message = show_message;
	r->options.ctx = r;
	return r->n_inputs > 0;
}
