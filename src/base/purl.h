/* SPDX-License-Identifier: Apache-2.0 */
/* Package URLs (https://github.com/package-url/purl-spec): pkg:TYPE/NAMESPACE/NAME@VERSION. */
#ifndef AS_PURL_H
#define AS_PURL_H

#include "base/buf.h"

/* Percent-encodes what a part of a package URL may not hold as it is; a colon stays. */
void as_purl_add(as_buf *b, as_span s);

/* A package URL without qualifiers and subpath, which say in which form a package came: its type (empty, where it does
 * not begin as a package URL), what follows up to its version (namespace and name), and the version, empty where there
 * is none. All as they stand; a type means the same in capitals. */
typedef struct as_purl {
	as_span type, name, version;
} as_purl;
as_purl as_purl_split(as_span s);
/* Whether two parts of package URLs are the same with what is percent-encoded decoded. Pure. */
bool as_purl_same(as_span a, as_span b);
/* Whether s has the form of a package URL: a type, a name, and nothing that no URI (RFC 3986) holds. Pure. */
bool as_is_purl(as_span s);
/* Appends the package URL by which a component is known in what is exchanged about it: its own, or, where that is
 * missing or has not the form, pkg:generic/ID@VERSION; without a version where that is empty. */
void as_purl_known(as_buf *b, as_span own, as_span id, as_span version);

#endif
