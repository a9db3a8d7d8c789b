/* SPDX-License-Identifier: Apache-2.0 */
/* Components by what only they hold: the learned pack of signatures (tools/learn/components). */
#ifndef AS_SIGNATURE_H
#define AS_SIGNATURE_H

#include "base/arena.h"
#include "base/span.h"
#include "knowledge/texts.h"

/* A component in a file. The spans borrow from the pack, but text and version, which are cut from the file. */
typedef struct as_signature {
	as_span id, name;
	as_span vendor, product; /* as the CPE dictionary has them; empty if not known */
	as_span upstream; /* where it is made, as a package URL has it ("github/madler/zlib"); empty if not known */
	as_span part; /* the file of the component that this one is most like */
	bool copy;    /* more texts speak of another component: the file is that, and holds this */
	unsigned found, of; /* texts that only this part holds: of them, how many are here */
	as_span text;       /* the longest of them */
	/* The version, if a text states it; what states it. Several answers of one component: it states several. */
	as_span version, stated;
	/* Without: it is newer than one release and older than another; empty: open. */
	as_span newer_than, older_than;
	unsigned releases;          /* known releases in that range */
	int64_t confidence;         /* thousandths: that the component is in the file */
	int64_t version_confidence; /* thousandths: that the version, or the range, is right */
} as_signature;

/* Told of every component; what it answers other than AS_OK ends the search. */
typedef as_status (*as_signature_found)(void *ctx, const as_signature *hit);

/* Reads the pack, once for the process; AS_NOMEM. To be called before a process locks itself in. Threads: yes.
 * */
as_status as_signature_prepare(void) AS_MUST_USE;

/* Tells found of the components in data, in the order of the pack. Texts whose keys are borrowed do not count:
 * names of what the file imports; offers: it offers names itself, without which names tell nothing. Memory comes
 * from the arena, some hundred KiB whatever data is; time is linear in data. AS_PARTIAL: versions
 * of a component that is told were left out, there were too many. AS_NOMEM, or what found answered. */
as_status as_signature_scan(as_span data, const as_text_keys *borrowed, bool offers,
	as_arena *arena, as_signature_found found, void *ctx) AS_MUST_USE;

#endif
