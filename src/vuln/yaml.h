/* SPDX-License-Identifier: Apache-2.0 */
/* YAML as the same tree as JSON. */
#ifndef AS_VULN_YAML_H
#define AS_VULN_YAML_H

#include "vuln/json.h"

/* Reads the first document of a YAML text. Scalars are texts, whatever they look like, but for plain null,
 * true and false. NULL, and the fault, if it is none, has a key twice, nests deeper than AS_JSON_DEPTH,
 * refers to another part of itself (an alias can make kilobytes into gigabytes) or spends the arena.
 * Everything is owned by the arena. */
as_value *as_yaml_parse(as_arena *a, as_span text, as_fault *fault);

#endif
