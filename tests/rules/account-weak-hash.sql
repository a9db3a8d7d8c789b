-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, mtime)
VALUES (1, 1, 'squashfs', 'file', 'shadow', '/etc/shadow', 'fw.bin', 420, NULL);
INSERT INTO account (object, at, len, source, user, secret, scheme, uid, gid, home, shell, guessed,
	guessed_from, tried)
VALUES (1, 0, 20, 'shadow', 'support', 'abCd/TwcbI2yg', 'des', NULL, NULL, NULL, NULL, NULL,
	NULL, NULL);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, mtime)
VALUES (1, 1, 'squashfs', 'file', 'shadow', '/etc/shadow', 'fw.bin', 420, NULL);
INSERT INTO account (object, at, len, source, user, secret, scheme, uid, gid, home, shell, guessed,
	guessed_from, tried)
VALUES (1, 0, 20, 'shadow', 'root', '$6$salt$hash', 'sha512', NULL, NULL, NULL, NULL, NULL,
	NULL, NULL);
INSERT INTO account (object, at, len, source, user, secret, scheme, uid, gid, home, shell, guessed,
	guessed_from, tried)
VALUES (1, 30, 20, 'shadow', 'daemon', '*', 'locked', NULL, NULL, NULL, NULL, NULL,
	NULL, NULL);
INSERT INTO object (id, sha256, size, type, state)
VALUES (2, '0202020202020202020202020202020202020202020202020202020202020202', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, mtime)
VALUES (2, 2, 'squashfs', 'file', 'htpasswd', '/usr/share/doc/apache2/htpasswd', 'fw.bin', 420, NULL);
INSERT INTO account (object, at, len, source, user, secret, scheme, uid, gid, home, shell, guessed,
	guessed_from, tried)
VALUES (2, 0, 20, 'htpasswd', 'joe', '$apr1$x$y', 'apr1', NULL, NULL, NULL, NULL, NULL,
	NULL, NULL);
