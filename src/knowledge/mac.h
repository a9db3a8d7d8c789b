/* SPDX-License-Identifier: Apache-2.0 */
/* To whom the IEEE assigned which beginnings of MAC addresses (knowledge/macs.tsv). */
#ifndef AS_KNOWLEDGE_MAC_H
#define AS_KNOWLEDGE_MAC_H

#include "base/span.h"
#include "base/status.h"

enum { AS_MAC_BYTES = 6, AS_MAC_TEXT = 17 /* bytes of it as text */ };

/* Reads the pack, once; call it before examiners are forked. Later calls, from any thread, only answer. AS_NOMEM if
 * that failed. */
as_status as_mac_prepare(void) AS_MUST_USE;

/* The organization that addresses like this one were assigned to; empty, p NULL: nobody, or nobody that one may tell
 * from it, as it is a group's, a network's own choice or one that people make up (00:11:22:33:44:55). Borrows from the
 * pack, for ever. From any thread. */
as_span as_mac_owner(const uint8_t mac[AS_MAC_BYTES]);

/* An address of six bytes in hexadecimal between colons or hyphens at the start of s, and no longer one. False if
 * there is none. Pure. */
bool as_mac_read(as_span s, uint8_t mac[AS_MAC_BYTES]);

#endif
