/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "options.h"
#include "reading.h"

static int conclude(const review_request *r)
{
	char path[4096];
	assay_error error;
	assay_dossier *d = NULL;
	(void)snprintf(path, sizeof(path), "%s/dossier.assay", r->options.output);
	assay_status s = assay_dossier_open(path, &d, &error);
	if (s == ASSAY_OK && !r->quiet) {
		assay_dossier_set_width(d, terminal_width());
		s = assay_show(d, "summary", ASSAY_TABLE, write_to_file, stdout, &error);
	}
	long n = s == ASSAY_OK && r->fail_on ? assay_count_findings(d, r->fail_on) : 0;
	assay_dossier_close(d);
	if (s != ASSAY_OK)
		return fail(s, &error);
	return n > 0 ? EXIT_FOUND : EXIT_DONE;
}

/* Ctrl-C: nothing is lost, which the user cannot know. Only what a signal handler may call. */
static void interrupted(int number)
{
	static const char text[] =
		"\nassay: interrupted; the same command takes the review up again\n";
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(EXIT_INTERNAL);
	(void)raise(number); /* SA_RESETHAND: this time it ends us */
}

static void say_when_interrupted(void)
{
	struct sigaction a = { .sa_handler = interrupted,
		.sa_flags = (int)SA_RESETHAND | SA_NODEFER };
	(void)sigaction(SIGINT, &a, NULL);
	(void)sigaction(SIGTERM, &a, NULL);
}

static int run(int argc, char **argv)
{
	review_request r;
	assay_error error;
	if (!read_request(argc, argv, &r))
		return EXIT_USAGE;
	if (r.extract.folder || r.extract.match || r.extract.links || r.extract.special ||
		r.extract.set_id) {
		fprintf(stderr, "assay: review takes none of -C, --match, --links, --special and "
				"--set-id (extract does); -o names its folder\n");
		return EXIT_USAGE;
	}
	if (!r.options.output)
		r.options.output = "out";
	if (!r.quiet)
		say_when_interrupted();
	assay_status s = assay_review(&r.options, &error);
	if (!r.quiet)
		end_progress();
	return s == ASSAY_OK ? conclude(&r) : fail(s, &error);
}

const command command_review = {
	.name = "review",
	.summary = "review an image, an update bundle or an unpacked root file system",
	.help = "usage: assay review [OPTIONS] IMAGE...\n"
		"\n"
		"Unpacks each IMAGE (a file, or a folder) in sandboxed processes, states facts "
		"about everything\n"
		"inside, judges them, and writes to the output folder: dossier.assay, report.html, "
		"report.json,\n"
		"findings.sarif, sbom.cdx.json, sbom.spdx.json and, if known vulnerabilities were "
		"matched,\n"
		"vex.openvex.json and vex.csaf.json. Formats are recognised by content. A review "
		"that was\n"
		"interrupted resumes when the same command is run again.\n"
		"\n"
		"  -o, --output DIR        where results go (default: out)\n"
		"      --rules DIR         more rules (*.sql); may be given several times\n"
		"      --yara FILE_OR_DIR  YARA rules of your own: a file, or a folder of *.yar "
		"and *.yara; may be\n"
		"                          given several times. Every object is matched, unpacked; "
		"what matches is\n"
		"                          a finding of the severity that the rule's meta "
		"'severity' names (else\n"
		"                          info). Include statements are refused\n"
		"      --marks FILE        places that were explained before, as assay mark "
		"writes them: they are\n"
		"                          shown as explained and do not count for --fail-on\n"
		"      --reference OTHER   compare each program with its counterpart in another "
		"build: an image,\n"
		"                          a program, or the dossier of one. What the other has "
		"not is stated,\n"
		"                          and judged: docs/quality.md. OTHER is reviewed first, "
		"into DIR/reference\n"
		"      --as-reference      state what a later review needs to be compared with "
		"this one\n"
		"      --without NAME,...  do not ask these inspectors; what they would have "
		"looked at is "
		"recorded as not\n"
		"                          examined. --without code: no machine code is read\n"
		"      --index FILE        known vulnerabilities, as assay knowledge import keeps "
		"them (default:\n"
		"                          $ASSAY_KNOWLEDGE, or "
		"~/.local/share/assay/vulnerabilities.db;\n"
		"                          as long as that tells of none, the few records that "
		"ship are used)\n"
		"      --no-vulnerabilities  do not look for known vulnerabilities\n"
		"      --as-of DATE        judge expiry and ends of support against this day "
		"(YYYY-MM-DD) instead of\n"
		"                          today, for instance to repeat a review\n"
		"      --fail-on SEVERITY  exit with 1 if a finding is at least info, low, medium, "
		"high, critical\n"
		"  -j, --jobs N            examiner processes (default: one per core)\n"
		"  -q, --quiet             say only what went wrong\n"
		"\n"
		"Limits (N may end in K, M, G or T; every limit that is hit is recorded in the "
		"dossier):\n"
		"      --max-depth N         containers within containers (default 16)\n"
		"      --max-objects N       entries in the whole review (default 2000000)\n"
		"      --max-bytes N         bytes unpacked in the whole review (default 1G, and "
		"the "
		"inputs'\n"
		"                            bytes times the ratio, at most 64G)\n"
		"      --max-object-bytes N  bytes of one object (default 8G)\n"
		"      --max-ratio N         bytes out per byte in, for one container, beyond 256M "
		"that\n"
		"                            each may (default 100)\n"
		"      --max-seconds N       for one object (default 120)\n"
		"      --max-memory N        of one examiner process (default 1G)\n"
		"\n"
		"Examples:\n"
		"  assay review basestation.bin\n"
		"  assay review -o results update.zip --fail-on high\n"
		"  assay review /srv/rootfs -o results\n",
	.run = run,
};
