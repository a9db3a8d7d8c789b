/* SPDX-License-Identifier: Apache-2.0 */
/* Names of an image on the host's file system: what may stand there, and opening it without
 * ever leaving a folder. */
#ifndef AS_EXTRACT_HOST_H
#define AS_EXTRACT_HOST_H

#include <stdio.h>

#include "base/buf.h"
#include "base/map.h"

/* Appends name as one file name that may stand on the host, of at most 255 bytes, without its
 * NUL: control characters, bytes that are not UTF-8, marks that change how text is shown,
 * slashes and the first dot of "." and ".." as %NN, and the % of what would read as such. nth
 * (from 1): above 1 "~nth" is added, for names that the host takes for one; then suffix. True
 * if nothing but suffix was changed. A name that is too long is cut and ends in "~" and its
 * CRC-32. */
bool as_host_name(as_span name, unsigned nth, const char *suffix, as_buf *out);

/* Opens the folder at path (relative, NUL-terminated; "": root itself) below root. No link is
 * followed and nothing above root is reached, whatever stands there: by openat2 with
 * RESOLVE_BENEATH where the kernel has it, else folder by folder. The caller closes it. -1 with
 * errno. */
int as_open_below(int root, const char *path);

/* Copies n bytes from offset at of the file in to the start of the new, empty file out; blank stretches are left
 * out as holes. False with errno. */
bool as_copy_range(int in, uint64_t at, uint64_t n, int out);

/* Copies all of the file name in folder from into a new file of folder to. False with errno;
 * then nothing is left. */
bool as_copy_file(int from, const char *name, int to, const char *as);

/* Makes something called name in the folder dir; false with errno. ours: that name, or one that
 * differs in case only, was made here before. */
typedef bool as_maker(void *ctx, int dir, const char *name, bool ours);

/* Makes an entry under the host's form of its name or, where the host takes that for the name
 * of another entry that was made here, under one with a number. taken: what was made in folder
 * parent (any number) before. The number, from 1; 0 with errno if it could not be made. b: the
 * name it got, with its NUL. */
unsigned as_make_named(as_map *taken, uint32_t parent, int dir, as_span name, const char *suffix,
	as_maker *make, void *ctx, as_buf *b);

/* An as_maker for folders. One that was there before is the user's, or of a run before this: it
 * will do. */
bool as_make_folder(void *ctx, int dir, const char *name, bool ours);

/* Opens a list of that name in folder dir for writing, emptied; no link is followed. NULL with errno. */
FILE *as_open_list(int dir, const char *name);
/* Writes a line of a list: the entry's place in its image, a word, and what it is about. */
void as_list_entry(FILE *to, as_span chain, as_span path, const char *what, as_span about);

#endif
