-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 90000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'httpd', '/usr/sbin/httpd', '', 493);
INSERT INTO known_backdoor (object, at, len, id, name, means, source)
VALUES (1, 4096, 30, 'x-agent', 'A browser that is let in', 'is not asked for a password', 'https://example.org/');
-- silent: it is only told of
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 900, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'NEWS', '/usr/share/doc/httpd/NEWS', '', 420);
INSERT INTO known_backdoor (object, at, len, id, name, means, source)
VALUES (1, 40, 30, 'x-agent', 'A browser that is let in', 'is not asked for a password', 'https://example.org/');
