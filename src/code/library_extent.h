/* SPDX-License-Identifier: Apache-2.0 */
/* What of a program that carries its C library in itself is that library. */
#ifndef AS_CODE_LIBRARY_EXTENT_H
#define AS_CODE_LIBRARY_EXTENT_H

#include "code/profile.h"

/* Sets as_function.library and p->library_from. The linker puts archives behind the program's own objects, and the
 * library calls nothing of the program by name; where the order of the code contradicts that, nothing is marked by
 * its place. Does nothing where libraries are outside. False without memory. */
bool as_library_extent(as_profile *p) AS_MUST_USE;

#endif
