/* SPDX-License-Identifier: Apache-2.0 */
/* Stubs: the few instructions that only jump through a slot (entries of a procedure linkage table), and those that
 * answer their own return address. Recognised by what they do, not by where they stand. */
#ifndef AS_CODE_STUB_H
#define AS_CODE_STUB_H

#include "code/program.h"

/* Makes room for what will be found out. False without memory. */
bool as_stub_prepare(as_program *p) AS_MUST_USE;
/* Where a call to addr arrives: the import or function that a stub at addr jumps to, or addr itself. Remembered. */
uint64_t as_stub_goal(const as_program *p, uint64_t addr);
/* The same, where the stub is relative to a register whose contents the caller knows (PowerPC of 32 bits: register
 * 30). */
uint64_t as_stub_goal_from(const as_program *p, uint64_t addr, uint64_t got);
/* The catalogue's entry for a goal, remembered; as_api_of asks this. */
const struct as_api *as_stub_api(const as_program *p, uint64_t goal);
/* Its name, from the symbol table or as the library function that it was recognised as; p NULL: none. */
as_span as_stub_name(const as_program *p, uint64_t goal);
/* Where the function really starts that is entered at addr: on PowerPC (second 64-bit ABI) calls inside a program
 * skip the two instructions that load the table's pointer. Else addr. Pure. */
uint64_t as_stub_entry(const as_program *p, uint64_t addr);
/* Forgets what as_stub_api remembers of a goal. */
void as_stub_forget(const as_program *p, uint64_t goal);
/* The register in which the function at addr answers its return address (i386), or AS_REG_NONE. Pure. */
uint8_t as_stub_pc_register(const as_program *p, uint64_t addr);

#endif
