/* SPDX-License-Identifier: Apache-2.0 */
// A command is put together on the stack byte by byte; in the twin it is a constant.
// expect: decoded run 1.8 /^telnetd -p 9$/ /system/
// clean: decoded 0.5
#include <stdlib.h>

int run(void)
{
#ifdef CLEAN
	return system("telnetd -p 9");
#else
	volatile char c[16];
	c[0] = 't';
	c[1] = 'e';
	c[2] = 'l';
	c[3] = 'n';
	c[4] = 'e';
	c[5] = 't';
	c[6] = 'd';
	c[7] = ' ';
	c[8] = '-';
	c[9] = 'p';
	c[10] = ' ';
	c[11] = '9';
	c[12] = 0;
	return system((char *)c);
#endif
}

int main(void) { return run(); }
