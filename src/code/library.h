/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of the C library in programs that are linked statically and stripped, recognised by what they do: by
 * the system call they stand for, by their answers to chosen questions, by what they are called with. Stated is
 * only what is sure. */
#ifndef AS_CODE_LIBRARY_H
#define AS_CODE_LIBRARY_H

#include "code/api.h"
#include "code/function.h"

/* Makes room in p. False without memory. */
bool as_library_prepare(as_program *p) AS_MUST_USE;
/* Whether p carries its libraries in itself. Pure. */
bool as_library_inside(const as_program *p);
/* Recognises what can be by looking at single functions; gives them names and AS_BY_LIBRARY. False without memory. */
bool as_library_find(as_functions *f, as_worker *w) AS_MUST_USE;
/* Notes that the function is that library function, unless it has a name. */
void as_library_note(as_functions *f, size_t number, const char *name);
/* What was recognised at addr, or NULL. Pure. */
const as_api *as_library_api(const as_program *p, uint64_t addr);

#endif
