-- holds (WPA version 1 alone)
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'hostapd.conf', '/etc/hostapd/hostapd.conf', '', 384);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 0, 10, 'hostapd', NULL, 'wpa', '1');
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'hostapd', NULL, 'wpa_pairwise', 'TKIP');
INSERT INTO object (id, sha256, size, type, state)
VALUES (2, '0202020202020202020202020202020202020202020202020202020202020202', 90000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (2, 2, 'squashfs', 'file', 'hostapd', '/usr/sbin/hostapd', '', 493);
INSERT INTO elf (object, type, role, machine, bits, endian, textrel, wx, sections)
VALUES (2, 'exec', 'program', 'arm', 32, 'little', 0, 0, 20);
-- holds (both versions)
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'hostapd.conf', '/etc/hostapd/hostapd.conf', '', 384);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 0, 10, 'hostapd', NULL, 'wpa', '3');
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'hostapd', NULL, 'wpa_pairwise', 'CCMP');
INSERT INTO object (id, sha256, size, type, state)
VALUES (2, '0202020202020202020202020202020202020202020202020202020202020202', 90000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (2, 2, 'squashfs', 'file', 'hostapd', '/usr/sbin/hostapd', '', 493);
INSERT INTO elf (object, type, role, machine, bits, endian, textrel, wx, sections)
VALUES (2, 'exec', 'program', 'arm', 32, 'little', 0, 0, 20);
-- holds (version 2 takes the ciphers of version 1)
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'hostapd.conf', '/etc/hostapd/hostapd.conf', '', 384);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 0, 10, 'hostapd', NULL, 'wpa', '2');
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'hostapd', NULL, 'wpa_pairwise', 'TKIP CCMP');
INSERT INTO object (id, sha256, size, type, state)
VALUES (2, '0202020202020202020202020202020202020202020202020202020202020202', 90000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (2, 2, 'squashfs', 'file', 'hostapd', '/usr/sbin/hostapd', '', 493);
INSERT INTO elf (object, type, role, machine, bits, endian, textrel, wx, sections)
VALUES (2, 'exec', 'program', 'arm', 32, 'little', 0, 0, 20);
-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'hostapd.conf', '/etc/hostapd/hostapd.conf', '', 384);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 0, 10, 'hostapd', NULL, 'wpa', '2');
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'hostapd', NULL, 'rsn_pairwise', 'CCMP TKIP');
INSERT INTO object (id, sha256, size, type, state)
VALUES (2, '0202020202020202020202020202020202020202020202020202020202020202', 90000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (2, 2, 'squashfs', 'file', 'hostapd', '/usr/sbin/hostapd', '', 493);
INSERT INTO elf (object, type, role, machine, bits, endian, textrel, wx, sections)
VALUES (2, 'exec', 'program', 'arm', 32, 'little', 0, 0, 20);
-- holds (WEP)
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'hostapd.conf', '/etc/hostapd/hostapd.conf', '', 384);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 0, 10, 'hostapd', NULL, 'wep_default_key', '0');
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'hostapd', NULL, 'wep_key0', '123456789a');
INSERT INTO object (id, sha256, size, type, state)
VALUES (2, '0202020202020202020202020202020202020202020202020202020202020202', 90000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (2, 2, 'squashfs', 'file', 'hostapd', '/usr/sbin/hostapd', '', 493);
INSERT INTO elf (object, type, role, machine, bits, endian, textrel, wx, sections)
VALUES (2, 'exec', 'program', 'arm', 32, 'little', 0, 0, 20);
-- holds (OpenWrt; its program has links)
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'wireless', '/etc/config/wireless', '', 384);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'wireless', 'wifi-iface', 'encryption', 'psk2+tkip+ccmp');
INSERT INTO place (id, format, kind, name, path, container, target)
VALUES (2, 'squashfs', 'symlink', 'hostapd', '/usr/sbin/hostapd', '', 'wpad');
-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'wireless', '/etc/config/wireless', '', 384);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'wireless', 'wifi-iface', 'encryption', 'psk');
INSERT INTO object (id, sha256, size, type, state)
VALUES (2, '0202020202020202020202020202020202020202020202020202020202020202', 90000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (2, 2, 'squashfs', 'file', 'wpad', '/usr/sbin/wpad', '', 493);
INSERT INTO elf (object, type, role, machine, bits, endian, textrel, wx, sections)
VALUES (2, 'exec', 'program', 'arm', 32, 'little', 0, 0, 20);
-- unknown (no access point program in what was reviewed)
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'hostapd.conf', '/etc/hostapd/hostapd.conf', '', 384);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 0, 10, 'hostapd', NULL, 'wpa', '1');
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'hostapd', NULL, 'wpa_pairwise', 'TKIP');
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'hostapd.conf', '/etc/hostapd/hostapd.conf', '', 384);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 0, 10, 'hostapd', NULL, 'wpa', '2');
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'hostapd', NULL, 'wpa_pairwise', 'CCMP');
INSERT INTO object (id, sha256, size, type, state)
VALUES (2, '0202020202020202020202020202020202020202020202020202020202020202', 90000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (2, 2, 'squashfs', 'file', 'hostapd', '/usr/sbin/hostapd', '', 493);
INSERT INTO elf (object, type, role, machine, bits, endian, textrel, wx, sections)
VALUES (2, 'exec', 'program', 'arm', 32, 'little', 0, 0, 20);
-- silent (version 2 has its own cipher)
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'hostapd.conf', '/etc/hostapd/hostapd.conf', '', 384);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 0, 10, 'hostapd', NULL, 'wpa', '2');
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'hostapd', NULL, 'wpa_pairwise', 'TKIP');
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 20, 10, 'hostapd', NULL, 'rsn_pairwise', 'CCMP');
INSERT INTO object (id, sha256, size, type, state)
VALUES (2, '0202020202020202020202020202020202020202020202020202020202020202', 90000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (2, 2, 'squashfs', 'file', 'hostapd', '/usr/sbin/hostapd', '', 493);
INSERT INTO elf (object, type, role, machine, bits, endian, textrel, wx, sections)
VALUES (2, 'exec', 'program', 'arm', 32, 'little', 0, 0, 20);
-- silent (an open network is a decision of its own)
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'hostapd.conf', '/etc/hostapd/hostapd.conf', '', 384);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 0, 10, 'hostapd', NULL, 'wpa', '0');
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'hostapd', NULL, 'wpa_pairwise', 'TKIP');
INSERT INTO object (id, sha256, size, type, state)
VALUES (2, '0202020202020202020202020202020202020202020202020202020202020202', 90000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (2, 2, 'squashfs', 'file', 'hostapd', '/usr/sbin/hostapd', '', 493);
INSERT INTO elf (object, type, role, machine, bits, endian, textrel, wx, sections)
VALUES (2, 'exec', 'program', 'arm', 32, 'little', 0, 0, 20);
-- silent (the keys are not used)
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'hostapd.conf', '/etc/hostapd/hostapd.conf', '', 384);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 0, 10, 'hostapd', NULL, 'wpa', '2');
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'hostapd', NULL, 'wep_key0', '123456789a');
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 20, 10, 'hostapd', NULL, 'rsn_pairwise', 'CCMP');
INSERT INTO object (id, sha256, size, type, state)
VALUES (2, '0202020202020202020202020202020202020202020202020202020202020202', 90000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (2, 2, 'squashfs', 'file', 'hostapd', '/usr/sbin/hostapd', '', 493);
INSERT INTO elf (object, type, role, machine, bits, endian, textrel, wx, sections)
VALUES (2, 'exec', 'program', 'arm', 32, 'little', 0, 0, 20);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'wireless', '/etc/config/wireless', '', 384);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'wireless', 'wifi-iface', 'encryption', 'psk2');
INSERT INTO object (id, sha256, size, type, state)
VALUES (2, '0202020202020202020202020202020202020202020202020202020202020202', 90000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (2, 2, 'squashfs', 'file', 'wpad', '/usr/sbin/wpad', '', 493);
INSERT INTO elf (object, type, role, machine, bits, endian, textrel, wx, sections)
VALUES (2, 'exec', 'program', 'arm', 32, 'little', 0, 0, 20);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'wireless', '/etc/config/wireless', '', 384);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'wireless', 'wifi-iface', 'encryption', 'sae-mixed');
INSERT INTO object (id, sha256, size, type, state)
VALUES (2, '0202020202020202020202020202020202020202020202020202020202020202', 90000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (2, 2, 'squashfs', 'file', 'wpad', '/usr/sbin/wpad', '', 493);
INSERT INTO elf (object, type, role, machine, bits, endian, textrel, wx, sections)
VALUES (2, 'exec', 'program', 'arm', 32, 'little', 0, 0, 20);
-- silent (an example)
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'hostapd.conf', '/usr/share/doc/hostapd/examples/hostapd.conf', '', 384);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 0, 10, 'hostapd', NULL, 'wpa', '1');
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'hostapd', NULL, 'wpa_pairwise', 'TKIP');
INSERT INTO object (id, sha256, size, type, state)
VALUES (2, '0202020202020202020202020202020202020202020202020202020202020202', 90000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (2, 2, 'squashfs', 'file', 'hostapd', '/usr/sbin/hostapd', '', 493);
INSERT INTO elf (object, type, role, machine, bits, endian, textrel, wx, sections)
VALUES (2, 'exec', 'program', 'arm', 32, 'little', 0, 0, 20);
