/* SPDX-License-Identifier: Apache-2.0 */
/* Prints for what bare machine code files are taken, a line each, fields with tabs between: the name; the architecture,
 * or "-"; "big" or "little"; "thumb" or "-"; base, hexadecimal; hundredths of how sure that is; votes; those of the
 * next; calls, and how many arrive. A last line says what the search for code alone took in files where there is none.
 *   usage: blob-one FILE... (or, without, names on standard input, a line each) */
#include "code/blob.h"
#include "in_process.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

typedef struct totals {
	uint64_t bytes;
	clock_t time;
} totals;

static void print_blob(const char *path, const as_program *p)
{
	const as_blob *b = p->blob;
	unsigned sure = b->place.sure;
	printf("%s\t%s\t%s\t%s\t%" PRIx64 "\t%u\t%u\t%u\t%" PRIu64 "\t%" PRIu64 "\n", path,
		p->arch->id, p->elf.big ? "big" : "little", p->mode.thumb ? "thumb" : "-", b->base,
		b->vectors && !sure ? 1 : sure, b->place.votes, b->place.second, b->evidence.calls,
		b->evidence.arrived);
}

static int one(const char *path, totals *sum)
{
	as_span file = read_whole(path);
	as_arena *arena = as_arena_new(0);
	as_program p = { .arena = arena };
	clock_t from = clock();
	as_status s = arena ? as_blob_open(&p, file) : AS_NOMEM;
	if (s == AS_OK)
		print_blob(path, &p);
	if (s == AS_NOT_THIS) {
		sum->bytes += file.n;
		sum->time += clock() - from;
		printf("%s\t-\n", path);
	}
	as_arena_free(arena);
	free_whole(file);
	return s > AS_NOT_THIS;
}

int main(int argc, char **argv)
{
	totals sum = { 0 };
	char line[4096];
	int status = 0;
	for (int i = 1; i < argc; i++)
		status |= one(argv[i], &sum);
	while (argc < 2 && fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = 0;
		status |= one(line, &sum);
	}
	double seconds = (double)sum.time / CLOCKS_PER_SEC, mb = (double)sum.bytes / 1e6;
	printf("none in %.1f MB: %.2f ms a MB\n", mb, mb > 0 ? 1000 * seconds / mb : 0);
	return status;
}
