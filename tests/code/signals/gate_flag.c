/* SPDX-License-Identifier: Apache-2.0 */
// A comparison is made into a number first - set, turned, masked, kept on the stack, answered, put together with another -
// and only then asked for, as code without optimisation does. The clean twin compares with what it is given.
// expect: gate plain 1.0 /^zorbla11$/ /system/
// expect: gate turned 1.0 /^zorbla12$/ /system/
// expect: gate is_answered 0.8 /^zorbla13$/ /system/
// expect: gate both 0.5 /^zorbla14$/ /system/
// expect: gate both 0.5 /^zorbla15$/ /system/
// expect: gate number 0.5 /^0x5eed7a31$/ /system/
// clean: gate 0.3
// compilers: powerpc-linux-gnu-gcc riscv64-linux-gnu-gcc
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#ifdef CLEAN
#define WORD(text) other
#define NUMBER (unsigned)other[0]
#else
#define WORD(text) text
#define NUMBER 0x5eed7a31
#endif

__attribute__((noinline)) int plain(const char *given, const char *other)
{
	int same = strcmp(given, WORD("zorbla11")) == 0;
	return same ? system("telnetd -p 1") : (int)other[0];
}

__attribute__((noinline)) int turned(const char *given, const char *other)
{
	bool same = !strcmp(given, WORD("zorbla12")), differs = !same;
	return !differs ? system("telnetd -p 2") : (int)other[0];
}

__attribute__((noinline)) bool is_answered(const char *given, const char *other)
{
	return strcmp(given, WORD("zorbla13")) == 0;
}

__attribute__((noinline)) int answered(const char *given, const char *other)
{
	return is_answered(given, other) ? system("telnetd -p 3") : (int)other[0];
}

__attribute__((noinline)) int both(const char *given, const char *second, const char *other)
{
	int bad = strcmp(given, WORD("zorbla14")) != 0;
	bad |= strcmp(second, WORD("zorbla15")) != 0;
	return !bad ? system("telnetd -p 4") : (int)other[0];
}

__attribute__((noinline)) int number(unsigned given, const char *other)
{
	bool differs = given != NUMBER;
	return !differs ? system("telnetd -p 5") : (int)other[0];
}

int main(int argc, char **argv)
{
	return plain(argv[1], argv[0]) + turned(argv[1], argv[0]) + answered(argv[1], argv[0]) +
	       both(argv[1], argv[2], argv[0]) + number((unsigned)atoi(argv[1]), argv[0]);
}
