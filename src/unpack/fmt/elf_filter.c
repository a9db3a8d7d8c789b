/* SPDX-License-Identifier: Apache-2.0 */
/* UPX's filters: before it packs, goals of calls and jumps become absolute (counted from the block's start), so
 * that calls of one function look alike. Here they become relative again. By number:
 *   0x11 to 0x19   i386: calls (1, 4, 7), jumps (2, 5, 8) or both; 4 to 6 read big-endian, 7 to 9 written so
 *   0x24 to 0x26, 0x36, 0x46, 0x49   i386: only goals that begin with the marker; 0x49 conditional jumps, too
 *   0x50, 0x51   ARM's BL, both byte orders   0x52   ARM64's B and BL   0xd0   PowerPC's B */
#include "elf.h"

static uint32_t get(const uint8_t *p, unsigned n, bool big)
{
	as_cur c = as_cur_of(as_bytes(p, n), 0, big);
	return (uint32_t)as_uint(&c, n);
}

static void set(uint8_t *p, unsigned n, bool big, uint32_t v)
{
	for (unsigned i = 0; i < n; i++)
		p[big ? n - 1 - i : i] = (uint8_t)(v >> 8 * i);
}

/* Calls without a marker; low digit 1 to 9. */
static void plain_calls(unsigned digit, uint8_t *p, size_t n)
{
	unsigned which = (digit - 1) % 3;
	bool from_big = digit >= 4 && digit <= 6, to_big = digit >= 7;
	for (size_t i = 0; n >= 5 && i < n - 5; i++) {
		if ((p[i] == 0xe8 && which != 1) || (p[i] == 0xe9 && which != 0)) {
			uint32_t goal = get(&p[i + 1], 4, from_big);
			set(&p[i + 1], 4, to_big, goal - (uint32_t)(i + 1));
			i += 4;
		}
	}
}

/* Calls whose goal begins with the marker. */
static void marked_calls(uint8_t id, uint8_t marker, uint8_t *p, size_t n)
{
	bool calls = id != 0x25, jumps = id != 0x24, conditional = id == 0x49;
	size_t last = 0; /* behind the goal read last */
	for (size_t i = 0; n >= 5 && i < n - 5; i++) {
		bool one = (p[i] == 0xe8 && calls) || (p[i] == 0xe9 && jumps);
		one = one || (conditional && i > 0 && i != last && p[i - 1] == 0x0f &&
				     p[i] >= 0x80 && p[i] <= 0x8f);
		if (!one || p[i + 1] != marker)
			continue;
		uint32_t goal = get(&p[i + 1], 4, true) - ((uint32_t)marker << 24);
		set(&p[i + 1], 4, false, goal - (uint32_t)(i + 1));
		i += 4;
		last = i + 1;
	}
}

static void arm(bool big, uint8_t *p, size_t n)
{
	for (size_t i = 0; n >= 4 && (i == 0 || i < n - 4); i += 4) {
		uint8_t *at = &p[i + (big ? 1 : 0)];
		if ((p[i + (big ? 0 : 3)] & 0x0f) == 0x0b)
			set(at, 3, big, get(at, 3, big) - (uint32_t)(i / 4));
	}
}

static void arm64(uint8_t *p, size_t n)
{
	enum { GOAL = 0x3ffffff };
	for (size_t i = 0; n >= 4 && (i == 0 || i < n - 4); i += 4) {
		uint32_t word = get(&p[i], 4, false), goal = word - (uint32_t)(i / 4);
		if ((word >> 24 & 0x7c) == 0x14)
			set(&p[i], 4, false, (word & ~(uint32_t)GOAL) | (goal & GOAL));
	}
}

static void powerpc(uint8_t marker, uint8_t *p, size_t n)
{
	enum { GOAL = 0x3fffffc, KEPT = 0x3ffffc /* without the marker */, MOST = 1 << 22 };
	for (size_t i = 0; n >= 4 && i <= as_min(n - 4, MOST); i += 4) {
		uint32_t word = get(&p[i], 4, true);
		if (word >> 26 == 18 && (word >> 22 & 15) == marker)
			set(&p[i], 4, true,
				(word & ~(uint32_t)GOAL) | (((word & KEPT) - (uint32_t)i) & GOAL));
	}
}

bool as_elf_unfilter(uint8_t id, uint8_t marker, uint8_t *p, size_t n)
{
	if (id == 0)
		return true;
	if (id >= 0x11 && id <= 0x19)
		plain_calls(id & 15, p, n);
	else if ((id >= 0x24 && id <= 0x26) || id == 0x36 || id == 0x46 || id == 0x49)
		marked_calls(id, marker, p, n);
	else if (id == 0x50 || id == 0x51)
		arm(id == 0x51, p, n);
	else if (id == 0x52)
		arm64(p, n);
	else if (id == 0xd0)
		powerpc(marker, p, n);
	else
		return false;
	return true;
}
