/* SPDX-License-Identifier: Apache-2.0 */
/* Loading a file from a server that means ill: it never ends, stalls, drips, or sends another part. The server is a
 * child of the test, on this machine's own address. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "vuln/download.h"

enum { MOST = 1 << 20 };

static char folder[] = "/tmp/assay-download-XXXXXX", path[64], part[80], tag[80];

static void put(int fd, const char *text) { (void)!write(fd, text, strlen(text)); }

/* One connection, by what it asks for. */
static void serve(int fd)
{
	static char piece[65536];
	char asked[4096] = "";
	ssize_t n = read(fd, asked, sizeof(asked) - 1);
	bool resumed = n > 0 && strstr(asked, "Range: bytes=");
	(void)signal(SIGPIPE, SIG_IGN);
	if (strncmp(asked, "GET /endless", 12) == 0) {
		put(fd, "HTTP/1.1 200 OK\r\nETag: \"1\"\r\n\r\n");
		while (write(fd, piece, sizeof(piece)) > 0)
			continue;
	} else if (strncmp(asked, "GET /stall", 10) == 0) {
		put(fd, "HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: 100\r\n\r\nbegun");
		(void)pause();
	} else if (strncmp(asked, "GET /drip", 9) == 0) {
		put(fd, "HTTP/1.1 200 OK\r\nETag: \"1\"\r\n\r\n");
		while (write(fd, ".", 1) > 0)
			(void)usleep(100000);
	} else if (strncmp(asked, "GET /part", 9) == 0 && resumed) {
		put(fd, "HTTP/1.1 206 Partial Content\r\nETag: \"1\"\r\nContent-Range: bytes "
			"0-2/3\r\n"
			"Content-Length: 3\r\n\r\nabc");
	} else {
		put(fd, "HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: 9\r\n\r\nabc");
	}
	close(fd);
}

/* Answers the server's port; *pid: its process. */
static unsigned start(pid_t *pid)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);
	int listening = socket(AF_INET, SOCK_STREAM, 0);
	assert_true(listening >= 0 && bind(listening, (struct sockaddr *)&a, n) == 0);
	assert_true(listen(listening, 4) == 0 &&
		    getsockname(listening, (struct sockaddr *)&a, &n) == 0);
	*pid = fork();
	if (*pid == 0) {
		(void)alarm(120);
		for (int fd; (fd = accept(listening, NULL, NULL)) >= 0;)
			serve(fd);
		_exit(0);
	}
	close(listening);
	return ntohs(a.sin_port);
}

static as_status load(const char *what, as_download *d)
{
	char url[80];
	pid_t server = 0;
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/%s", start(&server), what);
	*d = (as_download){
		.url = url, .path = path, .most = MOST, .idle_seconds = 2, .total_seconds = 60
	};
	as_status s = as_download_run(d);
	(void)kill(server, SIGKILL);
	d->url = NULL;
	return s;
}

static bool is_there(const char *name)
{
	struct stat st;
	return stat(name, &st) == 0;
}

static void an_end_is_made(void **state)
{
	(void)state;
	as_download d;
	assert_int_equal(load("endless", &d), AS_NOT_THIS);
	assert_string_equal(d.why, "it is larger than a feed may be");
	assert_false(is_there(part) || is_there(tag) ||
		     is_there(path)); /* else it would fail for ever */
	assert_int_equal(load("stall", &d), AS_IO);
	assert_non_null(strstr(d.why, "the next update goes on from there"));
	assert_true(is_there(part) && is_there(tag));
	assert_int_equal(unlink(part) | unlink(tag), 0);
	assert_int_equal(load("drip", &d), AS_IO);
	assert_int_equal(unlink(part) | unlink(tag), 0);
}

static void another_part_is_not_joined(void **state)
{
	(void)state;
	as_download d;
	assert_int_equal(load("part", &d), AS_IO); /* three of nine bytes */
	assert_true(is_there(part) && is_there(tag));
	assert_int_equal(load("part", &d), AS_NOT_THIS);
	assert_string_equal(d.why, "the server sends another part of it than was asked for");
	assert_false(is_there(part) || is_there(tag) || is_there(path));
}

static int clean(void **state)
{
	(void)state;
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(an_end_is_made),
		cmocka_unit_test(another_part_is_not_joined) };
	if (!mkdtemp(folder))
		return 1;
	(void)setenv("no_proxy", "*", 1);
	(void)snprintf(path, sizeof(path), "%s/f", folder);
	(void)snprintf(part, sizeof(part), "%s.part", path);
	(void)snprintf(tag, sizeof(tag), "%s.tag", path);
	return cmocka_run_group_tests(tests, NULL, clean);
}
