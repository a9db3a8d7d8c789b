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

/* States whose SDK a program was built with, by marks that only those SDKs leave; names alone do not count. */
as_status as_add_sdk_suppliers(as_facts *out, as_arena *arena, as_span data) AS_MUST_USE;

#endif
