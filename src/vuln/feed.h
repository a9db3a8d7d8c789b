/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of feeds share: taking typed values out of a record, and saying what it states as rows of
 * the index. It runs in the child process that parses; store.h has the other end. */
#ifndef AS_VULN_FEED_H
#define AS_VULN_FEED_H

#include "base/buf.h"
#include "vuln/json.h"

typedef enum as_kind_of {
#define KIND(id) AS_KIND_##id,
#include "vuln/kinds.def"
#undef KIND
	AS_KINDS,
} as_kind_of;

typedef enum as_index_table {
#define TABLE(name, columns) AS_INDEX_##name,
#include "vuln/tables.def"
#undef TABLE
	AS_INDEX_TABLES,
} as_index_table;

/* The first byte of a message from child to parent. */
typedef enum as_feed_message {
	AS_FEED_RECORD = 1, /* u8 kind, counted key, counted modified, rows */
	AS_FEED_EPSS, /* counted date; then counted cve, u64 and u64 (bits of doubles), again and again */
	AS_FEED_NEWEST, /* u8 kind, counted date: the feed's own word on how new it is */
	AS_FEED_REFUSED, /* u8 kind, counted file, counted record, u64 offset, counted reason, counted detail */
	AS_FEED_FILE, /* u32: which file is begun */
	AS_FEED_OTHER, /* counted file, u64 offset, counted reason: it, or a member of it, is no feed */
	AS_FEED_CUT,      /* counted reason: the file in hand was not read to its end */
	AS_FEED_LEFT_OUT, /* u64: statements that are as Assay wrote them */
	AS_FEED_SUM,      /* 32 bytes: the SHA-256 of what is in the one file */
	AS_FEED_DONE,     /* all files are read */
} as_feed_message;

enum { AS_FEED_MAX = 64 << 20 /* bytes of one message */ };

enum { AS_RANGE_EVENT = 1, AS_RANGE_WORDS = 2 /* affected_range.loose */ };

/* The type of a column's value in a row, before the value. */
typedef enum as_cell { AS_CELL_NONE, AS_CELL_TEXT, AS_CELL_INT, AS_CELL_REAL } as_cell;

typedef struct as_feed {
	as_arena *arena; /* of the record in hand */
	as_buf row;      /* the message being built */
	as_kind_of kind; /* of the record in hand, as far as it is known; for words about it */
	as_span file;    /* the file, or the member of an archive, in hand */
	as_span release; /* of a distribution, where the file tells it before its records */
	/* What makes the record in hand unusable, once something does. */
	const char *wrong;
	as_span detail;
	/* Sends a message. Another status than AS_OK is kept and stops the reading. */
	as_status (*send)(void *ctx, as_span message);
	void *ctx;
	as_status status;
} as_feed;

/* Notes that the record in hand cannot be used; the first reason stays. name: what it is about. */
void as_feed_wrong(as_feed *f, const char *reason, const char *name);

/* The member of an object under key as a text, a number, a truth value, the first element of a list, or an
 * object. Without such a member, or where it is null: empty with p NULL, otherwise's value, or NULL. Another
 * type is noted as wrong. A text that must be there is noted as missing. */
as_span as_take_text(as_feed *f, const as_value *object, const char *key);
as_span as_need_text(as_feed *f, const as_value *object, const char *key);
bool as_take_real(as_feed *f, const as_value *object, const char *key, double *out);
bool as_take_bool(as_feed *f, const as_value *object, const char *key, bool otherwise);
const as_value *as_take_list(as_feed *f, const as_value *object, const char *key);
const as_value *as_take_object(as_feed *f, const as_value *object, const char *key);
/* v itself, which is an element of a list, as an object or a text; noted as wrong otherwise. name: the list's. */
const as_value *as_element_object(as_feed *f, const as_value *v, const char *name);
as_span as_element_text(as_feed *f, const as_value *v, const char *name);

/* Begins what one record says, whose date, if it has one, must be one; adds a row and its columns in the table's
 * order, without record; sends it all unless something was wrong. */
void as_record_begin(as_feed *f, as_kind_of kind, as_span key, as_span modified);
void as_row_of(as_feed *f, as_index_table table);
void as_cell_text(as_feed *f, as_span s); /* p NULL: nothing */
void as_cell_word(as_feed *f, const char *text);
void as_cell_int(as_feed *f, int64_t v);
void as_cell_real(as_feed *f, bool has, double v);
void as_record_end(as_feed *f);

/* Says how new the feed is by its own word. */
void as_feed_newest(as_feed *f, as_kind_of kind, as_span date);
/* Says that a record is refused. at: bytes from the beginning of the file. */
void as_feed_refuse(as_feed *f, as_span record, uint64_t at, const char *reason, as_span detail);

/* Says that the file in hand, or a member of it, was not read to its end. */
void as_feed_cut(as_feed *f, const char *reason);

/* Words cut to their first 400 characters, with white space as single blanks; NULL stays. In the arena. */
as_span as_feed_summary(as_feed *f, as_span words);
/* a, a separator and b, in the arena; the one that is not empty if the other is. */
as_span as_feed_join(as_feed *f, as_span a, const char *separator, as_span b);
/* Whether s begins as the name of a vulnerability of the CVE List: "CVE-", and digits. Pure. */
bool as_is_cve(as_span s);
/* Whether s is a day, or a moment, as feeds write it (ISO 8601), and not after the next year: a later one would keep
 * what it stands on from ever being replaced. */
bool as_is_when(as_span s);

/* What of a vulnerability goes into its row. */
typedef struct as_told {
	as_span cve, status, published, modified, summary, cvss_version, cvss_vector, severity, cwe;
	bool disputed, rejected, has_score;
	double score;
} as_told;
void as_told_row(as_feed *f, const as_told *t);
/* Takes a CVSS object ("version", "vectorString", "baseScore", "baseSeverity") into t, if it is better than
 * what t has. rank: less is better; begin with *best as large as can be. severity: where it stands outside
 * (version 2), or empty. */
void as_told_cvss(as_feed *f, as_told *t, const as_value *cvss, as_span severity, unsigned rank,
	unsigned *best);
/* Adds one CWE to a list in t unless it says nothing or is there. */
void as_told_cwe(as_feed *f, as_told *t, as_span cwe);

/* Says the configurations of CPE names that stand in the list under key of holder: NVD's and the CVE List's
 * are alike. */
void as_feed_configurations(as_feed *f, const as_value *holder, const char *key);

/* Whether words begin with Assay's own mark (base/own.h) of that status and justification. Pure. */
bool as_is_own(as_span words, as_span status, as_span justification);
/* Says how many statements were left out for that; nothing where none were. */
void as_feed_left_out(as_feed *f, uint64_t n);
/* The version beside the package URL of a product: its own, or empty (not NULL) where Assay wrote the document and the
 * package URL has no version, which is then not known. */
as_span as_feed_version(as_span version, as_span purl, bool own);

/* The readers: each sends the records that v holds, or notes what is wrong. name: of a member of the
 * outermost object. */
void as_feed_nvd(as_feed *f, const as_value *v);
void as_feed_cve(as_feed *f, const as_value *v);
void as_feed_osv(as_feed *f, const as_value *v);
void as_feed_csaf(as_feed *f, const as_value *v);
void as_feed_openvex(as_feed *f, const as_value *v);
void as_feed_kev(as_feed *f, const as_value *v);
void as_feed_debian(as_feed *f, const as_value *v, as_span name);
void as_feed_alpine(as_feed *f, const as_value *v);
void as_feed_yocto(as_feed *f, const as_value *v);

/* The word of index.sql for a kind. Never NULL; pure. */
const char *as_kind_name(as_kind_of kind);
/* What kind of record v is, by its keys. Pure. */
as_kind_of as_kind_tell(const as_value *v, bool member);
/* The same guessed from the text of a record that is broken. Pure. */
as_kind_of as_kind_guess(as_span text, bool member);
/* A name for a record from the text of one that is broken: the first id that stands in it, or empty.
 * Borrows; pure. */
as_span as_name_guess(as_span text);
/* Reads one record, whatever it is: kind, rows, refusal. */
void as_feed_read(as_feed *f, const as_value *v, as_span name, uint64_t at);

#endif
