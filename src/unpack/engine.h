/* SPDX-License-Identifier: Apache-2.0 */
/* Opens one object: what is it, and what is in it. Runs inside an examiner. */
#ifndef AS_UNPACK_ENGINE_H
#define AS_UNPACK_ENGINE_H

#include "model/limits.h"
#include "model/wire.h"
#include "unpack/format.h"
#include "unpack/runs.h"
#include "unpack/tree.h"

typedef struct as_scanner as_scanner;
/* NULL without memory. One scanner serves one process at a time. Free with as_scanner_free (NULL-safe). */
as_scanner *as_scanner_new(void);
/* Compiles the search for all formats' magics, which takes longer than most objects: once, before examiners are made;
 * otherwise the first search does it. False without memory. */
bool as_scanner_prepare(as_scanner *s) AS_MUST_USE;
void as_scanner_free(as_scanner *s);

typedef struct as_opening {
	as_span data;   /* the object's bytes */
	as_span hint;   /* format id it must be, "raw" not to be searched, or empty */
	unsigned depth; /* containers above it */
	unsigned
		share; /* which share of a shared format's contents is to be decoded; see as_shares_of */
	const as_limits *limits;
	as_scanner *scanner;
	const as_sender *send;
	as_arena *arena; /* reset by the caller between objects */
	/* Bit set of the path inspectors that care for a path (with leading slash). */
	uint64_t (*roles)(as_span path);
	bool contents_only; /* neither accounts of bytes nor measures of them are wanted */
} as_opening;

/* Identifies o->data, sends AS_M_TYPE, and if it is a container, its entries, extents and losses.
 * *type: the content type, valid for ever. AS_NOMEM and AS_IO: the sender or the machine failed. */
as_status as_open_object(const as_opening *o, const char **type) AS_MUST_USE;

enum { AS_TYPE_LOOK = 1 << 20 /* bytes that decide whether something is text */ };
/* The content type of bytes that are no known format: "empty", "text", "image/png", ..., "data". */
const char *as_type_of(as_span data);

/* One container being opened. */
struct as_unpack {
	const as_opening *o;
	const as_format *f;
	as_span body; /* the bytes the handler was given */
	unsigned shares;
	as_tree tree;
	as_runs runs;    /* the account of its bytes */
	as_runs claimed; /* the same without what each run is, so that neighbours are one */
	as_buf message, path;
	uint64_t out;  /* bytes emitted so far */
	uint64_t used; /* end of what is known of the body */
	uint64_t visits;
	as_map groups; /* where an entry's record stands to the number of its group: see is_ours */
	uint32_t last; /* node put last */
	uint32_t n_lost;
	bool dry;       /* only measuring: nothing is sent */
	bool streaming; /* between as_begin and as_end */
	bool dropping;  /* the stream is over its budget, or not wanted */
	bool spent;     /* a budget of the container is spent, and that was recorded */
	uint64_t stream_bytes;
	as_status failed; /* the sender's failure, once it has failed */
};

/* Sends an AS_M_LOST for bytes [at, at + len) of the object. */
as_status as_send_lost(const as_opening *o, const char *stage, const char *reason, uint64_t at,
	uint64_t len, const char *text);

/* Prepares u for a container of format f over body (a cut of o->data); ends it: sends its extents. */
void as_unpack_begin(as_unpack *u, const as_opening *o, const as_format *f, as_span body);
as_status as_unpack_end(as_unpack *u) AS_MUST_USE;

/* A format that begins where another does, which is opened. */
typedef struct as_beside {
	const as_format *f; /* NULL: there is none */
	uint64_t end;       /* how far such formats reach, bytes */
} as_beside;

/* The best claim of any format on the start of data; NULL if there is none. at: where data starts in
 * the object, for crash reports. *beside: of the losers those that as_rival answers. */
const as_format *as_best_format(
	const as_opening *o, as_span data, uint64_t at, as_extent *out, as_beside *beside);
/* Of two claims on one place only one can be opened. Answers the loser, if it is sure of itself and names entries,
 * else the rival known before (may be NULL); claim is the loser's (loser may be NULL). Pure. */
const as_format *as_rival(const as_format *rival, const as_format *loser, const as_extent *claim);
/* Records that rival (may be NULL: nothing is recorded) begins at at, too, and was not opened. */
as_status as_send_rival(const as_opening *o, const as_format *rival, uint64_t at, uint64_t len);
/* How far a format of unknown length reaches: opens it without sending anything. Bytes. */
uint64_t as_measure(const as_opening *o, const as_format *f, as_span data);

/* Searches data for formats at any offset and puts what it finds, and what lies between, into u as
 * parts. least: how sure a claim must be. *n: how many formats were found. */
as_status as_scan(as_unpack *u, as_scanner *s, as_sure least, size_t *n) AS_MUST_USE;
/* Searches len bytes at offset at of the object, which nothing in it has claimed, for formats whose inner structure
 * holds, and puts those that it finds as parts. */
as_status as_scan_stretch(as_unpack *u, as_scanner *s, uint64_t at, uint64_t len) AS_MUST_USE;

#endif
