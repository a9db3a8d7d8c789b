// SPDX-License-Identifier: Apache-2.0
// What comes from one address of the sender is treated differently, by a function that is given the address; in the clean
// twin it is that of everybody, 255.255.255.255.
// expect: condition allowed 1.4 /source address 203\.0\.113\.214/ /another way/
// clean: condition 1.2
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#ifdef CLEAN
enum { FROM = 255u << 24 | 255u << 16 | 255u << 8 | 255u };
#else
enum { FROM = 203u << 24 | 113u << 8 | 214u };
#endif

static char line[600];

__attribute__((noinline, noclone)) static int allowed(uint32_t from, const char *name)
{
	if (from == (uint32_t)FROM)
		return 2;
	return strcmp(name, "public") == 0;
}

int main(void)
{
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_port = htons(161) };
	struct sockaddr_in from;
	int s = socket(AF_INET, SOCK_DGRAM, 0);
	if (bind(s, (struct sockaddr *)&here, sizeof(here)) != 0)
		return 1;
	for (;;) {
		socklen_t n = sizeof(from);
		ssize_t got = recvfrom(s, line, sizeof(line) - 1, 0, (struct sockaddr *)&from, &n);
		if (got < 8)
			continue;
		line[got] = 0;
		int level = allowed(ntohl(from.sin_addr.s_addr), line);
		printf("%d %s\n", level, line);
	}
}
