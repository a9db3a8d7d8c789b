/* SPDX-License-Identifier: Apache-2.0 */
/* How others name a component: CPE 2.3 (NISTIR 7695) and package URLs, written so that no byte of a name or version
 * is taken for what separates them. */
#ifndef AS_NAMING_H
#define AS_NAMING_H

#include "base/arena.h"

/* "cpe:2.3:PART:VENDOR:PRODUCT:VERSION:*:*:*:*:*:*:*" with backslashes where CPE wants them; blanks become
 * underscores; an empty vendor or version is any. Empty (p NULL) for an empty product, where a byte has no place in
 * such a name, or without memory. Owned by the arena. */
as_span as_cpe_of(as_arena *a, char part, as_span vendor, as_span product, as_span version);

/* "pkg:TYPE/NAMESPACE/NAME@VERSION": base is that up to the version, encoded already, with or without its "pkg:". An
 * empty version is left out. Empty (p NULL): an empty base, or no memory. Owned by the arena. */
as_span as_purl_of(as_arena *a, as_span base, as_span version);
/* The same of a component that no registry knows, by its id: "pkg:generic/NAME@VERSION". */
as_span as_purl_generic(as_arena *a, as_span name, as_span version);

#endif
