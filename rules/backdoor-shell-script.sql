-- id: backdoor-shell-script
-- title: Script connects a shell to the network
-- kind: backdoor-indicator
-- severity: high
-- confidence: 0.85
-- confidence-why: the command connects a shell to a socket; what calls the script is not decided
-- cwe: CWE-506
-- why: When the script runs, whoever reaches the port or owns the address has a shell without a password.
-- fix: Remove the script, or the shell from it.
SELECT c.object, c.at, c.len, c.text AS subject, 'holds' AS verdict
  FROM script_call AS c
 WHERE c.pattern IN ('shell-listener', 'shell-connect')
   AND NOT EXISTS (SELECT 1 FROM started AS s WHERE s.object = c.object)
   AND c.object NOT IN (SELECT object FROM sample_object)
