/* SPDX-License-Identifier: Apache-2.0 */
/* One function worked out: its flow and its values, and the tables of its switches, which need both. */
#ifndef AS_CODE_WORK_H
#define AS_CODE_WORK_H

#include "code/value.h"

/* Memory to work one function after another out in. */
typedef struct as_worker as_worker;
as_worker *as_worker_new(void);
void as_worker_free(as_worker *w);
/* Explores the function at addr up to limit, works out its values, and follows the tables of its switches. v NULL:
 * values are worked out only where they are needed for that. Both borrow w's memory. False only without memory. */
bool as_work_out(as_worker *w, as_flow *f, as_values *v, const as_program *p, uint64_t addr,
	uint64_t limit, bool thumb, const as_surroundings *around) AS_MUST_USE;

/* The values of a flow that was explored before. Borrows w's memory. False only without memory. */
bool as_work_values(as_worker *w, const as_flow *f, as_values *v) AS_MUST_USE;

/* Explores the same function only: no values, and no switches but those known. False only without
 * memory. */
bool as_work_explore(as_worker *w, as_flow *f, const as_program *p, uint64_t addr, uint64_t limit,
	bool thumb, const as_surroundings *around) AS_MUST_USE;

#endif
