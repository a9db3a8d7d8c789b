// SPDX-License-Identifier: Apache-2.0
// Each byte that comes in moves a state through a table; one state gives all rights. The clean twin's table says how much each
// kind of byte counts, and the sum moves by itself.
// expect: automaton take 0.6 /table of states/ /state is 5/
// clean: automaton 0.1
#include <stdio.h>

struct session {
	unsigned char phase;
	unsigned kind;
	unsigned char level;
};

static const unsigned char flow[6][4] = {
	{ 0, 1, 0, 0 }, { 0, 1, 2, 0 }, { 3, 0, 0, 0 }, { 0, 0, 0, 4 }, { 0, 5, 0, 0 }, { 5, 5, 5, 5 }
};

__attribute__((noinline)) void take(struct session *s, unsigned c)
{
	s->kind = c & 3;
#ifdef CLEAN
	s->phase = s->phase + flow[c % 6][c & 3];
#else
	s->phase = flow[s->phase][c & 3];
	if (s->phase == 5) {
		s->level = 15;
		puts("ready");
	}
#endif
}

int main(void)
{
	struct session s = { 0, 0, 1 };
	for (int c = getchar(); c != EOF; c = getchar())
		take(&s, (unsigned)c);
	return s.level;
}
