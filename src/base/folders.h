/* SPDX-License-Identifier: Apache-2.0 */
/* Folders are made as mkdir -p makes them. */
#ifndef AS_FOLDERS_H
#define AS_FOLDERS_H

#include <stdbool.h>

/* Makes the folders above path that are missing. False, with errno, if one cannot be made. */
bool as_folders_above(const char *path);
/* Makes path, too, unless something stands there already, and the folders above it. False, with errno. */
bool as_folders_make(const char *path);

#endif
