/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cur.h"
#include "sandbox/lock.h"
#include "vuln/container.h"
#include "vuln/intake.h"

#define MEMORY (1ull << 30) /* bytes of private memory it may have */

enum { PAGE = 4096, BUFFER = 1 << 18, FRAME_HEAD = 4 };

struct as_child {
	pid_t pid;
	int fd;
	_Atomic uint32_t *locks; /* in a shared page */
	as_buf inbox;
	size_t from; /* what of inbox was handed out */
};

/* Inside the child. */
typedef struct speaker {
	int fd;
	as_buf out;
	as_intake *intake;
	as_hasher *hasher; /* in place of intake: the contents are only summed */
	bool damaged;
} speaker;

static as_status flush(speaker *s)
{
	as_span rest = as_buf_span_of(&s->out);
	if (s->out.bad)
		return AS_NOMEM;
	while (rest.n > 0) {
		ssize_t n = write(s->fd, rest.p, rest.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return AS_IO;
		rest = as_from(rest, (uint64_t)n);
	}
	as_buf_clear(&s->out);
	return AS_OK;
}

static as_status say(void *ctx, as_span message)
{
	speaker *s = ctx;
	as_buf_span(&s->out, message);
	return s->out.n >= BUFFER || s->out.bad ? flush(s) : AS_OK;
}

static as_status begin_file(void *ctx, as_span name)
{
	speaker *s = ctx;
	if (s->intake)
		as_intake_begin(s->intake, name);
	return AS_OK;
}

static as_status add_bytes(void *ctx, as_span bytes)
{
	speaker *s = ctx;
	if (s->intake)
		return as_intake_add(s->intake, bytes);
	as_hasher_add(s->hasher, bytes);
	return AS_OK;
}

static as_status end_file(void *ctx, const char *damage)
{
	speaker *s = ctx;
	s->damaged = s->damaged || damage;
	return s->intake ? as_intake_end(s->intake, damage) : AS_OK;
}

static as_status read_file(speaker *s, const as_child_file *file, uint32_t i)
{
	as_taker taker = { .begin = begin_file, .add = add_bytes, .end = end_file, .ctx = s };
	uint8_t begun[5] = { AS_FEED_FILE, (uint8_t)i, (uint8_t)(i >> 8), (uint8_t)(i >> 16),
		(uint8_t)(i >> 24) };
	void *map = NULL;
	as_span data = as_lit("");
	as_status st = say(s, as_bytes(begun, sizeof(begun)));
	if (st != AS_OK)
		return st;
	if (file->n > 0) {
		map = mmap(NULL, file->n, PROT_READ, MAP_SHARED, file->fd, 0);
		if (map == MAP_FAILED)
			return AS_NOMEM;
		data = as_bytes(map, file->n);
	}
	st = as_container_read(data, map != NULL, as_lit(file->name), &taker);
	if (map)
		(void)munmap(map, file->n);
	return st;
}

/* Only the socket and the files stay open. */
static void close_others(int fd, const as_child_file *files, size_t n)
{
	int highest = fd, nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (size_t i = 0; i < n; i++)
		highest = files[i].fd > highest ? files[i].fd : highest;
	for (int k = 0; k <= highest; k++) {
		bool kept = k == fd || (AS_SANITIZED && k == STDERR_FILENO);
		for (size_t i = 0; i < n && !kept; i++)
			kept = k == files[i].fd;
		if (!kept && (k > STDERR_FILENO || nothing < 0 || dup2(nothing, k) < 0))
			close(k);
	}
	(void)close_range((unsigned)highest + 1, ~0u, 0);
}

/* Sends the sum of what was in the files. */
static as_status send_sum(speaker *s)
{
	uint8_t message[1 + AS_SHA256_LEN] = { AS_FEED_SUM };
	as_sha256 sum = as_hasher_end(s->hasher);
	memcpy(message + 1, sum.b, AS_SHA256_LEN);
	return s->damaged ? AS_OK : say(s, as_bytes(message, sizeof(message)));
}

/* What a child is to do. */
typedef struct errand {
	const as_child_file *files;
	size_t n, first;
	bool sum; /* of the contents, and nothing else */
} errand;

_Noreturn static void be_child(const as_child *c, int fd, const errand *e)
{
	static const uint8_t done = AS_FEED_DONE;
	speaker s = { .fd = fd };
	as_feed f = { .send = say, .ctx = &s };
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	close_others(fd, e->files, e->n);
	s.hasher = e->sum ? as_hasher_new()
			  : NULL; /* before the walls: it may want to look at the machine */
	atomic_store(c->locks, as_lock_in(MEMORY, fd));
	s.intake = e->sum ? NULL : as_intake_new(&f);
	as_status st = s.intake || s.hasher ? AS_OK : AS_NOMEM;
	for (size_t i = e->first; i < e->n && st == AS_OK; i++)
		st = read_file(&s, &e->files[i], (uint32_t)i);
	if (st == AS_OK && e->sum)
		st = send_sum(&s);
	if (st == AS_OK)
		st = say(&s, as_bytes(&done, 1));
	as_status flushed = st == AS_IO ? AS_IO : flush(&s);
	_exit(st == AS_OK && flushed == AS_OK ? 0 : st == AS_NOMEM ? 5 : 4);
}

static void forget(as_child *c)
{
	if (c->fd >= 0)
		close(c->fd);
	if (c->locks)
		(void)munmap(c->locks, PAGE);
	as_buf_free(&c->inbox);
	free(c);
}

static as_child *start(const errand *e)
{
	int pair[2];
	as_child *c = calloc(1, sizeof(*c));
	if (!c)
		return NULL;
	c->fd = -1;
	void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	c->locks = page == MAP_FAILED ? NULL : page;
	if (!c->locks || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
		forget(c);
		return NULL;
	}
	int room = 1 << 20;
	(void)setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	atomic_store(c->locks, ~0u);
	c->fd = pair[0];
	c->pid = fork();
	if (c->pid == 0)
		be_child(c, pair[1], e);
	close(pair[1]);
	if (c->pid > 0)
		return c;
	forget(c);
	return NULL;
}

as_child *as_child_new(const as_child_file *files, size_t n, size_t first)
{
	return start(&(errand){ .files = files, .n = n, .first = first });
}

as_status as_child_sum(const as_child_file *file, as_sha256 *sum)
{
	as_span m = { 0 };
	as_status s = AS_NOT_THIS;
	as_child *c = start(&(errand){ .files = file, .n = 1, .sum = true });
	if (!c)
		return AS_NOMEM;
	while (as_child_next(c, &m) == AS_OK && as_at(m, 0) != AS_FEED_DONE)
		if (as_at(m, 0) == AS_FEED_SUM && m.n == 1 + AS_SHA256_LEN) {
			memcpy(sum->b, m.p + 1, AS_SHA256_LEN);
			s = AS_OK;
		}
	as_child_end(c, NULL, 0);
	return s;
}

/* Reads until at least n bytes wait. */
static as_status fill(as_child *c, size_t n)
{
	enum { READ = 1 << 20, SILENCE_MS = 600000 };
	if (c->from > 0 && c->inbox.n - c->from < n) {
		memmove(c->inbox.p, c->inbox.p + c->from, c->inbox.n - c->from);
		c->inbox.n -= c->from;
		c->from = 0;
	}
	while (c->inbox.n - c->from < n) {
		uint8_t *to = as_buf_room(&c->inbox, READ);
		if (!to)
			return AS_NOMEM;
		struct pollfd ready = { .fd = c->fd, .events = POLLIN };
		if (poll(&ready, 1, SILENCE_MS) == 0)
			return AS_IO; /* it says nothing any more */
		ssize_t got = read(c->fd, to, READ);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return AS_IO;
		c->inbox.n += (size_t)got;
	}
	return AS_OK;
}

as_status as_child_next(as_child *c, as_span *message)
{
	as_status s = fill(c, FRAME_HEAD);
	if (s != AS_OK)
		return s;
	as_cur head = as_cur_le(as_bytes(c->inbox.p + c->from, FRAME_HEAD), 0);
	uint32_t n = as_u32(&head);
	if (n == 0 || n > AS_FEED_MAX)
		return AS_IO;
	s = fill(c, FRAME_HEAD + (size_t)n);
	if (s != AS_OK)
		return s;
	*message = as_bytes(c->inbox.p + c->from + FRAME_HEAD, n);
	c->from += FRAME_HEAD + (size_t)n;
	return AS_OK;
}

unsigned as_child_locks(const as_child *c) { return atomic_load(c->locks); }

void as_child_end(as_child *c, char *why, size_t n)
{
	enum { GRACE = 500, GRACE_US = 10000 }; /* it has five seconds to end by itself */
	int status = 0;
	if (!c)
		return;
	if (why) { /* it has closed its socket, and is about to end */
		(void)shutdown(c->fd, SHUT_RDWR);
	} else {
		(void)kill(c->pid, SIGKILL);
	}
	pid_t ended = 0;
	for (int i = 0; why && ended == 0 && i < GRACE; i++) {
		ended = waitpid(c->pid, &status, WNOHANG);
		if (ended == 0)
			(void)usleep(GRACE_US);
	}
	if (ended == 0)
		(void)kill(c->pid, SIGKILL);
	while (ended == 0 && waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (why && WIFSIGNALED(status))
		(void)snprintf(why, n, "the process that read it ended by signal %d (%s)",
			WTERMSIG(status), strsignal(WTERMSIG(status)));
	else if (why)
		(void)snprintf(why, n,
			WEXITSTATUS(status) == 5 ? "reading it takes more memory than may be had"
						 : "the process that read it ended with status %d",
			WEXITSTATUS(status));
	forget(c);
}
