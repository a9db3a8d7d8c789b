-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'libz.so.1', '/lib/libz.so.1', '', 493);
INSERT INTO elf (object, at, len, type, role, machine, bits, endian, abi, os, linkage, interp,
	needed, soname, stripped, pie, nx, relro, canary, fortified, fortifiable, textrel, wx, sections)
VALUES (1, 0, 64, 'dyn', 'library', 'arm', 32, 'little', 'eabi5-hard', 'linux', 'dynamic',
	'/lib/ld-linux-armhf.so.3', 'libc.so.6', 'libz.so.1', 1, 1, 1, 'full', 1, 0, 3, 0, 0, 30);
INSERT INTO object (id, sha256, size, type, state)
VALUES (2, '0202020202020202020202020202020202020202020202020202020202020202', 1000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (2, 2, 'squashfs', 'file', 'app', '/usr/bin/app', '', 493);
INSERT INTO elf (object, at, len, type, role, machine, bits, endian, abi, os, linkage, interp,
	needed, soname, stripped, pie, nx, relro, canary, fortified, fortifiable, textrel, wx, sections)
VALUES (2, 0, 64, 'dyn', 'program', 'arm', 32, 'little', 'eabi5-hard', 'linux', 'dynamic',
	'/lib/ld-linux-armhf.so.3', 'libc.so.6', NULL, 1, 1, 1, 'full', 1, 0, 3, 0, 0, 30);
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (1, 100, 16, 100, '0000000000000048');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (1, 200, 16, 200, '0000000000000088');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (1, 300, 16, 300, '00000000000000c8');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (1, 400, 16, 400, '0000000000000108');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (1, 500, 16, 500, '0000000000000148');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (1, 600, 16, 600, '0000000000000188');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (1, 700, 16, 700, '00000000000001c8');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (1, 800, 16, 800, '0000000000000208');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (1, 900, 16, 900, '0000000000000248');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (1, 1000, 16, 1000, '0000000000000288');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (2, 100, 16, 100, '0000000000000048');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (2, 200, 16, 200, '0000000000000088');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (2, 300, 16, 300, '00000000000000c8');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (2, 400, 16, 400, '0000000000000108');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (2, 500, 16, 500, '0000000000000148');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (2, 600, 16, 600, '0000000000000188');
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'libz.so.1', '/lib/libz.so.1', '', 493);
INSERT INTO elf (object, at, len, type, role, machine, bits, endian, abi, os, linkage, interp,
	needed, soname, stripped, pie, nx, relro, canary, fortified, fortifiable, textrel, wx, sections)
VALUES (1, 0, 64, 'dyn', 'library', 'arm', 32, 'little', 'eabi5-hard', 'linux', 'dynamic',
	'/lib/ld-linux-armhf.so.3', 'libc.so.6', 'libz.so.1', 1, 1, 1, 'full', 1, 0, 3, 0, 0, 30);
INSERT INTO object (id, sha256, size, type, state)
VALUES (2, '0202020202020202020202020202020202020202020202020202020202020202', 1000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (2, 2, 'squashfs', 'file', 'app', '/usr/bin/app', '', 493);
INSERT INTO elf (object, at, len, type, role, machine, bits, endian, abi, os, linkage, interp,
	needed, soname, stripped, pie, nx, relro, canary, fortified, fortifiable, textrel, wx, sections)
VALUES (2, 0, 64, 'dyn', 'program', 'arm', 32, 'little', 'eabi5-hard', 'linux', 'dynamic',
	'/lib/ld-linux-armhf.so.3', 'libc.so.6', NULL, 1, 1, 1, 'full', 1, 0, 3, 0, 0, 30);
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (1, 100, 16, 100, '0000000000000048');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (1, 200, 16, 200, '0000000000000088');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (1, 300, 16, 300, '00000000000000c8');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (1, 400, 16, 400, '0000000000000108');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (1, 500, 16, 500, '0000000000000148');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (1, 600, 16, 600, '0000000000000188');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (1, 700, 16, 700, '00000000000001c8');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (1, 800, 16, 800, '0000000000000208');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (1, 900, 16, 900, '0000000000000248');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (1, 1000, 16, 1000, '0000000000000288');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (2, 800, 16, 800, '0000000000000208');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (2, 900, 16, 900, '0000000000000248');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (2, 1000, 16, 1000, '0000000000000288');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (2, 1100, 16, 1100, '00000000000002c8');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (2, 1200, 16, 1200, '0000000000000308');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (2, 1300, 16, 1300, '0000000000000348');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (2, 1400, 16, 1400, '0000000000000388');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (2, 1500, 16, 1500, '00000000000003c8');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (2, 1600, 16, 1600, '0000000000000408');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (2, 1700, 16, 1700, '0000000000000448');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (2, 1800, 16, 1800, '0000000000000488');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (2, 1900, 16, 1900, '00000000000004c8');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (2, 2000, 16, 2000, '0000000000000508');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (2, 2100, 16, 2100, '0000000000000548');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (2, 2200, 16, 2200, '0000000000000588');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (2, 2300, 16, 2300, '00000000000005c8');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (2, 2400, 16, 2400, '0000000000000608');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (2, 2500, 16, 2500, '0000000000000648');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (2, 2600, 16, 2600, '0000000000000688');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (2, 2700, 16, 2700, '00000000000006c8');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (2, 2800, 16, 2800, '0000000000000708');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (2, 2900, 16, 2900, '0000000000000748');
-- silent, too small to tell
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'libz.so.1', '/lib/libz.so.1', '', 493);
INSERT INTO elf (object, at, len, type, role, machine, bits, endian, abi, os, linkage, interp,
	needed, soname, stripped, pie, nx, relro, canary, fortified, fortifiable, textrel, wx, sections)
VALUES (1, 0, 64, 'dyn', 'library', 'arm', 32, 'little', 'eabi5-hard', 'linux', 'dynamic',
	'/lib/ld-linux-armhf.so.3', 'libc.so.6', 'libz.so.1', 1, 1, 1, 'full', 1, 0, 3, 0, 0, 30);
INSERT INTO object (id, sha256, size, type, state)
VALUES (2, '0202020202020202020202020202020202020202020202020202020202020202', 1000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (2, 2, 'squashfs', 'file', 'app', '/usr/bin/app', '', 493);
INSERT INTO elf (object, at, len, type, role, machine, bits, endian, abi, os, linkage, interp,
	needed, soname, stripped, pie, nx, relro, canary, fortified, fortifiable, textrel, wx, sections)
VALUES (2, 0, 64, 'dyn', 'program', 'arm', 32, 'little', 'eabi5-hard', 'linux', 'dynamic',
	'/lib/ld-linux-armhf.so.3', 'libc.so.6', NULL, 1, 1, 1, 'full', 1, 0, 3, 0, 0, 30);
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (1, 100, 16, 100, '0000000000000048');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (1, 200, 16, 200, '0000000000000088');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (1, 300, 16, 300, '00000000000000c8');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (1, 400, 16, 400, '0000000000000108');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (1, 500, 16, 500, '0000000000000148');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (2, 100, 16, 100, '0000000000000048');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (2, 200, 16, 200, '0000000000000088');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (2, 300, 16, 300, '00000000000000c8');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (2, 400, 16, 400, '0000000000000108');
INSERT INTO function_sample (object, at, len, addr, fingerprint) VALUES (2, 500, 16, 500, '0000000000000148');
