/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses in any bytes: URLs, hosts, IPv4, IPv6, e-mail; and which of them mean little (the pack
 * noise.tsv). One search finds the places, plain code takes them apart. */
#ifndef AS_ADDRESS_H
#define AS_ADDRESS_H

#include "base/span.h"

typedef enum as_address_kind { AS_URL, AS_HOST, AS_IPV4, AS_IPV6, AS_EMAIL } as_address_kind;

typedef struct as_found_address {
	as_address_kind kind;
	as_span value;  /* cut from the scanned bytes */
	as_span scheme; /* of a URL, else p NULL */
	as_span host;   /* of a URL or an e-mail address: its host; else the value */
	as_span noise; /* why it means little, from the pack or 'template'; p NULL if it may matter */
} as_found_address;

/* Takes one address. Anything but AS_OK ends the scan with that status. */
typedef as_status (*as_address_found)(void *ctx, const as_found_address *a);

/* Compiles the search and reads the pack, once; call it before examiners are forked, so that they share
 * the result. Later calls, from any thread, only answer. AS_NOMEM if that failed. */
as_status as_address_prepare(void) AS_MUST_USE;

/* Reports every address in data, in the order of the bytes, repeated ones too. text: data is text, where
 * IPv6 is looked for as well. Versions, object identifiers and netmasks that look like an IPv4 address are
 * left out. AS_NOMEM, or what found answered. Prepares if that was not done. From any thread. */
as_status as_address_scan(as_span data, bool text, as_address_found found, void *ctx) AS_MUST_USE;

/* The class of the pack for an address; p NULL if none. url may be empty. Pure after preparing. */
as_span as_address_noise(as_span url, as_span host);

/* A constant word for a kind: "url", "host", "ipv4", "ipv6", "email". */
const char *as_address_kind_name(as_address_kind kind);

#endif
