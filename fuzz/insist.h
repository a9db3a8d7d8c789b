/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INSIST_H
#define INSIST_H

#include <stdbool.h>

/* Ends the program with a message if ok is false. */
void insist(bool ok, const char *what);

#endif
