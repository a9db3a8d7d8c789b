-- unknown (no sshd in what was reviewed; a file of that name is no program)
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'sshd_config', '/etc/ssh/sshd_config', '', 493);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'sshd', NULL, 'PermitRootLogin', 'yes');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (8, 1, 'squashfs', 'file', 'sshd', '/etc/init.d/sshd', '', 493);
-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'sshd_config', '/etc/ssh/sshd_config', '', 493);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'sshd', NULL, 'PermitRootLogin', 'yes');
INSERT INTO object (id, sha256, size, type, state)
VALUES (9, '0202020202020202020202020202020202020202020202020202020202020202', 90000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (9, 9, 'squashfs', 'file', 'sshd', '/usr/sbin/sshd', '', 493);
INSERT INTO elf (object, type, role, machine, bits, endian, textrel, wx, sections)
VALUES (9, 'exec', 'program', 'arm', 32, 'little', 0, 0, 20);
-- unknown (no dropbear in what was reviewed; a file of that name is no program)
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'dropbear', '/etc/config/dropbear', '', 493);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'dropbear', 'dropbear', 'RootPasswordAuth', 'on');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (8, 1, 'squashfs', 'file', 'dropbear', '/etc/init.d/dropbear', '', 493);
-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'dropbear', '/etc/config/dropbear', '', 493);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'dropbear', 'dropbear', 'RootPasswordAuth', 'on');
INSERT INTO object (id, sha256, size, type, state)
VALUES (9, '0202020202020202020202020202020202020202020202020202020202020202', 90000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (9, 9, 'squashfs', 'file', 'dropbear', '/usr/sbin/dropbear', '', 493);
INSERT INTO elf (object, type, role, machine, bits, endian, textrel, wx, sections)
VALUES (9, 'exec', 'program', 'arm', 32, 'little', 0, 0, 20);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'sshd_config', '/etc/ssh/sshd_config', '', 493);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'sshd', NULL, 'PermitRootLogin', 'prohibit-password');
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
VALUES (1, 10, 10, 'sshd', NULL, 'PermitRootLogin', 'yes');
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'sshd', NULL, 'PasswordAuthentication', 'no');
INSERT INTO object (id, sha256, size, type, state)
VALUES (9, '0202020202020202020202020202020202020202020202020202020202020202', 90000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (9, 9, 'squashfs', 'file', 'sshd', '/usr/sbin/sshd', '', 493);
INSERT INTO elf (object, type, role, machine, bits, endian, textrel, wx, sections)
VALUES (9, 'exec', 'program', 'arm', 32, 'little', 0, 0, 20);
