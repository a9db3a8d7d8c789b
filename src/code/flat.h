/* SPDX-License-Identifier: Apache-2.0 */
/* bFLT, the programs of Linux without memory management: one piece of code, one of data, a list of the words that
 * hold addresses. All numbers of the header are big-endian:
 *    0 "bFLT"   4 version (4)   8 entry   12 data   16 end of data   20 end of bss   24 stack   28 relocations
 *   32 how many of them   36 flags (2: the table of addresses comes first in the data; 4, 8: compressed)   64 code
 * Which processor it is for is not told. Addresses here are AS_UNLINKED_BASE + offset in the file. Not read: versions
 * before 4, compressed ones (what gzip holds has no header), other processors than ARM. */
#ifndef AS_CODE_FLAT_H
#define AS_CODE_FLAT_H

#include "code/program.h"

/* Whether data begins like such a program. Pure. */
bool as_flat_is(as_span data);
/* Lays out p: the processor is the one whose calls fit best (p->guessed says which, in words). AS_NOT_THIS: none fits,
 * or it is not read. AS_NOMEM. */
as_status as_flat_open(as_program *p, as_span data) AS_MUST_USE;

#endif
