/* SPDX-License-Identifier: Apache-2.0 */
/* For what runs inspectors without an examiner: unit tests, the fuzzer. */
#ifndef AS_TEST_LEAF_H
#define AS_TEST_LEAF_H

#include "unpack/engine.h"

/* The type of a file as the examiner would have it: a format that is recognised and not opened, or its content's. */
static inline const char *leaf_type(as_span data)
{
	as_extent e = { 0 };
	for (const as_format *const *f = as_formats; *f; f++)
		if ((*f)->kind == AS_LEAF && (*f)->probe(data, &e) == AS_OK)
			return (*f)->id;
	return as_type_of(data);
}

#endif
