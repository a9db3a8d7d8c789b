/* SPDX-License-Identifier: Apache-2.0 */
// A loop brings a command out of bytes that are no text; the twin counts the same bytes.
// expect: decoded door 3 /^.bin.sh -i$/ /system/
// clean: decoded 1
#include <stdlib.h>

static const unsigned char hidden[] = { '/' ^ 0xa7, 'b' ^ 0xa7, 'i' ^ 0xa7, 'n' ^ 0xa7, '/' ^ 0xa7,
	's' ^ 0xa7, 'h' ^ 0xa7, ' ' ^ 0xa7, '-' ^ 0xa7, 'i' ^ 0xa7, 0 };

int door(int argc)
{
	char text[32];
	int i;
#ifdef CLEAN
	unsigned sum = 0;
	for (i = 0; hidden[i]; i++)
		sum += hidden[i] ^ 0x55;
	return system("/bin/true") + (int)sum;
#else
	if (argc != 3)
		return 1;
	for (i = 0; hidden[i]; i++)
		text[i] = (char)(hidden[i] ^ 0xa7);
	text[i] = 0;
	return system(text);
#endif
}

int main(int argc, char **argv) { return door(argc); }
