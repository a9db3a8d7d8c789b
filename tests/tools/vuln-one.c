/* SPDX-License-Identifier: Apache-2.0 */
/* Matches a dossier with an index of vulnerabilities, in the dossier; prints how many milliseconds of a
 * processor that took. */
#include <stdio.h>
#include <time.h>

#include "dossier/reach.h"
#include "vuln/index.h"
#include "vuln/match.h"

int main(int argc, char **argv)
{
	sqlite3 *dossier = NULL, *index = NULL;
	char why[AS_INDEX_WHY] = "";
	struct timespec a, b;
	int how = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX; /* as a review opens it */
	if (argc != 3 || sqlite3_open_v2(argv[1], &dossier, how, NULL) != SQLITE_OK) {
		fprintf(stderr, "usage: vuln-one DOSSIER INDEX\n");
		return 2;
	}
	if (as_index_open(argv[2], &index, why) != AS_OK) {
		printf("%s\n", why);
		(void)sqlite3_close(dossier);
		return 1;
	}
	/* As a review writes it, too. */
	(void)sqlite3_exec(dossier,
		"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = "
		"EXCLUSIVE;"
		" BEGIN",
		NULL, NULL, NULL);
	as_status s = as_dossier_reach(dossier); /* which a review does without an index, too */
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	if (s == AS_OK)
		s = as_vuln_match(dossier, index, why);
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	printf("%.1f ms, %s\n",
		(double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) / 1e6,
		s == AS_OK ? "ok"
		: why[0]   ? why
			   : sqlite3_errmsg(dossier));
	if (s == AS_OK && sqlite3_exec(dossier, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
		s = AS_IO;
	(void)sqlite3_close(index);
	(void)sqlite3_close(dossier);
	return s == AS_OK ? 0 : 1;
}
