/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "reading.h"

static bool is_format(const char *name)
{
	for (const char *const *r = assay_reports(); *r; r += 2)
		if (strcmp(*r, name) == 0)
			return true;
	return false;
}

static int say_usage(const char *name)
{
	fprintf(stderr,
		name ? "assay: there is no report format '%s':" : "assay: --format takes one of",
		name);
	for (const char *const *r = assay_reports(); *r; r += 2)
		fprintf(stderr, " %s", *r);
	fprintf(stderr, "\n");
	return EXIT_USAGE;
}

typedef struct target {
	FILE *file;
	bool any; /* something was written */
} target;

static int write_to_target(void *ctx, const void *bytes, size_t n)
{
	target *t = ctx;
	t->any = true;
	return write_to_file(t->file, bytes, n);
}

/* Writes the report to a file that stands complete or is removed again; also if there is nothing to write. */
static assay_status to_file(assay_dossier *d, const reading *r, target *t, assay_error *error)
{
	t->file = fopen(r->output, "wb");
	if (!t->file) {
		snprintf(error->message, sizeof(error->message), "'%s': %m", r->output);
		return ASSAY_OUTPUT;
	}
	assay_status s = assay_report(d, r->kind, write_to_target, t, error);
	if (fclose(t->file) != 0 && s == ASSAY_OK) {
		snprintf(error->message, sizeof(error->message), "'%s': %m", r->output);
		s = ASSAY_OUTPUT;
	}
	if (s != ASSAY_OK || !t->any)
		remove(r->output);
	return s;
}

static int run(int argc, char **argv)
{
	reading r;
	if (!reading_options(argc, argv, &r))
		return EXIT_USAGE;
	if (r.n != 1) {
		fprintf(stderr, "assay: report takes one dossier\n");
		return EXIT_USAGE;
	}
	if (!r.kind || !is_format(r.kind))
		return say_usage(r.kind);
	assay_error error;
	assay_dossier *d = NULL;
	target t = { .file = stdout };
	assay_status s = assay_dossier_open(r.words[0], &d, &error);
	if (s == ASSAY_OK && r.seconds)
		assay_dossier_set_seconds(d, r.seconds);
	if (s == ASSAY_OK && r.output)
		s = to_file(d, &r, &t, &error);
	else if (s == ASSAY_OK)
		s = assay_report(d, r.kind, write_to_target, &t, &error);
	assay_dossier_close(d);
	if (s == ASSAY_OK && !t.any)
		fprintf(stderr,
			"assay: nothing is written: no known vulnerability was matched, and %s "
			"wants one\n",
			r.kind);
	return s == ASSAY_OK ? EXIT_DONE : fail(s, &error);
}

const command command_report = {
	.name = "report",
	.summary =
		"write a report of a dossier: HTML, JSON, SARIF, CycloneDX, SPDX, OpenVEX or CSAF",
	.help = "usage: assay report DOSSIER --format NAME [--output FILE]\n"
		"\n"
		"  --format html       one self-contained page for people\n"
		"           json       everything, for programs\n"
		"           sarif      findings, SARIF 2.1.0\n"
		"           cyclonedx  components with their evidence, CycloneDX 1.6\n"
		"           spdx       components and files, SPDX 2.3\n"
		"           openvex    known vulnerabilities, OpenVEX 0.2.0\n"
		"           csaf       the same, CSAF 2.0 (profile VEX)\n"
		"      --seconds N     stop after N seconds (default 600)\n"
		"  -o, --output FILE   write there instead of to standard output\n"
		"\n"
		"The same dossier always gives the same bytes. openvex and csaf write nothing if "
		"no known\n"
		"vulnerability was matched: both formats want one.\n"
		"\n"
		"Example:\n"
		"  assay report out/dossier.assay --format sarif -o findings.sarif\n",
	.run = run,
};
