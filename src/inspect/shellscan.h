/* SPDX-License-Identifier: Apache-2.0 */
/* Where quotes, substitutions and words of shell text end. All pure. */
#ifndef AS_SHELLSCAN_H
#define AS_SHELLSCAN_H

#include "base/span.h"

/* Whether c ends a word: a blank, an operator or a line end. */
bool as_sh_is_meta(uint8_t c);
/* Whether c may stand in a variable's name. */
bool as_sh_is_name(uint8_t c);
/* The offset past the byte close that belongs to the open one before at; quotes hide. s.n if there is
 * none. */
size_t as_sh_past_close(as_span s, size_t at, uint8_t open, uint8_t close);
/* The offset past the word that begins at at. At most s.n. */
size_t as_sh_past_word(as_span s, size_t at);

#endif
