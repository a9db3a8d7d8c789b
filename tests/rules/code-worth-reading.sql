-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 90000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'oamd', '/usr/sbin/oamd', '', 493);
INSERT INTO signal (object, at, len, function, addr, name, signal, score, trigger, effect, effect_addr, detail, conclusive)
VALUES (1, 4096, 16, 8192, 8200, 'handle', 'gate', 190, 'sesame99', 'system', 8300, 'input is compared with a string', 0);
-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 90000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'oamd', '/usr/sbin/oamd', '', 493);
INSERT INTO signal (object, at, len, function, addr, name, signal, score, trigger, effect, effect_addr, detail, conclusive)
VALUES (1, 4096, 16, 8192, 8200, 'handle', 'gate', 600, 'sesame99', 'system', 8300, 'input is compared with a string', 0);
-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 90000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'oamd', '/usr/sbin/oamd', '', 493);
INSERT INTO signal (object, at, len, function, addr, name, signal, score, trigger, effect, effect_addr, detail, conclusive)
VALUES (1, 4096, 16, 8192, 8200, 'handle', 'bypass', 300, 'sesame99', 'system', 8300, 'input is compared with a string', 0);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 90000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'oamd', '/usr/sbin/oamd', '', 493);
INSERT INTO signal (object, at, len, function, addr, name, signal, score, trigger, effect, effect_addr, detail, conclusive)
VALUES (1, 4096, 16, 8192, 8200, 'handle', 'gate', 90, 'sesame99', 'system', 8300, 'input is compared with a string', 0);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 90000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'oamd', '/usr/sbin/oamd', '', 493);
INSERT INTO signal (object, at, len, function, addr, name, signal, score, trigger, effect, effect_addr, detail, conclusive)
VALUES (1, 4096, 16, 8192, 8200, 'handle', 'gate', 300, 'sesame99', 'system', 8300, 'input is compared with a string', 1);
