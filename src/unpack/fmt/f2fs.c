/* SPDX-License-Identifier: Apache-2.0 */
/* F2FS, the flash-friendly file system of Android and others. Little-endian, blocks of 4 KiB, segments of 2 MiB. In
 * order: two superblocks, two packs of checkpoints, SIT (segments and their blocks in use), NAT (where nodes stand),
 * SSA (whose a block is), and the main area of nodes and data: see f2fs_super.c, f2fs_node.c, f2fs_inode.c.
 * Names of a directory, in each of its blocks or inline: bits (from the lowest) of the slots in use, padding, records
 * of 11 bytes (hash u32, inode u32, length u16, kind u8), names in slots of 8 bytes. A long name takes several. */
#include "unpack/fmt/f2fs.h"
#include "unpack/utf16.h"

enum { RECORD = 11, SLOT = 8, DEVICE = 68, HAS_DATA = 8, LABEL = 1024 };

static as_status remember(as_f2fs *x, uint32_t number, as_node *node)
{
	if (!node)
		return as_map_set(&x->seen, number, 0);
	if (x->n_dirs == x->cap_dirs) {
		size_t cap = x->cap_dirs ? x->cap_dirs * 2 : 64;
		as_node **longer = as_alloc_array(as_memory(x->u), cap, sizeof(as_node *));
		if (!longer)
			return AS_NOMEM;
		for (size_t i = 0; i < x->n_dirs; i++)
			longer[i] = x->dirs[i];
		x->dirs = longer;
		x->cap_dirs = cap;
	}
	x->dirs[x->n_dirs++] = node;
	return as_map_set(&x->seen, number, x->n_dirs);
}

static as_status put_named(as_f2fs *x, uint32_t number, as_span name, uint64_t at, as_node *dir)
{
	as_span raw = as_f2fs_node(x, number, number);
	as_f2fs_inode i;
	if (raw.n == 0)
		return as_lost(x->u, at, "directory names an inode that is not there");
	if (!as_f2fs_parse_inode(x, raw, &i))
		return as_lost(x->u, at, "inode makes no sense");
	return as_f2fs_put(x, &i, name, dir, false);
}

static as_status list_names(as_f2fs *x, as_span area, as_node *dir)
{
	size_t slots = area.n * 8 / ((RECORD + SLOT) * 8 + 1);
	as_span records = as_cut(area, area.n - slots * (RECORD + SLOT), slots * RECORD);
	as_span names = as_cut(area, area.n - slots * SLOT, slots * SLOT);
	uint64_t base = 0;
	as_status s = AS_OK;
	(void)as_within(x->body, records, &base);
	for (size_t k = 0, taken = 1; k < slots && s <= AS_PARTIAL; k += taken) {
		uint64_t at = base + k * RECORD;
		taken = 1;
		if (!(as_at(area, k / 8) >> k % 8 & 1))
			continue;
		as_cur c = as_cur_le(records, k * RECORD + 4);
		uint32_t number = as_u32(&c);
		uint16_t len = as_u16(&c);
		as_span name = as_cut(names, k * SLOT, len);
		if (name.n == 0 || len > 255) {
			s = as_worse(s, as_lost(x->u, at, "directory record makes no sense"));
			continue;
		}
		taken = (len + SLOT - 1u) / SLOT;
		if (!as_is(name, ".") && !as_is(name, ".."))
			s = as_worse(s, put_named(x, number, name, at, dir));
	}
	return s;
}

/* A directory on its way through its blocks. */
typedef struct listing {
	as_f2fs *x;
	const as_f2fs_inode *i;
	as_node *dir;
	as_status s;
} listing;

static bool list_block(void *ctx, uint32_t block, uint64_t n)
{
	listing *l = ctx;
	as_span raw = as_f2fs_block(l->x, block);
	(void)n;
	if (block == AS_F2FS_HOLE || block == AS_F2FS_NEW)
		return true;
	if (raw.n == 0) {
		l->s = as_worse(l->s,
			as_lost(l->x->u, l->i->at, "blocks of a directory are damaged or missing"));
		return l->s <= AS_PARTIAL;
	}
	as_struct(l->x->u, (uint64_t)block * AS_F2FS_BLOCK, raw.n, "f2fs directory");
	l->s = as_worse(l->s, list_names(l->x, raw, l->dir));
	return l->s <= AS_PARTIAL;
}

static as_status list(as_f2fs *x, const as_f2fs_inode *i, as_node *dir)
{
	listing l = { .x = x, .i = i, .dir = dir };
	if (i->kept & AS_F2FS_INLINE_NAMES)
		return list_names(x, as_f2fs_inline(i), dir);
	as_f2fs_walk(x, i, list_block, &l);
	return l.s;
}

static as_status put_directory(as_f2fs *x, as_node *dir, const as_entry *e, const as_f2fs_inode *i)
{
	as_node *node = NULL;
	as_status s = as_put(x->u, dir, e, &node);
	if (s != AS_OK || !node)
		return s;
	s = as_visit(x->u, i->at);
	if (s != AS_OK)
		return s;
	s = remember(x, i->number, node);
	if (s <= AS_PARTIAL)
		s = as_worse(s, as_f2fs_xattrs(x, i));
	return s <= AS_PARTIAL ? as_worse(s, list(x, i, node)) : s;
}

static as_status put_inline(as_f2fs *x, as_node *dir, as_entry *e, const as_f2fs_inode *i)
{
	as_span all = as_f2fs_inline(i);
	e->data = as_cut(all, 0, i->size);
	if (e->data.n == i->size && i->kept & HAS_DATA)
		return as_put(x->u, dir, e, NULL);
	bool want = false, lost = i->size > all.n;
	e->data = (as_span){ 0 };
	as_status s = as_begin(x->u, dir, e, &want);
	if (s == AS_OK && want)
		s = i->kept & HAS_DATA ? as_more(x->u, all) : as_zero(x->u, as_min(i->size, all.n));
	if (s > AS_PARTIAL)
		return s;
	s = as_worse(s, as_end(x->u, lost));
	return lost ? as_worse(s, as_lost(x->u, i->at, "inline contents are cut off")) : s;
}

static as_status put_link(as_f2fs *x, as_node *dir, as_entry *e, const as_f2fs_inode *i)
{
	as_span target = as_cut(as_f2fs_inline(i), 0, i->size);
	if (!(i->kept & AS_F2FS_INLINE_DATA)) {
		as_f2fs_gather(x, i);
		target = as_pieces_read(x->u, x->body, &x->pieces, as_min(i->size, AS_F2FS_BLOCK));
	}
	if (target.n != i->size || i->size == 0)
		return as_lost(x->u, i->at, "target of a symbolic link cannot be read");
	uint64_t at = 0;
	if (as_within(x->body, target, &at))
		as_struct(x->u, at, target.n, "f2fs data");
	e->target = target;
	return as_put(x->u, dir, e, NULL);
}

static void set_device(as_entry *e, const as_f2fs_inode *i)
{
	as_cur c = as_cur_le(i->raw, 360 + i->extra);
	uint32_t old = as_u32(&c), new = as_u32(&c);
	e->major = old ? old >> 8 & 0xff : new >> 8 & 0xfff;
	e->minor = old ? old & 0xff : (new & 0xff) | (new >> 12 & 0xfff00);
}

static as_status put_contents(as_f2fs *x, as_node *dir, as_entry *e, const as_f2fs_inode *i)
{
	if (i->advice & AS_F2FS_ENCRYPTED) {
		as_status s = as_begin(x->u, dir, e, NULL);
		s = s > AS_PARTIAL ? s : as_worse(s, as_end(x->u, true));
		return as_worse(s, as_refused(x->u, i->at, "encrypted",
					   "file is encrypted: it was not examined"));
	}
	if (e->type == AS_SYMLINK)
		return put_link(x, dir, e, i);
	if (e->type == AS_BLOCK || e->type == AS_CHAR)
		set_device(e, i);
	if (e->type != AS_FILE)
		return as_put(x->u, dir, e, NULL);
	if (i->kept & AS_F2FS_INLINE_DATA)
		return put_inline(x, dir, e, i);
	if (i->cluster > 0)
		return as_f2fs_put_packed(x, dir, e, i);
	as_f2fs_gather(x, i);
	return as_put_pieces(x->u, x->body, dir, e, &x->pieces, i->size, "f2fs data");
}

as_status as_f2fs_put(as_f2fs *x, const as_f2fs_inode *i, as_span name, as_node *dir, bool deleted)
{
	as_entry e = { .at = i->at,
		.name = name,
		.type = i->type,
		.mode = i->mode,
		.uid = i->uid,
		.gid = i->gid,
		.mtime = i->mtime,
		.nsec = i->nsec,
		.has = AS_HAS_MODE | AS_HAS_OWNER | AS_HAS_MTIME,
		.inode = i->type == AS_DIR || deleted ? 0 : i->number,
		.deleted = deleted };
	uint64_t held = 0;
	bool again = !deleted && i->type != AS_DIR && as_map_get(&x->seen, i->number, &held);
	as_status s =
		i->wrong && !again ? as_lost(x->u, i->at, "checksum of an inode is wrong") : AS_OK;
	if (e.type == AS_DIR)
		return as_worse(s, put_directory(x, dir, &e, i));
	as_status put = deleted ? AS_OK : remember(x, i->number, NULL);
	if (put == AS_OK) /* a further name: the contents were put with the first */
		put = again ? as_put(x->u, dir, &e, NULL) : put_contents(x, dir, &e, i);
	s = as_worse(s, put);
	return put == AS_OK ? as_worse(s, as_f2fs_xattrs(x, i)) : s;
}

static as_status probe(as_span image, as_extent *out)
{
	as_f2fs_super s;
	as_f2fs_checkpoint cp;
	if (!as_f2fs_read_super(image, &s))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(s.blocks << s.log_block, image.n),
		.sure = AS_PLAUSIBLE };
	if (s.summed || (s.log_block == 12 && as_f2fs_read_checkpoint(image, &s, &cp)))
		out->sure = AS_CHECKSUMMED;
	return AS_OK;
}

static void tell_features(as_f2fs *x)
{
	static const char *const names[] = { "encrypt", "blkzoned", NULL, "extra_attr",
		"project_quota", "inode_checksum", "flexible_inline_xattr", "quota", "inode_crtime",
		"lost_found", "verity", "sb_checksum", "casefold", "compression", "ro" };
	as_arena *a = as_memory(x->u);
	as_span text = { 0 };
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i] && x->super.features >> i & 1)
			text = as_print(a, "%.*s%s%s", (int)text.n, (const char *)text.p,
				text.n ? " " : "", names[i]);
	if (text.n > 0)
		as_tell(x->u, as_cut(x->super.raw, 2180, 4), "features", text);
}

static void tell_text(as_f2fs *x, uint64_t at, const char *name)
{
	as_span raw = as_cut(x->super.raw, at, 256);
	raw = as_cut(raw, 0, as_min(as_find_byte(raw, 0, 0), raw.n));
	if (raw.n > 0)
		as_tell(x->u, raw, name, as_trim(raw));
}

static void tell(as_f2fs *x)
{
	const uint8_t *b = x->super.uuid.p;
	as_tellf(x->u, x->super.uuid, "uuid",
		"%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
		b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
		b[15]);
	as_span label = as_cut(x->super.raw, 124, LABEL);
	size_t n = 0;
	while (n + 1 < label.n && (as_at(label, n) | as_at(label, n + 1)) != 0)
		n += 2;
	if (n > 0)
		as_tell(x->u, as_cut(label, 0, n), "label",
			as_utf16(as_memory(x->u), as_cut(label, 0, n), false));
	tell_features(x);
	tell_text(x, 1668, "written by");
	tell_text(x, 1924, "first written by");
	as_struct(x->u, AS_F2FS_SUPER_AT, AS_F2FS_SUPER, "f2fs superblock");
	as_struct(x->u, AS_F2FS_BLOCK + AS_F2FS_SUPER_AT, AS_F2FS_SUPER, "f2fs superblock");
	if (x->cp.at > 0)
		as_struct(x->u, x->cp.at, (uint64_t)x->cp.total * AS_F2FS_BLOCK, "f2fs checkpoint");
}

/* What of the image's frame is not as it should be. */
static as_status judge(as_f2fs *x)
{
	as_status s = AS_OK;
	as_f2fs_super *sb = &x->super;
	if (sb->at != AS_F2FS_SUPER_AT)
		s = as_lost(
			x->u, AS_F2FS_SUPER_AT, "first superblock is damaged: its copy was read");
	if (sb->wrong)
		s = as_worse(s, as_lost(x->u, sb->at, "checksum of the superblock is wrong"));
	if (sb->blocks * AS_F2FS_BLOCK > x->body.n)
		s = as_worse(s, as_lost(x->u, x->body.n, "image is cut off"));
	if (as_at(sb->raw, 2201 + DEVICE) != 0)
		s = as_worse(s, as_refused(x->u, sb->at + 2201, "unsupported",
					"file system goes on in other devices"));
	if (x->cp.at == 0)
		s = as_worse(s, as_lost(x->u, sb->cp * (uint64_t)AS_F2FS_BLOCK,
					"no checkpoint is valid: nodes were found by a search, "
					"deleted ones among them"));
	else if (x->cp.open)
		s = as_worse(s, as_lost(x->u, x->cp.at, "checkpoint is not closed"));
	else if (x->cp.other_lost)
		s = as_worse(
			s, as_lost(x->u, x->cp.at,
				   "one of two checkpoints is lost: this may be an older state"));
	return s;
}

static as_status read_all(as_f2fs *x)
{
	as_f2fs_inode root;
	as_status s = judge(x);
	if (s <= AS_PARTIAL)
		s = as_worse(s, x->cp.at ? as_f2fs_read_journal(x) : as_f2fs_search(x));
	if (s <= AS_PARTIAL && x->cp.at)
		s = as_worse(s, as_f2fs_roll_forward(x));
	if (s > AS_PARTIAL)
		return s;
	as_span raw = as_f2fs_node(x, x->super.root, x->super.root);
	s = as_worse(s, remember(x, x->super.root, as_root(x->u)));
	if (!as_f2fs_parse_inode(x, raw, &root) || root.type != AS_DIR) {
		s = as_worse(s, as_lost(x->u, x->super.at, "root is not a directory"));
	} else {
		s = as_worse(s, as_visit(x->u, root.at));
		s = s <= AS_PARTIAL ? as_worse(s, list(x, &root, as_root(x->u))) : s;
	}
	return s <= AS_PARTIAL ? as_worse(s, as_f2fs_rest(x)) : s;
}

static as_status unpack(as_unpack *u, as_span body)
{
	as_f2fs x = { .u = u, .body = body, .pieces.arena = as_memory(u) };
	if (!as_f2fs_read_super(body, &x.super))
		return as_lost(u, AS_F2FS_SUPER_AT, "superblock makes no sense");
	if (x.super.log_block != 12)
		return as_refused(u, x.super.at + 16, "unsupported",
			"blocks are not of 4 KiB: nothing was read");
	x.seed = as_f2fs_crc(UINT32_MAX, x.super.uuid);
	x.budget = 2 * (uint64_t)x.super.main_segments << x.super.log_segment;
	(void)as_f2fs_read_checkpoint(body, &x.super, &x.cp);
	tell(&x);
	as_status s = read_all(&x);
	as_map_free(&x.newer);
	as_map_free(&x.index);
	as_map_free(&x.seen);
	return s;
}

const as_format as_format_f2fs = {
	.id = "f2fs",
	.title = "F2FS",
	.kind = AS_FILESYSTEM,
	.magic = (const as_magic[]){ { .bytes = "\x10\x20\xf5\xf2",
					     .len = 4,
					     .at = AS_F2FS_SUPER_AT },
		{ .bytes = "\x10\x20\xf5\xf2", .len = 4, .at = AS_F2FS_BLOCK + AS_F2FS_SUPER_AT },
		{ 0 } },
	.probe = probe,
	.unpack = unpack,
	.anywhere = true,
	.variants = (const char *const[]){ "blocks of 4 KiB; compact and normal summaries",
		"inline data, inline names, extra attributes, flexible inline attributes",
		"files packed by LZO, LZO-RLE, LZ4 and Zstandard",
		"what was synced after the last checkpoint, rolled forward on read",
		"deleted files whose inode and blocks are still there", NULL },
	.verifies =
		(const char *const[]){
			"checksums of superblock, checkpoint, inodes and clusters", NULL },
	.keeps = (const char *const[]){ "mode, owner, time of change (1 ns), devices, links",
		"extended attributes, holes", NULL },
	.samples = (const char *const[]){ "mkfs.f2fs and sload.f2fs 1.15",
		"generator from the published layout, for devices, packed files, what is synced "
		"later and "
		"what is deleted",
		NULL },
	.gaps = (const char *const[]){ "blocks larger than 4 KiB are told, not read",
		"file systems over several devices are read as far as the first goes",
		"encrypted files are listed, not opened; their names stay as they are",
		"names that were removed after the last checkpoint and before a power cut are "
		"still told",
		"project quotas and times of birth are not told", NULL },
	.spec = "https://docs.kernel.org/filesystems/f2fs.html",
	.see = NULL,
};
