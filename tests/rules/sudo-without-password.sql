-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, uid)
VALUES (1, 1, 'squashfs', 'file', 'service', '/etc/sudoers.d/service', '', 288, 0);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 0, 10, 'sudo', 'service', 'ALL', '(ALL) NOPASSWD: ALL');
-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, uid)
VALUES (1, 1, 'squashfs', 'file', 'service', '/etc/sudoers.d/service', '', 288, 0);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 0, 10, 'sudo', 'Defaults', 'authenticate', 'off');
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, uid)
VALUES (1, 1, 'squashfs', 'file', 'service', '/etc/sudoers.d/service', '', 288, 0);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 0, 10, 'sudo', '%sudo', 'ALL', '(ALL:ALL) ALL');
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, uid)
VALUES (1, 1, 'squashfs', 'file', 'service', '/etc/sudoers.d/service', '', 288, 0);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 0, 10, 'sudo', 'backup', 'ALL', '(root) NOPASSWD: /usr/bin/rsync');
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, uid)
VALUES (1, 1, 'squashfs', 'file', 'service', '/etc/sudoers.d/service', '', 288, 0);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 0, 10, 'sudo', 'root', 'ALL', '(ALL) NOPASSWD: ALL');
-- silent a name with a dot is not read
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, uid)
VALUES (1, 1, 'squashfs', 'file', 'x.bak', '/etc/sudoers.d/x.bak', '', 288, 0);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 0, 10, 'sudo', 'service', 'ALL', '(ALL) NOPASSWD: ALL');
