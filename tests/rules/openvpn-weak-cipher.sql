-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, uid)
VALUES (1, 1, 'squashfs', 'file', 'client.conf', '/etc/openvpn/client.conf', '', 493, 0);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 0, 10, 'openvpn', NULL, 'cipher', 'DES-CBC');
-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, uid)
VALUES (1, 1, 'squashfs', 'file', 'client.conf', '/etc/openvpn/client.conf', '', 493, 0);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 0, 10, 'openvpn', NULL, 'cipher', 'none');
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, uid)
VALUES (1, 1, 'squashfs', 'file', 'client.conf', '/etc/openvpn/client.conf', '', 493, 0);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 0, 10, 'openvpn', NULL, 'cipher', 'AES-256-CBC');
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 0, 10, 'openvpn', NULL, 'auth', 'none');
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, uid)
VALUES (1, 1, 'squashfs', 'file', 'client.conf', '/usr/share/doc/openvpn/examples/client.conf', '', 493, 0);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 0, 10, 'openvpn', NULL, 'cipher', 'BF-CBC');
