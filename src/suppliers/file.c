/* SPDX-License-Identifier: Apache-2.0 */
#include "suppliers/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static as_status take(int fd, size_t size, as_buf *out)
{
	uint8_t *room = as_buf_room(out, size + 1);
	while (room && out->n <= size) {
		ssize_t n = read(fd, out->p + out->n, size + 1 - out->n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return AS_IO;
		if (n == 0)
			return AS_OK; /* a file that shrank is what it is now */
		out->n += (size_t)n;
	}
	errno = room ? EAGAIN : ENOMEM; /* it grew while it was read */
	return room ? AS_IO : AS_NOMEM;
}

as_status as_file_read(const char *path, as_buf *out, char date[AS_FILE_DATE])
{
	struct stat st;
	struct tm tm;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return AS_IO;
	as_status s = AS_IO;
	if (fstat(fd, &st) == 0) {
		errno = !S_ISREG(st.st_mode) ? EINVAL : EFBIG;
		if (S_ISREG(st.st_mode) && st.st_size <= AS_FILE_MOST)
			s = take(fd, (size_t)st.st_size, out);
		if (date)
			(void)strftime(date, AS_FILE_DATE, "%Y-%m-%d", gmtime_r(&st.st_mtime, &tm));
	}
	int saved = errno;
	close(fd);
	errno = saved;
	return s;
}
