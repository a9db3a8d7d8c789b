-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, mtime)
VALUES (1, 1, 'squashfs', 'file', 'passwd', '/etc/passwd', 'fw.bin', 420, NULL);
INSERT INTO account (object, at, len, source, user, secret, scheme, uid, gid, home, shell, guessed,
	guessed_from, tried)
VALUES (1, 0, 20, 'passwd', 'gwtech', '$1$a$b', 'md5', 0, 0, '/', '/bin/ash', NULL,
	NULL, NULL);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, mtime)
VALUES (1, 1, 'squashfs', 'file', 'passwd', '/etc/passwd', 'fw.bin', 420, NULL);
INSERT INTO account (object, at, len, source, user, secret, scheme, uid, gid, home, shell, guessed,
	guessed_from, tried)
VALUES (1, 0, 20, 'passwd', 'root', '$1$a$b', 'md5', 0, 0, '/', '/bin/ash', NULL,
	NULL, NULL);
INSERT INTO account (object, at, len, source, user, secret, scheme, uid, gid, home, shell, guessed,
	guessed_from, tried)
VALUES (1, 30, 20, 'passwd', 'admin', '$1$a$b', 'md5', 500, 500, '/home/admin', '/bin/ash', NULL,
	NULL, NULL);
INSERT INTO account (object, at, len, source, user, secret, scheme, uid, gid, home, shell, guessed,
	guessed_from, tried)
VALUES (1, 60, 20, 'passwd', 'nobody', '*', 'locked', 65534, 65534, '/', '/bin/sh', NULL,
	NULL, NULL);
