/* SPDX-License-Identifier: Apache-2.0 */
/* What a dossier says about how easily a product is broken into: ways in, by class of finding, each with what shows it.
 * docs/risk-model.md derives the model from ../frameworks (rules 2 and 3 of its method). */
#ifndef AS_EVIDENCE_H
#define AS_EVIDENCE_H

#include "assay/assay.h"
#include "assess/distribution.h"
#include "base/arena.h"

enum { AS_FINDING_CLASSES = 1 /* version of the table finding_class.def */ };

typedef enum as_finding_class {
#define FINDING_CLASS(id, ...) AS_CLASS_##id,
#include "assess/finding_class.def"
#undef FINDING_CLASS
	AS_CLASSES,
} as_finding_class;

typedef struct as_class_of_findings {
	const char *id, *title,
		*kind;         /* kind of rules; "": read out of the matches of vulnerabilities */
	unsigned least;        /* severity: 0 low, 1 medium, 2 high, 3 critical */
	unsigned doors;        /* as_exposure bits through which it counts */
	as_distribution shift; /* log-odds of the first way in */
} as_class_of_findings;

extern const as_class_of_findings as_classes_of_findings[AS_CLASSES];

/* One way in: a finding, or a component with known vulnerabilities. */
typedef struct as_way_in {
	as_finding_class class;
	as_span id;        /* of the finding, or the component and its version */
	as_span text;      /* for people */
	as_span sha256;    /* of the object that shows it; p NULL: none */
	as_span path;      /* and where it stands */
	int64_t at, len;   /* bytes in it; -1: the whole */
	unsigned severity; /* 0 to 3 */
	double confidence; /* of the finding, 0 to 1 */
	bool component;    /* id names a component */
} as_way_in;

/* A clause of a framework that findings speak against. */
typedef struct as_clause_against {
	as_span framework, clause, title, example; /* example: one of the findings */
	int64_t findings;
} as_clause_against;

typedef struct as_evidence {
	as_span dossier;  /* the file it was read from; p NULL: not examined */
	as_span sha256;   /* of the first input of the review */
	as_span reviewed; /* date and time */
	as_way_in *ways;  /* by class, then id */
	size_t n_ways;
	as_clause_against *clauses;
	size_t n_clauses;
	double unexamined; /* share of the bytes whose contents could not be examined, 0 to 1 */
	double possible; /* components that are perhaps vulnerable: their version is not known well enough */
	as_span suppliers; /* of parts, as the dossier names them, "; " between */
	double times
		[AS_CLASSES]; /* how often the first way in of a class counts: 1 + 1/2 + 1/4 ... */
} as_evidence;

/* Reads what an open dossier says. Everything is owned by the arena. AS_NOMEM; AS_IO with error set (may be NULL) where
 * the dossier cannot be read. */
as_status as_evidence_read(assay_dossier *d, as_span name, as_arena *arena, as_evidence *out,
	assay_error *error) AS_MUST_USE;

/* Fills times from ways, which are sorted; of those that are told twice one is left. */
void as_evidence_count(as_evidence *e);

#endif
