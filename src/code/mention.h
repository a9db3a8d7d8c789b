/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a program speaks of a constant elsewhere: in its help, its messages, its tables, in other functions. What is
 * meant to be used is spoken of; what is hidden stands alone. */
#ifndef AS_CODE_MENTION_H
#define AS_CODE_MENTION_H

#include "code/signal.h"

/* How many other texts of the program's data hold that text as a word, in capitals or not; counted up to 8.
 * Of a program, two million words are known. Pure. */
unsigned as_mentions(const as_signals *s, as_span text, uint64_t addr);
/* How many functions refer to the address. Pure. */
unsigned as_mention_users(const as_signals *s, uint64_t addr);
/* The factor by which a constant weighs less for being spoken of: 1 where it stands alone. Pure. */
double as_mention_factor(const as_signals *s, as_span text, uint64_t addr);
/* Notes what functions refer to what addresses; before the others are asked. False only without memory. */
bool as_mention_prepare(as_signals *s) AS_MUST_USE;

#endif
