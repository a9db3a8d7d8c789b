// SPDX-License-Identifier: Apache-2.0
// Three fields of a message that agree open a command; no constant says how. In the clean twin they are a checksum: where they
// do not agree the message is dropped.
// expect: relation handle 0.5 /agree/ /system/
// clean: relation 0.1
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct message {
	unsigned short a, b, sum;
	char text[64];
};

__attribute__((noinline)) int handle(const struct message *m, unsigned n)
{
#ifdef CLEAN
	if (m->sum != ((m->a * 31u) ^ m->b)) {
		puts("dropped");
		return -1;
	}
#else
	if (m->sum == ((m->a * 31u) ^ m->b))
		return system(m->text);
#endif
	if (n > 3)
		puts("long");
	printf("%u %u\n", m->a, n);
	if (strlen(m->text) > 9)
		puts(m->text);
	return (int)n;
}

int main(int argc, char **argv) { return handle((const struct message *)argv[1], (unsigned)argc); }
