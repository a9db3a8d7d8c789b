/* SPDX-License-Identifier: Apache-2.0 */
/* What an examiner says about one object, as a sequence of messages. The same bytes go over the pipe
 * to the supervisor, into the journal, and to the dossier writer. Integers are little-endian.
 * An examiner may be under an attacker's control: every decoder checks everything. */
#ifndef AS_WIRE_H
#define AS_WIRE_H

#include "base/buf.h"
#include "base/cur.h"
#include "base/hash.h"

typedef enum as_message {
	AS_M_TYPE = 1, /* type and entropy of the object in hand */
	AS_M_NODE,     /* an entry found in it */
	AS_M_DATA,     /* bytes of the entry begun last: only on the pipe */
	AS_M_ZERO,     /* u64: so many zero bytes of it: only on the pipe */
	AS_M_END,      /* u8 damaged: the entry's contents are complete: only on the pipe */
	AS_M_CHILD,  /* the entry's contents have these hashes and this size: only in the journal */
	AS_M_XATTR,  /* an extended attribute of an entry */
	AS_M_EXTENT, /* account of a run of bytes */
	AS_M_LOST,   /* something could not be examined */
	AS_M_ROW,    /* a fact */
	AS_M_DONE,   /* the object in hand is done */
	AS_M_LAST = AS_M_DONE,
} as_message;

enum { AS_M_MAX = 1 << 20 /* bytes of one message's payload */ };

/* Takes one message; the payload is only valid during the call. */
typedef struct as_sender {
	as_status (*send)(void *ctx, as_message kind, as_span payload);
	/* Told before a format or inspector starts work, so that a crash can be put to its name.
	 * at: offset in the object. False: that stage is to be left out (it failed before). */
	bool (*stage)(void *ctx, const char *id, uint64_t at);
	void *ctx;
} as_sender;

typedef struct as_type_message {
	as_span type;     /* content type, such as "squashfs" */
	uint32_t entropy; /* thousandths of a bit per byte */
} as_type_message;

enum {
	AS_NODE_MODE = 1,
	AS_NODE_OWNER = 2,
	AS_NODE_MTIME = 4,
	AS_NODE_RANGE = 8,
	AS_NODE_STREAM = 16,
	AS_NODE_DELETED = 32,
};

typedef struct as_node_message {
	uint32_t id, parent; /* the root directory is 0; a parent comes before its children */
	uint32_t hardlink;   /* node of the same inode, or 0 */
	uint8_t type;        /* as_type */
	uint8_t has;         /* AS_NODE_* */
	uint32_t mode, uid, gid, major, minor;
	int64_t mtime;
	uint32_t nsec; /* of mtime, 0 to 999,999,999 */
	uint64_t at,
		len;    /* with AS_NODE_RANGE: its contents are these bytes of the object in hand */
	uint64_t roles; /* inspectors that care for its path, a bit each */
	as_span name, target;
	as_span hint; /* format id its contents must be, "raw" for bytes not to be searched, or empty */
} as_node_message;

typedef struct as_child_message {
	uint32_t node;
	as_digests digests;
	uint64_t size;
	bool damaged;
} as_child_message;

typedef enum as_class { AS_STRUCTURE, AS_OBJECT, AS_PADDING, AS_UNKNOWN } as_class;

typedef struct as_extent_message {
	uint64_t at, len;
	uint8_t class; /* as_class */
	uint32_t entropy;
	uint32_t node; /* the entry these bytes are, or UINT32_MAX */
	as_span label;
} as_extent_message;

typedef struct as_lost_message {
	uint64_t at, len;
	as_span stage, reason,
		text; /* reason: "damaged", "unsupported", "limit", "crash", "hang", "memory", ... */
} as_lost_message;

void as_type_encode(as_buf *b, const as_type_message *m);
void as_node_encode(as_buf *b, const as_node_message *m);
void as_child_encode(as_buf *b, const as_child_message *m);
void as_extent_encode(as_buf *b, const as_extent_message *m);
void as_lost_encode(as_buf *b, const as_lost_message *m);
/* Each false if the payload is malformed. Spans borrow from the payload. */
bool as_type_decode(as_span payload, as_type_message *m);
bool as_node_decode(as_span payload, as_node_message *m);
bool as_child_decode(as_span payload, as_child_message *m);
bool as_extent_decode(as_span payload, as_extent_message *m);
bool as_lost_decode(as_span payload, as_lost_message *m);

/* Appends a message with its frame (u8 kind, u32 length); takes the next one off a cursor. */
void as_frame_add(as_buf *b, as_message kind, as_span payload);
/* Appends the frame alone of a message of n bytes, which the caller sends behind it. */
void as_frame_begin(as_buf *b, as_message kind, uint32_t n);
bool as_frame_next(as_cur *c, as_message *kind, as_span *payload);

/* The word stored for a class: "structure", "object", "padding", "unknown". Never NULL. */
const char *as_class_name(uint8_t class);

#endif
