/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_LZFSE_H
#define AS_LZFSE_H

#include "codec/window.h"

/* Decodes LZVN until as much came as the window may give. */
void as_lzvn_run(as_window *w, as_span in);

#endif
