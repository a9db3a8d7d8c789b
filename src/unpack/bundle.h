/* SPDX-License-Identifier: Apache-2.0 */
/* Update bundles that are another format with something added: that format leaves them to their own handlers. */
#ifndef AS_UNPACK_BUNDLE_H
#define AS_UNPACK_BUNDLE_H

#include "unpack/format.h"

/* Whether image is a cpio archive that begins with sw-description (SWUpdate). Pure. */
bool as_bundle_is_swupdate(as_span image);
/* Whether image is a tar archive that begins with Mender's version. Pure. */
bool as_bundle_is_mender(as_span image);
/* Whether image ends as RAUC's bundles do, with a CMS structure and its length; cms is then that structure. Pure. */
bool as_bundle_is_rauc(as_span image, as_span *cms);

/* States what the CMS structure der says about who signed what: kind, digest, signers, and whether the signature is
 * right with the certificates that it holds (that is no trust: who they are is not checked). content: what is
 * signed, if der does not hold it; else empty. *inner (may be NULL): what it holds, in the arena, or empty.
 * AS_PARTIAL: the signature is wrong, which was noted. */
as_status as_bundle_cms(
	as_unpack *u, as_span body, as_span der, as_span content, as_span *inner) AS_MUST_USE;

#endif
