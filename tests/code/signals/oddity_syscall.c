/* SPDX-License-Identifier: Apache-2.0 */
// A system call made past the C library; the twin asks the library.
// expect: oddity run 3 /system call/ /execve/
// clean: oddity 0.5
#include <unistd.h>

int run(const char *path, char **argv)
{
#ifdef CLEAN
	return execve(path, argv, 0);
#elif defined(__x86_64__)
	long r;
	__asm__ volatile("syscall"
			 : "=a"(r)
			 : "a"(59), "D"(path), "S"(argv), "d"(0)
			 : "rcx", "r11", "memory");
	return (int)r;
#elif defined(__aarch64__)
	register long x8 __asm__("x8") = 221;
	register long x0 __asm__("x0") = (long)path;
	register long x1 __asm__("x1") = (long)argv;
	register long x2 __asm__("x2") = 0;
	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
	return (int)x0;
#elif defined(__arm__)
	register long r0 __asm__("r0") = (long)path;
	__asm__ volatile("mov r1, %1\n\tmov r2, #0\n\tpush {r7}\n\tmov r7, #11\n\tsvc 0\n\tpop {r7}"
			 : "+r"(r0)
			 : "r"(argv)
			 : "r1", "r2", "memory");
	return (int)r0;
#else
	register long v0 __asm__("$2") = 4011;
	register long a0 __asm__("$4") = (long)path;
	register long a1 __asm__("$5") = (long)argv;
	register long a2 __asm__("$6") = 0;
	__asm__ volatile("syscall" : "+r"(v0) : "r"(a0), "r"(a1), "r"(a2) : "memory", "$7");
	return (int)v0;
#endif
}

int main(int argc, char **argv) { return run(argv[1], argv + 1); }
