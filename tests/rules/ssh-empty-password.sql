-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'sshd_config', '/etc/ssh/sshd_config', '', 493);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'sshd', NULL, 'PermitEmptyPasswords', 'yes');
-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'rcS', '/etc/rcS', '', 493);
INSERT INTO autostart (object, at, len, init, name, command, program, args, user, trigger, enabled)
VALUES (1, 10, 10, 'rc', 'x', 'dropbear -B', '/usr/sbin/dropbear', '-B', 'root', NULL, 1);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'sshd_config', '/etc/ssh/sshd_config', '', 493);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'sshd', NULL, 'PermitEmptyPasswords', 'no');
INSERT INTO autostart (object, at, len, init, name, command, program, args, user, trigger, enabled)
VALUES (1, 10, 10, 'rc', 'x', 'x', 'dropbear', '-b banner', 'root', NULL, 1);
