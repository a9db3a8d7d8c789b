-- id: ssh-empty-password
-- title: SSH accepts accounts without a password
-- kind: insecure-service
-- severity: high
-- confidence: 0.9
-- confidence-why: the option stands in the server's configuration or arguments. Where no program of the server's name is in what was reviewed, it is not decided: the file may be a left-over
-- cwe: CWE-258
-- why: Any account whose password field is empty can be entered from the network.
-- fix: Set PermitEmptyPasswords to no; start dropbear without -B.
SELECT s.object, s.at, s.len, 'PermitEmptyPasswords yes' AS subject,
       CASE WHEN s.daemon IN (SELECT name FROM program_name) THEN 'holds' ELSE 'unknown' END AS verdict
  FROM setting AS s
 WHERE s.daemon = 'sshd' AND lower(s.name) = 'permitemptypasswords' AND lower(s.value) = 'yes'
   AND s.object NOT IN (SELECT object FROM sample_object)
 UNION ALL
SELECT s.object, s.at, s.len, s.command,
       CASE WHEN s.runs = 1 AND 'dropbear' IN (SELECT name FROM program_name) THEN 'holds' ELSE 'unknown' END
  FROM started AS s
 WHERE s.program LIKE '%dropbear' AND ' ' || s.args || ' ' GLOB '* -B *' AND s.runs IS NOT 0
