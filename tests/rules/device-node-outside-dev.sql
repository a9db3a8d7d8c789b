-- holds
INSERT INTO place (id, format, kind, name, path, container, mode, major, minor)
VALUES (1, 'squashfs', 'char', 'mem', '/usr/lib/mem', '', 384, 1, 1);
-- silent
INSERT INTO place (id, format, kind, name, path, container, mode, major, minor)
VALUES (1, 'squashfs', 'char', 'mem', '/dev/mem', '', 384, 1, 1);
INSERT INTO place (id, format, kind, name, path, container, mode, major, minor)
VALUES (2, 'squashfs', 'char', 'x', '/etc/x', '', 0, 0, 0);
