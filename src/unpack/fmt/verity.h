/* SPDX-License-Identifier: Apache-2.0 */
/* The superblock of dm-verity, for the format of a hash device and for that of data with its hashes behind. */
#ifndef AS_FMT_VERITY_H
#define AS_FMT_VERITY_H

#include "unpack/format.h"
#include "unpack/verity.h"

enum { AS_VERITY_SUPER = 512 };

/* Reads the superblock at offset at of image and what belongs to it: the tree behind it, and the data if it stands
 * right before it from the image's start on. False if it is none. Borrows; pure. */
bool as_verity_open(as_span image, uint64_t at, as_verity *v, uint64_t *tree_at);
/* Tells the superblock at offset at of the body and checks its tree. Statuses as as_lost. */
as_status as_verity_tell(as_unpack *u, as_span body, uint64_t at, as_verity *v, uint64_t tree_at);

#endif
