-- unknown
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'inetd.conf', '/etc/inetd.conf', '', 493);
INSERT INTO autostart (object, at, len, init, name, command, program, args, user, trigger, enabled)
VALUES (1, 10, 10, 'inetd', 'x', 'x', '/usr/sbin/in.rshd', NULL, 'root', NULL, NULL);
INSERT INTO listener (object, at, len, daemon, service, protocol, port, address, source, cleartext, enabled)
VALUES (1, 10, 10, 'in.rshd', 'shell', 'tcp', 514, NULL, 'inetd', 1, NULL);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'rsh', '/etc/xinetd.d/rsh', '', 493);
INSERT INTO autostart (object, at, len, init, name, command, program, args, user, trigger, enabled)
VALUES (1, 10, 10, 'xinetd', 'x', 'x', 'in.rshd', NULL, 'root', NULL, 0);
INSERT INTO listener (object, at, len, daemon, service, protocol, port, address, source, cleartext, enabled)
VALUES (1, 10, 10, 'in.rshd', 'shell', 'tcp', 514, NULL, 'xinetd', 1, 0);
