// SPDX-License-Identifier: Apache-2.0
// Two fields are mixed, and one number of all that can come out is treated apart. The clean twin holds a sum against the
// field that is made for it, and a remainder against a round number.
// expect: computed accept 1.0 /0x3385d/ /which way/
// clean: computed 0.5
#include <stdio.h>

__attribute__((noinline)) int accept(unsigned columns, unsigned rows, unsigned sum)
{
#ifdef CLEAN
	if (columns * 31 + rows != sum)
		return 0;
	if ((columns * 7 + rows) % 3600 == 600)
		return 2;
#else
	if (columns * 1000 + rows == 211037)
		return printf("%u\n", rows);
	(void)sum;
#endif
	return 1;
}

int main(int argc, char **argv)
{
	unsigned a = (unsigned)getchar(), b = (unsigned)getchar();
	printf("%d %s\n", accept(a, b, (unsigned)argc), argv[0]);
	return 0;
}
