/* SPDX-License-Identifier: Apache-2.0 */
/* Runs targets over files, without a fuzzer.
 * usage: replay TARGET FILE...        run them
 *        replay --crashes FOLDER      run every FOLDER/TARGET/FILE; the test of the crashes that were mended
 *        replay --targets             list the targets
 *        replay --dictionary TARGET   print its dictionary
 * A file that fails ends the program. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "listen.h"
#include "targets.h"

enum { MEMORY_KIB = 512 << 10 };

static void run_file(const target *t, const char *path)
{
	as_buf b = { 0 };
	struct rusage used;
	FILE *f = fopen(path, "rb");
	fprintf(stderr, "%s\n", path);
	insist(f, "cannot be opened");
	for (size_t n = 1; n > 0; b.n += n) {
		uint8_t *to = as_buf_room(&b, 65536);
		insist(to, "no memory");
		n = fread(to, 1, 65536, f);
	}
	fclose(f);
	target_run(t, b.p, b.n);
	as_buf_free(&b);
	(void)getrusage(RUSAGE_SELF, &used);
#if !defined(__SANITIZE_ADDRESS__)
	insist(used.ru_maxrss <= MEMORY_KIB, "takes too much memory");
#endif
}

static int shown(const struct dirent *d) { return d->d_name[0] != '.'; }

/* Calls each for the entries of a folder, in order; how many there were, or -1. */
static int walk(const char *folder, void (*each)(const char *folder, const char *name))
{
	struct dirent **names = NULL;
	int n = scandir(folder, &names, shown, alphasort);
	for (int i = 0; i < n; i++) {
		each(folder, names[i]->d_name);
		free(names[i]);
	}
	free(names);
	return n;
}

static const target *current;

/* folder/name. The caller frees it. */
static char *join(const char *folder, const char *name)
{
	as_buf b = { 0 };
	as_buf_print(&b, "%s/%s", folder, name);
	as_buf_u8(&b, 0);
	insist(!b.bad, "no memory");
	return (char *)b.p;
}

static void run_entry(const char *folder, const char *name)
{
	char *path = join(folder, name);
	run_file(current, path);
	free(path);
}

static void run_folder(const char *folder, const char *name)
{
	char *path = join(folder, name);
	current = target_by_name(name);
	if (current)
		(void)walk(path, run_entry);
	free(path);
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--targets") == 0) {
		targets_print(stdout);
		return 0;
	}
	if (argc == 3 && strcmp(argv[1], "--crashes") == 0)
		return walk(argv[2], run_folder) >= 0 ? 0 : 1;
	bool dictionary = argc == 3 && strcmp(argv[1], "--dictionary") == 0;
	const target *t = argc < 3 ? NULL : target_by_name(argv[dictionary ? 2 : 1]);
	if (!t) {
		fprintf(stderr, "usage: replay TARGET FILE...; replay --targets lists them\n");
		return 2;
	}
	if (dictionary)
		target_dictionary(t, stdout);
	for (int i = 2; i < argc && !dictionary; i++)
		run_file(t, argv[i]);
	return 0;
}
