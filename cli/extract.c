/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "commands.h"
#include "options.h"

static int run(int argc, char **argv)
{
	review_request r;
	assay_error error;
	uint64_t n = 0;
	if (!read_request(argc, argv, &r))
		return EXIT_USAGE;
	if (r.options.output || r.n_rules || r.n_yara || r.fail_on || r.options.as_of) {
		fprintf(stderr, "assay: extract judges nothing and takes no -o, --rules, --yara, "
				"--as-of or --fail-on; the folder to write to is -C DIR\n");
		return EXIT_USAGE;
	}
	if (!r.extract.folder) {
		fprintf(stderr, "assay: extract needs a folder to write to: -C DIR\n");
		return EXIT_USAGE;
	}
	assay_status s = assay_extract(&r.options, &r.extract, &n, &error);
	if (!r.quiet)
		end_progress();
	if (s != ASSAY_OK)
		return fail(s, &error);
	if (!r.quiet)
		printf("%llu entries written below %s\n", (unsigned long long)n, r.extract.folder);
	return EXIT_DONE;
}

const command command_extract = {
	.name = "extract",
	.summary = "write what is inside an image to a folder",
	.help = "usage: assay extract [OPTIONS] IMAGE... -C DIR\n"
		"\n"
		"Unpacks IMAGE in sandboxed processes and writes its entries below DIR, which is "
		"made if missing.\n"
		"Every container becomes a folder named after it, with '.unpacked' at the end, "
		"beside its own\n"
		"bytes. Nothing is ever written outside DIR and no link of an image is followed. "
		"Modes "
		"(without\n"
		"set-id bits) and times are the image's, owners are not: the dossier has them. "
		"Beside "
		"the\n"
		"folders stand links.tsv (links, devices and what else was not made), names.tsv "
		"(what "
		"stands\n"
		"under another name than its own) and xattrs.tsv. A byte that should not stand in "
		"a "
		"name is\n"
		"written %NN; see docs/security.md for the way back.\n"
		"\n"
		"  -C, --directory DIR  where to write\n"
		"      --match PATTERN  only paths that match PATTERN (* also matches /)\n"
		"      --links          make symbolic links, when all else is written\n"
		"      --special        make devices, pipes and sockets (devices need root's "
		"rights)\n"
		"      --set-id         keep set-user-id and set-group-id bits\n"
		"  -j, --jobs N         examiner processes (default: one per core)\n"
		"  -q, --quiet          say only what went wrong\n"
		"\n"
		"Examples:\n"
		"  assay extract basestation.bin -C files\n"
		"  assay extract update.zip -C files --match '*/etc/*'\n",
	.run = run,
};
