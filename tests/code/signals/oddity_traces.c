/* SPDX-License-Identifier: Apache-2.0 */
// Debuggers are noticed, records removed, the program deletes itself; the twin removes what it has made.
// expect: oddity hide 2 /PTRACE_TRACEME/ /ptrace/
// expect: oddity wipe 1.5 /wtmp/ /removes/
// expect: oddity wipe 2 /HISTFILE/ /no history/
// expect: oddity vanish 2 /proc.self.exe/ /unlink/
// expect: oddity main 2 /argv/ /unlink/
// clean: oddity 0.5
#include <stdlib.h>
#include <sys/ptrace.h>
#include <unistd.h>

int hide(void)
{
#ifdef CLEAN
	return isatty(0);
#else
	return ptrace(PTRACE_TRACEME, 0, 0, 0) < 0 ? 1 : 0;
#endif
}

int wipe(void)
{
#ifdef CLEAN
	return unlink("/tmp/lock") + unsetenv("IFS");
#else
	return unlink("/var/log/wtmp") + unsetenv("HISTFILE");
#endif
}

int vanish(void)
{
	char path[300] = { 0 };
	if (readlink("/proc/self/exe", path, sizeof(path) - 1) < 0)
		return -1;
#ifdef CLEAN
	return access(path, 1);
#else
	return unlink(path);
#endif
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return hide() + wipe() + vanish();
#ifdef CLEAN
	return unlink(argv[1]);
#else
	return unlink(argv[0]);
#endif
}
