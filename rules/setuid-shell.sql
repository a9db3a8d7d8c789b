-- id: setuid-shell
-- title: Shell or interpreter that gives root to whoever runs it (setuid)
-- kind: excessive-privilege
-- severity: critical
-- confidence: 0.95
-- confidence-why: the mode bits in the image; some shells drop the rights unless told not to
-- cwe: CWE-250
-- why: Any local user, and any attacker who gets a foothold, has all rights with one command.
-- fix: Remove the setuid bit.
SELECT p.object, NULL AS at, NULL AS len, p.path AS subject, 'holds' AS verdict, p.id AS place,
       printf('mode %04o', p.mode & 4095) || COALESCE(', owner ' || p.uid, '') AS note
  FROM place AS p
 WHERE p.kind = 'file' AND (p.mode & 2048) <> 0 AND COALESCE(p.uid, 0) = 0 AND (p.mode & 73) <> 0
   AND (p.name IN ('sh', 'bash', 'dash', 'ash', 'zsh', 'ksh', 'mksh', 'csh', 'tcsh', 'perl', 'lua', 'php', 'php-cgi', 'ruby', 'node', 'tclsh', 'awk', 'gawk', 'mawk', 'vi', 'vim', 'nano', 'ed', 'less', 'more', 'find', 'cp', 'mv', 'chmod', 'chown', 'tar', 'dd', 'env', 'nmap', 'gdb', 'strace', 'socat', 'nc', 'tee', 'make') OR p.name GLOB 'python[0-9]*' OR p.name GLOB 'perl[0-9]*' OR p.name GLOB 'lua[0-9]*'
        OR (p.name NOT IN ('su', 'sudo', 'sudoedit', 'passwd', 'mount', 'umount', 'ping', 'ping6', 'ping4', 'chsh', 'chfn', 'newgrp', 'gpasswd', 'chage', 'expiry', 'fusermount', 'fusermount3', 'ntfs-3g', 'pkexec', 'polkit-agent-helper-1', 'dbus-daemon-launch-helper', 'ssh-keysign', 'unix_chkpwd', 'pppd', 'exim4', 'sendmail', 'procmail', 'crontab', 'at', 'traceroute', 'traceroute6', 'traceroute6.iputils', 'arping', 'mtr-packet', 'newuidmap', 'newgidmap', 'doas', 'sg', 'vlock', 'Xorg.wrap', 'chrome-sandbox', 'snap-confine', 'mount.nfs', 'mount.cifs', 'mount.ecryptfs_private', 'lxc-user-nic', 'kismet_capture', 'bwrap', 'busybox', 'busybox.suid', 'login', 'gst-ptp-helper', 'nvidia-modprobe', 'spice-client-glib-usb-acl-helper', 'pam_timestamp_check', 'usernetctl', 'userhelper', 'postdrop', 'postqueue', 'dumpcap', 'utempter', 'staprun', 'cockpit-session', 'tcptraceroute', 'fping', 'fping6', 'smbmnt', 'ulog-acctd', 'qemu-bridge-helper', 'pt_chown', 'eject', 'wall', 'write', 'bsd-write', 'ssh-agent', 'locate', 'mlocate', 'plocate') -- a copy of a shell under another name
            AND EXISTS (SELECT 1 FROM place AS q WHERE q.object = p.object AND q.kind = 'file'
                           AND q.name IN ('busybox', 'sh', 'ash', 'bash', 'dash', 'mksh', 'zsh'))))
