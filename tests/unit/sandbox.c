/* SPDX-License-Identifier: Apache-2.0 */
/* An examiner that an image has taken over: everything it may try to get out is tried, from inside a real
 * examiner, and refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/lock.h"
#include "sandbox/process.h"

enum { BYTES = 8192, FDS = 64 };

static pid_t supervisor;
static uint8_t target[64]; /* of the supervisor's memory */

/* Each answers whether it worked. */
static bool opens(as_span data) { return (void)data, open("/etc/passwd", O_RDONLY) >= 0; }
static bool opens_itself(as_span data) { return (void)data, open("/proc/self/mem", O_RDWR) >= 0; }
static bool creates(as_span data)
{
	return (void)data, open("/tmp/assay-escaped", O_CREAT | O_WRONLY, 0600) >= 0;
}
static bool makes_memory_file(as_span data) { return (void)data, memfd_create("x", 0) >= 0; }
static bool unlinks(as_span data)
{
	return (void)data, unlink("/tmp/assay-escaped") == 0 || errno == ENOENT;
}
static bool makes_folder(as_span data)
{
	return (void)data, mkdir("/tmp/assay-escaped.d", 0700) == 0;
}
static bool changes_mode(as_span data) { return (void)data, chmod("/tmp", 01777) == 0; }
static bool renames(as_span data)
{
	return (void)data, rename("/tmp/a", "/tmp/b") == 0 || errno == ENOENT;
}
static bool looks_at_files(as_span data)
{
	struct stat st;
	return (void)data, stat("/etc/passwd", &st) == 0;
}
static bool changes_folder(as_span data) { return (void)data, chdir("/") == 0; }
static bool talks_inet(as_span data) { return (void)data, socket(AF_INET, SOCK_STREAM, 0) >= 0; }
static bool talks_unix(as_span data) { return (void)data, socket(AF_UNIX, SOCK_STREAM, 0) >= 0; }
static bool talks_netlink(as_span data) { return (void)data, socket(AF_NETLINK, SOCK_RAW, 0) >= 0; }
static bool makes_pair(as_span data)
{
	int pair[2];
	return (void)data, socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0;
}
static bool runs_program(as_span data)
{
	char *const argv[] = { (char[]){ "true" }, NULL };
	(void)data;
	(void)execve("/bin/true", argv, argv + 1);
	return false; /* if it works, the examiner ends with status 0 and without an answer */
}
static bool forks(as_span data)
{
	pid_t p = (pid_t)syscall(SYS_fork);
	if (p == 0)
		_exit(0);
	return (void)data, p > 0;
}
static bool clones(as_span data)
{
	long p = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (p == 0)
		_exit(0);
	return (void)data, p > 0;
}
static bool kills_supervisor(as_span data) { return (void)data, kill(supervisor, SIGTERM) == 0; }
static bool kills_supervisors_thread(as_span data)
{
	return (void)data, syscall(SYS_tgkill, supervisor, supervisor, SIGTERM) == 0;
}
static bool kills_by_thread(as_span data)
{
	return (void)data, syscall(SYS_tkill, supervisor, SIGTERM) == 0;
}
static bool queues_signal(as_span data)
{
	union sigval v = { 0 };
	return (void)data, sigqueue(supervisor, SIGTERM, v) == 0;
}
static bool traces(as_span data)
{
	return (void)data, ptrace(PTRACE_ATTACH, supervisor, 0, 0) == 0;
}
static bool reads_supervisor(as_span data)
{
	uint8_t got[8];
	struct iovec here = { got, 8 }, there = { target, 8 };
	return (void)data, process_vm_readv(supervisor, &here, 1, &there, 1, 0) > 0;
}
static bool writes_supervisor(as_span data)
{
	uint8_t put[8] = "escaped";
	struct iovec here = { put, 8 }, there = { target, 8 };
	return (void)data, process_vm_writev(supervisor, &here, 1, &there, 1, 0) > 0;
}
static bool maps_code(as_span data)
{
	(void)data;
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		       0) != MAP_FAILED;
}
static bool makes_code(as_span data)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return (void)data, p != MAP_FAILED && mprotect(p, 4096, PROT_READ | PROT_EXEC) == 0;
}
static bool makes_data_writable(as_span data)
{
	void *page = (void *)((uintptr_t)data.p & ~(uintptr_t)4095);
	return mprotect(page, 4096, PROT_READ | PROT_WRITE) == 0;
}
static bool maps_files_writable(as_span data)
{
	bool worked = false;
	(void)data;
	for (int fd = 0; fd < FDS; fd++) {
		uint8_t *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (p == MAP_FAILED)
			continue;
		memset(p, 'X', 4096);
		worked = true;
	}
	return worked;
}
static bool writes_into_files(as_span data)
{
	bool worked = false;
	(void)data;
	/* /dev/null stands at 0 to 2; the socket is the way to speak, and not written to here. */
	for (int fd = 3; fd < FDS; fd++)
		worked = worked || pwrite(fd, "X", 1, 0) == 1 || ftruncate(fd, 0) == 0 ||
			 fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096) == 0 ||
			 fchmod(fd, 0777) == 0;
	return worked;
}
static bool writes_to_terminal(as_span data)
{
	bool worked = false;
	(void)data;
	for (int fd = 0; fd <= (AS_SANITIZED ? 1 : 2); fd++)
		worked = worked || write(fd, "\x1b[2J", 4) == 4;
	return worked;
}
static bool drops_pages(as_span data)
{
	void *page = (void *)((uintptr_t)data.p & ~(uintptr_t)4095);
	return madvise(page, 4096, MADV_REMOVE) == 0;
}
static bool passes_descriptor(as_span data)
{
	struct msghdr m = { 0 };
	bool worked = false;
	(void)data;
	for (int fd = 3; fd < FDS; fd++)
		worked = worked || sendmsg(fd, &m, 0) >= 0 || recvmsg(fd, &m, MSG_DONTWAIT) >= 0;
	return worked;
}
static bool raises_limits(as_span data)
{
	struct rlimit r = { RLIM_INFINITY, RLIM_INFINITY };
	return (void)data, setrlimit(RLIMIT_FSIZE, &r) == 0;
}
static bool gets_privileges(as_span data)
{
	return (void)data, prctl(PR_SET_DUMPABLE, 1) == 0 || unshare(CLONE_NEWUSER) == 0;
}
static bool changes_user(as_span data) { return (void)data, syscall(SYS_setuid, 0) == 0; }
static bool mounts(as_span data)
{
	return (void)data, mount("none", "/tmp", "tmpfs", 0, NULL) == 0;
}
static bool rings(as_span data)
{
	struct io_uring_params p = { 0 };
	return (void)data, syscall(SYS_io_uring_setup, 4, &p) >= 0;
}
static bool loads_bpf(as_span data)
{
	return (void)data, syscall(SYS_bpf, 0, NULL, 0) >= 0 || errno == EINVAL;
}
static bool handles_faults(as_span data) { return (void)data, syscall(SYS_userfaultfd, 0) >= 0; }
static bool keeps_keys(as_span data) { return (void)data, syscall(SYS_keyctl, 0, -3, 0) >= 0; }
static bool shares_memory(as_span data)
{
	return (void)data, syscall(SYS_shmget, 0, 4096, 01600) >= 0;
}

static const struct {
	const char *name;
	bool (*try)(as_span data);
} escapes[] = {
#define ESCAPE(f)                                                                                  \
	{                                                                                          \
#f, f                                                                              \
	}
	ESCAPE(opens), ESCAPE(opens_itself), ESCAPE(creates), ESCAPE(makes_memory_file),
	ESCAPE(unlinks), ESCAPE(makes_folder), ESCAPE(changes_mode), ESCAPE(renames),
	ESCAPE(looks_at_files), ESCAPE(changes_folder), ESCAPE(talks_inet), ESCAPE(talks_unix),
	ESCAPE(talks_netlink), ESCAPE(makes_pair), ESCAPE(runs_program), ESCAPE(forks),
	ESCAPE(clones), ESCAPE(kills_supervisor), ESCAPE(kills_supervisors_thread),
	ESCAPE(kills_by_thread), ESCAPE(queues_signal), ESCAPE(traces), ESCAPE(reads_supervisor),
	ESCAPE(writes_supervisor), ESCAPE(maps_code), ESCAPE(makes_code),
	ESCAPE(makes_data_writable), ESCAPE(maps_files_writable), ESCAPE(writes_into_files),
	ESCAPE(writes_to_terminal), ESCAPE(drops_pages), ESCAPE(passes_descriptor),
	ESCAPE(raises_limits), ESCAPE(gets_privileges), ESCAPE(changes_user), ESCAPE(mounts),
	ESCAPE(rings), ESCAPE(loads_bpf), ESCAPE(handles_faults), ESCAPE(keeps_keys),
	ESCAPE(shares_memory)
#undef ESCAPE
};
enum { N_ESCAPES = sizeof(escapes) / sizeof(escapes[0]) };

/* Inside the examiner: the order's path names the escape; the answer is a word. */
static as_status work(void *ctx, const as_order *order, as_span data, const as_sender *send)
{
	(void)ctx;
	for (size_t i = 0; i < N_ESCAPES; i++)
		if (as_is(order->path, escapes[i].name))
			return send->send(send->ctx, AS_M_ROW,
				as_lit(escapes[i].try(data) ? "escaped" : "refused"));
	return send->send(send->ctx, AS_M_ROW, as_lit("nothing tried"));
}

static as_status take(void *ctx, as_message kind, as_span payload)
{
	char *answer = ctx;
	if (kind == AS_M_ROW && payload.n < 32)
		memcpy(answer, payload.p, payload.n);
	return AS_OK;
}

typedef struct scene {
	as_spool *spool;
	as_region memory, file, input;
	uint8_t bytes[BYTES];
} scene;

static as_region keep(as_spool *s, const uint8_t *bytes)
{
	as_spool_writer w = as_spool_begin(s);
	assert_int_equal(as_spool_write(s, &w, as_bytes(bytes, BYTES)), AS_OK);
	as_spool_end(s, &w);
	return w.region;
}

/* Two regions grow at the same time. A hole in the one that lies before must leave the other's bytes alone. */
static void hole_beside_bytes(void **state)
{
	static uint8_t bytes[BYTES];
	uint8_t now[BYTES];
	(void)state;
	for (unsigned memory = 0; memory < 2; memory++) {
		as_spool *s = as_spool_new("/tmp", memory << 20);
		memset(bytes, 'x', sizeof(bytes));
		as_spool_writer hole = as_spool_begin(s), full = as_spool_begin(s);
		assert_int_equal(as_spool_write(s, &full, as_bytes(bytes, BYTES)), AS_OK);
		assert_int_equal(as_spool_hole(s, &hole, BYTES), AS_OK);
		assert_int_equal(as_spool_read(s, full.region, 0, now, BYTES), AS_OK);
		assert_memory_equal(now, bytes, BYTES);
		assert_int_equal(as_spool_read(s, hole.region, 0, now, BYTES), AS_OK);
		assert_int_equal(now[0] | now[BYTES - 1], 0);
		as_spool_free(s);
	}
}

/* Regions that always overlap in time do not use up the offsets that a file system has. */
static void regions_that_overlap(void **state)
{
	uint8_t now[4];
	(void)state;
	as_spool *s = as_spool_new("/tmp", 0);
	as_spool_writer w[2] = { as_spool_begin(s), as_spool_begin(s) };
	as_region all[3000];
	for (unsigned i = 0; i < 3000; i++) {
		uint8_t number[4] = { (uint8_t)i, (uint8_t)(i >> 8), 1, 2 };
		as_spool_writer *one = &w[i & 1];
		assert_int_equal(as_spool_write(s, one, as_bytes(number, sizeof(number))), AS_OK);
		all[i] = one->region;
		as_spool_end(s, one);
		*one = as_spool_begin(s);
		assert_true(one->region.at < (uint64_t)1 << 40);
	}
	for (unsigned i = 0; i < 3000; i++) {
		assert_int_equal(as_spool_read(s, all[i], 0, now, sizeof(now)), AS_OK);
		assert_int_equal(now[0] | now[1] << 8, i);
	}
	as_spool_free(s);
}

static void set_up(scene *s)
{
	char path[] = "/tmp/assay-sandbox-XXXXXX";
	int fd = mkstemp(path);
	for (size_t i = 0; i < BYTES; i++)
		s->bytes[i] = (uint8_t)(i * 7);
	assert_true(fd >= 0 && write(fd, s->bytes, BYTES) == BYTES);
	close(fd);
	/* Memory for one region and a little: the second goes to the file. */
	s->spool = as_spool_new("/tmp", (1 << 16) + 4096);
	assert_non_null(s->spool);
	s->memory = keep(s->spool, s->bytes);
	s->file = keep(s->spool, s->bytes);
	assert_int_equal(s->memory.file, AS_SPOOL_MEMORY);
	assert_int_equal(s->file.file, AS_SPOOL_FILE);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	(void)unlink(path);
	s->input = (as_region){ .file = (unsigned)as_spool_add(s->spool, fd), .n = BYTES };
}

static void unchanged(const scene *s, as_region r)
{
	uint8_t now[BYTES];
	assert_int_equal(as_spool_read(s->spool, r, 0, now, BYTES), AS_OK);
	assert_memory_equal(now, s->bytes, BYTES);
}

/* Gives the escape to an examiner; answer becomes its word, or stays empty if it was killed. */
static void attempt(
	const scene *s, as_region region, const char *name, char *answer, char *why, size_t n)
{
	as_process_options o = { .spool = s->spool, .memory = 256 << 20, .work = work };
	as_process *p = as_process_new(&o);
	as_order order = { .region = region, .n = BYTES, .content = true, .path = as_lit(name) };
	assert_non_null(p);
	assert_int_equal(as_process_order(p, &order), AS_OK);
	bool done = false;
	as_status st = AS_OK;
	while (st == AS_OK && !done) {
		struct pollfd fd = { .fd = as_process_fd(p), .events = POLLIN };
		(void)poll(&fd, 1, 10000);
		st = as_process_read(p, take, answer, &done);
	}
	unsigned locks = as_process_locks(p);
	assert_true(locks & AS_LOCK_SECCOMP && locks & AS_LOCK_LIMITS);
	if (st != AS_OK)
		as_process_end(p, why, n);
	as_process_kill(p);
}

/* The first object is worked on in a stage; for the second, memory is short before there is one. */
static as_status work_without_memory(
	void *ctx, const as_order *order, as_span data, const as_sender *send)
{
	(void)ctx, (void)data;
	if (as_is(order->path, "first"))
		return send->stage(send->ctx, "some_stage", 0) ? AS_OK : AS_IO;
	return AS_NOMEM;
}

static as_status take_loss(void *ctx, as_message kind, as_span payload)
{
	as_lost_message lost;
	char *stage = ctx;
	if (kind == AS_M_LOST && as_lost_decode(payload, &lost) && lost.stage.n < 32)
		memcpy(stage, lost.stage.p, lost.stage.n);
	return AS_OK;
}

/* What is lost is not laid at the door of the stage in which the object before ended. */
static void names_no_stage_of_another_object(void **state)
{
	scene s;
	char stage[32] = "";
	(void)state;
	set_up(&s);
	as_process_options o = {
		.spool = s.spool, .memory = 256 << 20, .work = work_without_memory
	};
	as_process *p = as_process_new(&o);
	assert_non_null(p);
	for (unsigned i = 0; i < 2; i++) {
		as_order order = {
			.region = s.memory, .n = BYTES, .path = as_lit(i == 0 ? "first" : "second")
		};
		bool done = false;
		assert_int_equal(as_process_order(p, &order), AS_OK);
		while (!done) {
			struct pollfd fd = { .fd = as_process_fd(p), .events = POLLIN };
			(void)poll(&fd, 1, 10000);
			assert_int_equal(as_process_read(p, take_loss, stage, &done), AS_OK);
		}
	}
	assert_string_equal(stage, "examiner");
	as_process_kill(p);
	as_spool_free(s.spool);
}

static void nothing_gets_out(void **state)
{
	(void)state;
	scene s;
	supervisor = getpid();
	memcpy(target, "untouched", 10);
	set_up(&s);
	const as_region regions[] = { s.memory, s.file, s.input };
	for (size_t i = 0; i < N_ESCAPES; i++)
		for (size_t k = 0; k < 3; k++) {
			char answer[32] = "", why[160] = "";
			attempt(&s, regions[k], escapes[i].name, answer, why, sizeof(why));
			bool killed = strstr(why, "must not") || strstr(why, "signal 25 ");
			if (strcmp(answer, "refused") != 0 && !killed)
				fail_msg("%s: %s%s", escapes[i].name, answer, why);
			unchanged(&s, s.memory);
			unchanged(&s, s.file);
			unchanged(&s, s.input);
			assert_string_equal((const char *)target, "untouched");
		}
	as_spool_free(s.spool);
}

/* The walls are what refuses: without them, most of it works (so that the test tests something). */
static void without_walls_it_would(void **state)
{
	(void)state;
	int status = 0;
	pid_t p = fork();
	if (p == 0) {
		bool worked = opens((as_span){ 0 }) && talks_unix((as_span){ 0 }) &&
			      forks((as_span){ 0 }) && makes_memory_file((as_span){ 0 }) &&
			      makes_code((as_span){ 0 });
		_exit(worked ? 0 : 1);
	}
	assert_int_equal(waitpid(p, &status, 0), p);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(hole_beside_bytes),
		cmocka_unit_test(regions_that_overlap),
		cmocka_unit_test(names_no_stage_of_another_object),
		cmocka_unit_test(nothing_gets_out), cmocka_unit_test(without_walls_it_would) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
