/* SPDX-License-Identifier: Apache-2.0 */
/* LogFS: a log-structured file system for flash that Linux had from 2.6.34 to 4.9; big-endian. It begins with a segment
 * that holds the superblock, of 256 bytes:
 *    0 CRC of the 20 bytes behind it   4 zero u16   6 type of the segment u8 (1)   8 its number   12 erase count
 *   24 0x7a3a8e5cb9d5bf67   32 CRC of what follows   36 levels of the inode file u8   37 of files u8
 *   39 bits of a segment's size u8   40 of a block's u8   41 of a write's u8   48 size u64   56 segment's size
 *  176 where the superblock and its copy stand, two u64
 * What stands in it is not read. */
#include "unpack/format.h"

enum { SUPER = 256, SEGMENT = 24, SUMMED_FROM = 36, TYPE = 1, SHIFT_LEAST = 9, SHIFT_MOST = 32 };

typedef struct super {
	uint64_t size, copies[2];
	uint32_t segment;
	uint8_t segment_bits, block_bits, write_bits;
} super;

static bool read_super(as_span image, super *s)
{
	as_span head = as_cut(image, 0, SUPER);
	as_cur c = as_cur_be(head, 4);
	uint16_t zero = as_u16(&c);
	uint8_t type = as_u8(&c);
	as_seek(&c, 32);
	uint32_t sum = as_u32(&c);
	as_skip(&c, 3);
	*s = (super){ .segment_bits = as_u8(&c) };
	s->block_bits = as_u8(&c);
	s->write_bits = as_u8(&c);
	as_skip(&c, 6);
	s->size = as_u64(&c);
	s->segment = as_u32(&c);
	as_seek(&c, 176);
	s->copies[0] = as_u64(&c);
	s->copies[1] = as_u64(&c);
	return as_ok(&c) && zero == 0 && type == TYPE && s->size >= SUPER &&
	       s->block_bits >= SHIFT_LEAST && s->block_bits < SHIFT_MOST &&
	       (as_crc32(0, as_from(head, SUMMED_FROM)) ^ UINT32_MAX) == sum;
}

static as_status probe(as_span image, as_extent *out)
{
	super s;
	if (!read_super(image, &s))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(s.size, image.n), .sure = AS_CHECKSUMMED };
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	super s;
	if (!read_super(body, &s))
		return as_lost(u, 0, "the superblock is damaged");
	as_span head = as_cut(body, 0, SUPER);
	as_struct(u, 0, SUPER, "LogFS superblock");
	for (unsigned i = 0; i < 2; i++)
		if (as_same(as_cut(body, s.copies[i], SUPER), head))
			as_struct(u, s.copies[i], SUPER, "LogFS superblock");
	as_tellf(u, head, "size", "%llu", (unsigned long long)s.size);
	as_tellf(u, head, "segment-size", "%u", s.segment);
	as_tellf(u, head, "block-size", "%llu", 1ull << s.block_bits);
	as_cur c = as_cur_be(head, 0);
	if ((as_crc32(0, as_cut(head, 4, SEGMENT - 4)) ^ UINT32_MAX) != as_u32(&c))
		(void)as_lost(u, 0, "the checksum of the first segment's header is wrong");
	if (s.size > body.n)
		(void)as_lost(u, body.n, "the image ends before its file system does");
	return as_refused(u, 0, "unsupported", "what stands in a LogFS is not read");
}

const as_format as_format_logfs = {
	.id = "logfs",
	.title = "LogFS",
	.kind = AS_FILESYSTEM,
	.magic =
		(const as_magic[]){
			{ .bytes = "\x7a\x3a\x8e\x5c\xb9\xd5\xbf\x67", .len = 8, .at = 24 },
			{ 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "with a segment header before the superblock, as Linux "
					   "2.6.34 and later have it",
		NULL },
	.verifies =
		(const char *const[]){
			"CRC-32 of the superblock and of the first segment's header", NULL },
	.keeps = (const char *const[]){ "nothing: it is recognised and measured only", NULL },
	.samples =
		(const char *const[]){
			"generator from the published layout; not tried on a vendor's own image",
			NULL },
	.gaps = (const char *const[]){ "files are not read (said)", NULL },
	.spec = "https://www.kernel.org/doc/Documentation/filesystems/logfs.txt",
	.see = NULL,
};
