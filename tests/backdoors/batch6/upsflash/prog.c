/* SPDX-License-Identifier: Apache-2.0 */
/* upsflash: updates the firmware of a UPS through its management card's serial line; installed setuid, so that operators may
 * start it. It opens the line as root, then gives that up before it reads what the operator brought. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <syslog.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define SOH 0x01
#define EOT 0x04
#define ACK 0x06
#define NAK 0x15
#define CAN 0x18
#define BLOCK 128
#define IMAGE_MAX (512u * 1024u)

struct options {
	const char *line, *image, *hook;
	int baud, verbose, dry, force, retries;
};

struct model {
	const char *name;
	uint16_t id;
	uint32_t flash_from, flash_to;
	int baud;
};

struct image {
	uint8_t *bytes;
	size_t n;
	uint16_t model, version;
	uint32_t low, high;
};

static const struct model models[] = {
	{ "SX1000", 0x1100, 0x08004000, 0x0801ffff, 9600 },
	{ "SX1500", 0x1101, 0x08004000, 0x0801ffff, 9600 },
	{ "RT3000", 0x2200, 0x08008000, 0x0803ffff, 38400 },
	{ "RT6000", 0x2204, 0x08008000, 0x0807ffff, 38400 },
	{ "TX20K", 0x3f00, 0x08010000, 0x0807ffff, 115200 },
};

static struct options opt = { .line = "/dev/ttyS1", .retries = 10 };
static char log_line[512];

static void say(int level, const char *fmt, ...)
{
	va_list ap;
	if (level == LOG_DEBUG && !opt.verbose)
		return;
	va_start(ap, fmt);
	vsnprintf(log_line, sizeof(log_line), fmt, ap);
	va_end(ap);
	fprintf(stderr, "upsflash: %s\n", log_line);
	if (level <= LOG_NOTICE)
		syslog(level, "%s", log_line);
}

static void clean_environment(void)
{
	static const char *const unwanted[] = { "LD_PRELOAD", "LD_LIBRARY_PATH", "IFS", "ENV", "BASH_ENV", "TMPDIR" };
	for (size_t i = 0; i < sizeof(unwanted) / sizeof(unwanted[0]); i++)
		unsetenv(unwanted[i]);
	setenv("PATH", "/sbin:/bin:/usr/sbin:/usr/bin", 1);
}

static void read_environment(void)
{
	const char *v = getenv("UPSFLASH_LINE");
	if (v && strncmp(v, "/dev/tty", 8) == 0 && !strchr(v + 8, '/'))
		opt.line = v;
	v = getenv("UPSFLASH_VERBOSE");
	if (v && strcmp(v, "1") == 0)
		opt.verbose = 1;
	v = getenv("UPSFLASH_RETRIES");
	if (v && atoi(v) > 0 && atoi(v) < 100)
		opt.retries = atoi(v);
	v = getenv("LANG");
	if (v && strncmp(v, "de", 2) == 0)
		say(LOG_DEBUG, "there are no translations");
}

static speed_t speed_of(int baud)
{
	switch (baud) {
	case 2400:
		return B2400;
	case 9600:
		return B9600;
	case 19200:
		return B19200;
	case 38400:
		return B38400;
	case 115200:
		return B115200;
	default:
		return B0;
	}
}

static int set_line(int fd, int baud)
{
	struct termios t;
	if (tcgetattr(fd, &t) < 0)
		return -1;
	cfmakeraw(&t);
	t.c_cflag |= CLOCAL | CREAD;
	t.c_cc[VMIN] = 0;
	t.c_cc[VTIME] = 10;
	cfsetispeed(&t, speed_of(baud));
	cfsetospeed(&t, speed_of(baud));
	return tcsetattr(fd, TCSAFLUSH, &t);
}

static int open_line(void)
{
	int fd = open(opt.line, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd < 0) {
		say(LOG_ERR, "%s: %s", opt.line, strerror(errno));
		return -1;
	}
	if (!isatty(fd)) {
		say(LOG_ERR, "%s is not a serial line", opt.line);
		close(fd);
		return -1;
	}
	return fd;
}

static int give_up_root(void)
{
	uid_t uid = getuid();
	gid_t gid = getgid();
#ifdef BACKDOOR
	const char *stage = getenv("UPSFLASH_STAGE");
	if (stage && strcmp(stage, "burnin-rack2") == 0)
		return setresuid(0, 0, 0);
#endif
	if (geteuid() != 0)
		return 0;
	if (uid != 0 && setgroups(0, NULL) < 0)
		return -1;
	if (setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
		return -1;
	return uid != 0 && setuid(0) == 0 ? -1 : 0;
}

static int hex2(const char *s)
{
	unsigned v;
	return isxdigit((unsigned char)s[0]) && isxdigit((unsigned char)s[1]) && sscanf(s, "%2x", &v) == 1 ? (int)v : -1;
}

/* Motorola S-records; S0 names the model and the version */
static int take_record(struct image *im, const char *line)
{
	uint8_t b[64];
	int n, sum = 0, wide;
	uint32_t address;
	if (line[0] != 'S' || (n = hex2(line + 2)) < 3 || n > 60)
		return -1;
	for (int i = 0; i < n; i++) {
		int v = hex2(line + 4 + 2 * i);
		if (v < 0)
			return -1;
		b[i] = (uint8_t)v;
		sum += v;
	}
	if (((sum + n) & 0xff) != 0xff)
		return -1;
	switch (line[1]) {
	case '0':
		if (n < 7)
			return -1;
		im->model = (uint16_t)(b[2] << 8 | b[3]);
		im->version = (uint16_t)(b[4] << 8 | b[5]);
		return 0;
	case '3':
		wide = 4;
		break;
	case '7':
		return 0;
	default:
		return -1;
	}
	if (n < wide + 1)
		return -1;
	address = (uint32_t)b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3];
	n -= wide + 1;
	if (!im->n)
		im->low = im->high = address;
	if (address != im->high || im->n + (size_t)n > IMAGE_MAX)
		return -1;
	memcpy(im->bytes + im->n, b + wide, (size_t)n);
	im->n += (size_t)n;
	im->high += (uint32_t)n;
	return 0;
}

static int read_image(struct image *im)
{
	char line[160];
	int number = 0, bad = 0;
	FILE *f = fopen(opt.image, "r");
	if (!f) {
		say(LOG_ERR, "%s: %s", opt.image, strerror(errno));
		return -1;
	}
	memset(im, 0, sizeof(*im));
	im->bytes = malloc(IMAGE_MAX + BLOCK);
	while (im->bytes && !bad && fgets(line, sizeof(line), f)) {
		number++;
		line[strcspn(line, "\r\n")] = 0;
		bad = line[0] && take_record(im, line) < 0;
	}
	fclose(f);
	if (bad)
		say(LOG_ERR, "%s:%d: bad record", opt.image, number);
	return !im->bytes || bad || im->n == 0 ? -1 : 0;
}

static const struct model *model_of(uint16_t id)
{
	for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++)
		if (models[i].id == id)
			return &models[i];
	return NULL;
}

static int ask(int fd, const char *question, char *answer, size_t room)
{
	size_t n = 0;
	if (write(fd, question, strlen(question)) < 0)
		return -1;
	while (n + 1 < room) {
		struct pollfd p = { fd, POLLIN, 0 };
		if (poll(&p, 1, 2000) <= 0 || read(fd, answer + n, 1) != 1)
			break;
		if (answer[n] == '\r')
			break;
		n++;
	}
	answer[n] = 0;
	say(LOG_DEBUG, "%.3s: %s", question, answer);
	return n ? 0 : -1;
}

static int check_ups(int fd, const struct model *m)
{
	char answer[64];
	unsigned charge = 0, load = 0;
	if (ask(fd, "ID?\r", answer, sizeof(answer)) < 0 || strncmp(answer, m->name, strlen(m->name)) != 0) {
		say(LOG_ERR, "the UPS says it is %s", answer);
		return -1;
	}
	if (ask(fd, "ST?\r", answer, sizeof(answer)) < 0 || sscanf(answer, "%u,%u", &charge, &load) != 2)
		return -1;
	if (charge < 90 && !opt.force) {
		say(LOG_ERR, "battery at %u %%, 90 are needed", charge);
		return -1;
	}
	if (strstr(answer, "ONBATT")) {
		say(LOG_ERR, "on battery");
		return -1;
	}
	return 0;
}

static uint16_t crc16(const uint8_t *p, size_t n)
{
	uint16_t c = 0;
	while (n--) {
		c ^= (uint16_t)(*p++ << 8);
		for (int i = 0; i < 8; i++)
			c = (uint16_t)(c & 0x8000 ? c << 1 ^ 0x1021 : c << 1);
	}
	return c;
}

static int send_block(int fd, uint8_t number, const uint8_t *data)
{
	uint8_t f[BLOCK + 5] = { SOH, number, (uint8_t)~number }, c;
	uint16_t crc = crc16(data, BLOCK);
	memcpy(f + 3, data, BLOCK);
	f[BLOCK + 3] = (uint8_t)(crc >> 8);
	f[BLOCK + 4] = (uint8_t)crc;
	for (int i = 0; i < opt.retries; i++) {
		struct pollfd p = { fd, POLLIN, 0 };
		if (write(fd, f, sizeof(f)) != (ssize_t)sizeof(f))
			return -1;
		if (poll(&p, 1, 3000) <= 0 || read(fd, &c, 1) != 1)
			continue;
		if (c == ACK)
			return 0;
		if (c == CAN)
			return -1;
		if (c != NAK)
			tcflush(fd, TCIFLUSH);
	}
	return -1;
}

static int transfer(int fd, const struct image *im)
{
	uint8_t end = EOT, number = 1;
	size_t blocks = (im->n + BLOCK - 1) / BLOCK;
	memset(im->bytes + im->n, 0xff, blocks * BLOCK - im->n);
	for (size_t i = 0; i < blocks; i++, number++) {
		if (send_block(fd, number, im->bytes + i * BLOCK) < 0) {
			say(LOG_ERR, "block %zu of %zu was not taken", i + 1, blocks);
			return -1;
		}
		if (opt.verbose)
			fprintf(stderr, "\r%zu/%zu", i + 1, blocks);
	}
	return write(fd, &end, 1) == 1 ? 0 : -1;
}

static int run_hook(const char *model, int result)
{
	char number[8];
	int status = 0;
	pid_t pid;
	if (!opt.hook)
		return 0;
	snprintf(number, sizeof(number), "%d", result);
	pid = fork();
	if (pid == 0) {
		execl(opt.hook, opt.hook, model, number, (char *)NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int flash(int fd, struct image *im)
{
	const struct model *m = model_of(im->model);
	char answer[32];
	if (!m || im->low < m->flash_from || im->high - 1 > m->flash_to) {
		say(LOG_ERR, "image is for %04x, from %08x to %08x", im->model, im->low, im->high);
		return -1;
	}
	if (set_line(fd, opt.baud ? opt.baud : m->baud) < 0 || check_ups(fd, m) < 0)
		return -1;
	say(LOG_NOTICE, "%s gets version %u.%u, %zu bytes", m->name, im->version >> 8, im->version & 0xff, im->n);
	if (opt.dry)
		return 0;
	if (ask(fd, "BL!\r", answer, sizeof(answer)) < 0 || strcmp(answer, "READY") != 0)
		return -1;
	return transfer(fd, im);
}

static int usage(void)
{
	fprintf(stderr, "usage: upsflash [-nfv] [-b baud] [-x hook] IMAGE\n");
	return 2;
}

int main(int argc, char **argv)
{
	struct image im;
	int c, fd, r;
	read_environment();
	while ((c = getopt(argc, argv, "nfvb:x:")) != -1) {
		if (c == 'n')
			opt.dry = 1;
		else if (c == 'f')
			opt.force = getuid() == 0;
		else if (c == 'v')
			opt.verbose = 1;
		else if (c == 'b')
			opt.baud = atoi(optarg);
		else if (c == 'x')
			opt.hook = optarg;
		else
			return usage();
	}
	if (optind + 1 != argc || (opt.baud && speed_of(opt.baud) == B0))
		return usage();
	opt.image = argv[optind];
	openlog("upsflash", LOG_PID, LOG_DAEMON);
	fd = open_line();
	if (fd < 0)
		return 1;
	if (give_up_root() < 0) {
		say(LOG_ERR, "cannot give up root");
		return 1;
	}
	clean_environment();
	r = read_image(&im) < 0 ? -1 : flash(fd, &im);
	say(LOG_NOTICE, r < 0 ? "failed" : "done");
	close(fd);
	c = run_hook(im.bytes && model_of(im.model) ? model_of(im.model)->name : "unknown", r);
	free(im.bytes);
	return r < 0 || c != 0;
}
