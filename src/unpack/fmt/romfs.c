/* SPDX-License-Identifier: Apache-2.0 */
/* romfs: Linux's read-only file system. Big-endian, everything starts on 16 bytes.
 *    0 "-rom1fs-"   8 image size   12 checksum   16 volume name, NUL, padded; then entries:
 *    0 next|exec|type   4 ref   8 size   12 checksum   16 name, NUL, padded; then size bytes
 * ref is a directory's first entry, a hard link's goal or a device's number. */
#include "unpack/format.h"

enum { PAD = 16, SUMMED = 512 /* bytes under the image checksum */, EXEC = 8 };

/* By type: what an entry is, and the permissions that Linux gives it. No owner is stored. */
static const struct {
	as_type type;
	uint32_t mode;
} types[8] = { { AS_HARDLINK, 0 }, { AS_DIR, 0644 }, { AS_FILE, 0644 }, { AS_SYMLINK, 0777 },
	{ AS_BLOCK, 0600 }, { AS_CHAR, 0600 }, { AS_SOCKET, 0644 }, { AS_FIFO, 0644 } };

/* The header of the entry at offset at and its name are summed by themselves. */
static bool is_entry(as_span image, uint64_t at)
{
	as_cur c = as_cur_be(image, at + 16);
	(void)as_str(&c, PAD);
	return as_ok(&c) && as_sum32(as_cut(image, at, as_pos(&c) - at), true) == 0;
}

/* The first sum is over the first bytes only. Where it is wrong, the first two entries vouch for the image. */
static bool entries_vouch(as_span image, uint64_t at)
{
	as_cur c = as_cur_be(image, at);
	uint32_t next = as_u32(&c) & ~15u;
	return is_entry(image, at) && next > at && next < image.n && is_entry(image, next);
}

static as_status probe(as_span image, as_extent *out)
{
	as_cur c = as_cur_be(image, 8); /* the magic brought us here */
	uint32_t size = as_u32(&c);
	as_skip(&c, 4); /* the word that makes the sum zero */
	as_span volume = as_str(&c, PAD);
	if (!as_ok(&c) || size < as_pos(&c))
		return AS_NOT_THIS;
	bool whole = as_sum32(as_cut(image, 0, as_min(as_min(size, image.n), SUMMED)), true) == 0;
	if (!whole && !entries_vouch(image, as_pos(&c)))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(size, image.n),
		.sure = whole ? AS_CHECKSUMMED : AS_STRUCTURED,
		.label = volume };
	return AS_OK;
}

/* Reads the entry at offset at of the image; of a file that the image cuts off, what there is of it. */
static as_status read_entry(as_span image, uint32_t at, as_entry *e, uint32_t *next, uint32_t *ref)
{
	as_cur c = as_cur_be(image, at);
	uint32_t word = as_u32(&c);
	*ref = as_u32(&c);
	uint32_t size = as_u32(&c);
	as_skip(&c, 4); /* checksum of this header */
	*e = (as_entry){ .at = at, .type = types[word & 7].type, .has = AS_HAS_MODE };
	e->mode = types[word & 7].mode | (word & EXEC ? 0111 : 0);
	e->name = as_str(&c, PAD);
	if (!as_ok(&c))
		return AS_NOT_THIS;
	*next = word & ~15u;
	e->data = as_take(&c, as_min(size, as_left(&c)));
	e->major = *ref >> 16;
	e->minor = *ref & 0xffff;
	if (e->type == AS_FILE)
		e->inode = at;
	if (e->type == AS_SYMLINK)
		e->target = e->data;
	return e->data.n < size ? AS_PARTIAL : AS_OK;
}

/* A hard link is a further name of the entry at ref, which may stand before or behind it. */
static as_status follow(as_unpack *u, as_span image, uint32_t ref, as_entry *e)
{
	as_entry goal;
	uint32_t next = 0, further = 0;
	as_status s = read_entry(image, ref & ~15u, &goal, &next, &further);
	if (s == AS_NOT_THIS || goal.type == AS_HARDLINK || goal.type == AS_DIR)
		return as_lost(u, e->at, "a hard link leads to nothing that has contents");
	goal.name = e->name;
	goal.at = e->at;
	*e = goal;
	return s;
}

/* A file whose end is missing keeps its beginning. */
static as_status put_cut(as_unpack *u, as_node *dir, const as_entry *e)
{
	bool want = false;
	as_status s = as_begin(u, dir, e, &want);
	if (s == AS_OK && want)
		s = as_more(u, e->data);
	if (s <= AS_PARTIAL)
		s = as_worse(s, as_end(u, true));
	return as_worse(s, as_lost(u, e->at, "contents run past the image"));
}

static as_status list(as_unpack *u, as_span image, uint32_t at, as_node *dir)
{
	as_status worst = AS_OK;
	while (at != 0 && worst <= AS_PARTIAL) {
		as_entry e;
		uint32_t here = at, ref = 0;
		as_status s = as_visit(u, here); /* notes a loop or a spent budget itself */
		if (s != AS_OK)
			return s;
		s = read_entry(image, here, &e, &at, &ref);
		if (s == AS_NOT_THIS)
			return as_lost(u, here, "entry runs past the image");
		if (!is_entry(image, here))
			worst = as_worse(worst,
				as_lost(u, here, "the checksum of an entry's header is wrong"));
		if (as_is(e.name, ".") || as_is(e.name, ".."))
			continue;
		if (e.type == AS_HARDLINK)
			s = follow(u, image, ref, &e);
		as_node *node = NULL;
		if (e.type == AS_FILE && s == AS_PARTIAL)
			s = put_cut(u, dir, &e);
		else if (e.type != AS_HARDLINK)
			s = as_worse(s, as_put(u, dir, &e, &node));
		if (node && e.type == AS_DIR)
			s = as_worse(
				s, list(u, image, ref & ~15u, node)); /* as_put bounds the depth */
		worst = as_worse(worst, s);
	}
	return worst;
}

static as_status unpack(as_unpack *u, as_span body)
{
	as_cur c = as_cur_be(body, 8);
	uint32_t size = as_u32(&c);
	as_skip(&c, 4);
	(void)as_str(&c, PAD); /* the volume's name; probe has checked it */
	as_struct(u, 0, as_pos(&c), "superblock");
	as_status s = size > body.n
			      ? as_lost(u, body.n, "the image ends before its file system does")
			      : AS_OK;
	if (as_sum32(as_cut(body, 0, as_min(as_min(size, body.n), SUMMED)), true) != 0)
		s = as_worse(s, as_lost(u, 0, "the checksum of the first 512 bytes is wrong"));
	return as_worse(s, list(u, body, (uint32_t)as_pos(&c), as_root(u)));
}

const as_format as_format_romfs = {
	.id = "romfs",
	.title = "Linux romfs",
	.kind = AS_FILESYSTEM,
	.magic = (const as_magic[]){ { .bytes = "-rom1fs-", .len = 8, .at = 0 }, { 0 } },
	.probe = probe,
	.unpack = unpack,
	.anywhere = true,
	.variants = (const char *const[]){ "the one there is", NULL },
	.verifies =
		(const char *const[]){
			"checksums of the first 512 bytes and of each entry's header", NULL },
	.keeps =
		(const char *const[]){
			"whether a file may be run (modes are those that Linux gives)",
			"device numbers, hard links, symbolic links", NULL },
	.samples = (const char *const[]){ "genromfs 0.5.2", NULL },
	.gaps = NULL,
	.spec = "https://docs.kernel.org/filesystems/romfs.html",
	.see = NULL, /* contents stand in one piece: dd shows them */
};
