/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds of entry in a container. */
#ifndef AS_ENTRY_H
#define AS_ENTRY_H

typedef enum as_type {
	AS_FILE = 1,
	AS_PART, /* a nameless or synthetic piece of a carrier or stream */
	AS_DIR,
	AS_SYMLINK,
	AS_HARDLINK, /* only where the format has hard-link entries by name: target says to what */
	AS_BLOCK,
	AS_CHAR,
	AS_FIFO,
	AS_SOCKET,
} as_type;

#endif
