-- id: backdoor-shell-started
-- title: Start-up opens a shell to the network
-- kind: backdoor-indicator
-- severity: critical
-- confidence: 0.95
-- confidence-why: the command connects a shell to a socket and stands in what init, inetd or cron runs
-- cwe: CWE-506
-- why: Anyone who reaches the port (or owns the address it calls) has a shell without a password, after every start.
-- fix: Remove the line; find out who put it there, and treat devices that ran it as entered.
SELECT c.object, c.at, c.len, c.text AS subject, 'holds' AS verdict
  FROM script_call AS c
 WHERE c.pattern IN ('shell-listener', 'shell-connect')
   AND EXISTS (SELECT 1 FROM started AS s WHERE s.object = c.object)
 UNION
SELECT s.object, s.at, s.len, s.name || ': ' || s.command, 'holds'
  FROM started AS s
 WHERE s.init IN ('inetd', 'xinetd') AND s.runs IS NOT 0
   AND (s.program IN ('sh', 'ash', 'bash') OR s.program GLOB '*/sh' OR s.program GLOB '*/ash' OR s.program GLOB '*/bash')
