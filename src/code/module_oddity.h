/* SPDX-License-Identifier: Apache-2.0 */
/* What kernel modules have no reason to do: take themselves out of the lists that show them, ask for what the kernel
 * offers to no module, change what their own process may do. */
#ifndef AS_CODE_MODULE_ODDITY_H
#define AS_CODE_MODULE_ODDITY_H

#include "code/signal.h"

/* States alarms of signal "oddity". Nothing for a file that is no kernel module. */
void as_module_oddities(as_signals *s);

#endif
