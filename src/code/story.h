/* SPDX-License-Identifier: Apache-2.0 */
/* Which alarms of a program are told in full: those of the functions that weigh most, as far as a rule may report
 * them. */
#ifndef AS_CODE_STORY_H
#define AS_CODE_STORY_H

#include "code/signal.h"

enum { AS_STORY_FUNCTIONS = 24, AS_STORIES_MAX = 96 };

/* Chooses alarms, in the order of functions: of each function that weighs enough the best of each signal, one for each
 * place. Answers how many. Pure. */
size_t as_stories_choose(const as_alarm *list[AS_STORIES_MAX], const as_signals *s);

#endif
