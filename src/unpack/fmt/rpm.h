/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the rpm handler share. The layout is described in rpm.c. */
#ifndef AS_FMT_RPM_H
#define AS_FMT_RPM_H

#include "unpack/format.h"

/* One header: an index of tags, and the store that their values stand in. */
typedef struct as_rpm_header {
	as_span all, index, store; /* cut from the package */
	uint64_t at, end;          /* of it all, in the package */
} as_rpm_header;

enum { AS_RPM_BIN = 7, AS_RPM_STRING = 6, AS_RPM_STRINGS = 8, AS_RPM_I18N = 9 };

/* The value of a tag: of texts the first, of numbers all bytes of the array. p NULL: there is none. *type
 * may be NULL. */
as_span as_rpm_value(const as_rpm_header *h, uint32_t tag, uint32_t *type);
/* The first number of a tag of 16, 32 or 64 bits; false if there is none. */
bool as_rpm_number(const as_rpm_header *h, uint32_t tag, uint64_t *out);
/* Verifies the digests that the signature header states of the main header and of what follows it, and tells
 * what signatures there are. AS_PARTIAL if a digest is wrong. */
as_status as_rpm_verify(
	as_unpack *u, as_span body, const as_rpm_header *sig, const as_rpm_header *main);
/* Whether a digest of the main header stands in the signature header and fits. Pure. */
bool as_rpm_proved(const as_rpm_header *sig, const as_rpm_header *main);

#endif
