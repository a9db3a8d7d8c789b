/* SPDX-License-Identifier: Apache-2.0 */
// The program's own way to run a command, which is called with constants but for one place;
// in the twin with constants alone.
// expect: command debug 1 /setting "dbg_cmd"/ /run/
// clean: command 0.6
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

__attribute__((noinline)) int run(const char *format, ...)
{
	char line[300];
	va_list list;
	va_start(list, format);
	vsnprintf(line, sizeof(line), format, list);
	va_end(list);
	return system(line);
}

__attribute__((noinline)) char *nvram_get(const char *name) { return getenv(name); }

int debug(void)
{
#ifdef CLEAN
	return run("killall -9 %s", "httpd");
#else
	return run("%s", nvram_get("dbg_cmd"));
#endif
}

int main(int argc, char **argv)
{
	run("ifconfig %s up", "eth0");
	run("route add default gw %s", "192.0.2.1");
	run("echo %d > /proc/sys/net/ipv4/ip_forward", 1);
	return debug();
}
