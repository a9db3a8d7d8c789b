/* SPDX-License-Identifier: Apache-2.0 */
/* Progress on standard error: one live line on a terminal, a plain line per stage elsewhere. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "options.h"

static const char *amount(double bytes, char *text, size_t n)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	size_t u = 0;
	for (; bytes >= 1024 && u < 4; u++)
		bytes /= 1024;
	(void)snprintf(text, n, u ? "%.1f %s" : "%.0f %s", bytes, units[u]);
	return text;
}

static void live(const assay_progress *p)
{
	char done[32], known[32], rate[32], left[32] = "";
	double per_second = p->seconds > 0 ? (double)p->bytes_done / p->seconds : 0;
	uint64_t rest = p->bytes_known - p->bytes_done;
	if (per_second > 0 && p->seconds > 1)
		(void)snprintf(left, sizeof(left), ", %.0f s left", (double)rest / per_second);
	fprintf(stderr, "\r\033[K%-8s %s of %s, %llu of %llu objects, %s/s%s", p->stage,
		amount((double)p->bytes_done, done, sizeof(done)), amount((double)p->bytes_known, known, sizeof(known)),
		(unsigned long long)p->objects_done, (unsigned long long)p->objects_known,
		amount(per_second, rate, sizeof(rate)), left);
	fflush(stderr);
}

void show_progress(void *ctx, const assay_progress *p)
{
	const review_request *r = ctx;
	static const char *last = "";
	if (r->quiet)
		return;
	if (isatty(STDERR_FILENO))
		live(p);
	else if (strcmp(last, p->stage) != 0)
		fprintf(stderr, "assay: %s (%.1f s)\n", p->stage, p->seconds);
	last = p->stage;
}

void end_progress(void)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K");
}

void show_message(void *ctx, const char *text)
{
	(void)ctx;
	end_progress();
	fprintf(stderr, "assay: %s\n", text);
}
