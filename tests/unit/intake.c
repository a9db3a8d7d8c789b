/* SPDX-License-Identifier: Apache-2.0 */
/* What an examiner may say about one object has an end, and that it ended is said. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "review/review.h"

enum { CAP = 192 << 20, FRAME = 5 /* kind and length of a message */ };

static size_t losses(as_span frames, const char *reason)
{
	as_cur c = as_cur_le(frames, 0);
	as_message kind;
	as_span payload;
	as_lost_message m;
	size_t n = 0;
	while (as_frame_next(&c, &kind, &payload))
		n += kind == AS_M_LOST && as_lost_decode(payload, &m) && as_is(m.reason, reason);
	assert_true(as_ok(&c) && as_left(&c) == 0);
	return n;
}

static void too_much_is_cut_and_said(void **state)
{
	(void)state;
	as_review r = { 0 };
	as_session s = { 0 };
	uint8_t *row = calloc(1, AS_M_MAX);
	assert_non_null(row);
	as_span one = as_bytes(row, AS_M_MAX);
	/* As long as the cap is not passed, everything is kept. */
	size_t n = CAP / (AS_M_MAX + FRAME);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(as_hear(&r, &s, AS_M_ROW, one), AS_OK);
	assert_int_equal(s.payload.n, n * (AS_M_MAX + FRAME));
	assert_int_equal(as_hear(&r, &s, AS_M_ROW, one), AS_OK); /* passes it */
	assert_false(s.full);
	assert_int_equal(losses(as_buf_span_of(&s.payload), "limit"), 0);
	/* From there on nothing is kept but the word that it is so, once; the examiner is not stopped. */
	for (int i = 0; i < 3; i++)
		assert_int_equal(as_hear(&r, &s, AS_M_ROW, one), AS_OK);
	assert_true(s.full);
	assert_true(s.payload.n < CAP + 2 * AS_M_MAX);
	assert_int_equal(losses(as_buf_span_of(&s.payload), "limit"), 1);
	/* The next object begins anew. */
	as_session_clear(&s);
	assert_int_equal(as_hear(&r, &s, AS_M_ROW, as_bytes(row, 8)), AS_OK);
	assert_int_equal(s.payload.n, 8 + FRAME);
	as_buf_free(&s.payload);
	as_nodes_free(&s.nodes);
	free(row);
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(too_much_is_cut_and_said) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
