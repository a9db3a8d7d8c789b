/* SPDX-License-Identifier: Apache-2.0 */
// What was received is called; the twin keeps it in memory that cannot be executed.
// expect: oddity take 2 /mmap/ /calls it/
// clean: oddity 0.5
#include <sys/mman.h>
#include <unistd.h>

int take(int fd)
{
#ifdef CLEAN
	char *p = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return (int)read(fd, p, 4096);
#else
	char *p = mmap(
		0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	read(fd, p, 4096);
	return ((int (*)(void))p)();
#endif
}

int main(void) { return take(0); }
