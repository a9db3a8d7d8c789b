/* SPDX-License-Identifier: Apache-2.0 */
/* The log of XFS: records that begin on 512 bytes:
 *    0 0xfeedbabe   4 cycle u32   8 version u32   16 LSN u64 (cycle, place in 512 bytes)   40 operations u32
 *  304 uuid[16]   320 size of what a header may tell of u32 (version 2: a header for each 32 KiB of it)
 * then operations: transaction u32, length u32, client u8, flags u8 (32: unmounted), 0 u16. The first word of each
 * 512 bytes is the cycle. The log is clean if its newest record says that the file system was unmounted. */
#include "unpack/fmt/xfs.h"

enum { SECTOR = 512, HEADED = 32768, UNMOUNTED = 32 };

/* LSN of the record at offset at of the log, or 0. */
static uint64_t record_at(const as_xfs *x, as_span log, uint64_t at)
{
	as_span raw = as_cut(log, at, SECTOR);
	if (!as_starts(raw, "\xfe\xed\xba\xbe"))
		return 0;
	as_cur c = as_cur_be(raw, 8);
	uint32_t version = as_u32(&c);
	as_skip(&c, 4);
	uint64_t lsn = as_u64(&c);
	as_span uuid = as_cut(raw, 304, 16);
	bool ours = as_same(uuid, x->super.uuid) || as_same(uuid, x->super.meta_uuid);
	bool fits = (version == 1 || version == 2) && (lsn & UINT32_MAX) == at / SECTOR;
	return ours && fits ? lsn : 0;
}

static bool is_unmounted(as_span log, uint64_t at)
{
	as_cur c = as_cur_be(log, at + 8);
	uint32_t version = as_u32(&c);
	as_seek(&c, at + 40);
	uint32_t operations = as_u32(&c);
	as_seek(&c, at + 320);
	uint64_t size = as_u32(&c), heads = version == 2 && size > HEADED ? size / HEADED : 1;
	as_seek(&c, at + heads * SECTOR + 9);
	return as_u8(&c) & UNMOUNTED && operations == 1;
}

as_status as_xfs_log(as_xfs *x)
{
	const as_xfs_super *s = &x->super;
	as_span where = as_cut(x->body, 48, 8);
	uint64_t at = as_xfs_block_at(x, s->log, s->log_blocks), newest = 0, newest_at = 0;
	if (s->log == 0) {
		as_tellf(x->u, where, "log", "on another device");
		return AS_OK;
	}
	if (at == AS_XFS_NOWHERE)
		return as_lost(x->u, 48, "log lies outside of the file system");
	as_span log = as_from(x->body, at);
	log = as_cut(log, 0, as_min(log.n, (uint64_t)s->log_blocks * s->block));
	as_struct(x->u, at, log.n, "XFS log");
	for (uint64_t k = 0; k + SECTOR <= log.n; k += SECTOR) {
		uint64_t lsn = record_at(x, log, k);
		if (lsn > newest) {
			newest = lsn;
			newest_at = k;
		}
	}
	if (newest == 0 || is_unmounted(log, newest_at)) {
		as_tellf(x->u, where, "log", newest ? "clean" : "empty");
		return AS_OK;
	}
	as_tellf(x->u, where, "log", "dirty");
	return as_refused(x->u, at + newest_at, "unsupported",
		"log holds changes that were not replayed: what was written last may be missing");
}
