-- unknown
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'lighttpd.conf', '/etc/lighttpd/lighttpd.conf', '', 493);
INSERT INTO listener (object, at, len, daemon, service, protocol, port, address, source, cleartext, enabled)
VALUES (1, 10, 10, 'lighttpd', 'http', 'tcp', 80, NULL, 'config', 1, NULL);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'lighttpd.conf', '/etc/lighttpd/lighttpd.conf', '', 493);
INSERT INTO listener (object, at, len, daemon, service, protocol, port, address, source, cleartext, enabled)
VALUES (1, 10, 10, 'lighttpd', 'http', 'tcp', 80, NULL, 'config', 1, NULL);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'lighttpd', NULL, 'ssl.engine', 'enable');
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'nginx.conf', '/etc/nginx/nginx.conf', '', 493);
INSERT INTO listener (object, at, len, daemon, service, protocol, port, address, source, cleartext, enabled)
VALUES (1, 10, 10, 'nginx', 'http', 'tcp', 80, NULL, 'config', 1, NULL);
INSERT INTO listener (object, at, len, daemon, service, protocol, port, address, source, cleartext, enabled)
VALUES (1, 10, 10, 'nginx', 'https', 'tcp', 443, NULL, 'config', 0, NULL);
