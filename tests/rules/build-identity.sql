-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf',
	'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'x', '/usr/sbin/x', '', 493);
INSERT INTO build_trace (object, at, len, kind, value)
VALUES (1, 9, 30, 'build-path', '/home/jenkins/workspace/fw/main.c');
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf',
	'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'gcc', '/usr/bin/gcc', '', 493);
INSERT INTO build_trace (object, at, len, kind, value)
VALUES (1, 9, 30, 'build-path', '/build/reproducible-path/gcc-12-12.2.0/x.c');
INSERT INTO build_trace (object, at, len, kind, value)
VALUES (1, 50, 30, 'user-host', 'debian-kernel@lists.debian.org');
