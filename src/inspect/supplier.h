/* SPDX-License-Identifier: Apache-2.0 */
/* Who made a part, by what knowledge/suppliers.tsv knows of names and marks. */
#ifndef AS_SUPPLIER_H
#define AS_SUPPLIER_H

#include "inspect/inspector.h"

/* States who is named in a text that speaks of makers (the subject of a certificate, the author of a module, a folder
 * in which something was built), each once, in that role. where: the bytes the text stands for. AS_PARTIAL: said what
 * was not looked at. */
as_status as_add_named_suppliers(
	as_facts *out, as_arena *arena, as_span where, as_span text, const char *role) AS_MUST_USE;

/* Owners of MAC addresses that were stated of a file already. */
enum { AS_MAC_OWNERS = 64 };
typedef struct as_mac_told {
	as_span owner[AS_MAC_OWNERS];
	size_t n;
} as_mac_told;

/* States in role "mac" to whom the MAC address was assigned that stands at the start of text, if one may tell from it
 * (knowledge/mac.h), and if it was not told; companies that suppliers.tsv knows are called as there. evidence: what
 * is shown. AS_PARTIAL: said that there are too many. */
as_status as_add_mac_owner(
	as_facts *out, as_mac_told *told, as_span text, as_span evidence) AS_MUST_USE;
/* Whether what stands before a MAC address says that it is one of this device. Pure. */
bool as_names_mac(as_span name);

/* States whose SDK a program was built with, by marks that only those SDKs leave; names alone do not count. */
as_status as_add_sdk_suppliers(as_facts *out, as_arena *arena, as_span data) AS_MUST_USE;

#endif
