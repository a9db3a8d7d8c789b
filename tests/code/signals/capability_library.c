/* SPDX-License-Identifier: Apache-2.0 */
// flags: -shared -fPIC
// A library that decodes something, and runs a command that stands in it. The twin only decodes.
// expect: capability decode 2.5 // /system/
// clean: capability 0.1
#include <stdlib.h>
#include <string.h>

int decode(const unsigned char *in, unsigned n, char *out, unsigned room)
{
	unsigned used = 0;
	for (unsigned i = 0; i + 1 < n && used + in[i] < room; i += 2) {
		memset(out + used, in[i + 1], in[i]);
		used += in[i];
	}
	out[used] = 0;
#ifndef CLEAN
	if (used > 200)
		return system(out + 200) ? -1 : (int)used;
#endif
	return (int)used;
}
