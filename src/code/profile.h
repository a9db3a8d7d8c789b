/* SPDX-License-Identifier: Apache-2.0 */
/* A whole program, worked out: what is kept of each function for the signals and measures, which look at several
 * functions together. Kept in full are the functions that call something, as far as memory allows. */
#ifndef AS_CODE_PROFILE_H
#define AS_CODE_PROFILE_H

#include "code/api.h"
#include "code/dominate.h"
#include "code/note.h"

typedef struct as_kept {
	const as_function *function;
	as_flow flow; /* copies, for as long as the arena lives */
	as_values values;
	as_call *calls; /* those of values */
	as_dominators dominators;
} as_kept;

/* One call, in the list of all. */
typedef struct as_link {
	uint64_t goal; /* function or import; 0 unknown */
	uint32_t from; /* number of the calling function */
	uint32_t call; /* number in its values' calls */
	uint64_t at;
} as_link;

typedef struct as_profile {
	const as_program *program;
	as_functions functions;
	as_kept **kept; /* by function number; NULL: not kept */
	as_note *notes; /* by function number */
	as_algo_tables tables;
	as_link *calls; /* by goal, then by address */
	size_t n_calls;
	as_walk_summary sum;
	uint64_t library_from; /* where the C library inside begins; 0: unknown, or there is none */
	bool cut;              /* memory and time are bounded: some functions are not kept */
} as_profile;

enum {
	AS_KEPT_MAX = 256 << 20
}; /* bytes kept of one program; with everything else under 600 MiB */

/* Works out p. Everything lives in p's arena. AS_NOMEM without memory. out must stay where it is. */
as_status as_profile_make(as_profile *out, const as_program *p) AS_MUST_USE;
/* Whether functions that are certain to be code call what section headers do not call code: they lie then
 * (as_program_distrust). */
bool as_profile_strays(const as_profile *p);
/* The calls that arrive at goal: the first of *n, or NULL. Logarithmic. Pure. */
const as_link *as_profile_callers(const as_profile *p, uint64_t goal, size_t *n);
/* The number of the function at addr, or SIZE_MAX. Pure. */
size_t as_profile_number(const as_profile *p, uint64_t addr);

#endif
