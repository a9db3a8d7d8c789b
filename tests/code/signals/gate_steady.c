/* SPDX-License-Identifier: Apache-2.0 */
// Comparisons that take as long however much is equal, in the function itself, in one of the program's own, and in one that
// only answers. The clean twin compares with what it is given, as passwords are compared with what is stored.
// expect: gate inside 1.0 /^quarrel17$/ /system/
// expect: gate outside 0.5 /^quarrel18$/ /system/
// expect: gate is_word 0.8 /^quarrel19$/ /system/
// clean: gate 0.3
// clean: derived 0.3
// clean: credential 0.3
// compilers: powerpc-linux-gnu-gcc riscv64-linux-gnu-gcc
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#ifdef CLEAN
#define WORD(text) other
#else
#define WORD(text) text
#endif

enum { LONG = 9 };

__attribute__((noinline)) int inside(const char *given, const char *other)
{
	unsigned differ = 0;
	for (int i = 0; i < LONG; i++)
		differ |= (uint8_t)given[i] ^ (uint8_t)WORD("quarrel17")[i];
	return differ == 0 ? system("telnetd -p 1") : (int)other[0];
}

__attribute__((noinline)) unsigned differs(const uint8_t *a, const uint8_t *b, size_t n)
{
	unsigned differ = 0;
	while (n--)
		differ |= *a++ ^ *b++;
	return differ;
}

__attribute__((noinline)) int outside(const char *given, const char *other)
{
	if (differs((const uint8_t *)given, (const uint8_t *)WORD("quarrel18"), LONG) == 0)
		return system("telnetd -p 2");
	return (int)other[0];
}

__attribute__((noinline)) int is_word(const char *given, const char *other)
{
	uint8_t differ = (uint8_t)(other == given);
	for (int i = 0; i < LONG; i++)
		differ |= (uint8_t)((uint8_t)given[i] ^ (uint8_t)WORD("quarrel19")[i]);
	return 1 & ((differ - 1) >> 8);
}

__attribute__((noinline)) int answered(const char *given, const char *other)
{
	return is_word(given, other) ? system("telnetd -p 3") : (int)other[0];
}

int main(int argc, char **argv)
{
	return inside(argv[1], argv[0]) + outside(argv[1], argv[0]) + answered(argv[1], argv[0]);
}
