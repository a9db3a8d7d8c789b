-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'S50telnet', '/etc/init.d/S50telnet', '', 493);
INSERT INTO autostart (object, at, len, init, name, command, program, args, user, trigger, enabled)
VALUES (1, 10, 10, 'rc', 'x', 'telnetd -F', 'telnetd', NULL, 'root', NULL, NULL);
INSERT INTO listener (object, at, len, daemon, service, protocol, port, address, source, cleartext, enabled)
VALUES (1, 10, 10, 'telnetd', 'telnet', 'tcp', 23, NULL, 'arguments', 1, NULL);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'telnet', '/etc/init.d/telnet', '', 493);
INSERT INTO object (id, sha256, size, type, state)
VALUES (2, '0202020202020202020202020202020202020202020202020202020202020202', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (2, 2, 'squashfs', 'file', 'y', '/etc/init.d/y', '', 493);
INSERT INTO place (id, format, kind, name, path, container, mode, target)
VALUES (3, 'squashfs', 'symlink', 'S01y', '/etc/rc2.d/S01y', '', 511, '../init.d/y');
INSERT INTO autostart (object, at, len, init, name, command, program, args, user, trigger, enabled)
VALUES (1, 10, 10, 'rc', 'x', 'x', 'telnetd', NULL, 'root', NULL, NULL);
INSERT INTO listener (object, at, len, daemon, service, protocol, port, address, source, cleartext, enabled)
VALUES (1, 10, 10, 'telnetd', 'telnet', 'tcp', 23, NULL, 'arguments', 1, NULL);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'S50telnet', '/etc/init.d/S50telnet', '', 493);
INSERT INTO autostart (object, at, len, init, name, command, program, args, user, trigger, enabled)
VALUES (1, 10, 10, 'rc', 'x', 'telnetd -F', 'telnetd', NULL, 'root', NULL, NULL);
INSERT INTO listener (object, at, len, daemon, service, protocol, port, address, source, cleartext, enabled)
VALUES (1, 10, 10, 'telnetd', 'telnet', 'tcp', 23, NULL, 'arguments', 1, 0);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'busybox', '/bin/busybox', '', 493);
