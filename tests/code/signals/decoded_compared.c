/* SPDX-License-Identifier: Apache-2.0 */
// Input is changed and held against constants, byte by byte; the twin holds it against what
// it read before.
// expect: decoded check 1.5 /^rootme42$/ /compared/
// clean: decoded 1
#include <stdio.h>

static const unsigned char hidden[8] = { 'r' ^ 0xc3, 'o' ^ 0xc3, 'o' ^ 0xc3, 't' ^ 0xc3, 'm' ^ 0xc3,
	'e' ^ 0xc3, '4' ^ 0xc3, '2' ^ 0xc3 };

__attribute__((noinline)) int check(const char *given, const char *stored)
{
	for (int i = 0; i < 8; i++)
#ifdef CLEAN
		if (given[i] != stored[i])
#else
		if (((unsigned char)given[i] ^ 0xc3) != hidden[i])
#endif
			return 0;
	return 1;
}

int main(int argc, char **argv) { return check(argv[1], argv[0]); }
