/* SPDX-License-Identifier: Apache-2.0 */
/* Android's verified boot metadata, for vbmeta images and for partitions that carry it at their end. */
#ifndef AS_FMT_AVB_H
#define AS_FMT_AVB_H

#include "unpack/format.h"

typedef struct as_avb {
	as_span raw; /* header, authentication and auxiliary block; may be cut off */
	as_span header, digest, signature, key; /* cut from raw */
	as_span descriptors,
		signed_aux; /* the auxiliary block is what is signed after the header */
	uint32_t algorithm, flags, rollback_place;
	uint64_t size, rollback;
	uint64_t at; /* where it stands in the body; for the caller to say */
	as_span release;
	as_span image; /* what the descriptors may be of; empty: it is elsewhere */
} as_avb;

/* Reads the metadata at the start of s. False if it is none. Borrows; pure. */
bool as_avb_open(as_span s, as_avb *out);
/* Whether its digest fits what it is of; false as well if it is not signed. Pure. */
bool as_avb_digest_fits(const as_avb *a);
/* Whether the image fits the first descriptor: a tree by its root alone, else the digest. Pure. */
bool as_avb_image_fits(const as_avb *a);
/* Tells the header, whether the signature is right, and each descriptor; verifies what is there. Statuses as
 * as_lost. */
as_status as_avb_tell(as_unpack *u, const as_avb *a);
/* The descriptors alone. */
as_status as_avb_descriptors(as_unpack *u, const as_avb *a);

#endif
