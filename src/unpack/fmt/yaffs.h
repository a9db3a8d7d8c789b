/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the YAFFS handler share. The layout is described in yaffs_page.c. */
#ifndef AS_FMT_YAFFS_H
#define AS_FMT_YAFFS_H

#include "unpack/format.h"
#include "unpack/oob.h"

enum { AS_YAFFS_HEADER = 512, AS_YAFFS_ROOT = 1, AS_YAFFS_UNLINKED = 3, AS_YAFFS_DELETED = 4 };

/* How pages and their tags stand in an image. */
typedef struct as_yaffs_shape {
	unsigned version; /* 1 or 2; 0: none was found */
	uint32_t page, spare,
		at; /* bytes; at: of the tags in the spare, or in the page if inband */
	bool big, inband;
	uint32_t room;    /* bytes of contents in a page */
	uint32_t stride;  /* bytes from a page to the next */
	bool tag_codes;   /* tags have codes behind them that fit */
	as_oob_code code; /* of the pages; step 0: none */
} as_yaffs_shape;

typedef enum as_yaffs_use {
	AS_YAFFS_BAD, /* makes no sense */
	AS_YAFFS_ERASED,
	AS_YAFFS_OTHER, /* a checkpoint */
	AS_YAFFS_CHUNK,
} as_yaffs_use;

/* What the tags of a page say. */
typedef struct as_yaffs_tags {
	uint32_t object, chunk, n, sequence; /* chunk 0: the object's header */
	as_oob_state state;                  /* of the tags themselves */
} as_yaffs_tags;

/* Reads the tags of page k. Pure. */
as_yaffs_use as_yaffs_read(as_span image, const as_yaffs_shape *s, uint64_t k, as_yaffs_tags *t);
/* Finds the shape of an image whose first page is a header; version 0 if there is none. Pure. */
as_yaffs_shape as_yaffs_find(as_span image);
/* Finds out which codes for the correction of errors its pages and tags have. */
void as_yaffs_codes(as_span image, as_yaffs_shape *s);
/* How many pages belong to it: to the last one that makes sense, with no more than a block of others between. Pure. */
uint64_t as_yaffs_pages(as_span image, const as_yaffs_shape *s);

#endif
