-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'rcS', '/etc/rcS', '', 493);
INSERT INTO autostart (object, at, len, init, name, command, program, args, user, trigger, enabled)
VALUES (1, 10, 10, 'rc', 'x', 'x', 'vsftpd', NULL, 'root', NULL, 1);
INSERT INTO listener (object, at, len, daemon, service, protocol, port, address, source, cleartext, enabled)
VALUES (1, 10, 10, 'vsftpd', 'ftp', 'tcp', 21, NULL, 'arguments', 1, 1);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'S50sshd', '/etc/init.d/S50sshd', '', 493);
INSERT INTO autostart (object, at, len, init, name, command, program, args, user, trigger, enabled)
VALUES (1, 10, 10, 'rc', 'x', 'x', 'sshd', NULL, 'root', NULL, NULL);
INSERT INTO listener (object, at, len, daemon, service, protocol, port, address, source, cleartext, enabled)
VALUES (1, 10, 10, 'sshd', 'ssh', 'tcp', 22, NULL, 'arguments', 0, NULL);
