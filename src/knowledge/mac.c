/* SPDX-License-Identifier: Apache-2.0 */
#include "knowledge/mac.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "base/embed.h"
#include "knowledge/tsv.h"

enum { BLOCKS_MAX = 1 << 16, HEX_LEN = 6 };

typedef struct block {
	uint32_t prefix;
	as_span owner;
} block;

/* Built once and then only read; sorted. */
static struct {
	block *blocks;
	size_t n;
} pack;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static int ascending(const void *a, const void *b)
{
	uint32_t x = ((const block *)a)->prefix, y = ((const block *)b)->prefix;
	return (x > y) - (x < y);
}

static void add_blocks(as_span owner, as_span prefixes)
{
	as_span one;
	for (as_span rest = prefixes; pack.n < BLOCKS_MAX && rest.n >= HEX_LEN;
		rest = as_from(rest, HEX_LEN + 1)) {
		uint64_t prefix = 0;
		one = as_cut(rest, 0, HEX_LEN);
		if (as_number(one, 16, &prefix))
			pack.blocks[pack.n++] = (block){ (uint32_t)prefix, owner };
	}
}

static void prepare(void)
{
	as_span field[2];
	as_cur c = as_cur_le(as_embedded_file(as_embedded_knowledge, "macs.tsv"), 0);
	pack.blocks = calloc(BLOCKS_MAX, sizeof(*pack.blocks));
	while (pack.blocks && as_tsv_row(&c, field, 2) == 2)
		add_blocks(field[0], field[1]);
	if (pack.blocks)
		qsort(pack.blocks, pack.n, sizeof(*pack.blocks), ascending);
}

as_status as_mac_prepare(void)
{
	(void)pthread_once(&once, prepare);
	return pack.blocks ? AS_OK : AS_NOMEM;
}

/* Bytes that go up by the same step, from the first or the second on: 00:11:22:33:44:55, 00:aa:bb:cc:dd:ee,
 * 00:01:02:03:04:05; also one byte again and again. */
static bool is_made_up(const uint8_t *mac)
{
	bool even = true;
	uint8_t step = (uint8_t)(mac[2] - mac[1]);
	for (size_t i = 2; i + 1 < AS_MAC_BYTES; i++)
		even = even && (uint8_t)(mac[i + 1] - mac[i]) == step;
	return even;
}

as_span as_mac_owner(const uint8_t mac[AS_MAC_BYTES])
{
	enum { GROUP = 1, LOCAL = 2 };
	block key = { .prefix = (uint32_t)mac[0] << 16 | (uint32_t)mac[1] << 8 | mac[2] };
	if ((mac[0] & (GROUP | LOCAL)) || is_made_up(mac) || as_mac_prepare() != AS_OK)
		return (as_span){ 0 };
	/* Zeros are Xerox', and what stands where nothing was set; the next is for protocols and documents. */
	bool common = key.prefix == 0 || key.prefix == 0x00005e;
	const block *b = common ? NULL : bsearch(&key, pack.blocks, pack.n, sizeof(key), ascending);
	return b ? b->owner : (as_span){ 0 };
}

bool as_mac_read(as_span s, uint8_t mac[AS_MAC_BYTES])
{
	uint8_t mark = as_at(s, 2), next = as_at(s, AS_MAC_TEXT);
	bool longer = s.n > AS_MAC_TEXT && (next == ':' || next == '-' || as_is_alnum(next));
	if (s.n < AS_MAC_TEXT || longer || (mark != ':' && mark != '-'))
		return false;
	for (size_t i = 0; i < AS_MAC_BYTES; i++) {
		uint64_t v = 0;
		as_span two = as_cut(s, 3 * i, 2);
		if (!as_number(two, 16, &v) || (i > 0 && as_at(s, 3 * i - 1) != mark))
			return false;
		mac[i] = (uint8_t)v;
	}
	return true;
}
