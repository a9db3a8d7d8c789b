-- unknown (no sshd in what was reviewed; a file of that name is no program)
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'sshd_config', '/etc/ssh/sshd_config', '', 493);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'sshd', NULL, 'Protocol', '2,1');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (8, 1, 'squashfs', 'file', 'sshd', '/etc/init.d/sshd', '', 493);
-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'sshd_config', '/etc/ssh/sshd_config', '', 493);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'sshd', NULL, 'Protocol', '2,1');
INSERT INTO object (id, sha256, size, type, state)
VALUES (9, '0202020202020202020202020202020202020202020202020202020202020202', 90000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (9, 9, 'squashfs', 'file', 'sshd', '/usr/sbin/sshd', '', 493);
INSERT INTO elf (object, type, role, machine, bits, endian, textrel, wx, sections)
VALUES (9, 'exec', 'program', 'arm', 32, 'little', 0, 0, 20);
-- unknown (no sshd in what was reviewed; a file of that name is no program)
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'sshd_config', '/etc/ssh/sshd_config', '', 493);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'sshd', NULL, 'Ciphers', 'aes256-ctr,3des-cbc');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (8, 1, 'squashfs', 'file', 'sshd', '/etc/init.d/sshd', '', 493);
-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'sshd_config', '/etc/ssh/sshd_config', '', 493);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'sshd', NULL, 'Ciphers', 'aes256-ctr,3des-cbc');
INSERT INTO object (id, sha256, size, type, state)
VALUES (9, '0202020202020202020202020202020202020202020202020202020202020202', 90000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (9, 9, 'squashfs', 'file', 'sshd', '/usr/sbin/sshd', '', 493);
INSERT INTO elf (object, type, role, machine, bits, endian, textrel, wx, sections)
VALUES (9, 'exec', 'program', 'arm', 32, 'little', 0, 0, 20);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'sshd_config', '/etc/ssh/sshd_config', '', 493);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'sshd', NULL, 'Protocol', '2');
INSERT INTO object (id, sha256, size, type, state)
VALUES (9, '0202020202020202020202020202020202020202020202020202020202020202', 90000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (9, 9, 'squashfs', 'file', 'sshd', '/usr/sbin/sshd', '', 493);
INSERT INTO elf (object, type, role, machine, bits, endian, textrel, wx, sections)
VALUES (9, 'exec', 'program', 'arm', 32, 'little', 0, 0, 20);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'sshd_config', '/etc/ssh/sshd_config', '', 493);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'sshd', NULL, 'Ciphers', '-3des-cbc');
INSERT INTO object (id, sha256, size, type, state)
VALUES (9, '0202020202020202020202020202020202020202020202020202020202020202', 90000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (9, 9, 'squashfs', 'file', 'sshd', '/usr/sbin/sshd', '', 493);
INSERT INTO elf (object, type, role, machine, bits, endian, textrel, wx, sections)
VALUES (9, 'exec', 'program', 'arm', 32, 'little', 0, 0, 20);
