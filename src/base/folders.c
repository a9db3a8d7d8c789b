/* SPDX-License-Identifier: Apache-2.0 */
#include "base/folders.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH = 4096 /* bytes, with NUL */ };

static bool make_one(const char *path) { return mkdir(path, 0777) == 0 || errno == EEXIST; }

bool as_folders_above(const char *path)
{
	char at[PATH];
	if (snprintf(at, sizeof(at), "%s", path) >= (int)sizeof(at)) {
		errno = ENAMETOOLONG;
		return false;
	}
	for (char *p = at[0] ? strchr(at + 1, '/') : NULL; p; p = strchr(p + 1, '/')) {
		*p = 0;
		if (!make_one(at))
			return false;
		*p = '/';
	}
	return true;
}

bool as_folders_make(const char *path) { return as_folders_above(path) && make_one(path); }
