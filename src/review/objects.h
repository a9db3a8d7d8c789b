/* SPDX-License-Identifier: Apache-2.0 */
/* Every distinct object of a review, and every examination of one. */
#ifndef AS_OBJECTS_H
#define AS_OBJECTS_H

#include "base/arena.h"
#include "base/map.h"
#include "review/journal.h"
#include "sandbox/process.h"

enum { AS_NONE = 0xffffffffu };

/* Storage that objects share: freed when nothing that waits to be examined lies in it. */
typedef struct as_shelf {
	as_region region;
	uint32_t refs;
} as_shelf;

typedef struct as_object {
	as_sha256 sha256;
	uint64_t size;
	uint32_t shelf; /* where its bytes are; AS_NONE: nowhere any more */
	uint64_t at;    /* in the shelf's region, bytes */
	uint32_t next;  /* with the same key in the map */
	uint32_t exam;  /* of its content, or AS_NONE */
	uint32_t waits; /* examinations of it that wait or run */
} as_object;

typedef enum as_exam_state {
	AS_EXAM_NEW,
	AS_EXAM_WAITING,
	AS_EXAM_RUNNING,
	AS_EXAM_DONE
} as_exam_state;

/* What went wrong with an examination so far: few have one. */
typedef struct as_trouble {
	unsigned tries;
	bool closed;               /* do not open it again: opening failed, what came is kept */
	as_span type;              /* in the arena: what it is, if it is closed */
	as_span skip[AS_SKIP_MAX]; /* in the arena: stages to leave out */
	as_buf kept;               /* messages of earlier tries that stay */
} as_trouble;

/* One examination: of an object's content (path empty), or of an object as the file at a path. There are as many as
 * objects, which may be millions: what only some have stands elsewhere. */
typedef struct as_exam {
	as_span path;        /* in the arena */
	const char *hint;    /* in the arena: format that it must be, or NULL */
	uint64_t roles;      /* inspectors that care for the path */
	as_trouble *trouble; /* in the arena, or NULL */
	uint64_t at;         /* once done: of what was said in the journal */
	uint32_t n;          /* bytes of that */
	uint32_t object;
	uint32_t next;       /* with the same key in the map */
	uint32_t n_children; /* entries with contents that were found in it */
	unsigned depth;
	uint8_t state; /* as_exam_state */
	uint8_t share; /* of a large container's contents: then path is no path but the share's name */
	bool whole;    /* resume: it and everything in it is done */
} as_exam;

static inline as_span as_hint_of(const as_exam *e)
{
	return e->hint ? as_lit(e->hint) : (as_span){ 0 };
}

typedef struct as_objects {
	as_arena *arena;
	as_spool *spool;
	as_map by_hash, by_exam;
	as_object *objects; /* owned */
	uint32_t n_objects, cap_objects;
	as_exam *exams; /* owned */
	uint32_t n_exams, cap_exams;
	as_shelf *shelves; /* owned */
	uint32_t n_shelves, cap_shelves;
} as_objects;

/* Begins and ends the tables. AS_NOMEM. */
as_status as_objects_init(as_objects *o, as_spool *spool) AS_MUST_USE;
void as_objects_free(as_objects *o);
/* The object of that hash and size, made if it is new; AS_NONE without memory. */
uint32_t as_object_get(as_objects *o, const as_sha256 *sha256, uint64_t size);
/* The examination of object (at path), made if it is new; AS_NONE without memory. */
uint32_t as_exam_get(as_objects *o, uint32_t object, as_span path);
/* What is noted of an examination that went wrong, made if it is new; NULL without memory. */
as_trouble *as_exam_trouble(as_objects *o, uint32_t exam);
/* The same as as_exam_get, but AS_NONE if there is none yet. */
uint32_t as_exam_find(const as_objects *o, uint32_t object, as_span path);
/* A shelf for a region, with one reference; AS_NONE without memory. */
uint32_t as_shelf_add(as_objects *o, as_region region);
void as_shelf_hold(as_objects *o, uint32_t shelf);
/* Gives up a reference; the last one drops the region. AS_NONE is accepted. */
void as_shelf_release(as_objects *o, uint32_t shelf);
/* All is examined: frees what only waiting needs, so that a dossier can be written in its room. */
void as_objects_settle(as_objects *o);
/* An examination of object is over: gives up its hold on the object's bytes. */
void as_object_seen(as_objects *o, uint32_t object);

#endif
