/* SPDX-License-Identifier: Apache-2.0 */
/* A review in progress. The supervisor holds it; it moves bytes and messages, and never looks into them. */
#ifndef AS_REVIEW_H
#define AS_REVIEW_H

#include "assay/assay.h"
#include "model/limits.h"
#include "model/nodes.h"
#include "review/objects.h"

enum { AS_TRIES_MAX = 4 };

/* An input: a file, or a folder whose files are read one by one. */
typedef struct as_input {
	const char *path;
	as_span name; /* last component, in the arena */
	bool folder;
	as_sha1 sha1; /* of a file */
	uint32_t
		object; /* a folder's object has no bytes: its hash is of the list of its entries */
} as_input;

/* An examiner and what it is saying about the examination in hand. */
typedef struct as_session {
	as_process *process; /* NULL: none */
	uint32_t exam;       /* AS_NONE: idle */
	as_buf payload;      /* what it said so far, in frames */
	as_nodes nodes;
	bool streaming;
	uint32_t stream_node;
	as_spool_writer writer;
	bool beyond; /* the stream is over a budget of the review, which was recorded: its bytes are not kept */
	as_hasher *hasher;
	double began, heard; /* when its order was given, and when it last spoke: seconds */
	double busy;         /* its processor seconds then */
	bool hung;           /* killed for taking too long */
	bool full;           /* it said too much: the rest is not kept */
} as_session;

typedef struct as_review as_review;
struct as_review {
	const assay_review_options *options;
	assay_error *error;
	as_limits limits;
	as_spool *spool;
	as_objects objects;
	as_journal *journal;
	uint32_t *heap; /* owned: examinations that wait, the largest object first */
	uint32_t n_heap, cap_heap;
	as_session *sessions; /* owned */
	unsigned n_sessions;
	as_input *inputs; /* in the arena */
	size_t n_inputs;
	uint64_t (*roles)(
		as_span path); /* as_roles_of: passed in, so that this room needs no inspector; NULL: not asked */
	/* Told of every object when its bytes are at hand (extract); NULL: nobody. path: inside the container. */
	as_status (*on_object)(struct as_review *r, const as_sha256 *sum, as_region region,
		uint64_t at, uint64_t n, as_span path);
	const char *extract_match; /* see assay_extract */
	int extract_store;         /* folder that keeps the objects */
	as_buf marks;              /* the file of marks; p NULL: none was given */
	as_span yara;              /* what the user's own YARA rules are, in words; empty: none */
	const char *reference;     /* path of the dossier to compare with; NULL: none */
	as_work work;
	void *work_ctx;
	uint64_t bytes_in; /* of the inputs */
	uint64_t bytes_known, bytes_done, bytes_unpacked, n_done, n_nodes;
	double started, reported;
	unsigned locks; /* walls that held in every examiner so far */
	bool resumed, over_objects, over_bytes;
	uint8_t *window; /* owned: AS_WINDOW bytes for hashing ranges */
};

enum { AS_WINDOW = 1 << 20 };

/* Seconds on a clock that only goes forward. */
double as_now(void);
/* Says why the review cannot go on, in words for the user; answers status. */
assay_status as_review_fail(as_review *r, assay_status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Tells the user a line. */
void as_review_say(as_review *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Opens the inputs, makes their objects and queues them. */
assay_status as_inputs_open(as_review *r);
/* Examines everything that waits, and everything found on the way. */
assay_status as_supervise(as_review *r);

/* Makes sure that an object found at a place is examined: by content, and (roles) as the file at path.
 * Holds the shelf as long as needed. AS_NOMEM. */
as_status as_schedule(as_review *r, uint32_t object, uint32_t shelf, uint64_t at, unsigned depth,
	as_span hint, uint64_t roles, as_span path) AS_MUST_USE;
/* Makes sure that the other shares of a container, the first of which is being examined, are examined too. */
as_status as_schedule_shares(as_review *r, uint32_t exam, unsigned shares) AS_MUST_USE;
/* Reads all that was said about an object by content (path empty), its shares' words after those of the first,
 * or as the file at path. AS_NOT_THIS: nothing. */
as_status as_read_said(as_review *r, uint32_t object, as_span path, as_buf *b) AS_MUST_USE;
/* Takes one message of a session. AS_IO: it is malformed, or the system failed. */
as_status as_hear(as_review *r, as_session *s, as_message kind, as_span payload) AS_MUST_USE;
/* Forgets a stream that will not be completed; empties the session for its next examination. */
void as_session_abort_stream(as_review *r, as_session *s);
void as_session_clear(as_session *s);
/* Bytes that the whole review may unpack: as the user said, or 512 MiB and the inputs' bytes times the ratio. */
uint64_t as_bytes_budget(const as_review *r);
/* A hasher for objects, of both digests; of the one that names them where only the contents are wanted. NULL:
 * no memory. */
as_hasher *as_review_hasher(const as_review *r);
/* Hashes n bytes of a region from offset at. */
as_status as_hash_range(
	as_review *r, as_region region, uint64_t at, uint64_t n, as_digests *out) AS_MUST_USE;

/* Adds to and takes from the heap of waiting examinations. AS_NOMEM; AS_NONE when empty. */
as_status as_heap_add(as_review *r, uint32_t exam) AS_MUST_USE;
uint32_t as_heap_take(as_review *r);

#endif
