-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 20000, 'squashfs', 'examined');
INSERT INTO place (id, parent, object, format, kind, name, path, container, mode, uid)
VALUES (1, NULL, 1, 'input', 'input', 'a.img', '/', '', NULL, NULL);
INSERT INTO unexamined (object, at, len, stage, reason, text)
VALUES (1, 0, 20000, 'ext', 'ambiguous', 'this format begins at the same place as another, which was opened: it was not');
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 20000, 'squashfs', 'examined');
INSERT INTO place (id, parent, object, format, kind, name, path, container, mode, uid)
VALUES (1, NULL, 1, 'input', 'input', 'a.img', '/', '', NULL, NULL);
INSERT INTO unexamined (object, at, len, stage, reason, text) VALUES (1, 0, NULL, 'squashfs', 'damaged', 'image is cut off');
