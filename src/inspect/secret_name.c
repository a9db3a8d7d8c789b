/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/ascii.h"
#include "inspect/secret.h"

enum { NAME_MAX_LEN = 96 };

/* A name as one run of lower-case letters, and where its words begin. */
typedef struct words {
	char text[NAME_MAX_LEN + 1];
	bool begins[NAME_MAX_LEN + 1];
	size_t n;
} words;

static words words_of(as_span name)
{
	words w = { 0 };
	uint8_t before = 0;
	for (size_t i = 0; i < name.n && w.n < NAME_MAX_LEN; i++) {
		uint8_t b = name.p[i];
		if (as_is_alnum(b)) {
			bool camel = as_is_upper(b) &&
				     (as_is_lower(before) || as_is_lower(as_at(name, i + 1)));
			bool first = !as_is_letter(before);
			w.begins[w.n] = camel || first;
			w.text[w.n++] = (char)as_lower(b);
		}
		before = b;
	}
	while (w.n > 0 && as_is_digit((uint8_t)w.text[w.n - 1]))
		w.n--;
	w.text[w.n] = 0;
	return w;
}

/* The end of a name and the kind it tells; word: it must begin a word, because other words end so
 * ("compass", "desk"). The first that fits decides. */
static const struct {
	const char *end, *kind;
	bool word;
} ends[] = {
	{ "connectionrequestpassword", "tr069-cpe", false },
	{ "connreqpassword", "tr069-cpe", false },
	{ "connreqpasswd", "tr069-cpe", false },
	{ "crpassword", "tr069-cpe", true },
	{ "acspassword", "tr069-acs", false },
	{ "acspasswd", "tr069-acs", false },
	{ "acspass", "tr069-acs", true },
	{ "wpapassphrase", "wifi-psk", false },
	{ "wpapsk", "wifi-psk", false },
	{ "wpakey", "wifi-psk", false },
	{ "wlankey", "wifi-psk", false },
	{ "wifikey", "wifi-psk", false },
	{ "saepassword", "wifi-psk", false },
	{ "keypassphrase", "wifi-psk", false },
	{ "wepkey", "wep-key", false },
	{ "serversharedsecret", "radius", false },
	{ "radiussecret", "radius", false },
	{ "radiuskey", "radius", false },
	{ "authsecret", "radius", false },
	{ "acctsecret", "radius", false },
	{ "rocommunity", "snmp-community", false },
	{ "rwcommunity", "snmp-community", false },
	{ "community", "snmp-community", true },
	{ "communitystring", "snmp-community", false },
	{ "presharedkey", "psk", false },
	{ "presharedsecret", "psk", false },
	{ "presharekey", "psk", false },
	{ "psk", "psk", true },
	{ "bindpw", "ldap", false },
	{ "rootpw", "ldap", false },
	{ "apikey", "token", false },
	{ "apitoken", "token", false },
	{ "accesstoken", "token", false },
	{ "authtoken", "token", false },
	{ "secretkey", "token", false },
	{ "secretaccesskey", "token", false },
	{ "clientsecret", "token", false },
	{ "token", "token", true },
	{ "privatekey", "private-key", false },
	{ "password", "password", false },
	{ "passwd", "password", false },
	{ "passphrase", "password", false },
	{ "passcode", "password", true },
	{ "pass", "password", true },
	{ "pwd", "password", true },
	{ "psw", "password", true },
	{ "secret", "password", true },
	{ "sharedsecret", "password", false },
	{ "dbpass", "database", false },
};

/* Words in the name or around it that tell what a password or pre-shared key is for. */
static const struct {
	const char *word, *for_password, *for_psk;
} around[] = {
	{ "tr069", "tr069-acs", NULL },
	{ "tr-069", "tr069-acs", NULL },
	{ "cwmp", "tr069-acs", NULL },
	{ "managementserver", "tr069-acs", NULL },
	{ "hostapd", "wifi-psk", "wifi-psk" },
	{ "wpa", "wifi-psk", "wifi-psk" },
	{ "wlan", "wifi-psk", "wifi-psk" },
	{ "wifi", "wifi-psk", "wifi-psk" },
	{ "wireless", "wifi-psk", "wifi-psk" },
	{ "radius", "radius", NULL },
	{ "raddb", "radius", NULL },
	{ "ipsec", "vpn", "ipsec-psk" },
	{ "swanctl", "vpn", "ipsec-psk" },
	{ "racoon", "vpn", "ipsec-psk" },
	{ "ike", NULL, "ipsec-psk" },
	{ "openvpn", "vpn", "vpn" },
	{ "wireguard", "vpn", "vpn" },
	{ "l2tp", "vpn", "ipsec-psk" },
	{ "pptp", "vpn", NULL },
	{ "vpn", "vpn", "vpn" },
	{ "ppp", "ppp", NULL },
	{ "snmp", "snmp-user", NULL },
	{ "ldap", "ldap", NULL },
	{ "mysql", "database", NULL },
	{ "postgres", "database", NULL },
	{ "database", "database", NULL },
	{ "smtp", "mail", NULL },
	{ "imap", "mail", NULL },
	{ "mail", "mail", NULL },
	{ "stunnel", NULL, "tls-psk" },
	{ "mosquitto", NULL, "tls-psk" },
	{ "tls", NULL, "tls-psk" },
};

static const char *refine(as_span name, as_span context, bool psk)
{
	for (size_t i = 0; i < sizeof(around) / sizeof(around[0]); i++) {
		const char *kind = psk ? around[i].for_psk : around[i].for_password;
		if (kind && (as_has_nocase(name, around[i].word) ||
				    as_has_nocase(context, around[i].word)))
			return kind;
	}
	return psk ? "wifi-psk" : "password";
}

const char *as_secret_kind(as_span name, as_span context)
{
	words w = words_of(name);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t n = strlen(ends[i].end);
		if (n > w.n || memcmp(w.text + w.n - n, ends[i].end, n) != 0)
			continue;
		if (ends[i].word && !w.begins[w.n - n])
			continue;
		if (strcmp(ends[i].kind, "password") == 0)
			return refine(name, context, false);
		return strcmp(ends[i].kind, "psk") == 0 ? refine(name, context, true)
							: ends[i].kind;
	}
	return NULL;
}
