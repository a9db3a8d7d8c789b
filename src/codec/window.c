/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/window.h"

#include <string.h>

as_status as_window_send(as_window *w)
{
	if (w->s == AS_OK)
		w->s = as_flow_give(w->f, as_bytes(w->bytes + w->sent, w->n - w->sent));
	w->sent = w->n;
	return w->s;
}

static void slide(as_window *w)
{
	if (w->n < AS_WINDOW_SIZE || as_window_send(w) != AS_OK)
		return;
	memmove(w->bytes, w->bytes + w->n - AS_WINDOW_BACK, AS_WINDOW_BACK);
	w->n = w->sent = AS_WINDOW_BACK;
}

void as_window_put(as_window *w, as_span bytes)
{
	w->bad = w->bad || bytes.n > w->left;
	while (bytes.n > 0 && !w->bad && w->s == AS_OK) {
		size_t n = (size_t)as_min(bytes.n, AS_WINDOW_SIZE - w->n);
		memcpy(w->bytes + w->n, bytes.p, n);
		w->n += n;
		w->left -= n;
		bytes = as_from(bytes, n);
		slide(w);
	}
}

void as_window_again(as_window *w, uint64_t back, uint64_t len)
{
	if (len == 0)
		return;
	w->bad = w->bad || len > w->left || back == 0 || back > w->n || back > AS_WINDOW_BACK;
	for (; len > 0 && !w->bad && w->s == AS_OK; len--) {
		w->bytes[w->n] = w->bytes[w->n - back];
		w->n++;
		w->left--;
		slide(w);
	}
}
