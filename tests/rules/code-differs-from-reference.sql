-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'served', '/usr/sbin/served', '', 493);
INSERT INTO counterpart VALUES (1, '02', '/usr/sbin/served', 'path', 48, 50, 9, 10);
INSERT INTO difference VALUES (1, 400, 16, 66000, NULL, 'test', 'xyzzy', 1.5);
INSERT INTO difference VALUES (1, 400, 16, 66000, NULL, 'effect', 'run /bin/sh', 1.5);
-- silent: nothing of the other program is in it
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'served', '/usr/sbin/served', '', 493);
INSERT INTO counterpart VALUES (1, '02', '/usr/sbin/served', 'path', 20, 50, 9, 10);
INSERT INTO difference VALUES (1, 400, 16, 66000, NULL, 'test', 'xyzzy', 1.5);
-- silent: a word more, and nothing else
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'served', '/usr/sbin/served', '', 493);
INSERT INTO counterpart VALUES (1, '02', '/usr/sbin/served', 'path', 48, 50, 9, 10);
INSERT INTO difference VALUES (1, 400, 16, 66000, NULL, 'number', '4711', 0.6);
-- silent: equal
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'served', '/usr/sbin/served', '', 493);
INSERT INTO counterpart VALUES (1, '02', '/usr/sbin/served', 'same', NULL, 0, NULL, 0);
