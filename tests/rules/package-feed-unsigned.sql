-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'sources.list', '/etc/apt/sources.list', '', 493);
INSERT INTO fetch (object, at, len, tool, url, scheme, verify, flashes, purpose)
VALUES (1, 10, 10, 'apt', 'http://u.v/d', 'http', 'off', 0, 'package-feed');
-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'opkg.conf', '/etc/opkg.conf', '', 493);
INSERT INTO fetch (object, at, len, tool, url, scheme, verify, flashes, purpose)
VALUES (1, 10, 10, 'opkg', 'http://u.v/p', 'http', 'unknown', 0, 'package-feed');
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'sources.list', '/etc/apt/sources.list', '', 493);
INSERT INTO fetch (object, at, len, tool, url, scheme, verify, flashes, purpose)
VALUES (1, 10, 10, 'apt', 'http://u.v/d', 'http', 'on', 0, 'package-feed');
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'opkg.conf', '/etc/opkg.conf', '', 493);
INSERT INTO fetch (object, at, len, tool, url, scheme, verify, flashes, purpose)
VALUES (1, 10, 10, 'opkg', 'http://u.v/p', 'http', 'unknown', 0, 'package-feed');
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'opkg', NULL, 'check_signature', '1');
