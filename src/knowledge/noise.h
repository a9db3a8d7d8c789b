/* SPDX-License-Identifier: Apache-2.0 */
/* The pack noise.tsv: prefixes of URLs, networks, and hosts with all below them. */
#ifndef AS_NOISE_H
#define AS_NOISE_H

#include "base/span.h"

/* Reads the pack; call it once, before any thread asks. AS_NOMEM without memory. */
as_status as_noise_read(void) AS_MUST_USE;
/* Reads an IPv4 or IPv6 address in text into 16 bytes (IPv4 mapped). False if it is neither. Pure. */
bool as_ip_read(as_span text, uint8_t out[16]);

#endif
