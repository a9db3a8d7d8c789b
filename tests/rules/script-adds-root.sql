-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'x', '/usr/bin/x', '', 493);
INSERT INTO script_call (object, at, len, pattern, program, text, line)
VALUES (1, 10, 10, 'account-add', 'x', 'echo x::0:0::/:/bin/sh >> /etc/passwd', 3);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'x', '/usr/bin/x', '', 493);
INSERT INTO script_call (object, at, len, pattern, program, text, line)
VALUES (1, 10, 10, 'account-add', 'x', 'adduser --system --no-create-home x', 3);
