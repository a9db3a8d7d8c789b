/* SPDX-License-Identifier: Apache-2.0 */
// A small function decodes with a key that it is given, and its answer is compared with the
// password; the twin turns its own
// texts into capital letters.
// expect: decoded check 1.8 /^letmein2026$/ /strcmp/
// clean: decoded 1.5
#include <stdio.h>
#include <string.h>

static char out[64];

__attribute__((noinline)) static char *turn(const char *in, int n, unsigned char key)
{
	for (int i = 0; i < n; i++)
#ifdef CLEAN
		out[i] = in[i] >= 'a' && in[i] <= 'z' ? in[i] - 32 : in[i];
#else
		out[i] = (char)(in[i] - key + i);
#endif
	out[n] = 0;
	return out;
}

int check(const char *given)
{
#ifdef CLEAN
	return puts(turn("hello world", 11, 1));
#else
	/* "letmein2026", each byte plus 0x93 minus its place */
	return strcmp(given, turn("\xff\xf7\x05\xfd\xf4\xf7\xfb\xbe\xbb\xbc\xbf", 11, 0x93)) == 0;
#endif
}

int main(int argc, char **argv) { return check(argv[1]); }
