/* SPDX-License-Identifier: Apache-2.0 */
/* Which disassembler this is, for the dossier to say. */
#ifndef AS_CODE_DISASSEMBLER_H
#define AS_CODE_DISASSEMBLER_H

#include <stddef.h>

/* What writes the instructions, such as "capstone 4.0": another version may use other words. At most n bytes with the
 * NUL. */
void as_disassembler_name(char *out, size_t n);

#endif
