-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'x', '/www/cgi-bin/x', '', 493);
INSERT INTO script_call (object, at, len, pattern, program, text, line)
VALUES (1, 10, 10, 'query-eval', 'x', 'eval $QUERY_STRING', 3);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'x', '/www/cgi-bin/x', '', 493);
INSERT INTO script_call (object, at, len, pattern, program, text, line)
VALUES (1, 10, 10, 'eval-decoded', 'x', 'x', 3);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, uid)
VALUES (1, 1, 'squashfs', 'file', '.diag', '/www/cgi-bin/.diag', '', 493, 0);
INSERT INTO script_call (object, at, len, pattern, program, text, line)
VALUES (1, 10, 10, 'query-eval', 'eval', 'eval $QUERY_STRING', 3);
