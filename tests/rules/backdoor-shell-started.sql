-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'rcS', '/etc/rcS', '', 493);
INSERT INTO autostart (object, at, len, init, name, command, program, args, user, trigger, enabled)
VALUES (1, 10, 10, 'rc', 'x', 'x', 'nc', NULL, 'root', NULL, 1);
INSERT INTO script_call (object, at, len, pattern, program, text, line)
VALUES (1, 10, 10, 'shell-listener', 'x', 'nc -l -p 4444 -e /bin/sh', 3);
-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'inetd.conf', '/etc/inetd.conf', '', 493);
INSERT INTO autostart (object, at, len, init, name, command, program, args, user, trigger, enabled)
VALUES (1, 10, 10, 'inetd', '4321', 'sh -i', '/bin/sh', NULL, 'root', NULL, NULL);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'tool', '/usr/bin/tool', '', 493);
INSERT INTO script_call (object, at, len, pattern, program, text, line)
VALUES (1, 10, 10, 'shell-listener', 'x', 'nc -l -p 4444 -e /bin/sh', 3);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'inetd.conf', '/etc/inetd.conf', '', 493);
INSERT INTO autostart (object, at, len, init, name, command, program, args, user, trigger, enabled)
VALUES (1, 10, 10, 'inetd', 'telnet', 'in.telnetd', 'in.telnetd', NULL, 'root', NULL, NULL);
