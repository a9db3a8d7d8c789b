/* SPDX-License-Identifier: Apache-2.0 */
/* Where a decoder's bytes go that may want the last of them again. */
#ifndef AS_WINDOW_H
#define AS_WINDOW_H

#include "codec/stream.h"

enum { AS_WINDOW_BACK = 1 << 18, AS_WINDOW_SIZE = 1 << 20 };

/* The last bytes that came out; those from sent on still wait to be handed on. Zero it, and set f and left. */
typedef struct as_window {
	as_flow *f;
	uint8_t bytes[AS_WINDOW_SIZE];
	size_t n, sent;
	uint64_t left; /* bytes that may still come */
	bool bad;      /* more came, or a match was from before the start */
	as_status s;   /* the sink's */
} as_window;

/* Puts bytes out, or len bytes once more from so many back (at most AS_WINDOW_BACK). */
void as_window_put(as_window *w, as_span bytes);
void as_window_again(as_window *w, uint64_t back, uint64_t len);
/* Hands on what waits. */
as_status as_window_send(as_window *w) AS_MUST_USE;

#endif
