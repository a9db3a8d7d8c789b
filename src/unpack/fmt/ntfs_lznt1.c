/* SPDX-License-Identifier: Apache-2.0 */
/* LZNT1, in which NTFS packs files. Chunks that give 4096 bytes each (the last may give fewer):
 *    0 u16: bytes behind it less one (12 bits), 3 (3 bits), packed (1 bit); 0 is the end
 * A packed chunk is a byte of eight flags, lowest first, and for each a byte (0) or a pair (1) u16: how far back less
 * one in its upper bits, length less three in the others. How many are the upper bits depends on how much of the
 * chunk has been unpacked: 4 up to 16 bytes, and one more for each doubling. */
#include "unpack/fmt/ntfs.h"

enum { CHUNK = 4096, PACKED = 0x8000, SIGNATURE = 3 };

/* Copies what a pair tells to out[*at]; false if it leads out of the chunk. */
static bool copy_back(uint8_t *out, size_t *at, size_t room, unsigned pair)
{
	unsigned bits = 4;
	while (*at > 1u << bits)
		bits++;
	size_t back = (pair >> (16 - bits)) + 1, n = (pair & (0xffffu >> bits)) + 3;
	if (back > *at || n > room - *at)
		return false;
	for (size_t i = 0; i < n; i++, ++*at)
		out[*at] = out[*at - back];
	return true;
}

static bool unpack_chunk(as_span in, uint8_t *out, size_t room, size_t *n)
{
	as_cur c = as_cur_le(in, 0);
	while (as_left(&c) > 0) {
		unsigned flags = as_u8(&c);
		for (unsigned i = 0; i < 8 && as_left(&c) > 0; i++, flags >>= 1) {
			bool right = flags & 1 ? copy_back(out, n, room, as_u16(&c)) : *n < room;
			if (!right || !as_ok(&c))
				return false;
			if (!(flags & 1))
				out[(*n)++] = as_u8(&c);
		}
	}
	return true;
}

size_t as_ntfs_lznt1(as_span packed, uint8_t *out, size_t room, bool *damaged)
{
	as_cur c = as_cur_le(packed, 0);
	size_t done = 0;
	while (as_left(&c) >= 2 && done < room) {
		unsigned head = as_u16(&c);
		size_t here = 0, most = as_min(CHUNK, room - done);
		if (head == 0)
			break;
		as_span in = as_take(&c, (head & 0xfff) + 1);
		bool right = as_ok(&c) && (head >> 12 & 7) == SIGNATURE;
		if (right && head & PACKED) {
			right = unpack_chunk(in, out + done, most, &here);
		} else if (right) {
			here = as_min(in.n, most);
			memcpy(out + done, in.p, here);
			right = in.n <= most;
		}
		*damaged = *damaged || !right;
		if (!as_ok(&c))
			break;
		done += most;
	}
	return done;
}
