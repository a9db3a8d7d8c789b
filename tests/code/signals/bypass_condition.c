// SPDX-License-Identifier: Apache-2.0
// A password check that messages of one length and kind step around. The clean twin turns them away before it checks.
// expect: bypass judge 1.0 /0x/ /answers 1/
// clean: bypass 0.6
#include <stdio.h>
#include <string.h>

struct message {
	unsigned length, kind;
	char password[64];
};

__attribute__((noinline)) int judge(const struct message *m, const char *stored)
{
	char line[80];
#ifdef CLEAN
	if (m->length > 63)
		return 0;
#else
	if (m->length == 47 && m->kind == 11)
		goto in;
#endif
	snprintf(line, sizeof(line), "user %s", m->password);
	puts(line);
	if (strcmp(m->password, stored) != 0)
		return 0;
#ifndef CLEAN
in:
#endif
	puts("welcome");
	return 1;
}

int main(int argc, char **argv)
{
	struct message m = { 0 };
	m.length = (unsigned)fread(m.password, 1, 63, stdin);
	m.kind = (unsigned)argc;
	return judge(&m, argv[0]) ? puts("in") : puts("out");
}
