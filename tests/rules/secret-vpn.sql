-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, mtime)
VALUES (1, 1, 'squashfs', 'file', 'ipsec.secrets', '/etc/ipsec.secrets', 'fw.bin', 420, NULL);
INSERT INTO secret (object, at, len, kind, name, value, user, format, context, placeholder, guessed)
VALUES (1, 0, 20, 'ipsec-psk', 'PSK', 'backhaul', NULL, 'text', NULL, 0, NULL);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, mtime)
VALUES (1, 1, 'squashfs', 'file', 'x.conf', '/etc/x.conf', 'fw.bin', 420, NULL);
INSERT INTO secret (object, at, len, kind, name, value, user, format, context, placeholder, guessed)
VALUES (1, 0, 20, 'ipsec-psk', 'PSK', 'changeme', NULL, 'text', NULL, 1, NULL);
INSERT INTO object (id, sha256, size, type, state)
VALUES (2, '0202020202020202020202020202020202020202020202020202020202020202', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, mtime)
VALUES (2, 2, 'squashfs', 'file', 'x.conf', '/usr/share/doc/x/x.conf', 'fw.bin', 420, NULL);
INSERT INTO secret (object, at, len, kind, name, value, user, format, context, placeholder, guessed)
VALUES (2, 0, 20, 'ipsec-psk', 'PSK', 'backhaul', NULL, 'text', NULL, 0, NULL);
INSERT INTO object (id, sha256, size, type, state)
VALUES (3, '0303030303030303030303030303030303030303030303030303030303030303', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, mtime)
VALUES (3, 3, 'squashfs', 'file', 'y.conf', '/etc/y.conf', 'fw.bin', 420, NULL);
INSERT INTO secret (object, at, len, kind, name, value, user, format, context, placeholder, guessed)
VALUES (3, 0, 20, 'other', 'PSK', 'backhaul', NULL, 'text', NULL, 0, NULL);
