/* SPDX-License-Identifier: Apache-2.0 */
#include "assess/near.h"

#include "assess/form.h"

enum { LETTERS = 40, TRIED_MOST = 10000, LETTERS_A_SLIP = 4, SLIPS_MOST = 3 };

static uint8_t plain(uint8_t b)
{
	if (b >= 'A' && b <= 'Z')
		return (uint8_t)(b + 'a' - 'A');
	return b == ' ' || b == '-' ? '_' : b;
}

static unsigned least(unsigned a, unsigned b) { return a < b ? a : b; }

/* Slips between two names of at most LETTERS bytes (optimal string alignment). */
static unsigned slips_between(as_span a, as_span b)
{
	unsigned rows[3][LETTERS + 1] = { 0 };
	for (size_t k = 0; k <= b.n; k++)
		rows[0][k] = (unsigned)k;
	for (size_t i = 1; i <= a.n; i++) {
		unsigned *now = rows[i % 3], *up = rows[(i + 2) % 3], *upper = rows[(i + 1) % 3];
		now[0] = (unsigned)i;
		for (size_t k = 1; k <= b.n; k++) {
			uint8_t x = plain(a.p[i - 1]), y = plain(b.p[k - 1]);
			now[k] = least(up[k - 1] + (x != y), least(up[k], now[k - 1]) + 1);
			if (i > 1 && k > 1 && x == plain(b.p[k - 2]) && y == plain(a.p[i - 2]))
				now[k] = least(now[k], upper[k - 2] + 1);
		}
	}
	return rows[a.n % 3][b.n];
}

void as_near_try(as_near *n, as_span name)
{
	size_t shorter = n->given.n < name.n ? n->given.n : name.n,
	       longer = n->given.n + name.n - shorter;
	unsigned most = least(SLIPS_MOST, 1 + (unsigned)(longer / LETTERS_A_SLIP) / 2);
	if (n->tried++ >= TRIED_MOST || shorter < 2 || longer > LETTERS || longer - shorter > most)
		return;
	unsigned slips = slips_between(n->given, name);
	slips = slips ? slips : 1; /* the same but for case, or a blank for a _ */
	if (slips > most || slips >= shorter || (n->slips && slips >= n->slips))
		return;
	n->slips = slips;
	n->best = name;
}

const char *as_near_text(const as_near *n, as_arena *arena)
{
	if (!n->slips)
		return "";
	as_span s = as_print(arena, "; did you mean '%s'?", as_shown_text(arena, n->best));
	return s.p ? (const char *)s.p : "";
}
