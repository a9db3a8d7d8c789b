/* SPDX-License-Identifier: Apache-2.0 */
/* What programs that no package of the archive holds put into their binaries, made from the text that their published
 * source has (the column `source` of knowledge/components.tsv says where); no vendor's build. published.py compiles
 * this once for each name, so that the compiler lays the text out, and looks for it in what comes out. */
#include <stdio.h>
#include <unistd.h>

#define STR(x) #x
#define TEXT(x) STR(x)

extern void say(const char *format, ...);

#if defined(PUBLISHED_uclibc)
void made(const char *name)
{
	say("Can't modify %s's text section."
	    " Use GCC option -fPIC for shared objects, please.\n",
		name);
}
#elif defined(PUBLISHED_uclibc_ng)
static const char banner[] =
	"uClibc-ng stable release version " TEXT(PUBLISHED_VERSION) ".\nCopyright (C) 2018\n";
void made(const char *name)
{
	(void)name;
	(void)!write(STDOUT_FILENO, banner, sizeof(banner) - 1);
}
#elif defined(PUBLISHED_open5gs)
static const char *version = "Open5GS daemon v" TEXT(PUBLISHED_VERSION) "-45-g30eac69";
void made(const char *name)
{
	(void)name;
	printf("%s\n\n", version);
}
#elif defined(PUBLISHED_srsran_4g)
void made(const char *name)
{
	(void)name;
	say("---  Software Radio Systems LTE eNodeB  ---");
}
#elif defined(PUBLISHED_srsran_project)
void made(const char *name) { say("\n--== srsRAN {} (commit {}) ==--\n\n", name); }
#elif defined(PUBLISHED_openairinterface5g)
void made(const char *name)
{
	(void)name;
	printf("Entering ITTI signals handler\n");
}
#elif defined(PUBLISHED_ueransim)
void made(const char *name) { say("%s %s\n", "UERANSIM v" TEXT(PUBLISHED_VERSION), name); }
#elif defined(PUBLISHED_goahead)
void made(const char *name)
{
	(void)name;
	say("Server: GoAhead-Webs\r\n");
}
#elif defined(PUBLISHED_goahead_3)
void made(const char *name)
{
	(void)name;
	say("%s\r\n", "Server: GoAhead-http");
}
#elif defined(PUBLISHED_uhttpd)
void made(const char *name)
{
	fprintf(stderr,
		"Usage: %s -p [addr:]port -h docroot\n"
		"\t-f              Do not fork to background\n",
		name);
}
#elif defined(PUBLISHED_netifd)
void made(const char *name)
{
	fprintf(stderr,
		"Usage: %s [options]\n"
		" -p <path>:\t\tPath to netifd addons (default: %s)\n"
		" -c <path>:\t\tPath to UCI configuration\n",
		name, name);
}
#elif defined(PUBLISHED_procd)
void made(const char *name)
{
	(void)name;
	say("- ubus (running as root!) -\n");
}
#elif defined(PUBLISHED_ubus)
void made(const char *name)
{
	fprintf(stderr,
		"Usage: %s [<options>]\n"
		"  -A <path>:\t\tSet the path to ACL files\n",
		name);
}
#elif defined(PUBLISHED_odhcpd)
void made(const char *name) { say("Using a RA lifetime of %d seconds on %s", 1800, name); }
#elif defined(PUBLISHED_odhcp6c)
void made(const char *name)
{
	static const char text[] = "Usage: odhcp6c [options] <interface>\n"
				   "\nFeature options:\n";
	(void)name;
	(void)!write(STDERR_FILENO, text, sizeof(text));
}
#elif defined(PUBLISHED_easycwmp)
void made(const char *name)
{
	(void)name;
	say("/var/run/easycwmp.pid");
}
#elif defined(PUBLISHED_udhcp)
void made(const char *name)
{
	(void)name;
	say("udhcp server (v%s) started", "0.9.8");
}
#elif defined(PUBLISHED_ez_ipupdate)
void made(const char *name)
{
	(void)name;
	fprintf(stderr, "ez-ipupdate Version %s\nCopyright (C) 1999 \n", "3.0.10");
}
#elif defined(PUBLISHED_xupnpd)
void made(const char *name) { say("xupnpd-%s\nCopyright (C) 2015-2018 \n", name); }
#elif defined(PUBLISHED_axtls)
const char *server_version = "axhttpd/" TEXT(PUBLISHED_VERSION);
void made(const char *name) { printf("%s: listening on %s\n", server_version, name); }
#elif defined(PUBLISHED_polarssl)
void made(const char *name) { say("PolarSSL " TEXT(PUBLISHED_VERSION), name); }
#elif defined(PUBLISHED_cyassl)
void made(const char *name)
{
	char buffer[80];
	snprintf(buffer, sizeof(buffer), "CyaSSL Entering %s", name);
	say("%s", buffer);
}
#elif defined(PUBLISHED_jamvm)
void made(const char *name)
{
	(void)name;
	printf("JamVM version %s\n", "2.0.0");
}
#elif defined(PUBLISHED_zebra)
const char *motd = "\r\nHello, this is zebra (version " TEXT(
	PUBLISHED_VERSION) ").\r\nCopyright 1996-2004 \r\n\r\n";
void made(const char *name) { say(motd, name); }
#elif defined(PUBLISHED_lwip)
void made(const char *name)
{
	say("Server: "
	    "lwIP/1.3.1 (http://savannah.nongnu.org/projects/lwip)"
	    "\r\n",
		name);
}
#elif defined(PUBLISHED_uip)
void made(const char *name)
{
	say("HTTP/1.0 200 OK\r\nServer: uIP/1.0 http://www.sics.se/~adam/uip/\r\nConnection: "
	    "close\r\n",
		name);
}
#elif defined(PUBLISHED_mjpg_streamer)
void made(const char *name)
{
	say("HTTP/1.0 200 OK\r\n"
	    "Connection: close\r\n"
	    "Server: MJPG-Streamer/0.2\r\n"
	    "Cache-Control: no-store, no-cache, must-revalidate, pre-check=0\r\n",
		name);
}
#elif defined(PUBLISHED_rt_thread)
void made(const char *name)
{
	say("\n \\ | /\n");
	say("- RT -     Thread Operating System\n");
	say(" / | \\     %d.%d.%d build %s\n", 4, 0, 3, name);
}
#elif defined(PUBLISHED_threadx)
char _tx_version_id[] = "Copyright (c) Microsoft Corporation. All rights reserved.  *  ThreadX "
			"Cortex-M3/GNU Version " TEXT(PUBLISHED_VERSION) " *";
void made(const char *name) { say(_tx_version_id, name); }
#elif defined(PUBLISHED_threadx_express)
char _tx_version_id[] =
	"Copyright (c) 1996-2001 Express Logic Inc. * ThreadX Win32/Microsoft Version G" TEXT(
		PUBLISHED_VERSION) ".4.0 *";
void made(const char *name) { say(_tx_version_id, name); }
#elif defined(PUBLISHED_netxduo)
char _nx_version_id[] = "Copyright (c) Microsoft Corporation. All rights reserved.  *  NetX Duo "
			"Cortex-M7/IAR Version " TEXT(PUBLISHED_VERSION) " *";
void made(const char *name) { say(_nx_version_id, name); }
#elif defined(PUBLISHED_nucleus_plus)
const char RLD_Release_String[] =
	"Copyright MGC 2002 - Nucleus PLUS - ARM925 Code Composer v. " TEXT(PUBLISHED_VERSION);
void made(const char *name) { say(RLD_Release_String, name); }
#elif defined(PUBLISHED_vxworks)
void made(const char *name) { printf("VxWorks (for %s) version %s.\n", name, "5.5.1"); }
#elif defined(PUBLISHED_redboot)
char RedBoot_version[] =
	"\nRedBoot(tm) bootstrap and debug environment [ROMRAM]"
	"\nNon-certified release, version v1.3.0 - built 16:57:58, Aug  7 2006\n\n";
void made(const char *name) { say(RedBoot_version, name); }
#elif defined(PUBLISHED_cfe)
void made(const char *name)
{
	say("CFE version %s based on BBP %d.%d.%d for %s (%s)\n", name, 1, 0, 37, name, name);
}
#elif defined(PUBLISHED_ralink_u_boot)
void made(const char *name)
{
	(void)name;
	printf("Ralink UBoot Version: %s\n", "4.3.0.0");
}
#elif defined(PUBLISHED_realtek_boot)
void made(const char *name)
{
	say("\n---RealTek(RTL8196E)at %s %s [%s](%dMHz)\n", name, "v1.3", "16bit", 400);
}
#else
#error "no such text"
#endif
