// SPDX-License-Identifier: Apache-2.0
// What a loop over the input adds up is held against a number. In the clean twin a loop goes over a table, and is held against
// the address behind it, which is no number that anybody chose.
// expect: computed sum 0.5 /0x4f1b7/ /which way/
// clean: computed 0.1
#include <stdio.h>

struct row {
	unsigned key, value;
};

static const struct row rows[] = { { 3, 5 }, { 9, 40 }, { 77, 1 }, { 201, 8 } };

__attribute__((noinline)) int sum(const unsigned char *p, unsigned n)
{
	unsigned s = 0;
#ifdef CLEAN
	for (const struct row *r = rows; r != rows + sizeof(rows) / sizeof(rows[0]); r++)
		s += r->key == n ? r->value : p[0];
	return (int)s;
#else
	for (unsigned i = 0; i < n; i++)
		s = s * 31 + p[i];
	if (s == 0x4f1b7)
		return printf("%u\n", n);
	return rows[n & 3].value > 3;
#endif
}

int main(int argc, char **argv) { return sum((const unsigned char *)argv[0], (unsigned)argc); }
