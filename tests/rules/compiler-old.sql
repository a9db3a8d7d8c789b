-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'served', '/usr/sbin/served', '', 493);
INSERT INTO known_compiler VALUES ('gcc', '4.8', '2013-03-22', 'test'), ('gcc', '12', '2022-05-06', 'test');
INSERT INTO elf (object, at, len, type, role, machine, bits, endian, compiler, textrel, wx, sections)
VALUES (1, 0, 64, 'dyn', 'program', 'arm', 32, 'little', 'GCC: (Buildroot 2015.02) 4.8.4', 0, 0, 30);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'served', '/usr/sbin/served', '', 493);
INSERT INTO known_compiler VALUES ('gcc', '4.8', '2013-03-22', 'test'), ('gcc', '12', '2022-05-06', 'test');
INSERT INTO elf (object, at, len, type, role, machine, bits, endian, compiler, textrel, wx, sections)
VALUES (1, 0, 64, 'dyn', 'program', 'arm', 32, 'little', 'GCC: (Debian 12.2.0-14) 12.2.0', 0, 0, 30);
-- silent: it does not say
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'served', '/usr/sbin/served', '', 493);
INSERT INTO known_compiler VALUES ('gcc', '4.8', '2013-03-22', 'test'), ('gcc', '12', '2022-05-06', 'test');
INSERT INTO elf (object, at, len, type, role, machine, bits, endian, compiler, textrel, wx, sections)
VALUES (1, 0, 64, 'dyn', 'program', 'arm', 32, 'little', 'something 4.8.4', 0, 0, 30);
