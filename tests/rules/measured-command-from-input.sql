-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'served', '/usr/sbin/served', '', 493);
INSERT INTO elf (object, at, len, type, role, machine, bits, endian, abi, os, linkage, interp,
	needed, soname, stripped, pie, nx, relro, canary, fortified, fortifiable, textrel, wx, sections)
VALUES (1, 0, 64, 'dyn', 'program', 'arm', 32, 'little', 'eabi5-hard', 'linux', 'dynamic',
	'/lib/ld-linux-armhf.so.3', 'libc.so.6', NULL, 1, 1, 1, 'full', 1, 0, 3, 0, 0, 30);
INSERT INTO measure_site (object, at, len, measure, function, name, addr, api, argument, source, origin)
VALUES (1, 700, 16, 'command-not-constant', 66000, NULL, 66236, 'system', 'ping -c 1 %s', 'network', 'recv');
-- holds, of a request
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'served', '/usr/sbin/served', '', 493);
INSERT INTO elf (object, at, len, type, role, machine, bits, endian, abi, os, linkage, interp,
	needed, soname, stripped, pie, nx, relro, canary, fortified, fortifiable, textrel, wx, sections)
VALUES (1, 0, 64, 'dyn', 'program', 'arm', 32, 'little', 'eabi5-hard', 'linux', 'dynamic',
	'/lib/ld-linux-armhf.so.3', 'libc.so.6', NULL, 1, 1, 1, 'full', 1, 0, 3, 0, 0, 30);
INSERT INTO measure_site (object, at, len, measure, function, name, addr, api, argument, source, origin)
VALUES (1, 700, 16, 'command-not-constant', 66000, NULL, 66236, 'popen', 'ping %s', 'environment', 'getenv QUERY_STRING');
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'served', '/usr/sbin/served', '', 493);
INSERT INTO elf (object, at, len, type, role, machine, bits, endian, abi, os, linkage, interp,
	needed, soname, stripped, pie, nx, relro, canary, fortified, fortifiable, textrel, wx, sections)
VALUES (1, 0, 64, 'dyn', 'program', 'arm', 32, 'little', 'eabi5-hard', 'linux', 'dynamic',
	'/lib/ld-linux-armhf.so.3', 'libc.so.6', NULL, 1, 1, 1, 'full', 1, 0, 3, 0, 0, 30);
INSERT INTO measure_site (object, at, len, measure, function, name, addr, api, argument, source, origin)
VALUES (1, 700, 16, 'command-not-constant', 66000, NULL, 66236, 'system', NULL, 'environment', 'getenv PAGER');
INSERT INTO measure_site (object, at, len, measure, function, name, addr, api, argument, source, origin)
VALUES (1, 700, 16, 'command-not-constant', 66000, NULL, 66236, 'execvp', NULL, 'network', 'recv');
INSERT INTO measure_site (object, at, len, measure, function, name, addr, api, argument, source, origin)
VALUES (1, 700, 16, 'command-not-constant', 66000, NULL, 66236, 'system', 'mtd %s', 'argument', NULL);
