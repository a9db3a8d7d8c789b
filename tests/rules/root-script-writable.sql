-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'rcS', '/etc/rcS', '', 511);
INSERT INTO autostart (object, at, len, init, name, command, program, args, user, trigger, enabled)
VALUES (1, 10, 10, 'rc', 'x', 'x', 'x', NULL, 'root', NULL, 1);
-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'inittab', '/etc/inittab', '', 493);
INSERT INTO object (id, sha256, size, type, state)
VALUES (2, '0202020202020202020202020202020202020202020202020202020202020202', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (2, 2, 'squashfs', 'file', 'x', '/usr/bin/x', '', 511);
INSERT INTO autostart (object, at, len, init, name, command, program, args, user, trigger, enabled)
VALUES (1, 10, 10, 'inittab', 'x', 'x', '/usr/bin/x', NULL, 'root', NULL, 1);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'rcS', '/etc/rcS', '', 493);
INSERT INTO autostart (object, at, len, init, name, command, program, args, user, trigger, enabled)
VALUES (1, 10, 10, 'rc', 'x', 'x', 'x', NULL, 'root', NULL, 1);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'x', '/var/x', '', 511);
