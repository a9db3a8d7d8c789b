/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/fortify.h"

#include <stdlib.h>
#include <string.h>

/* Every function NAME for which glibc 2.36 exports __NAME_chk, in the order of strcmp. strlcpy
 * and its kin joined in 2.38; they are not listed because libbsd exports them too, without a
 * variant. */
static const char *const names[] = {
	"asprintf",
	"confstr",
	"dprintf",
	"explicit_bzero",
	"fdelt",
	"fgets",
	"fgets_unlocked",
	"fgetws",
	"fgetws_unlocked",
	"fprintf",
	"fread",
	"fread_unlocked",
	"fwprintf",
	"getcwd",
	"getdomainname",
	"getgroups",
	"gethostname",
	"getlogin_r",
	"gets",
	"getwd",
	"longjmp",
	"mbsnrtowcs",
	"mbsrtowcs",
	"mbstowcs",
	"memcpy",
	"memmove",
	"mempcpy",
	"memset",
	"obstack_printf",
	"obstack_vprintf",
	"poll",
	"ppoll",
	"pread",
	"pread64",
	"printf",
	"ptsname_r",
	"read",
	"readlink",
	"readlinkat",
	"realpath",
	"recv",
	"recvfrom",
	"snprintf",
	"sprintf",
	"stpcpy",
	"stpncpy",
	"strcat",
	"strcpy",
	"strncat",
	"strncpy",
	"swprintf",
	"syslog",
	"ttyname_r",
	"vasprintf",
	"vdprintf",
	"vfprintf",
	"vfwprintf",
	"vprintf",
	"vsnprintf",
	"vsprintf",
	"vswprintf",
	"vsyslog",
	"vwprintf",
	"wcpcpy",
	"wcpncpy",
	"wcrtomb",
	"wcscat",
	"wcscpy",
	"wcsncat",
	"wcsncpy",
	"wcsnrtombs",
	"wcsrtombs",
	"wcstombs",
	"wctomb",
	"wmemcpy",
	"wmemmove",
	"wmempcpy",
	"wmemset",
	"wprintf",
};

static int compare(const void *key, const void *element)
{
	const as_span *name = key;
	const char *const *entry = element;
	int order = strncmp((const char *)name->p, *entry, name->n);
	return order != 0 ? order : -((*entry)[name->n] != 0);
}

static bool listed(as_span name)
{
	return name.n > 0 &&
	       bsearch(&name, names, sizeof(names) / sizeof(names[0]), sizeof(names[0]), compare);
}

as_fortify as_fortify_of(as_span name)
{
	bool checked = as_starts(name, "__") && as_ends(name, "_chk") && name.n > 6;
	if (checked)
		return listed(as_cut(name, 2, name.n - 6)) ? AS_FORTIFY_DONE : AS_FORTIFY_NOT;
	return listed(name) ? AS_FORTIFY_ABLE : AS_FORTIFY_NOT;
}
