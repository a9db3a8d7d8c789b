/* SPDX-License-Identifier: Apache-2.0 */
/* libassay: reviews the software of network equipment and reads the dossiers it makes.
 * Strings are UTF-8. Nothing here prints or exits. Handles are not shared between threads. */
#ifndef ASSAY_H
#define ASSAY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ASSAY_API __attribute__((visibility("default")))
#define ASSAY_VERSION 100 /* major * 10000 + minor * 100 + patch */

/* The version of the library in use, as ASSAY_VERSION. */
ASSAY_API int assay_version(void);
/* The same as text, such as "0.1.0". Never NULL. */
ASSAY_API const char *assay_version_text(void);

typedef enum assay_status {
	ASSAY_OK,
	ASSAY_USAGE,    /* an option or argument makes no sense */
	ASSAY_INPUT,    /* an input cannot be read */
	ASSAY_OUTPUT,   /* a result cannot be written */
	ASSAY_INTERNAL, /* memory, system or program failure */
} assay_status;

enum { ASSAY_MESSAGE_LEN = 512 };
/* What went wrong, in words a user can act on. Empty after success. */
typedef struct assay_error {
	char message[ASSAY_MESSAGE_LEN];
} assay_error;

/* Takes n bytes of output; anything but 0 stops the writer, which then answers ASSAY_OUTPUT. */
typedef int (*assay_write)(void *ctx, const void *bytes, size_t n);

/* How far a review is. Called at most some ten times a second. */
typedef struct assay_progress {
	const char *stage;                /* "unpack", "write", "judge", "report" */
	uint64_t bytes_done, bytes_known; /* bytes examined, and found so far */
	uint64_t objects_done, objects_known;
	double seconds; /* since the review began */
} assay_progress;
typedef void (*assay_on_progress)(void *ctx, const assay_progress *now);
/* A line for the user: a warning, or a note such as "resuming". */
typedef void (*assay_on_message)(void *ctx, const char *text);

/* Zero a field to leave its default. */
typedef struct assay_review_options {
	size_t size;               /* sizeof this structure */
	const char *const *inputs; /* files or directories; ends with NULL */
	const char *output;        /* folder for the results; made if missing */
	const char *const *rules;  /* folders with more *.sql rules; ends with NULL; or NULL */
	const char *const *
		yara; /* YARA rule files, or folders of *.yar and *.yara; ends with NULL; or NULL */
	const char *
		as_of; /* YYYY-MM-DD: expiry and support ends are judged against the beginning of that
	                              * day (UTC); default: when the review is made, or SOURCE_DATE_EPOCH */
	const char *
		marks; /* file of places that were explained before, as assay_mark writes them; or NULL */
	const char *
		reference; /* another build to compare with: a dossier; or an image, which is reviewed first; or NULL */
	const char *without; /* inspectors that are not to be asked, separated by commas; or NULL */
	const char
		*index; /* file of the index of known vulnerabilities; default: $ASSAY_KNOWLEDGE, or
	                             * assay/vulnerabilities.db in the user's folder for data; where that tells of no
	                             * vulnerability, the few records that ship are looked at as well */
	unsigned no_vulnerabilities; /* 1: do not look for known vulnerabilities */
	unsigned as_reference; /* 1: state what a later review needs to be compared with this one */
	unsigned jobs;         /* examiner processes; default: one per core */
	unsigned max_depth;    /* containers within containers; default 16 */
	uint64_t max_objects;  /* entries in the whole review; default 2,000,000 */
	uint64_t
		max_bytes; /* unpacked in the whole review; default 1 GiB + inputs * ratio, at most 64 GiB */
	uint64_t max_object_bytes; /* bytes of one object; default 8 GiB */
	unsigned
		max_ratio; /* bytes out per byte in, for one container, beyond 256 MiB; default 100 */
	unsigned max_seconds; /* for one object; default 120 */
	uint64_t max_memory;  /* of one examiner; default 1 GiB */
	assay_on_progress on_progress;
	assay_on_message on_message;
	void *ctx;              /* for both callbacks */
	const char *debug_fail; /* tests only: "crash:NAME", "hang:NAME", "memory:NAME" */
} assay_review_options;

/* Reviews the inputs and writes output/dossier.assay and its reports. An interrupted review with the
 * same inputs, options and output folder is taken up where it stopped. */
ASSAY_API assay_status assay_review(const assay_review_options *options, assay_error *error);

typedef struct assay_extract_options {
	size_t size;        /* of this struct: set to sizeof(assay_extract_options) */
	const char *folder; /* where to write; made if missing */
	const char *match;  /* shell pattern of paths, or NULL for all */
	int links;   /* make symbolic links, as they stand in the image; else they are listed */
	int special; /* make devices, pipes and sockets; else they are listed */
	int set_id;  /* keep set-user-id and set-group-id bits; else they are left out */
} assay_extract_options;

/* Writes the entries of the inputs below folder, never outside it and following no links, with their
 * modes and times. Beside them links.tsv (what was not made), names.tsv (what stands under another
 * name) and xattrs.tsv. n (may be NULL): entries written. */
ASSAY_API assay_status assay_extract(const assay_review_options *options,
	const assay_extract_options *how, uint64_t *n, assay_error *error);

typedef struct assay_dossier assay_dossier;

/* Opens a dossier read-only; path is its file, or the folder that a review wrote. ASSAY_INPUT if
 * it is not one or of a newer schema. Close with assay_dossier_close, which accepts NULL. */
ASSAY_API assay_status assay_dossier_open(
	const char *path, assay_dossier **out, assay_error *error);
ASSAY_API void assay_dossier_close(assay_dossier *d);
/* Attaches another dossier read-only under a name for queries ("name.table"). */
ASSAY_API assay_status assay_dossier_attach(
	assay_dossier *d, const char *path, const char *name, assay_error *error);

/* How many columns tables may take (a terminal's width); 0, the default: as many as they need. Longer
 * values are then shortened in their middle. */
ASSAY_API void assay_dossier_set_width(assay_dossier *d, unsigned columns);
/* How many seconds a query, view or report may take before it is stopped; by default 60 for a query and
 * 600 for the others. */
ASSAY_API void assay_dossier_set_seconds(assay_dossier *d, unsigned seconds);
/* How many places of a finding an explanation shows before it says how many more there are; 0, the default: 10. */
ASSAY_API void assay_dossier_set_places(assay_dossier *d, unsigned places);

typedef enum assay_format { ASSAY_TABLE, ASSAY_JSON, ASSAY_CSV } assay_format;

/* Writes one view of the dossier: summary, tree, files, components, vulnerabilities, findings, credentials, keys,
 * certificates, services, elf, quality, code, addresses, map, unexamined. ASSAY_USAGE for another name. */
ASSAY_API assay_status assay_show(assay_dossier *d, const char *view, assay_format format,
	assay_write write, void *ctx, assay_error *error);
/* The names assay_show takes; ends with NULL. */
ASSAY_API const char *const *assay_views(void);
/* Runs one read-only SQL statement and writes its rows. ASSAY_USAGE with SQLite's words if it fails
 * or would write. */
ASSAY_API assay_status assay_query(assay_dossier *d, const char *sql, assay_format format,
	assay_write write, void *ctx, assay_error *error);
/* Writes everything about one finding as text: why, evidence, how to see it, the rule's query. */
ASSAY_API assay_status assay_explain(
	assay_dossier *d, const char *finding, assay_write write, void *ctx, assay_error *error);
/* A place that was looked at and explained, for later reviews. */
typedef struct assay_mark_options {
	size_t size; /* sizeof this structure */
	const char
		*finding; /* id of a finding; or the name of a function, or its address as 0x... */
	unsigned place;   /* which place of the finding, as assay_explain numbers them; 0: all */
	const char *reason;        /* why it is harmless: one line */
	const char *author, *date; /* who says so, and when (YYYY-MM-DD); NULL: nobody, never */
	int head;                  /* not 0: the file is new, and begins with what marks are */
} assay_mark_options;
/* Writes marks, as assay_review_options.marks takes them, a line each; n (may be NULL): how many. ASSAY_USAGE: there
 * is no such finding, place or function, or the reason is not one line. */
ASSAY_API assay_status assay_mark(assay_dossier *d, const assay_mark_options *options,
	assay_write write, void *ctx, unsigned *n, assay_error *error);
/* Writes a report: "html", "json", "sarif", "cyclonedx", "spdx", "openvex", "csaf". The last two write nothing where no
 * known vulnerability was matched: both formats want one at least. */
ASSAY_API assay_status assay_report(
	assay_dossier *d, const char *format, assay_write write, void *ctx, assay_error *error);
/* The names assay_report takes, each with its usual file name after it; ends with NULL. */
ASSAY_API const char *const *assay_reports(void);
/* How many findings have at least this severity ("info", "low", "medium", "high", "critical") and hold, and are not
 * explained by marks in all their places. -1 for another word or a broken dossier. */
ASSAY_API long assay_count_findings(assay_dossier *d, const char *severity);

/* How far an import is: records read so far of the source now in hand. Called some times a second. */
typedef void (*assay_on_records)(void *ctx, const char *source, uint64_t records);

/* Zero a field to leave its default. */
typedef struct assay_knowledge_options {
	size_t size;       /* sizeof this structure */
	const char *index; /* the index of vulnerabilities; default: as assay_knowledge_path says */
	const char *const
		*files;       /* import: feeds, or folders of them; update: names of sources, none
				   * for all; ends with NULL */
	const char *settings; /* update: a file of sources in place of those built in; or NULL */
	const char *const *sources; /* update: more of them, or other addresses, as NAME=URL; ends
				     * with NULL; or NULL */
	unsigned plain_http;        /* update: 1: load from addresses without TLS, too */
	assay_on_records on_records;
	assay_on_records
		on_bytes; /* update: bytes loaded so far of a source, in place of records */
	assay_on_message on_message; /* a warning, such as what was refused; or a note */
	void *ctx;                   /* for both callbacks */
	unsigned
		shipped; /* import: 1: the few records that ship with the program, too; then files may be NULL */
} assay_knowledge_options;

typedef struct assay_knowledge_counts {
	uint64_t read, stored, unchanged, refused; /* records; read is the sum of the others */
	uint64_t files,
		strangers; /* files read; files, or members of archives, that are no feeds */
	uint64_t sources_unchanged; /* update: sources that have nothing newer */
} assay_knowledge_counts;

/* Where the index of vulnerabilities is: index, if it is not NULL; else what the environment says in
 * ASSAY_KNOWLEDGE; else $XDG_DATA_HOME/assay/vulnerabilities.db, or below ~/.local/share. Writes it to path
 * (n bytes). ASSAY_USAGE: it does not fit, or there is no home. */
ASSAY_API assay_status assay_knowledge_path(
	const char *index, char *path, size_t n, assay_error *error);
/* Reads feeds of vulnerabilities into the index, which is made if there is none. What a feed holds is told by
 * its content: NVD, CVE List, OSV, CISA KEV, EPSS, CSAF, OpenVEX, trackers of distributions; also compressed,
 * in zip or tar. What is broken is refused, counted and named, the rest imported; counts (may be NULL) says
 * how much. Another import at the same index is waited for. ASSAY_INPUT: a file cannot be opened, the index
 * is none or of another schema, or nothing was of use. */
ASSAY_API assay_status assay_knowledge_import(
	const assay_knowledge_options *options, assay_knowledge_counts *counts, assay_error *error);
/* Loads feeds from the network and imports them: what has changed since the last time, going on where a load
 * was interrupted, with the checksum where the source has one. ASSAY_INPUT: a source failed (each is told by
  * on_message; the others are imported). The environment's proxies are used (https_proxy, no_proxy). */
ASSAY_API assay_status assay_knowledge_update(
	const assay_knowledge_options *options, assay_knowledge_counts *counts, assay_error *error);
/* Writes what the index holds, as a table for people width columns wide (0: as wide as it is) or as JSON:
 * each source with its counts and ages, and why records were refused. Where there is no index, or it tells of no
 * vulnerability, what reviews use then: what ships. ASSAY_INPUT: there is no index of the name given, or none that this
 * program reads. */
ASSAY_API assay_status assay_knowledge_status(const char *index, assay_format format,
	unsigned width, assay_write write, void *ctx, assay_error *error);

/* How far a simulation is. Called from one thread at a time. */
typedef void (*assay_on_draws)(void *ctx, uint64_t done, uint64_t all);
/* Something wrong with a network file: line 0 if it is about the file as a whole. */
typedef void (*assay_on_fault)(void *ctx, const char *file, unsigned line, const char *text);

/* Zero a field to leave its default. */
typedef struct assay_assess_options {
	size_t size;         /* sizeof this structure */
	const char *network; /* the network file */
	const char *output;  /* folder for the results; default: "." */
	const char *const
		*scenarios; /* only these, by name, beside accept; ends with NULL; NULL: all */
	unsigned years;     /* in place of the file's */
	uint64_t trials;    /* paths simulated for each scenario; default: the file's, or 100000 */
	uint64_t
		outer; /* draws of what is not known, among which paths are shared out; default: 1000 */
	uint64_t seed; /* default: 1 */
	unsigned jobs; /* threads; default: one for each processor */
	double budget; /* propose the best set of measures that costs no more than this beyond accepting; 0: do not */
	double deadline; /* and that is done by this year; 0: whenever */
	double precision; /* simulate on until the standard error of the expected loss is this share of it; 0: do not */
	assay_on_draws on_draws;
	assay_on_fault on_fault;     /* each thing that is wrong, in order */
	assay_on_message on_message; /* a note or warning */
	void *ctx;                   /* for the callbacks */
} assay_assess_options;

/* Assesses a network: reads the network file and the dossiers it names, simulates every scenario, and writes
 * assessment.assay, assessment.html, assessment.json and decision.csv, all or none of them. ASSAY_INPUT: something
 * is wrong with what was given, and all of it was told to on_fault. */
ASSAY_API assay_status assay_assess(const assay_assess_options *options, assay_error *error);
/* Writes what an assessment (an assessment.assay) answers as text, tables width columns wide (0: as they
 * are). */
ASSAY_API assay_status assay_assess_show(
	const char *assessment, unsigned width, assay_write write, void *ctx, assay_error *error);
/* Writes a commented network file to start from; the JSON schema of network files. */
ASSAY_API assay_status assay_assess_start(assay_write write, void *ctx, assay_error *error);
ASSAY_API assay_status assay_assess_schema(assay_write write, void *ctx, assay_error *error);

typedef struct assay_suppliers assay_suppliers;

/* Zero a field to leave its default. */
typedef struct assay_suppliers_options {
	size_t size; /* sizeof this structure */
	const char
		*directory; /* the directory of suppliers; default: as assay_suppliers_path says */
	const char *data;   /* where the distribution keeps its registries; default: /usr/share */
	unsigned width;     /* columns that tables may take; 0: as many as they need */
	unsigned all;       /* 1: all rows, not the first 50 */
	unsigned empty;     /* 1: a directory that is new is not filled */
	assay_on_message
		on_message; /* each problem in a file, what was filled, what is not installed */
	void *ctx;
} assay_suppliers_options;

/* Where the directory of suppliers is: directory, if it is not NULL; else what the environment says in
 * ASSAY_SUPPLIERS; else $XDG_DATA_HOME/assay/suppliers.db, or below ~/.local/share. Writes it to path (n bytes).
 * ASSAY_USAGE: it does not fit, or there is no home. */
ASSAY_API assay_status assay_suppliers_path(
	const char *directory, char *path, size_t n, assay_error *error);
/* Opens the directory; a new one is made, and filled from the registries that are installed. What a function changes
 * is written in one transaction: all of it or nothing, whoever is killed when. Close with assay_suppliers_close, which
 * accepts NULL. */
ASSAY_API assay_status assay_suppliers_open(
	const assay_suppliers_options *options, assay_suppliers **out, assay_error *error);
ASSAY_API void assay_suppliers_close(assay_suppliers *s);

/* Reads the registries (again): what is new in them is added, nothing is taken away. */
ASSAY_API assay_status assay_suppliers_fill(assay_suppliers *s, assay_error *error);
/* Writes who has all of these words (or beginnings of words) in name, address, products, field; else any of them. */
ASSAY_API assay_status assay_suppliers_search(assay_suppliers *s, const char *words,
	assay_format format, assay_write write, void *ctx, assay_error *error);
/* Writes all that is known of one supplier: a name, an id ("#12") or an identifier ("mac:00259e"). ASSAY_INPUT: nobody
 * is, or several may be meant, who are named. */
ASSAY_API assay_status assay_suppliers_show(assay_suppliers *s, const char *who,
	assay_format format, assay_write write, void *ctx, assay_error *error);
/* Adds a supplier (who NULL) or changes one. fields: "name=value", the names as in assay_suppliers_export's CSV, values
 * of lists with semicolons between; ends with NULL. Changed lists take the place of what was, unless the field's name
 * ends with "+". ASSAY_USAGE: told by on_message what is wrong with a field. */
ASSAY_API assay_status assay_suppliers_set(
	assay_suppliers *s, const char *who, const char *const *fields, assay_error *error);
/* Takes files into the directory: suppliers (CSV, JSON), lists of restrictions, dossiers (who is named in them); what a
 * file is, its content tells. ASSAY_INPUT: something is wrong; all of it was told by on_message, and nothing is
 * written. files ends with NULL. */
ASSAY_API assay_status assay_suppliers_import(
	assay_suppliers *s, const char *const *files, assay_error *error);
/* Writes suppliers as assay_suppliers_import reads them: those that a user, a list or a dossier has added or changed;
 * with the option all everybody. format: ASSAY_JSON or ASSAY_CSV. */
ASSAY_API assay_status assay_suppliers_export(
	assay_suppliers *s, assay_format format, assay_write write, void *ctx, assay_error *error);
/* Writes which suppliers may be one organization, for a person to decide; words: of whom, or NULL. */
ASSAY_API assay_status assay_suppliers_duplicates(assay_suppliers *s, const char *words,
	assay_format format, assay_write write, void *ctx, assay_error *error);
/* Makes others one with the first of who (names, ids; ends with NULL); or says that they are all different (apart), so
 * that they are not proposed any more. */
ASSAY_API assay_status assay_suppliers_merge(
	assay_suppliers *s, const char *const *who, int apart, assay_error *error);
/* Writes what the directory was filled from, how much it holds, and which lists of restrictions there are, how old. */
ASSAY_API assay_status assay_suppliers_status(
	assay_suppliers *s, assay_format format, assay_write write, void *ctx, assay_error *error);

typedef struct assay_screen_options {
	size_t size; /* sizeof this structure */
	const char *const *
		files; /* network files (TOML), lists of names, CSV, JSON, dossiers; ends with NULL; or NULL */
	const char *const *names; /* ends with NULL; or NULL */
	unsigned directory;       /* 1: everybody in the directory, too */
	double least; /* the score from which somebody is told, above 0 and at most 1; default 0.4 */
} assay_screen_options;

/* Writes who of those named stands on a list of restrictions, or may, by identifiers and by names: their own, and
 * those of whom the directory says that they own them or are owned by them. hits (may be NULL): how many listings. A
 * listing is a fact of the law of one jurisdiction about a company, and says nothing about its products. */
ASSAY_API assay_status assay_suppliers_screen(assay_suppliers *s,
	const assay_screen_options *options, assay_format format, assay_write write, void *ctx,
	unsigned long *hits, assay_error *error);

#ifdef __cplusplus
}
#endif

#endif
