/* SPDX-License-Identifier: Apache-2.0 */
// A port of its own and a shell behind it; the twin serves a usual port and runs nothing.
// expect: listener door 4 /port 31337/ /listens on port 31337, and execl\("/bin/sh"\)/
// expect: listener door 4 /a connection/ /execl\("/bin/sh"\)/
// clean: listener 1
#include <arpa/inet.h>
#include <string.h>
#include <unistd.h>

int door(void)
{
	struct sockaddr_in a;
	int s = socket(AF_INET, SOCK_STREAM, 0);
	memset(&a, 0, sizeof(a));
	a.sin_family = AF_INET;
#ifdef CLEAN
	a.sin_port = htons(8080);
#else
	a.sin_port = htons(31337);
#endif
	a.sin_addr.s_addr = htonl(INADDR_ANY);
	if (bind(s, (void *)&a, sizeof(a)) < 0)
		return -1;
	listen(s, 1);
	int c = accept(s, 0, 0);
#ifdef CLEAN
	return write(c, "hello\n", 6);
#else
	if (fork() == 0) {
		dup2(c, 0);
		dup2(c, 1);
		dup2(c, 2);
		execl("/bin/sh", "sh", (char *)0);
	}
	return c;
#endif
}

int main(void) { return door(); }
