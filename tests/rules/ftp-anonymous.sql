-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'vsftpd.conf', '/etc/vsftpd.conf', '', 493);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'vsftpd', NULL, 'anonymous_enable', 'YES');
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'vsftpd.conf', '/etc/vsftpd.conf', '', 493);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'vsftpd', NULL, 'anonymous_enable', 'NO');
