/* SPDX-License-Identifier: Apache-2.0 */
/* Three walls, each of which holds on its own: Landlock takes away the file system and TCP, seccomp takes
 * away every system call that reading memory and answering on one socket does not need, and resource
 * limits bound memory. Files that are open already (the objects' bytes) are open for reading only. */
#include "sandbox/lock.h"

#include <errno.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The kernel's interface, which older headers do not have in full (Documentation/userspace-api/landlock). */
typedef struct ruleset {
	uint64_t fs, net, scoped;
} ruleset;

enum { RESTRICT_SELF = 446, CREATE_RULESET = 444, VERSION_FLAG = 1 };

static bool landlock(void)
{
	static const uint64_t fs_rights[] = { 0, 0x1fff, 0x3fff, 0x7fff, 0x7fff, 0xffff };
	long abi = syscall(CREATE_RULESET, NULL, 0, VERSION_FLAG);
	if (abi < 1)
		return false;
	ruleset r = { .fs = fs_rights[abi > 5 ? 5 : abi],
		.net = abi >= 4 ? 3 : 0,
		.scoped = abi >= 6 ? 3 : 0 };
	size_t size = abi >= 6   ? sizeof(r)
		      : abi >= 4 ? offsetof(ruleset, scoped)
				 : offsetof(ruleset, net);
	long fd = syscall(CREATE_RULESET, &r, size, 0);
	if (fd < 0)
		return false;
	bool held = syscall(RESTRICT_SELF, fd, 0) == 0;
	close((int)fd);
	return held;
}

/* Reading and writing on one file descriptor only, and signals to nobody but itself. */
static bool allow_own(scmp_filter_ctx ctx, int fd)
{
	static const int calls[] = { SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv),
		SCMP_SYS(writev) };
	bool ok = true;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		ok = ok && seccomp_rule_add(ctx, SCMP_ACT_ALLOW, calls[i], 1,
				   SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)fd)) == 0;
		if (AS_SANITIZED) /* a report goes to the standard error */
			ok = ok && seccomp_rule_add(ctx, SCMP_ACT_ALLOW, calls[i], 1,
					   SCMP_A0(SCMP_CMP_EQ, STDERR_FILENO)) == 0;
	}
	return ok && seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
			     SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid())) == 0;
}

static bool allow(scmp_filter_ctx ctx)
{
	static const int calls[] = { SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
		SCMP_SYS(brk), SCMP_SYS(futex), SCMP_SYS(exit), SCMP_SYS(exit_group),
		SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigaction),
		SCMP_SYS(sigaltstack), SCMP_SYS(clock_gettime), SCMP_SYS(getrandom),
		SCMP_SYS(gettid), SCMP_SYS(getpid), SCMP_SYS(poll), SCMP_SYS(ppoll),
		SCMP_SYS(sched_yield), SCMP_SYS(restart_syscall), SCMP_SYS(nanosleep),
		SCMP_SYS(clock_nanosleep), SCMP_SYS(close) };
	bool ok = true;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		ok = ok && seccomp_rule_add(ctx, SCMP_ACT_ALLOW, calls[i], 0) == 0;
	/* Memory, but never memory that can be run. */
	static const int maps[] = { SCMP_SYS(mmap), SCMP_SYS(mprotect) };
	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++)
		ok = ok && seccomp_rule_add(ctx, SCMP_ACT_ALLOW, maps[i], 1,
				   SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0;
	return ok;
}

static bool deny_loudly(scmp_filter_ctx ctx)
{
	static const int calls[] = { SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(socket),
		SCMP_SYS(connect), SCMP_SYS(ptrace), SCMP_SYS(fork), SCMP_SYS(vfork),
		SCMP_SYS(clone), SCMP_SYS(clone3), SCMP_SYS(kill), SCMP_SYS(process_vm_readv),
		SCMP_SYS(process_vm_writev) };
	bool ok = true;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		ok = ok && seccomp_rule_add(ctx, SCMP_ACT_KILL_PROCESS, calls[i], 0) == 0;
	return ok;
}

static bool filter(int fd)
{
	/* What is not named fails with EPERM, so a library that tries to open a file carries on. */
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	if (!ctx)
		return false;
	bool ok = allow(ctx) && allow_own(ctx, fd);
	if (!AS_SANITIZED)
		ok = ok && deny_loudly(ctx);
	else /* a sanitizer's report needs these */
		ok = ok && seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(readlink), 0) == 0;
	ok = ok && seccomp_load(ctx) == 0;
	seccomp_release(ctx);
	return ok;
}

static bool limit(int what, uint64_t n)
{
	struct rlimit r = { .rlim_cur = n, .rlim_max = n };
	return setrlimit((__rlimit_resource_t)what, &r) == 0;
}

static bool limits(uint64_t memory)
{
	/* Private memory only: the object in hand is a shared mapping and may be larger. Sanitizers
	 * reserve terabytes. */
	bool ok = AS_SANITIZED || limit(RLIMIT_DATA, memory);
	ok = limit(RLIMIT_CORE, 0) && ok;
	ok = limit(RLIMIT_FSIZE, 0) && ok;
	return limit(RLIMIT_NPROC, 0) && ok;
}

static int by_byte(const void *a, const void *b)
{
	return *(const unsigned char *)a - *(const unsigned char *)b;
}

/* The C library asks once, in the first large sort, how much memory the machine has, and by the answer sorts in one
 * way or another, of which only one keeps equal elements in order. Behind the walls it gets no answer and goes by
 * chance. */
static void sort_once(void)
{
	unsigned char bytes[2048] = { 1 };
	qsort(bytes, sizeof(bytes), 1, by_byte);
}

unsigned as_lock_in(uint64_t memory, int socket)
{
	sort_once();
	unsigned held = limits(memory) ? AS_LOCK_LIMITS : 0;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return held;
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	held |= landlock() ? AS_LOCK_LANDLOCK : 0;
	held |= filter(socket) ? AS_LOCK_SECCOMP : 0;
	return held;
}
