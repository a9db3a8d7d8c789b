/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/download.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/span.h"

enum {
	PATH = 4200,
	CONNECT_SECONDS = 30,
	IDLE_SECONDS = 60,
	IDLE_BYTES = 1024, /* each second */
	TOTAL_SECONDS = 6 * 3600,
	REDIRECTS = 5,
	FOUND = 200,
	PART_FOUND = 206,
	NOT_MODIFIED = 304,
	NO_SUCH_RANGE = 416,
};

/* A transfer under way. */
typedef struct transfer {
	as_download *d;
	CURL *curl;
	struct curl_slist *headers;
	int fd;
	uint64_t had, got; /* bytes there before; bytes there now */
	bool began, failed;
	const char *wrong;      /* what came cannot be the file: it is not kept */
	int error;              /* why it cannot be written */
	char range[AS_TAG_MAX]; /* which bytes the server says it sends */
	char part[PATH], tag[PATH];
} transfer;

bool as_address_allowed(const char *url, bool plain)
{
	static const char *const own[] = { "127.0.0.1", "localhost", "[::1]" };
	const char *http = "http://";
	if (strncasecmp(url, "https://", strlen("https://")) == 0)
		return true;
	if (strncasecmp(url, http, strlen(http)) != 0)
		return false;
	const char *host = url + strlen(http);
	bool ours = false;
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		size_t n = strlen(own[i]);
		ours = ours || (strncasecmp(host, own[i], n) == 0 &&
				       (host[n] == '/' || host[n] == ':' || host[n] == 0));
	}
	/* What stands before an @ is no host. */
	return plain || (ours && !memchr(host, '@', strcspn(host, "/?#")));
}

/* One line of a file, such as the tag of a part; empty if there is none. */
static void read_line(const char *path, char line[AS_TAG_MAX])
{
	FILE *f = fopen(path, "re");
	line[0] = 0;
	if (!f)
		return;
	if (!fgets(line, AS_TAG_MAX, f))
		line[0] = 0;
	line[strcspn(line, "\r\n")] = 0;
	fclose(f);
}

static void write_line(const char *path, const char *line)
{
	FILE *f = fopen(path, "we");
	if (!f)
		return; /* then it cannot be resumed */
	(void)fputs(line, f);
	fclose(f);
}

/* The value of a header of that name, without line end, in to. */
static void take_header(const char *line, size_t n, const char *name, char to[AS_TAG_MAX])
{
	size_t len = strlen(name);
	if (n <= len || strncasecmp(line, name, len) != 0)
		return;
	while (len < n && line[len] == ' ')
		len++;
	while (n > len && (line[n - 1] == '\r' || line[n - 1] == '\n'))
		n--;
	if (n - len < AS_TAG_MAX)
		(void)snprintf(to, AS_TAG_MAX, "%.*s", (int)(n - len), line + len);
}

static size_t on_header(char *line, size_t size, size_t n, void *ctx)
{
	transfer *t = ctx;
	n *= size;
	if (n > strlen("HTTP/") &&
		strncmp(line, "HTTP/", strlen("HTTP/")) == 0) /* another answer: a redirection */
		t->d->new_etag[0] = t->d->new_last_modified[0] = t->range[0] = 0;
	take_header(line, n, "ETag:", t->d->new_etag);
	take_header(line, n, "Last-Modified:", t->d->new_last_modified);
	take_header(line, n, "Content-Range:", t->range);
	return n;
}

/* The first bytes of the file: they go on after what is there, or begin it anew. */
static bool begin_body(transfer *t)
{
	long status = 0;
	(void)curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
	t->began = true;
	as_span range = as_lit(t->range);
	uint64_t from = 0;
	bool told = as_starts(range, "bytes ") &&
		    as_number(as_field(as_from(range, strlen("bytes ")), '-', 0), 10, &from);
	if (status == PART_FOUND && (!told || from != t->had)) {
		t->wrong = "the server sends another part of it than was asked for";
		return false;
	}
	if (status == FOUND && ftruncate(t->fd, 0) != 0) {
		t->error = errno;
		return false;
	}
	if (status == FOUND)
		t->had = t->got = 0;
	if (status == FOUND && t->d->new_etag[0])
		write_line(t->tag, t->d->new_etag);
	return status == FOUND || status == PART_FOUND;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *ctx)
{
	transfer *t = ctx;
	n *= size;
	t->failed = t->failed || (!t->began && !begin_body(t));
	if (!t->failed && n > t->d->most - as_min(t->got, t->d->most))
		t->wrong = "it is larger than a feed may be";
	t->failed = t->failed || t->wrong;
	for (size_t done = 0; done < n && !t->failed;) {
		ssize_t wrote = pwrite(t->fd, bytes + done, n - done, (off_t)(t->got));
		if (wrote < 0 && errno == EINTR)
			continue;
		t->failed = wrote <= 0;
		t->error = wrote < 0 ? errno : 0;
		done += wrote > 0 ? (size_t)wrote : 0;
		t->got += wrote > 0 ? (size_t)wrote : 0;
	}
	if (t->d->progress)
		t->d->progress(t->d->ctx, t->got);
	return t->failed ? 0 : n;
}

static bool add_header(transfer *t, const char *name, const char *value)
{
	char line[AS_TAG_MAX + 40];
	if (!value || !value[0])
		return true;
	(void)snprintf(line, sizeof(line), "%s: %s", name, value);
	struct curl_slist *more = curl_slist_append(t->headers, line);
	t->headers = more ? more : t->headers;
	return more != NULL;
}

/* The part that is there goes on only if it is of the version that the server has now. */
static bool ask_for_rest(transfer *t)
{
	char tag[AS_TAG_MAX], range[40];
	struct stat st;
	read_line(t->tag, tag);
	t->had = tag[0] && fstat(t->fd, &st) == 0 ? (uint64_t)st.st_size : 0;
	t->got = t->had;
	if (t->had == 0)
		return add_header(t, "If-None-Match", t->d->etag) &&
		       add_header(t, "If-Modified-Since", t->d->last_modified);
	(void)snprintf(range, sizeof(range), "%llu-", (unsigned long long)t->had);
	(void)curl_easy_setopt(t->curl, CURLOPT_RANGE, range);
	return add_header(t, "If-Range", tag);
}

static bool set_up(transfer *t)
{
	const as_download *d = t->d;
	/* A redirection does not lead out of TLS unless that is allowed. */
	const char *first =
		as_address_allowed(d->url, false) && strncasecmp(d->url, "https:", 6) == 0
			? "https"
			: "http,https";
	bool ok = curl_easy_setopt(t->curl, CURLOPT_URL, d->url) == CURLE_OK;
#if LIBCURL_VERSION_NUM >= 0x075500
	ok = ok && curl_easy_setopt(t->curl, CURLOPT_PROTOCOLS_STR, first) == CURLE_OK;
	ok = ok && curl_easy_setopt(t->curl, CURLOPT_REDIR_PROTOCOLS_STR,
			   d->plain ? "http,https" : "https") == CURLE_OK;
#else
	long http = CURLPROTO_HTTP | CURLPROTO_HTTPS;
	ok = ok && curl_easy_setopt(t->curl, CURLOPT_PROTOCOLS,
			   strcmp(first, "https") == 0 ? (long)CURLPROTO_HTTPS : http) == CURLE_OK;
	ok = ok && curl_easy_setopt(t->curl, CURLOPT_REDIR_PROTOCOLS,
			   d->plain ? http : (long)CURLPROTO_HTTPS) == CURLE_OK;
#endif
	ok = ok && curl_easy_setopt(t->curl, CURLOPT_FOLLOWLOCATION, 1L) == CURLE_OK;
	ok = ok && curl_easy_setopt(t->curl, CURLOPT_MAXREDIRS, (long)REDIRECTS) == CURLE_OK;
	ok = ok && curl_easy_setopt(t->curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK;
	ok = ok &&
	     curl_easy_setopt(t->curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS) == CURLE_OK;
	ok = ok && curl_easy_setopt(t->curl, CURLOPT_LOW_SPEED_LIMIT, (long)IDLE_BYTES) == CURLE_OK;
	ok = ok && curl_easy_setopt(t->curl, CURLOPT_LOW_SPEED_TIME,
			   (long)(d->idle_seconds ? d->idle_seconds : IDLE_SECONDS)) == CURLE_OK;
	ok = ok && curl_easy_setopt(t->curl, CURLOPT_TIMEOUT,
			   (long)(d->total_seconds ? d->total_seconds : TOTAL_SECONDS)) == CURLE_OK;
	ok = ok &&
	     curl_easy_setopt(t->curl, CURLOPT_USERAGENT, "assay/" ASSAY_VERSION_TEXT) == CURLE_OK;
	ok = ok && curl_easy_setopt(t->curl, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK;
	ok = ok && curl_easy_setopt(t->curl, CURLOPT_WRITEDATA, t) == CURLE_OK;
	ok = ok && curl_easy_setopt(t->curl, CURLOPT_HEADERFUNCTION, on_header) == CURLE_OK;
	ok = ok && curl_easy_setopt(t->curl, CURLOPT_HEADERDATA, t) == CURLE_OK;
	ok = ok && ask_for_rest(t);
	return ok && curl_easy_setopt(t->curl, CURLOPT_HTTPHEADER, t->headers) == CURLE_OK;
}

static as_status fail(as_download *d, as_status s, const char *words)
{
	(void)snprintf(d->why, sizeof(d->why), "%s", words);
	return s;
}

/* What the end of a transfer means. */
static as_status conclude(transfer *t, CURLcode code)
{
	as_download *d = t->d;
	long status = 0;
	(void)curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
	if (t->wrong) {
		t->got = 0;
		return fail(d, AS_NOT_THIS, t->wrong);
	}
	if (t->failed && (status == FOUND || status == PART_FOUND)) {
		(void)snprintf(d->why, sizeof(d->why), "it cannot be written: %s%s",
			strerror(t->error),
			t->got > 0 ? "; what came is kept, and the next update goes on from there"
				   : "");
		return AS_IO;
	}
	if (code == CURLE_OK && status == NOT_MODIFIED) {
		d->unchanged = true;
		(void)unlink(t->part);
		return AS_OK;
	}
	if (status >= 400 || (code == CURLE_OK && status != FOUND && status != PART_FOUND)) {
		if (status == NO_SUCH_RANGE) /* what is there belongs to something else */
			(void)unlink(t->part);
		(void)snprintf(d->why, sizeof(d->why), "the server answers %ld", status);
		return AS_NOT_THIS;
	}
	if (code != CURLE_OK) {
		(void)snprintf(d->why, sizeof(d->why), "%s%s", curl_easy_strerror(code),
			t->got > 0 ? "; what came is kept, and the next update goes on from there"
				   : "");
		return AS_IO;
	}
	if (!t->began && ftruncate(t->fd, 0) != 0) /* an empty file */
		return fail(d, AS_IO, strerror(errno));
	if (rename(t->part, d->path) != 0)
		return fail(d, AS_IO, strerror(errno));
	(void)unlink(t->tag);
	return AS_OK;
}

as_status as_download_run(as_download *d)
{
	transfer t = { .d = d, .fd = -1 };
	as_status s = AS_NOMEM;
	d->unchanged = false;
	d->new_etag[0] = d->new_last_modified[0] = d->why[0] = 0;
	if (!as_address_allowed(d->url, d->plain))
		return fail(d, AS_NOT_THIS,
			"only https is loaded from, or http from this machine "
			"(--plain-http allows others)");
	if (snprintf(t.part, sizeof(t.part), "%s.part", d->path) >= PATH ||
		snprintf(t.tag, sizeof(t.tag), "%s.tag", d->path) >= PATH)
		return fail(d, AS_IO, "its path is too long");
	t.fd = open(t.part, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (t.fd < 0)
		return fail(d, AS_IO, strerror(errno));
	t.curl = curl_easy_init();
	if (t.curl && set_up(&t))
		s = conclude(&t, curl_easy_perform(t.curl));
	else
		(void)fail(d, s, "memory ran out, or libcurl cannot do what is asked of it");
	if (s != AS_OK && t.got == 0) {
		(void)unlink(t.part);
		(void)unlink(t.tag);
	}
	curl_slist_free_all(t.headers);
	curl_easy_cleanup(t.curl);
	close(t.fd);
	return s;
}
