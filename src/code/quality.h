/* SPDX-License-Identifier: Apache-2.0 */
/* How well a program is built, in counts: so many calls of this kind, out of so many. Counted are direct calls
 * that the machine code still has, after inlining. What a count means is for rules, and for a comparison with
 * other programs. */
#ifndef AS_CODE_QUALITY_H
#define AS_CODE_QUALITY_H

#include "code/profile.h"

/* The measures; docs/quality.md tells what each counts, and out of what. */
typedef enum as_measure_id {
	AS_M_MEMCPY, /* calls of a family that are unsafe, out of all of the family */
	AS_M_STRCPY,
	AS_M_STRCAT,
	AS_M_SPRINTF,
	AS_M_SCANF,
	AS_M_GETS,
	AS_M_WRAPPER, /* functions named like a safe variant that check no size, of those so named */
	AS_M_FORMAT,  /* formats that are not constant, of calls with a format */
	AS_M_COMMAND, /* commands and programs that are not constant, of calls that run one */
	AS_M_PRIVILEGE_IGNORED,   /* results never looked at, of calls that change privileges */
	AS_M_READ_IGNORED,        /* of calls that read */
	AS_M_WRITE_IGNORED,       /* of calls that write */
	AS_M_ALLOCATION_UNTESTED, /* memory used without a test, of calls that allocate */
	AS_M_TEMPORARY_NAME,  /* names that can be guessed, of calls that make temporary files */
	AS_M_TEMPORARY_OPEN,  /* not exclusively created, of opened constant paths below /tmp */
	AS_M_CHECK_THEN_OPEN, /* checks of a name that is then opened, of checks */
	AS_M_RANDOM_KEY,      /* near keys, of calls of weak random numbers */
	AS_M_RANDOM_TIME,     /* seeds that are the time, of seeds */
	AS_M_CRYPTO_WEAK,     /* of calls of cryptographic libraries, as far as their name tells */
	AS_M_CRYPTO_ECB,      /* of calls that choose a mode or use a block cipher's block */
	AS_M_KEY_CONSTANT,    /* of calls that set a key */
	AS_M_IV_CONSTANT,     /* of calls that set a start value */
	AS_M_CRYPTO_OWN,      /* algorithms whose constants the code has: weak ones of all */
	AS_M_WRITABLE_CODE,   /* of calls that map or protect memory */
	AS_M_LARGE_FRAME,     /* over 64 KiB, of functions */
	AS_M_TEST_ENTRY,      /* named as a test, of functions with a name */
	AS_N_MEASURES
} as_measure_id;

typedef struct as_count {
	uint64_t n, of;
} as_count;

/* How often a function of a family is called. */
typedef struct as_family_count {
	as_span api;        /* its name */
	as_span family;     /* "strcpy" */
	as_span variant;    /* "unsafe", "safe", "fortified", "unchecked" */
	uint64_t calls, at; /* at: address of the first call */
} as_family_count;

/* One place that a measure counts. */
typedef struct as_site {
	as_measure_id measure;
	size_t function; /* number in the profile */
	uint64_t at;
	as_span api;        /* what is called; p NULL: nothing */
	as_span argument;   /* constant text that belongs to it; p NULL: none */
	const char *source; /* where what is not constant comes from; NULL: not asked */
	as_span origin;     /* the call that it comes from; p NULL: not known */
} as_site;

enum { AS_SITES_MAX = 256 /* of one measure in one program; counted are all */ };

typedef struct as_quality {
	const as_profile *profile;
	as_arena *arena;
	as_count count[AS_N_MEASURES];
	as_family_count *families; /* by family, variant, name */
	size_t n_families, room_families;
	as_site *sites; /* by measure, function, address */
	size_t n_sites, room_sites;
	uint32_t n_of[AS_N_MEASURES]; /* sites of each measure */
	uint64_t largest_frame;       /* bytes */
	uint8_t *
		format_in; /* by function number: 1 + the argument that it passes on as a format; 0 none */
	uint8_t *command_in; /* likewise, as a command */
	const char **
		unchecked; /* likewise: the family that it looks like the safe variant of, and is not; NULL none */
	uint64_t steps; /* spent on following values */
	bool no_memory;
} as_quality;

/* Counts. Everything lives in the arena of the profile's program. AS_NOMEM without memory. */
as_status as_quality_find(as_quality *q, const as_profile *p) AS_MUST_USE;
/* "unsafe-memcpy", ...: for ever. Pure. */
const char *as_measure_name(as_measure_id m);

/* For the parts of it, quality_*.c. Notes a place, and counts it in n (not in of). */
void as_quality_site(as_quality *q, as_site s);
/* One part each: looks at every call or function, and counts. */
void as_quality_wrappers(as_quality *q);
void as_quality_families(as_quality *q);
void as_quality_arguments(as_quality *q);
void as_quality_results(as_quality *q);
void as_quality_files(as_quality *q);
void as_quality_crypto(as_quality *q);
void as_quality_functions(as_quality *q);

/* Whether the result of call c of function number is used: decided on, stored, moved, passed on, or returned to
 * somebody who does. Where it cannot be told: true. */
bool as_result_used(as_quality *q, size_t number, const as_call *c);
/* The number of the function that a call of goal arrives at; SIZE_MAX: none of the program's own. Pure. */
size_t as_quality_number(const as_quality *q, uint64_t goal);
/* The text that argument i is; p NULL: not constant. Pure. */
as_span as_argument_text(const as_kept *k, const as_call *c, int i);

#endif
