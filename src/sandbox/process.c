/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sandbox/lock.h"

enum {
	PAGE = 4096,
	BUFFER = 1 << 18,
	INBOX = 2 << 20,
	LOCKS_UNKNOWN = ~0,
	LARGE = 64 << 20, /* bytes of an object whose pages are let go of */
	TICK_US = 5000
};

/* Written by the examiner, read by the supervisor after a crash. */
typedef struct board {
	_Atomic uint32_t locks;
	_Atomic uint64_t at;
	char stage[AS_STAGE_MAX];
} board;

struct as_process {
	pid_t pid;
	int fd;
	board *board;   /* shared page */
	uint8_t *inbox; /* owned; INBOX bytes */
	size_t from, to;
};

/* The examiner's side. */
typedef struct examiner {
	const as_process_options *o;
	int fd;
	board *board;
	as_buf out;
	const as_order *order;
} examiner;

static as_status write_all(int fd, as_span s)
{
	while (s.n > 0) {
		ssize_t n = write(fd, s.p, s.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return AS_IO;
		s = as_from(s, (uint64_t)n);
	}
	return AS_OK;
}

static as_status flush(examiner *e)
{
	as_status s = e->out.bad ? AS_NOMEM : write_all(e->fd, as_buf_span_of(&e->out));
	as_buf_clear(&e->out);
	return s;
}

static as_status send_message(void *ctx, as_message kind, as_span payload)
{
	examiner *e = ctx;
	if (payload.n > AS_M_MAX)
		return AS_LIMIT;
	if (payload.n >= BUFFER / 4) { /* contents: not copied once more */
		as_frame_begin(&e->out, kind, (uint32_t)payload.n);
		as_status s = flush(e);
		return s == AS_OK ? write_all(e->fd, payload) : s;
	}
	as_frame_add(&e->out, kind, payload);
	return e->out.n >= BUFFER || e->out.bad ? flush(e) : AS_OK;
}

static void set_stage(examiner *e, const char *id, uint64_t at)
{
	size_t n = strnlen(id, AS_STAGE_MAX - 1);
	memcpy(e->board->stage, id, n);
	memset(e->board->stage + n, 0, AS_STAGE_MAX - n);
	atomic_store_explicit(&e->board->at, at, memory_order_relaxed);
}

static bool enter_stage(void *ctx, const char *id, uint64_t at)
{
	examiner *e = ctx;
	for (size_t i = 0; i < AS_SKIP_MAX; i++)
		if (e->order->skip[i].n > 0 && as_is(e->order->skip[i], id))
			return false;
	set_stage(e, id, at);
	return true;
}

static void encode_order(as_buf *b, const as_order *o)
{
	as_buf_u32(b, o->region.file);
	as_buf_u64(b, o->region.at);
	as_buf_u64(b, o->region.n);
	as_buf_u64(b, o->at);
	as_buf_u64(b, o->n);
	as_buf_u32(b, o->depth);
	as_buf_u8(b, (uint8_t)o->share);
	as_buf_u8(b, o->content);
	as_buf_u8(b, o->open);
	as_buf_u64(b, o->roles);
	as_buf_span(b, o->hint);
	as_buf_span(b, as_cut(o->path, 0, as_min(o->path.n, AS_TASK_MAX / 2)));
	as_buf_span(b, o->type);
	for (size_t i = 0; i < AS_SKIP_MAX; i++)
		as_buf_span(b, o->skip[i]);
}

static bool decode_order(as_span s, as_order *o)
{
	as_cur c = as_cur_le(s, 0);
	o->region.file = as_u32(&c);
	o->region.at = as_u64(&c);
	o->region.n = as_u64(&c);
	o->at = as_u64(&c);
	o->n = as_u64(&c);
	o->depth = as_u32(&c);
	o->share = as_u8(&c);
	o->content = as_u8(&c) != 0;
	o->open = as_u8(&c) != 0;
	o->roles = as_u64(&c);
	o->hint = as_counted(&c);
	o->path = as_counted(&c);
	o->type = as_counted(&c);
	for (size_t i = 0; i < AS_SKIP_MAX; i++)
		o->skip[i] = as_counted(&c);
	return as_ok(&c);
}

static bool read_all(int fd, uint8_t *to, size_t n)
{
	while (n > 0) {
		ssize_t got = read(fd, to, n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		to += got;
		n -= (size_t)got;
	}
	return true;
}

/* A large object is read through a mapping, whose pages would count as ours until it ends. A clock lets
 * go of them while they are read; what is needed again comes back from the file's cache. */
static struct {
	void *volatile p;
	volatile size_t n;
} large;

static void let_go(int sig)
{
	(void)sig;
	int saved = errno;
	if (large.p)
		(void)madvise(large.p, large.n, MADV_DONTNEED);
	errno = saved;
}

static void set_clock(void)
{
	struct sigaction act = { .sa_handler = let_go, .sa_flags = SA_RESTART };
	struct itimerval every = { { 0, TICK_US }, { 0, TICK_US } };
	(void)sigaction(SIGPROF, &act, NULL);
	(void)setitimer(ITIMER_PROF, &every, NULL);
}

static as_status work_on(examiner *e, const as_order *o)
{
	uint64_t from = o->region.at + o->at;
	uint64_t slack = from % PAGE;
	int fd = as_spool_fd(e->o->spool, o->region.file);
	as_span data = as_lit("");
	void *map = NULL;
	as_sender send = { .send = send_message, .stage = enter_stage, .ctx = e };
	e->order = o;
	set_stage(e, "examiner", 0); /* not the last one of the object before */
	if (o->n > 0) {
		map = mmap(NULL, o->n + slack, PROT_READ, MAP_SHARED, fd, (off_t)(from - slack));
		if (map == MAP_FAILED)
			return AS_NOMEM;
		data = as_from(as_bytes(map, o->n + slack), slack);
		large.n = o->n + slack;
		large.p = large.n >= LARGE ? map : NULL;
	}
	as_status s = e->o->work(e->o->ctx, o, data, &send);
	large.p = NULL;
	if (map)
		(void)munmap(map, o->n + slack);
	return s;
}

static as_status send_memory_loss(examiner *e)
{
	as_buf b = { 0 };
	as_lost_encode(&b, &(as_lost_message){ .stage = as_lit(e->board->stage),
				   .reason = as_lit("memory"),
				   .text = as_lit("memory for it could not be had") });
	as_status s = send_message(e, AS_M_LOST, as_buf_span_of(&b));
	as_buf_free(&b);
	return s;
}

_Noreturn static void serve(examiner *e)
{
	static uint8_t task[AS_TASK_MAX];
	for (;;) {
		uint8_t head[4];
		as_order order;
		if (!read_all(e->fd, head, sizeof(head)))
			_exit(0);
		as_cur c = as_cur_le(as_bytes(head, sizeof(head)), 0);
		uint32_t n = as_u32(&c);
		if (n > sizeof(task) || !read_all(e->fd, task, n) ||
			!decode_order(as_bytes(task, n), &order))
			_exit(3);
		as_status s = work_on(e, &order);
		if (s == AS_NOMEM || s == AS_LIMIT)
			s = send_memory_loss(e);
		if (s > AS_PARTIAL || send_message(e, AS_M_DONE, (as_span){ 0 }) != AS_OK ||
			flush(e) != AS_OK)
			_exit(4);
	}
}

static bool is_kept(const examiner *e, int fd)
{
	bool kept = fd == e->fd || (AS_SANITIZED && fd == STDERR_FILENO);
	for (unsigned i = 0; i < as_spool_files(e->o->spool); i++)
		kept = kept || fd == as_spool_fd(e->o->spool, i);
	return kept;
}

/* Only the socket and the spool's files, for reading, stay open: an examiner that was taken over has
 * neither a terminal to write to nor a way to change other objects' bytes. */
static void close_others(const examiner *e)
{
	int limit = 3, nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (unsigned i = 0; i < as_spool_files(e->o->spool); i++)
		limit = as_spool_fd(e->o->spool, i) > limit ? as_spool_fd(e->o->spool, i) : limit;
	limit = e->fd > limit ? e->fd : limit;
	for (int fd = 0; fd < 3; fd++)
		if (!is_kept(e, fd) && (nothing < 0 || dup2(nothing, fd) < 0))
			close(fd);
	for (int fd = 3; fd <= limit; fd++)
		if (!is_kept(e, fd))
			close(fd);
	(void)close_range((unsigned)limit + 1, ~0u, 0);
}

_Noreturn static void be_examiner(examiner *e, pid_t parent)
{
	static const int reset[] = { SIGINT, SIGTERM, SIGPIPE, SIGHUP, SIGCHLD };
	for (size_t i = 0; i < sizeof(reset) / sizeof(reset[0]); i++)
		(void)signal(reset[i], reset[i] == SIGINT ? SIG_IGN : SIG_DFL);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
	(void)setenv("TZ", "UTC0", 1); /* times without a zone are the same everywhere */
	close_others(e);
	set_clock();
	atomic_store(&e->board->locks, as_lock_in(e->o->memory, e->fd));
	serve(e);
}

static as_process *plain_new(void)
{
	as_process *p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	p->fd = -1;
	p->inbox = malloc(INBOX);
	void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	p->board = page == MAP_FAILED ? NULL : page;
	if (p->inbox && p->board)
		return p;
	as_process_kill(p);
	return NULL;
}

as_process *as_process_new(const as_process_options *o)
{
	int pair[2];
	as_process *p = plain_new();
	if (!p || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
		as_process_kill(p);
		return NULL;
	}
	int room = 1 << 20;
	(void)setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	atomic_store(&p->board->locks, (uint32_t)LOCKS_UNKNOWN);
	pid_t parent = getpid();
	p->fd = pair[0];
	p->pid = fork();
	if (p->pid == 0) {
		examiner e = { .o = o, .fd = pair[1], .board = p->board };
		be_examiner(&e, parent);
	}
	close(pair[1]);
	if (p->pid < 0) {
		as_process_kill(p);
		return NULL;
	}
	return p;
}

void as_process_kill(as_process *p)
{
	if (!p)
		return;
	if (p->fd >= 0)
		close(p->fd);
	if (p->pid > 0) {
		(void)kill(p->pid, SIGKILL);
		while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
			continue;
	}
	if (p->board)
		(void)munmap(p->board, PAGE);
	free(p->inbox);
	free(p);
}

as_status as_process_order(as_process *p, const as_order *order)
{
	as_buf body = { 0 }, all = { 0 };
	encode_order(&body, order);
	as_buf_span(&all, as_buf_span_of(&body));
	as_status s = all.bad || body.bad || body.n > AS_TASK_MAX ? AS_NOMEM : AS_OK;
	as_span rest = as_buf_span_of(&all);
	while (s == AS_OK && rest.n > 0) {
		ssize_t n = send(p->fd, rest.p, rest.n, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		s = n <= 0 ? AS_IO : AS_OK;
		rest = as_from(rest, n > 0 ? (uint64_t)n : 0);
	}
	as_buf_free(&body);
	as_buf_free(&all);
	return s;
}

int as_process_fd(const as_process *p) { return p->fd; }

pid_t as_process_pid(const as_process *p) { return p->pid; }

/* Hands over the complete messages in the inbox. */
static as_status hand_over(
	as_process *p, as_status (*take)(void *, as_message, as_span), void *ctx, bool *done)
{
	enum { HEAD = 5 };
	as_status s = AS_OK;
	while (s == AS_OK && !*done && p->to - p->from >= HEAD) {
		as_span have = as_bytes(p->inbox + p->from, p->to - p->from);
		as_cur c = as_cur_le(have, 1);
		uint32_t n = as_u32(&c);
		if (n > AS_M_MAX)
			return AS_IO;
		if (n > have.n - HEAD)
			break;
		c = as_cur_le(as_cut(have, 0, HEAD + n), 0);
		as_message kind;
		as_span payload;
		if (!as_frame_next(&c, &kind, &payload))
			return AS_IO;
		p->from += HEAD + n;
		*done = kind == AS_M_DONE;
		s = take(ctx, kind, payload);
	}
	return s;
}

as_status as_process_read(
	as_process *p, as_status (*take)(void *, as_message, as_span), void *ctx, bool *done)
{
	*done = false;
	if (p->from > 0) {
		memmove(p->inbox, p->inbox + p->from, p->to - p->from);
		p->to -= p->from;
		p->from = 0;
	}
	ssize_t n = recv(p->fd, p->inbox + p->to, INBOX - p->to, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return AS_OK;
	if (n <= 0)
		return AS_IO;
	p->to += (size_t)n;
	return hand_over(p, take, ctx, done);
}

void as_process_stage(const as_process *p, char stage[AS_STAGE_MAX], uint64_t *at)
{
	size_t n = 0;
	for (; n < AS_STAGE_MAX - 1 && as_printable((uint8_t)p->board->stage[n]); n++)
		stage[n] = p->board->stage[n];
	stage[n] = 0;
	*at = atomic_load_explicit(&p->board->at, memory_order_relaxed) & INT64_MAX;
}

unsigned as_process_locks(const as_process *p) { return atomic_load(&p->board->locks); }

double as_process_seconds(const as_process *p)
{
	clockid_t clock;
	struct timespec t;
	if (clock_getcpuclockid(p->pid, &clock) != 0 || clock_gettime(clock, &t) != 0)
		return 0;
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void as_process_end(as_process *p, char *why, size_t n)
{
	int status = 0;
	if (p->pid > 0) {
		(void)kill(p->pid, SIGKILL); /* harmless if it is dead: it has closed its socket */
		while (waitpid(p->pid, &status, 0) < 0 && errno == EINTR)
			continue;
		p->pid = 0;
	}
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		(void)snprintf(why, n, "asked the system for something an examiner must not");
	else if (WIFSIGNALED(status))
		(void)snprintf(why, n, "examiner ended by signal %d (%s)", WTERMSIG(status),
			strsignal(WTERMSIG(status)));
	else
		(void)snprintf(why, n, "examiner ended with status %d", WEXITSTATUS(status));
}
