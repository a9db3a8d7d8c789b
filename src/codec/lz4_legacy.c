/* SPDX-License-Identifier: Apache-2.0 */
/* lz4's first container, still what "lz4 -l" and the Linux kernel write. Little-endian:
 *    0 0x184c2102   4 block: u32 compressed size, LZ4 block of at most 8 MiB; and so on
 * There is no end mark: a block that is not full is the last, else the stream ends with the data,
 * or where no possible size stands. A new magic begins another stream of the same file. */
#include <lz4.h>
#include <stdlib.h>

#include "codec/stream.h"

enum { MAGIC = 0x184c2102, FULL = 8 << 20 };

static as_status block(as_flow *f, as_span in, uint8_t *out, size_t room, bool *full)
{
	int n = room < FULL ? LZ4_decompress_safe_partial((const char *)in.p, (char *)out,
				      (int)in.n, (int)room, (int)room)
			    : LZ4_decompress_safe((const char *)in.p, (char *)out, (int)in.n, FULL);
	if (n < 0)
		return AS_PARTIAL;
	*full = n == FULL;
	return as_flow_give(f, as_bytes(out, (size_t)n));
}

static as_status blocks(as_flow *f, uint8_t *out, size_t room)
{
	as_cur c = as_cur_le(f->in, 0);
	as_status s = as_u32(&c) == MAGIC ? AS_OK : AS_NOT_THIS;
	bool full = true;
	while (s == AS_OK && as_left(&c) > 0) {
		f->used = as_pos(&c);
		uint32_t n = as_u32(&c);
		if (n == MAGIC) {
			full = true;
			continue;
		}
		bool first = f->out == 0;
		if (!full || n == 0 || n > LZ4_COMPRESSBOUND(FULL) || !as_ok(&c))
			return first ? AS_NOT_THIS : AS_OK;
		as_span in = as_take(&c, n);
		s = as_ok(&c) ? block(f, in, out, room, &full) : AS_PARTIAL;
		if (s == AS_PARTIAL && first)
			s = as_ok(&c) ? AS_NOT_THIS : AS_PARTIAL;
		else if (s == AS_OK)
			f->used = as_pos(&c);
	}
	return s;
}

as_status as_flow_lz4_legacy(as_flow *f, size_t peek)
{
	size_t room = peek > 0 && peek < FULL ? peek : FULL;
	uint8_t *out = malloc(room);
	as_status s = out ? blocks(f, out, room) : AS_NOMEM;
	free(out);
	return s;
}
