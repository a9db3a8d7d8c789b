/* SPDX-License-Identifier: Apache-2.0 */
/* Whose SDK a program was built with: names of its folders and of its functions (knowledge/suppliers.tsv). Company
 * names alone are in too many tables of devices to say anything; where they do say who made something, the inspectors
 * of certificates, kernel modules, traces of the build and releases state it. */
#include "inspect/binary.h"
#include "inspect/supplier.h"

static as_status inspect(as_facts *out, const as_file *f)
{
	return as_add_sdk_suppliers(out, f->arena, f->data);
}

const as_inspector as_inspector_supplier = {
	.id = "supplier",
	.title = "Whose SDK programs were built with",
	.cares = as_file_is_binary,
	.inspect = inspect,
	.tables = (const char *const[]){ "supplier", NULL },
};
