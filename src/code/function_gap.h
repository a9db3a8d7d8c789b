/* SPDX-License-Identifier: Apache-2.0 */
/* What bytes between functions that are known look like. */
#ifndef AS_CODE_FUNCTION_GAP_H
#define AS_CODE_FUNCTION_GAP_H

#include "code/flow.h"

/* Whether code begins with what fills up gaps, in steps of so many bytes. Pure. */
bool as_gap_padding(as_span code, unsigned step);
/* The bytes of an instruction at code that does nothing, as compilers put many of between functions; 0: it does
 * something. Pure. */
size_t as_gap_idle(const as_program *p, as_span code, uint64_t addr, bool thumb);
/* Whether a word between functions of Thumb code is rather a constant of the one before it (an address, a distance, a
 * number) than two instructions: its upper half is next to 0. What begins with a push is code. Pure. */
bool as_gap_constant(as_span code, uint64_t addr, bool thumb);
/* Whether a function begins by putting its return address on the stack: then it need not return. Pure. */
bool as_gap_saves_link(const as_program *p, const as_flow *f);
/* Whether one of the first instructions at addr, before any that jumps, puts the return address on the stack. Pure. */
bool as_gap_begins(const as_program *p, uint64_t addr, bool thumb);
/* The mode of ARM code that nothing tells the mode of: instructions of the A32 set nearly all begin with the
 * condition "always". Pure. */
bool as_gap_thumb(const as_program *p, uint64_t addr);

#endif
