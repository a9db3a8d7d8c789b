-- id: backdoor-telnet-shell
-- title: Telnet server that gives a shell without login
-- kind: backdoor-indicator
-- severity: critical
-- confidence: 0.95
-- confidence-why: the server is told to run a shell in place of the login program
-- cwe: CWE-306
-- why: Anyone who reaches the port has all rights without a password.
-- fix: Remove the telnet server.
SELECT c.object, c.at, c.len, c.text AS subject,
       CASE WHEN EXISTS (SELECT 1 FROM started AS s WHERE s.object = c.object AND s.runs = 1) THEN 'holds'
            ELSE 'unknown' END AS verdict
  FROM script_call AS c
 WHERE c.pattern = 'telnetd-shell'
   AND c.object NOT IN (SELECT object FROM sample_object)
