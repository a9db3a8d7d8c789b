/* SPDX-License-Identifier: Apache-2.0 */
// Input is compared, in constant time, with what is computed from the device's serial number. The clean twin computes from
// what it is given, and compares with what is stored.
// expect: derived inside 1.5 /what the device is/ /input is compared/
// expect: derived outside 1.5 /what the device is/ /input is compared/
// clean: derived 0.5
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { LONG = 11, LINE = 64 };

__attribute__((noinline)) static void number_of(char *out, const char *given)
{
#ifdef CLEAN
	strncpy(out, given, LINE - 1);
#else
	FILE *f = fopen("/proc/device-tree/serial-number", "r");
	(void)given;
	if (!f)
		return;
	out[fread(out, 1, LINE - 1, f)] = 0;
	fclose(f);
#endif
}

__attribute__((noinline)) int same(const uint8_t *a, const uint8_t *b, size_t n)
{
	uint8_t differ = 0;
	for (size_t i = 0; i < n; i++)
		differ |= (uint8_t)(a[i] ^ b[i]);
	return differ == 0;
}

__attribute__((noinline)) int inside(const char *given, const char *stored)
{
	char line[LINE] = { 0 };
	uint8_t want[LONG], differ = 0;
	uint32_t h = 0x1234;
	number_of(line, given);
	for (int i = 0; line[i]; i++)
		h = (h << 5 | h >> 27) ^ (uint8_t)line[i] * 0x9e37u;
	for (int i = 0; i < LONG; i++) {
		h = h * 1103515245 + 12345;
		want[i] = (uint8_t)('a' + (h >> 16) % 26);
	}
#ifdef CLEAN
	const uint8_t *other = (const uint8_t *)stored;
#else
	const uint8_t *other = (const uint8_t *)given;
#endif
	for (int i = 0; i < LONG; i++)
		differ |= (uint8_t)(other[i] ^ want[i]);
	return differ == 0;
}

__attribute__((noinline)) int outside(const char *given, const char *stored)
{
	char line[LINE] = { 0 };
	uint8_t want[LONG];
	uint32_t h = 0x4321;
	number_of(line, given);
	for (int i = 0; line[i]; i++)
		h = (h << 5 | h >> 27) ^ (uint8_t)line[i] * 0x9e37u;
	for (int i = 0; i < LONG; i++) {
		h = h * 1103515245 + 12345;
		want[i] = (uint8_t)('a' + (h >> 16) % 26);
	}
#ifdef CLEAN
	return same(want, (const uint8_t *)stored, LONG);
#else
	return same(want, (const uint8_t *)given, LONG);
#endif
}

int main(int argc, char **argv) { return inside(argv[1], argv[2]) + outside(argv[1], argv[2]); }
