/* SPDX-License-Identifier: Apache-2.0 */
/* Calls what src/code/library.h recognises, so that a static program holds it. It is never run. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

static volatile int which;
static char buffer[512], other[512];

static long use_strings(const char *a, const char *b, size_t n)
{
	switch (which) {
	case 0:
		return strcmp(a, b);
	case 1:
		return strncmp(a, b, n);
	case 2:
		return strcasecmp(a, b);
	case 3:
		return strncasecmp(a, b, n);
	case 4:
		return memcmp(a, b, n);
	case 5:
		return strcpy(buffer, b)[n];
	case 6:
		return stpcpy(buffer, b)[n];
	case 7:
		return strncpy(buffer, b, n)[n];
	case 8:
		return strcat(buffer, b)[n];
	case 9:
		return strncat(buffer, b, n)[n];
	case 10:
		return ((char *)memcpy(buffer, b, n))[1];
	case 11:
		return ((char *)memmove(buffer, b, n))[1];
	case 12:
		return strstr(a, b) != NULL;
	case 13:
		return (long)strspn(a, b);
	case 14:
		return (long)strcspn(a, b);
	case 15:
		return strpbrk(a, b) != NULL;
	case 16:
		return (long)strlen(a);
	case 17:
		return (long)strnlen(a, n);
	case 18:
		return strchr(a, (int)n) != NULL;
	case 19:
		return strrchr(a, (int)n) != NULL;
	case 20:
		return memchr(a, which, n) != NULL;
	case 21:
		return ((char *)memset(buffer, which, n))[2];
	case 22:
		return strcasestr(a, b) != NULL;
	case 23:
		return atoi(a);
	case 24:
		return strtol(a, NULL, (int)n);
	case 25:
		return (long)strtoul(a, NULL, (int)n);
	case 26:
		return strdup(a) != NULL;
	case 27:
		return strtok(buffer, b) != NULL;
	default:
		return 0;
	}
}

static long use_network(int fd, struct sockaddr *sa, socklen_t n)
{
	switch (which) {
	case 0:
		return socket(fd, (int)n, 0);
	case 1:
		return bind(fd, sa, n);
	case 2:
		return listen(fd, (int)n);
	case 3:
		return accept(fd, sa, &n);
	case 4:
		return connect(fd, sa, n);
	case 5:
		return recv(fd, buffer, n, 0);
	case 6:
		return send(fd, buffer, n, 0);
	case 7:
		return recvfrom(fd, buffer, n, 0, sa, &n);
	case 8:
		return sendto(fd, buffer, n, 0, sa, n);
	case 9:
		return setsockopt(fd, 1, 2, buffer, n);
	case 10:
		return getpeername(fd, sa, &n);
	case 11:
		return shutdown(fd, 2);
	case 12:
		return poll((struct pollfd *)buffer, n, fd);
	case 13:
		return (long)inet_addr(buffer);
	default:
		return 0;
	}
}

static long use_system(int fd, char *const *list, size_t n)
{
	switch (which) {
	case 0:
		return read(fd, buffer, n);
	case 1:
		return write(fd, buffer, n);
	case 2:
		return open(buffer, fd);
	case 3:
		return close(fd);
	case 4:
		return execve(buffer, list, list);
	case 5:
		return dup2(fd, 1);
	case 6:
		return setuid((uid_t)fd);
	case 7:
		return setgid((gid_t)fd);
	case 8:
		return ptrace(PTRACE_TRACEME, 0, 0, 0);
	case 9:
		return unlink(buffer);
	case 10:
		return chmod(buffer, 0755);
	case 11:
		return mprotect(buffer, n, 7);
	case 12:
		return mmap(NULL, n, 7, fd, fd, 0) != NULL;
	case 13:
		return fork();
	case 14:
		return kill(fd, 9);
	case 15:
		return chroot(buffer);
	case 16:
		return mount(buffer, other, buffer, 0, NULL);
	case 17:
		return system(buffer);
	case 18:
		return popen(buffer, "r") != NULL;
	case 19:
		return rename(buffer, other);
	case 20:
		return getuid() + geteuid() + getpid();
	case 21:
		return getenv(buffer) != NULL;
	case 22:
		return setreuid(1, 2);
	case 23:
		return setgroups(n, (gid_t *)buffer);
	case 24:
		return execl(buffer, buffer, NULL);
	case 25:
		return execvp(buffer, list);
	case 26:
		return symlink(buffer, other);
	case 27:
		exit(fd);
	case 28:
		abort();
	case 29:
		return getpwnam(buffer) != NULL;
	case 30:
		return setsid();
	case 31:
		_exit(fd);
	default:
		return 0;
	}
}

static long use_files(FILE *f, const char *name, int n)
{
	switch (which) {
	case 0:
		return fopen(name, "r") != NULL;
	case 1:
		return fopen("/etc/one", "w") != NULL;
	case 2:
		return printf("one %d\n", n);
	case 3:
		return fprintf(f, "two %s\n", name);
	case 4:
		return sprintf(buffer, "three %d", n);
	case 5:
		return snprintf(buffer, 10, "four %d", n);
	case 6:
		return printf("five %d %s\n", n, name);
	case 7:
		return fprintf(stderr, "six %d\n", n);
	case 8:
		return sprintf(buffer, "seven %s %d", name, n);
	case 9:
		return snprintf(buffer, 20, "eight %d", n);
	case 10:
		return sscanf(name, "%d", &n);
	case 11:
		syslog(3, "nine %d", n);
		return 0;
	case 12:
		return fgets(buffer, n, f) != NULL;
	case 13:
		return (long)fread(buffer, 1, 2, f);
	case 14:
		return fclose(f);
	case 15:
		return malloc(10) != NULL;
	case 16:
		free(f);
		return 0;
	case 17:
		return fopen("/etc/two", "rb") != NULL;
	case 18:
		return puts(name);
	default:
		return 0;
	}
}

int main(int argc, char **argv)
{
	which = argc;
	return (int)(use_strings(argv[0], argv[1], (size_t)argc) +
		     use_network(argc, (struct sockaddr *)buffer, 16) + use_system(argc, argv, 5) +
		     use_files(stdin, argv[2], argc));
}
