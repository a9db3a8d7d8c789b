/* SPDX-License-Identifier: Apache-2.0 */
/* What a format handler is, and what the engine offers it. One file in fmt/ and one line in
 * formats.def make a format; docs/adding-a-format.md walks through one. */
#ifndef AS_FORMAT_H
#define AS_FORMAT_H

#include "base/arena.h"
#include "base/cur.h"
#include "base/hash.h"
#include "base/text.h"
#include "model/entry.h"

typedef enum as_kind {
	AS_CARRIER,    /* parts at offsets: partition tables, TRX, FIT, uImage */
	AS_STREAM,     /* one compressed stream */
	AS_ARCHIVE,    /* entries with names */
	AS_FILESYSTEM, /* entries with names and owners */
	AS_LEAF,       /* recognised and measured, not opened (its inspectors read it) */
} as_kind;

/* How sure a probe is; a surer and longer claim wins over another at the same place. */
typedef enum as_sure {
	AS_GUESS,       /* magic only */
	AS_PLAUSIBLE,   /* several fields make sense together */
	AS_STRUCTURED,  /* inner structures were followed */
	AS_CHECKSUMMED, /* a checksum was verified */
} as_sure;

typedef struct as_magic {
	const char *bytes;
	uint8_t len; /* bytes */
	uint32_t at; /* where in the format the magic stands, bytes from its start */
	bool start;  /* looked for at an object's start only: too common to be searched for */
} as_magic;          /* a list ends with { 0 } */

typedef struct as_extent {
	uint64_t
		size; /* bytes from the format's start to its end; never more than the span probed */
	as_sure sure;
	as_span label; /* a name the format gives itself, or empty */
	bool open_end; /* the size could not be told (a stream): everything to the span's end */
	uint64_t
		work; /* bytes decoded or summed up to find what it is, if many: those of false starts
			  * are limited */
} as_extent;

typedef struct as_unpack as_unpack; /* one container being opened; the engine's */
typedef struct as_node as_node;     /* one entry put into the tree; the engine's */

typedef struct as_format {
	const char *id, *title; /* "romfs": for ever; "Linux romfs": for people */
	as_kind kind;
	const as_magic *magic; /* ends with { 0 }; NULL: asked only at the start of an object */
	/* Pure and cheap, may be NULL: whether the first bytes could begin it at all. Asked at every place where a
	 * magic of few bytes stands, of which only so many are remembered. */
	bool (*glance)(as_span start);
	/* Pure: is it, how long, how sure. image starts where the format would start. */
	as_status (*probe)(as_span image, as_extent *out);
	/* Emits what is inside; body is out->size bytes. NULL for AS_LEAF. */
	as_status (*unpack)(as_unpack *u, as_span body);
	bool shared; /* entries' contents can be decoded apart from each other: large containers are opened by
			* several examiners, each of which decodes its share (see as_begin's want) */
	bool anywhere; /* magic is searched at every offset of raw images (else: only at offset 0) */
	/* Bytes of its own stand all through what it holds (a NAND dump): what begins at the same place is cut by them,
	 * and is met again, whole, in what it emits. So it wins over any other. */
	bool interleaved;
	/* It finds its nodes by their magic and so begins in spite of such bytes, but does not get past them: beside
	 * what is interleaved it is no rival. Of others, which would not hold if they were cut, one is told. */
	bool reads_through;
	/* docs/formats.md is made of these (tools/gen_formats.py); lists end with NULL. */
	const char *const *variants; /* what of the format is read, such as "big-endian" */
	const char *const *
		verifies; /* checksums and signatures that are checked; NULL: it has none, or see gaps */
	const char *const
		*keeps; /* what is kept of an entry beyond its name and contents; NULL: nothing */
	const char *const
		*samples; /* who wrote the samples it is tested with, such as "mksquashfs 4.5" */
	const char *const *gaps; /* what is not supported; docs and dossier show it */
	const char *spec;        /* where the format is described */
	/* Shell command that shows an entry with ordinary tools: IN is the container's file, PATH the
	 * entry's path without the leading slash, PATTERN the same for tools that take patterns only,
	 * OUT where to write. NULL: dd from the container. */
	const char *see;
} as_format;

enum { AS_HAS_MODE = 1, AS_HAS_OWNER = 2, AS_HAS_MTIME = 4 };

typedef struct as_entry {
	uint64_t at; /* where the entry's own record stands in the body, bytes */
	as_type type;
	as_span name; /* last component, or a path with slashes (archives): the engine walks it */
	as_span data; /* contents, if they stand in memory: cut from body, or decoded in the arena */
	as_span target; /* symbolic or hard link */
	unsigned has;   /* AS_HAS_*: which of the next are known */
	uint32_t mode;  /* permission bits 07777 */
	uint32_t uid, gid;
	int64_t mtime; /* seconds since 1970 */
	uint32_t nsec; /* of mtime, 0 to 999,999,999; 0 where none are kept */
	uint32_t major, minor;
	uint64_t inode; /* same non-zero number in the same container: same inode, so a hard link */
	const char *hint; /* format id the content must be, when the container knows; or NULL */
	bool deleted;     /* was deleted or written over, but its bytes are still there */
} as_entry;

/* The root directory of the container being opened. Never NULL. */
as_node *as_root(as_unpack *u);

/* Puts a complete entry below dir (NULL: the root). *node (may be NULL) is set for directories.
 * Names ".", "..", empty, with NUL or too long, duplicates and loops are judged here: a name that
 * may not stand is recorded and cut to what may; what climbs is put at the root. With e->inode seen
 * before, the entry becomes a hard link and data is ignored. AS_LIMIT when a budget is spent: return it. */
as_status as_put(as_unpack *u, as_node *dir, const as_entry *e, as_node **node) AS_MUST_USE;

/* The same for contents that come in pieces: as_begin, any number of as_more and as_zero, as_end. One at a time.
 * *want false (may be NULL): the contents are not needed (hard link, or not this examiner's share): skip decoding
 * and call nothing but as_end, or nothing. as_end's damaged says that the contents are incomplete. */
as_status as_begin(as_unpack *u, as_node *dir, const as_entry *e, bool *want) AS_MUST_USE;
as_status as_more(as_unpack *u, as_span bytes) AS_MUST_USE;
as_status as_zero(as_unpack *u, uint64_t n) AS_MUST_USE; /* n zero bytes (a hole) */
as_status as_end(as_unpack *u, bool damaged) AS_MUST_USE;
/* An extended attribute of the entry put or begun last. */
as_status as_xattr(as_unpack *u, as_span name, as_span value) AS_MUST_USE;

/* Passes an offset once: AS_PARTIAL and a note if it was met before (a loop), AS_LIMIT if the
 * budget of entries or time is spent. For every loop that does not consume bytes. */
as_status as_visit(as_unpack *u, uint64_t at) AS_MUST_USE;
/* Records damage at a body offset; text is constant. Returns AS_PARTIAL. */
as_status as_lost(as_unpack *u, uint64_t at, const char *text);
/* Records that something whole was not examined, and why, in one word: "encrypted", "unsupported"
 * (we do not know how) or "limit" (it asks for more than it is given). Otherwise as as_lost. */
as_status as_refused(as_unpack *u, uint64_t at, const char *reason, const char *text);
/* Whether n bytes of working memory may be taken (AS_LIMIT and a note if not). */
as_status as_want(as_unpack *u, uint64_t n) AS_MUST_USE;
/* Memory that lives until this container is closed. */
as_arena *as_memory(as_unpack *u);
/* Marks [at, at + n) of the body as known structure with a constant label. */
void as_struct(as_unpack *u, uint64_t at, uint64_t n, const char *label);
/* States a header field as a fact (table property). where: the bytes it stands in, cut from body. */
void as_tell(as_unpack *u, as_span where, const char *name, as_span value);
/* As as_tell, with a formatted value. */
void as_tellf(as_unpack *u, as_span where, const char *name, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* A sink for decoders: hands bytes to as_more. ctx is the as_unpack. */
as_status as_sink_more(void *ctx, as_span bytes);

extern const as_format *const as_formats[]; /* ends with NULL; order means nothing */

enum { AS_SHARES_MAX = 4 };
/* Into how many shares the contents of a container of this type and size (bytes) are divided: by nothing that
 * differs between machines, so that what is said does not either. 1: it is not divided. Pure. */
unsigned as_shares_of(as_span type, uint64_t size);
/* The format of that id, or NULL. */
const as_format *as_format_by_id(const char *id);

#endif
