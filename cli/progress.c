/* SPDX-License-Identifier: Apache-2.0 */
/* Progress on standard error: one live line on a terminal, a plain line per stage elsewhere. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "options.h"

#define SETTLED_SECONDS 0.5

static const char *amount(double bytes, char *text, size_t n)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	size_t u = 0;
	for (; bytes >= 1024 && u < 4; u++)
		bytes /= 1024;
	(void)snprintf(text, n, u ? "%.1f %s" : "%.0f %s", bytes, units[u]);
	return text;
}

static unsigned width(void)
{
	struct winsize size;
	return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col : 80;
}

/* Containers count as done only when all that they hold has come out of them. Until no more comes out,
 * what is left is not known, and saying it would be wrong by a multiple. */
static bool settled(live_line *l, const assay_progress *p)
{
	if (p->bytes_known > l->known + l->known / (l->settled ? 8 : 256)) {
		l->known = p->bytes_known;
		l->grew = p->seconds;
	}
	l->settled =
		p->seconds - l->grew > SETTLED_SECONDS; /* then only a large container changes it */
	return l->settled;
}

static void write_line(const char *text)
{
	fprintf(stderr, "\r\033[K%.*s", (int)width() - 1, text);
	fflush(stderr);
}

static void live(live_line *l, const assay_progress *p)
{
	char done[32], known[32], rate[32], line[256];
	double per_second = p->seconds > 0 ? (double)p->bytes_done / p->seconds : 0;
	bool sure = settled(l, p);
	amount((double)p->bytes_known, known, sizeof(known));
	amount((double)p->bytes_done, done, sizeof(done));
	if (strcmp(p->stage, "examine") != 0)
		(void)snprintf(line, sizeof(line), "%-8s %s, %llu objects", p->stage, known,
			(unsigned long long)p->objects_known);
	else if (!sure)
		(void)snprintf(line, sizeof(line), "unpack   %s in %llu objects so far, %s/s",
			known, (unsigned long long)p->objects_known,
			amount(p->seconds > 0 ? (double)p->bytes_known / p->seconds : 0, rate,
				sizeof(rate)));
	else
		(void)snprintf(line, sizeof(line),
			"%-8s %s of %s, %llu of %llu objects, %s/s, %.0f s left", p->stage, done,
			known, (unsigned long long)p->objects_done,
			(unsigned long long)p->objects_known,
			amount(per_second, rate, sizeof(rate)),
			per_second > 0 ? (double)(p->bytes_known - p->bytes_done) / per_second : 0);
	write_line(line);
}

void show_progress(void *ctx, const assay_progress *p)
{
	review_request *r = ctx;
	static const char *last = "";
	if (r->quiet)
		return;
	if (isatty(STDERR_FILENO))
		live(&r->line, p);
	else if (strcmp(last, p->stage) != 0)
		fprintf(stderr, "assay: %s, after %.1f s\n", p->stage, p->seconds);
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
