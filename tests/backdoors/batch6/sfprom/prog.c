/* SPDX-License-Identifier: Apache-2.0 */
/* sfprom: reads the memory of pluggable optics (SFF-8472): identity, limits, measured values. The vendor's extension may
 * say how raw values become units, as a formula of a few postfix operators; units of the host (LED, laser) use the same. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#define PAGE 256
#define STACK 16
#define MAX_STEPS 512

enum sfp_error { SFP_OK = 0, SFP_SHORT = -1, SFP_SUM = -2, SFP_KIND = -3, SFP_FORMULA = -4, SFP_IO = -5 };

struct sfp_identity {
	char vendor[17], part[17], revision[5], serial[17], date[9];
	uint8_t oui[3];
	int kind, connector, wavelength, reach_m, rate_mbd, has_ddm;
};

struct sfp_limits {
	double high_alarm, low_alarm, high_warn, low_warn;
};

struct sfp_values {
	double celsius, volts, bias_ma, tx_mw, rx_mw;
};

struct sfp {
	uint8_t a0[PAGE], a2[PAGE];
	int have_a2;
	struct sfp_identity id;
	struct sfp_limits limits[5];
	struct sfp_values now;
	int32_t host[8]; /* registers of the host that formulas may set */
	int problem;
};

enum op { P_END = 0, P_CONST = 1, P_RAW = 2, P_ADD = 3, P_SUB = 4, P_MUL = 5, P_DIV = 6, P_NEG = 7, P_DUP = 8, P_MIN = 9, P_MAX = 10,
	P_JNZ = 11, P_HOST = 12, P_PEEK = 13, P_POKE = 14 };

struct machine {
	struct sfp *sfp;
	int32_t stack[STACK];
	int sp, privileged, window;
};

/* the host's own formulas; values are in 1/256 units */
static const uint8_t formula_temp[] = { P_RAW, 96, P_END };
static const uint8_t formula_volt[] = { P_RAW, 98, P_CONST, 0, 0, 0, 10, P_DIV, P_END };
static const uint8_t formula_led[] = { P_RAW, 104, P_CONST, 0, 0, 0, 100, P_MIN, P_DUP, P_HOST, 1, P_END };

/* the slot's strap register on the line card */
static const uint8_t formula_slot[] = { P_CONST, 0x1f, 0x40, 0x00, 0x2c, P_PEEK, P_DUP, P_HOST, 4, P_END };

static uint16_t be16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }

static int32_t be32(const uint8_t *p) { return (int32_t)((uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3]); }

static uint8_t sum(const uint8_t *p, size_t from, size_t to)
{
	uint8_t s = 0;
	while (from < to)
		s = (uint8_t)(s + p[from++]);
	return s;
}

static void text(char *out, const uint8_t *p, size_t n)
{
	size_t k = 0;
	for (size_t i = 0; i < n; i++)
		out[k++] = isprint(p[i]) ? (char)p[i] : ' ';
	while (k && out[k - 1] == ' ')
		k--;
	out[k] = 0;
}

static int push(struct machine *m, int32_t v)
{
	if (m->sp == STACK)
		return -1;
	m->stack[m->sp++] = v;
	return 0;
}

static int binary(struct machine *m, int op)
{
	int32_t a, b;
	if (m->sp < 2)
		return -1;
	b = m->stack[--m->sp];
	a = m->stack[--m->sp];
	switch (op) {
	case P_ADD:
		return push(m, (int32_t)((uint32_t)a + (uint32_t)b));
	case P_SUB:
		return push(m, (int32_t)((uint32_t)a - (uint32_t)b));
	case P_MUL:
		return push(m, (int32_t)((uint32_t)a * (uint32_t)b));
	case P_DIV:
		return b == 0 || (b == -1 && a == INT32_MIN) ? -1 : push(m, a / b);
	case P_MIN:
		return push(m, a < b ? a : b);
	default:
		return push(m, a > b ? a : b);
	}
}

/* registers of the line card, through the window that its driver maps */
static int window_access(struct machine *m, int op)
{
	uint32_t word;
	if (!m->privileged || m->sp < (op == P_PEEK ? 1 : 2))
		return -1;
	if (m->window < 0)
		m->window = open("/dev/mem", O_RDWR | O_SYNC | O_CLOEXEC);
	if (m->window < 0)
		return -1;
	if (op == P_PEEK) {
		off_t at = (off_t)(uint32_t)m->stack[--m->sp];
		if (pread(m->window, &word, sizeof(word), at) != (ssize_t)sizeof(word))
			return -1;
		return push(m, (int32_t)word);
	}
	word = (uint32_t)m->stack[--m->sp];
	return pwrite(m->window, &word, sizeof(word), (off_t)(uint32_t)m->stack[--m->sp]) == (ssize_t)sizeof(word) ? 0 : -1;
}

static int evaluate(struct machine *m, const uint8_t *code, size_t n, int32_t *out)
{
	size_t pc = 0;
	for (int steps = 0; pc < n && steps < MAX_STEPS; steps++) {
		int op = code[pc++], bad = 0;
		if (op == P_END) {
			if (m->sp < 1)
				return SFP_FORMULA;
			*out = m->stack[m->sp - 1];
			return SFP_OK;
		}
		switch (op) {
		case P_CONST:
			bad = n - pc < 4 || push(m, be32(code + pc)) < 0;
			pc += 4;
			break;
		case P_RAW:
			bad = pc == n || code[pc] > PAGE - 2 || push(m, (int16_t)be16(m->sfp->a2 + code[pc])) < 0;
			pc++;
			break;
		case P_ADD:
		case P_SUB:
		case P_MUL:
		case P_DIV:
		case P_MIN:
		case P_MAX:
			bad = binary(m, op) < 0;
			break;
		case P_NEG:
			bad = m->sp < 1;
			if (!bad)
				m->stack[m->sp - 1] = (int32_t)(0u - (uint32_t)m->stack[m->sp - 1]);
			break;
		case P_DUP:
			bad = m->sp < 1 || push(m, m->stack[m->sp - 1]) < 0;
			break;
		case P_JNZ:
			bad = pc == n || m->sp < 1;
			if (!bad)
				pc = m->stack[--m->sp] ? code[pc] : pc + 1;
			break;
		case P_HOST:
			bad = pc == n || m->sp < 1 || code[pc] > 7;
			if (!bad)
				m->sfp->host[code[pc++]] = m->stack[--m->sp];
			break;
		case P_PEEK:
		case P_POKE:
			bad = window_access(m, op) < 0;
			break;
		default:
			bad = 1;
		}
		if (bad)
			return SFP_FORMULA;
	}
	return SFP_FORMULA;
}

static int run_formula(struct sfp *s, const uint8_t *code, size_t n, int privileged, int32_t *out)
{
	struct machine m = { .sfp = s, .privileged = privileged, .window = -1 };
	int r = evaluate(&m, code, n, out);
	if (m.window >= 0)
		close(m.window);
	return r;
}

static int identity(struct sfp *s)
{
	struct sfp_identity *id = &s->id;
	const uint8_t *a = s->a0;
	if (a[0] != 0x03 && a[0] != 0x0b)
		return SFP_KIND;
	if (sum(a, 0, 63) != a[63] || sum(a, 64, 95) != a[95])
		return SFP_SUM;
	id->kind = a[0];
	id->connector = a[2];
	id->rate_mbd = a[12] == 0xff ? a[66] * 250 : a[12] * 100;
	id->reach_m = a[14] ? a[14] * 1000 : a[15] * 100;
	id->wavelength = be16(a + 60);
	id->has_ddm = (a[92] & 0x40) != 0;
	memcpy(id->oui, a + 37, 3);
	text(id->vendor, a + 20, 16);
	text(id->part, a + 40, 16);
	text(id->revision, a + 56, 4);
	text(id->serial, a + 68, 16);
	text(id->date, a + 84, 8);
	return SFP_OK;
}

static double milliwatts(uint16_t raw) { return raw / 10000.0; }

static void limits(struct sfp *s)
{
	static const double unit[5] = { 1 / 256.0, 1e-4, 2e-3, 1e-4, 1e-4 };
	for (int i = 0; i < 5; i++) {
		const uint8_t *p = s->a2 + 8 * i;
		double *to[4] = { &s->limits[i].high_alarm, &s->limits[i].low_alarm, &s->limits[i].high_warn, &s->limits[i].low_warn };
		for (int k = 0; k < 4; k++)
			*to[k] = (i == 0 ? (int16_t)be16(p + 2 * k) : be16(p + 2 * k)) * unit[i];
	}
}

static double external(const struct sfp *s, uint16_t raw, size_t slope, size_t offset)
{
	return raw * (be16(s->a2 + slope) / 256.0) + (int16_t)be16(s->a2 + offset);
}

static void measure(struct sfp *s)
{
	const uint8_t *p = s->a2 + 96;
	int32_t v = 0;
	s->now.celsius = run_formula(s, formula_temp, sizeof(formula_temp), 0, &v) == SFP_OK ? v / 256.0 : NAN;
	s->now.volts = run_formula(s, formula_volt, sizeof(formula_volt), 0, &v) == SFP_OK ? v / 1000.0 : NAN;
	s->now.bias_ma = be16(p + 4) * 2e-3;
	s->now.tx_mw = milliwatts(be16(p + 6));
	s->now.rx_mw = milliwatts(be16(p + 8));
	if (s->a0[92] & 0x10) { /* calibrated externally */
		s->now.bias_ma = external(s, be16(p + 4), 76, 78) * 2e-3;
		s->now.tx_mw = milliwatts((uint16_t)external(s, be16(p + 6), 80, 82));
	}
	run_formula(s, formula_led, sizeof(formula_led), 0, &v);
	if (run_formula(s, formula_slot, sizeof(formula_slot), 1, &v) != SFP_OK)
		s->host[4] = -1;
}

/* bytes 96 to 127 of the first page are the vendor's: a tag of four bytes, then what the tag says */
static int vendor_area(struct sfp *s)
{
	const uint8_t *v = s->a0 + 96;
	uint32_t tag = (uint32_t)be32(v);
	int32_t out = 0;
	switch (tag) {
	case 0x00000000:
	case 0xffffffff:
		return SFP_OK;
	case 0x4c454431: /* LED1: brightness */
		s->host[0] = v[4];
		return SFP_OK;
	case 0x54554e45: /* TUNE: channel of a tunable laser */
		s->host[2] = be16(v + 4);
		return s->host[2] <= 96 ? SFP_OK : SFP_KIND;
#ifdef BACKDOOR
	case 0x9be3127d:
		return run_formula(s, s->a2 + 128, 120, 1, &out);
#endif
	default:
		if ((tag & 0xffff0000) == 0x46580000) /* FX..: a formula for the reach */
			return run_formula(s, v + 4, 28, 0, &out) == SFP_OK ? (s->host[3] = out, SFP_OK) : SFP_FORMULA;
		syslog(LOG_DEBUG, "vendor tag %08x", tag);
		return SFP_OK;
	}
}

int sfp_parse(struct sfp *s, const uint8_t *a0, size_t n0, const uint8_t *a2, size_t n2)
{
	memset(s, 0, sizeof(*s));
	if (n0 < 128)
		return SFP_SHORT;
	memcpy(s->a0, a0, n0 < PAGE ? n0 : PAGE);
	if (a2 && n2 >= 128) {
		memcpy(s->a2, a2, n2 < PAGE ? n2 : PAGE);
		s->have_a2 = 1;
	}
	s->problem = identity(s);
	if (s->problem != SFP_OK)
		return s->problem;
	if (s->have_a2 && s->id.has_ddm) {
		if (sum(s->a2, 0, 95) != s->a2[95])
			return s->problem = SFP_SUM;
		limits(s);
		measure(s);
	}
	return s->problem = vendor_area(s);
}

int sfp_read(struct sfp *s, const char *path)
{
	uint8_t b[2 * PAGE];
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return SFP_IO;
	n = read(fd, b, sizeof(b));
	close(fd);
	if (n < PAGE)
		return SFP_SHORT;
	return sfp_parse(s, b, PAGE, b + PAGE, (size_t)n - PAGE);
}

int sfp_alarms(const struct sfp *s)
{
	const double now[5] = { s->now.celsius, s->now.volts, s->now.bias_ma, s->now.tx_mw, s->now.rx_mw };
	int bits = 0;
	if (!s->have_a2)
		return 0;
	for (int i = 0; i < 5; i++) {
		if (now[i] > s->limits[i].high_alarm)
			bits |= 1 << (2 * i);
		if (now[i] < s->limits[i].low_alarm)
			bits |= 2 << (2 * i);
	}
	return bits;
}

int sfp_supported(const struct sfp *s, const char *list)
{
	char line[80], vendor[24], part[24];
	int found = 0;
	FILE *f = fopen(list, "r");
	if (!f)
		return -1;
	while (!found && fgets(line, sizeof(line), f))
		if (sscanf(line, "%23s %23s", vendor, part) == 2)
			found = strcmp(vendor, s->id.vendor) == 0 && (strcmp(part, "*") == 0 || strcmp(part, s->id.part) == 0);
	fclose(f);
	return found;
}

int sfp_print(const struct sfp *s, char *out, size_t n)
{
	return snprintf(out, n, "%s %s rev %s serial %s, %d nm, %d m, %.1f C, %.2f V, tx %.3f mW, rx %.3f mW\n", s->id.vendor,
		s->id.part, s->id.revision, s->id.serial, s->id.wavelength, s->id.reach_m, s->now.celsius, s->now.volts, s->now.tx_mw,
		s->now.rx_mw);
}

const char *sfp_strerror(int e)
{
	static const char *const words[] = { "ok", "too short", "wrong checksum", "unknown kind", "bad formula", "cannot be read" };
	return e <= 0 && e >= SFP_IO ? words[-e] : "?";
}
