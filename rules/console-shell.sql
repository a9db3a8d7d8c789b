-- id: console-shell
-- title: Shell on the console without a login
-- kind: debug-interface
-- severity: medium
-- confidence: 0.9
-- confidence-why: the line starts a shell, not a login program; whether the terminal is reachable depends on the board
-- cwe: CWE-306
-- why: Whoever opens the case and finds the serial port has all rights, and can read keys that every device of this kind shares.
-- fix: Start a login program on the console, or nothing.
SELECT s.object, s.at, s.len, COALESCE(NULLIF(s.name, ''), 'console') || ': ' || s.command AS subject,
       CASE WHEN s.runs = 1 THEN 'holds' ELSE 'unknown' END AS verdict, s.place
  FROM started AS s
 WHERE s.runs IS NOT 0
   AND ((s.init = 'inittab' AND s.trigger IN ('respawn', 'respawnlate', 'askfirst', 'askconsole', 'askconsolelate', 'once', 'wait')
         AND (s.program GLOB '*/sh' OR s.program GLOB '*/ash' OR s.program GLOB '*/bash' OR s.program IN ('sh', 'ash', 'bash'))
         AND (s.args IS NULL OR s.args IN ('-l', '-i', '-', '--login')))
        OR (s.program LIKE '%getty' AND (s.args LIKE '%-l /bin/sh%' OR s.args LIKE '%-l /bin/ash%' OR s.args LIKE '%-l /bin/bash%'))
        OR (s.init = 'systemd' AND s.name = 'debug-shell.service' AND s.runs = 1))
