/* SPDX-License-Identifier: Apache-2.0 */
/* What kind of file a record of NTFS is: times, links, devices, owners that Linux left there.
 * Extended attributes: 0 next u32   4 flags u8   5 name's bytes u8   6 value's bytes u16   8 name, NUL, value
 * Reparse point: 0 tag u32   4 bytes u16   8 data; of a link: 0 substitute at u16, 2 its bytes, 4 shown at, 6 its
 *   bytes, 8 flags u32 (not of a junction), then both names in UTF-16. WSL: a u32, then the target in UTF-8. */
#include "unpack/fmt/ntfs.h"
#include "unpack/utf16.h"

enum {
	SYSTEM = 4, /* of a file's attributes */
	REPARSE_MOST = 16 << 10,
	EA_MOST = 64 << 10,
	TARGET_MOST = 64 << 10,
	SPARSE = 0x8000, /* of a stream */
	INTERIX = 8      /* bytes of its magics */
};
#define LINK 0xa000000cu
#define JUNCTION 0xa0000003u
#define WSL_LINK 0xa000001du
#define OVERLAY 0x80000017u

static void set_time(as_entry *e, uint64_t filetime)
{
	enum { PER_SECOND = 10000000 };
	if (filetime == 0 || filetime >> 63)
		return;
	e->mtime = (int64_t)(filetime / PER_SECOND) - 11644473600; /* from 1601 to 1970 */
	e->nsec = (uint32_t)(filetime % PER_SECOND) * 100;
	e->has |= AS_HAS_MTIME;
}

/* The next extended attribute of all from *at on; false after the last. */
static bool next_ea(as_span all, uint64_t *at, as_span *name, as_span *value)
{
	as_cur c = as_cur_le(all, *at);
	uint32_t next = as_u32(&c);
	as_skip(&c, 1);
	uint8_t name_n = as_u8(&c);
	uint16_t n = as_u16(&c);
	*name = as_take(&c, name_n);
	as_skip(&c, 1);
	*value = as_take(&c, n);
	*at = next >= 8 ? *at + next : all.n;
	return as_ok(&c) && name->n > 0;
}

static as_span attributes_of(as_ntfs *q, const as_ntfs_file *f)
{
	return as_ntfs_value(q, f, as_ntfs_find(f, AS_NTFS_EA), EA_MOST);
}

/* What Linux (WSL) left there of owner, mode and device. */
static void set_owner(as_ntfs *q, const as_ntfs_file *f, as_entry *e)
{
	as_span all = attributes_of(q, f), name, value;
	bool user = false, group = false;
	for (uint64_t at = 0; at < all.n && next_ea(all, &at, &name, &value);) {
		as_cur c = as_cur_le(value, 0);
		uint32_t v = as_u32(&c);
		bool device = as_is_nocase(name, "$LXDEV");
		user = user || as_is_nocase(name, "$LXUID");
		group = group || as_is_nocase(name, "$LXGID");
		if (as_is_nocase(name, "$LXUID"))
			e->uid = v;
		if (as_is_nocase(name, "$LXGID"))
			e->gid = v;
		if (as_is_nocase(name, "$LXMOD")) {
			e->mode = v & 07777;
			e->has |= AS_HAS_MODE;
		}
		e->major = device ? v : e->major;
		e->minor = device ? as_u32(&c) : e->minor;
	}
	e->has |= user && group ? AS_HAS_OWNER : 0;
}

as_status as_ntfs_attributes(as_ntfs *q, const as_ntfs_file *f)
{
	as_span all = attributes_of(q, f), name, value;
	as_status s = AS_OK;
	for (uint64_t at = 0; at < all.n && s == AS_OK && next_ea(all, &at, &name, &value);)
		if (!as_starts(name, "$LX") && !as_starts(name, "$lx"))
			s = as_xattr(q->u, name, value);
	return s;
}

/* A path of Windows with slashes, so that it can be followed. */
static as_span path_of(const as_ntfs *q, as_span utf16)
{
	as_span text = as_utf16(q->scratch, utf16, false);
	as_span from = as_starts(text, "\\??\\") ? as_from(text, 4) : text;
	uint8_t *out = from.n > 0 ? as_alloc(q->scratch, from.n) : NULL;
	for (size_t i = 0; out && i < from.n; i++)
		out[i] = from.p[i] == '\\' ? '/' : from.p[i];
	return as_bytes(out, out ? from.n : 0);
}

static as_span link_target(const as_ntfs *q, as_span data, bool junction)
{
	as_cur c = as_cur_le(data, 0);
	uint16_t at = as_u16(&c), n = as_u16(&c), shown_at = as_u16(&c), shown_n = as_u16(&c);
	as_span names = as_from(data, junction ? 8 : 12);
	as_span shown = path_of(q, as_cut(names, shown_at, shown_n));
	return shown.n > 0 ? shown : path_of(q, as_cut(names, at, n));
}

/* Contents that stand elsewhere leave a stream that is one hole: that is not what the file holds. What the Overlay
 * Filter packed: 4 provider u32 (2: in the file itself)   12 method u32. */
static as_status refuse_reparse(as_ntfs *q, as_ntfs_file *f, uint32_t tag, as_span data)
{
	static const uint32_t chunks[] = { 4096, AS_NTFS_LZX_CHUNK, 8192, 16384 };
	const as_ntfs_attr *stream = as_ntfs_find(f, AS_NTFS_DATA);
	as_cur c = as_cur_le(data, 4);
	uint32_t provider = as_u32(&c);
	as_skip(&c, 4);
	uint32_t method = as_u32(&c);
	f->apart = tag == OVERLAY || (stream && stream->flags & SPARSE && stream->size > 0);
	if (tag == OVERLAY && as_ok(&c) && provider == 2 && method < 4)
		f->chunk = chunks[method];
	if (f->chunk > 0)
		return AS_OK;
	return as_refused(q->u, f->at, "unsupported",
		tag == OVERLAY
			? "contents stand in an archive, or are packed in an unknown way (Overlay "
			  "Filter)"
		: f->apart ? "contents stand in another place, to which a reparse point leads"
			   : "a reparse point of another kind was not followed");
}

static as_status describe_reparse(as_ntfs *q, as_ntfs_file *f, as_span raw, as_entry *e)
{
	static const struct {
		uint32_t tag;
		as_type type;
	} wsl[] = { { 0x80000023, AS_SOCKET }, { 0x80000024, AS_FIFO }, { 0x80000025, AS_CHAR },
		{ 0x80000026, AS_BLOCK } };
	as_cur c = as_cur_le(raw, 0);
	uint32_t tag = as_u32(&c);
	uint16_t n = as_u16(&c);
	as_skip(&c, 2);
	as_span data = as_take(&c, n);
	for (size_t i = 0; i < sizeof(wsl) / sizeof(wsl[0]); i++)
		if (tag == wsl[i].tag) {
			e->type = wsl[i].type;
			return AS_OK;
		}
	if (tag != LINK && tag != JUNCTION && tag != WSL_LINK)
		return refuse_reparse(q, f, tag, data);
	as_span target = tag == WSL_LINK ? as_from(data, 4) : link_target(q, data, tag == JUNCTION);
	if (!as_ok(&c) || target.n == 0)
		return as_lost(q->u, f->at, "target of a link cannot be read");
	e->type = AS_SYMLINK;
	e->target = target;
	return AS_OK;
}

/* Links and devices as Interix wrote them, and Linux still does: system files that begin so. */
static void describe_interix(as_ntfs *q, const as_ntfs_file *f, as_entry *e)
{
	const as_ntfs_attr *data = as_ntfs_find(f, AS_NTFS_DATA);
	as_span all = data && data->size >= INTERIX ? as_ntfs_value(q, f, data, TARGET_MOST)
						    : (as_span){ 0 };
	as_span magic = as_cut(all, 0, INTERIX), rest = as_from(all, INTERIX);
	bool character = as_same(magic, as_bytes("IntxCHR", INTERIX));
	bool block = as_same(magic, as_bytes("IntxBLK", INTERIX));
	as_cur c = as_cur_le(rest, 0);
	if (as_same(magic, as_bytes("IntxLNK\1", INTERIX))) {
		e->target = as_utf16(q->scratch, rest, false);
		e->type = e->target.n > 0 ? AS_SYMLINK : e->type;
	} else if ((character || block) && rest.n >= 16) {
		e->type = character ? AS_CHAR : AS_BLOCK;
		e->major = (uint32_t)as_u64(&c);
		e->minor = (uint32_t)as_u64(&c);
	}
	if (e->type != AS_FILE && !data->resident)
		as_ntfs_account(q, f, true);
}

as_status as_ntfs_describe(as_ntfs *q, as_ntfs_file *f, as_entry *e)
{
	as_cur c = as_cur_le(as_ntfs_value(q, f, as_ntfs_find(f, AS_NTFS_STANDARD), 512), 8);
	as_status s = AS_OK;
	e->type = f->directory ? AS_DIR : AS_FILE;
	set_time(e, as_u64(&c));
	as_seek(&c, 32);
	uint32_t flags = as_u32(&c);
	set_owner(q, f, e);
	const as_ntfs_attr *reparse = as_ntfs_find(f, AS_NTFS_REPARSE);
	if (reparse)
		s = describe_reparse(q, f, as_ntfs_value(q, f, reparse, REPARSE_MOST + 8), e);
	else if (flags & SYSTEM && e->type == AS_FILE)
		describe_interix(q, f, e);
	return s;
}
