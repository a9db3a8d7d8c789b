/* SPDX-License-Identifier: Apache-2.0 */
/* NPK: MikroTik's packages, little-endian.
 *    0 1e f1 d0 ba   4 bytes that follow   8 parts: type u16, size u32, data
 * A part of type 1 begins with the name [16], the version (revision, kind, minor, major) and the time; one of type 4
 * is a zlib stream of files:
 *    0 mode u16   2 zero   8 mtime   12 version   24 size   28 length of the name u16   30 name, data
 * of a symbolic link the data is where it leads. */
#include "codec/codec.h"
#include "unpack/vendor.h"

enum {
	HEAD = 8,
	PART_HEAD = 6,
	FILE_HEAD = 30,
	INFO = 1,
	FILES = 4,
	SIGNATURE = 9,
	ARCHITECTURE = 16,
	PADDING = 22,
	CHANNEL = 24,
	TARGET_MAX = 4096,
	PARTS_MAX = 4096,
};

/* By type; NULL: "part-N". */
static const char *const names[32] = { [1] = "info",
	[2] = "description",
	[3] = "requirements",
	[4] = "files.zlib",
	[7] = "install-script",
	[8] = "uninstall-script",
	[9] = "signature",
	[16] = "architecture",
	[21] = "squashfs",
	[22] = "padding",
	[23] = "digest",
	[24] = "channel" };

typedef struct part {
	uint16_t type;
	uint32_t n; /* as stated */
	uint64_t at, next;
	as_span data; /* what there is of it */
} part;

static bool read_part(as_span body, uint64_t at, part *p)
{
	as_cur c = as_cur_le(body, at);
	*p = (part){ .at = at, .type = as_u16(&c) };
	p->n = as_u32(&c);
	p->data = as_take(&c, as_min(p->n, as_left(&c)));
	p->next = at + PART_HEAD + p->n;
	return as_ok(&c);
}

/* Whether it begins as packages do: with what it is. */
static bool begins_well(as_span body)
{
	part p;
	return read_part(body, HEAD, &p) && p.type == INFO && p.n >= 24 && p.n <= 4096;
}

static as_status probe(as_span image, as_extent *out)
{
	as_cur c = as_cur_le(image, 4);
	uint64_t size = HEAD + (uint64_t)as_u32(&c);
	as_span body = as_cut(image, 0, as_min(size, image.n));
	uint64_t at = HEAD;
	part p;
	unsigned n = 0;
	for (; n < PARTS_MAX && at < body.n && read_part(body, at, &p) && p.type < 64; n++)
		at = p.next;
	bool exact = n > 0 && at == size;
	if (!as_ok(&c) || (!exact && !begins_well(body)))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = body.n, .sure = exact ? AS_STRUCTURED : AS_PLAUSIBLE };
	return AS_OK;
}

/* Files as they come out of the stream. */
typedef struct files {
	as_unpack *u;
	as_arena *arena;
	as_entry e;
	uint64_t at;             /* of the part */
	uint8_t head[FILE_HEAD]; /* the record's header so far */
	size_t n_head;
	as_buf name, target;
	uint32_t name_len;
	uint64_t left; /* of the data */
	bool open, bad;
	as_status worst;
} files;

static as_status begin_file(files *f)
{
	static const as_type types[16] = { [4] = AS_DIR, [8] = AS_FILE, [10] = AS_SYMLINK };
	as_cur c = as_cur_le(as_bytes(f->head, FILE_HEAD), 0);
	uint16_t mode = as_u16(&c);
	as_skip(&c, 6);
	f->e = (as_entry){ .at = f->at, .type = types[mode >> 12], .mode = mode & 07777 };
	f->e.has = AS_HAS_MODE | AS_HAS_MTIME;
	f->e.mtime = as_u32(&c);
	f->e.name = as_copy(f->arena, as_buf_span_of(&f->name));
	bool known = f->e.type != 0;
	if (!known || f->e.name.n == 0) {
		f->bad = true;
		return as_lost(f->u, f->at, "a file's record is damaged");
	}
	bool want = true;
	f->open = f->e.type == AS_FILE;
	return f->open ? as_begin(f->u, NULL, &f->e, &want) : AS_OK;
}

static as_status end_file(files *f, bool damaged)
{
	as_status s = AS_OK;
	if (f->open)
		s = as_end(f->u, damaged);
	else if (!damaged || f->e.type == AS_DIR) {
		f->e.target = as_copy(f->arena, as_buf_span_of(&f->target));
		s = as_put(f->u, NULL, &f->e, NULL);
	}
	f->open = false;
	f->n_head = 0;
	as_buf_clear(&f->name);
	as_buf_clear(&f->target);
	return s;
}

/* Takes what belongs to the header and the name; AS_OK with name_len bytes of name when they are complete. */
static void take_head(files *f, as_cur *c)
{
	while (f->n_head < FILE_HEAD && as_left(c) > 0)
		f->head[f->n_head++] = as_u8(c);
	if (f->n_head < FILE_HEAD)
		return;
	as_cur h = as_cur_le(as_bytes(f->head, FILE_HEAD), 24);
	f->left = as_u32(&h);
	f->name_len = as_u16(&h);
	as_span name = as_take(c, as_min(f->name_len - f->name.n, as_left(c)));
	as_buf_add(&f->name, name.p, name.n);
}

static as_status take_data(files *f, as_cur *c)
{
	as_span piece = as_take(c, as_min(f->left, as_left(c)));
	f->left -= piece.n;
	if (f->open)
		return as_more(f->u, piece);
	if (f->e.type == AS_SYMLINK && f->target.n + piece.n <= TARGET_MAX)
		as_buf_add(&f->target, piece.p, piece.n);
	return AS_OK;
}

static as_status on_bytes(void *ctx, as_span bytes)
{
	files *f = ctx;
	as_cur c = as_cur_le(bytes, 0);
	bool began = f->n_head == FILE_HEAD && f->name.n == f->name_len;
	while (as_left(&c) > 0 || (began && f->left == 0)) {
		as_status s = AS_OK;
		if (!began) {
			take_head(f, &c);
			began = f->n_head == FILE_HEAD && f->name.n == f->name_len;
			s = began ? begin_file(f) : AS_OK;
		} else if (f->left > 0) {
			s = take_data(f, &c);
		}
		if (began && s <= AS_PARTIAL && f->left == 0 && !f->bad) {
			s = as_worse(s, end_file(f, false));
			began = false;
		}
		f->worst = as_worse(f->worst, s);
		if (s > AS_PARTIAL || f->bad)
			return s > AS_PARTIAL ? s : AS_LIMIT;
	}
	return AS_OK;
}

static as_status put_files(as_unpack *u, const part *p)
{
	files f = { .u = u, .arena = as_memory(u), .at = p->at };
	uint64_t used = 0;
	as_status s = as_decode(AS_ZLIB, p->data, on_bytes, &f, &used);
	if (f.bad)
		s = AS_PARTIAL; /* it was said */
	else if (s == AS_PARTIAL || s == AS_NOT_THIS)
		s = as_lost(u, p->at, "compressed files are damaged or cut off");
	else if (s == AS_OK && f.n_head > 0)
		s = as_lost(u, p->at, "the files end within one");
	if (f.open || (f.n_head == FILE_HEAD && !f.bad && f.name.n == f.name_len && f.left > 0))
		f.worst = as_worse(f.worst, end_file(&f, true));
	as_struct(u, p->at + PART_HEAD, as_min(used, p->data.n), "compressed files");
	as_buf_free(&f.name);
	as_buf_free(&f.target);
	return as_worse(s, f.worst);
}

static void tell_info(as_unpack *u, const part *p)
{
	as_span v = as_cut(p->data, 16, 4);
	as_cur c = as_cur_le(p->data, 20);
	as_vendor_text(u, as_cut(p->data, 0, 16), "name");
	if (v.n == 4)
		as_tellf(u, v, "version", "%u.%u.%u", as_at(v, 3), as_at(v, 2), as_at(v, 0));
	uint32_t built = as_u32(&c);
	if (as_ok(&c))
		as_tellf(u, as_cut(p->data, 20, 4), "built", "%u", built);
}

static as_status put_other(as_unpack *u, const part *p)
{
	const char *name = p->type < 32 ? names[p->type] : NULL;
	as_entry e = { .at = p->at, .type = AS_PART, .data = p->data };
	e.name = name ? as_lit(name) : as_print(as_memory(u), "part-%u", p->type);
	if (p->type == INFO)
		tell_info(u, p);
	if (p->type == SIGNATURE)
		as_tellf(u, p->data, "signature", "%zu bytes, not verified", p->data.n);
	if (p->type == ARCHITECTURE)
		as_vendor_text(u, p->data, "architecture");
	if (p->type == CHANNEL)
		as_vendor_text(u, p->data, "channel");
	if (p->type == PADDING && as_all(p->data, 0)) {
		as_struct(u, p->at + PART_HEAD, p->data.n, "padding");
		return AS_OK;
	}
	return p->data.n > 0 ? as_put(u, NULL, &e, NULL) : AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	as_cur c = as_cur_le(body, 4);
	uint64_t size = HEAD + (uint64_t)as_u32(&c);
	as_status s = AS_OK;
	as_struct(u, 0, HEAD, "NPK header");
	if (size > body.n)
		s = as_lost(u, body.n, "package is cut off");
	part p;
	bool is_signed = false;
	for (uint64_t at = HEAD; at < body.n && s <= AS_PARTIAL; at = p.next) {
		if (!read_part(body, at, &p))
			return as_worse(s, as_lost(u, at, "a part's header is cut off"));
		as_struct(u, at, PART_HEAD, "header of a part");
		is_signed = is_signed || p.type == SIGNATURE;
		if (p.data.n < p.n)
			s = as_worse(s, as_lost(u, at, "a part is cut off"));
		s = as_worse(s, p.type == FILES ? put_files(u, &p) : put_other(u, &p));
	}
	as_tell(u, as_cut(body, 0, 4), "signed", as_lit(is_signed ? "yes" : "no"));
	return s;
}

const as_format as_format_npk = {
	.id = "npk",
	.title = "MikroTik package",
	.kind = AS_ARCHIVE,
	.magic = (const as_magic[]){ { .bytes = "\x1e\xf1\xd0\xba", .len = 4, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "files in a zlib stream", "SquashFS part", NULL },
	.verifies = (const char *const[]){ "Adler-32 of the compressed files", NULL },
	.keeps = (const char *const[]){ "mode", "time of change", NULL },
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "signatures are told, not verified", NULL },
	.spec = "https://github.com/botlabsDev/npkpy",
	.see = NULL,
};
