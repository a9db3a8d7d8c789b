-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'upgrade', '/usr/bin/upgrade', '', 493);
INSERT INTO fetch (object, at, len, tool, url, scheme, verify, flashes, purpose)
VALUES (1, 10, 10, 'wget', 'http://u.v/f.img', 'http', 'unknown', 1, 'firmware');
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'upgrade', '/usr/bin/upgrade', '', 493);
INSERT INTO fetch (object, at, len, tool, url, scheme, verify, flashes, purpose)
VALUES (1, 10, 10, 'wget', 'https://u.v/f', 'https', 'on', 1, 'firmware');
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'x', '/usr/bin/x', '', 493);
INSERT INTO fetch (object, at, len, tool, url, scheme, verify, flashes, purpose)
VALUES (1, 10, 10, 'wget', 'http://u.v/f.img', 'http', 'unknown', 0, 'firmware');
