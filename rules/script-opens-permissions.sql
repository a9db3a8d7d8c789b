-- id: script-opens-permissions
-- title: Start-up gives everyone write access
-- kind: excessive-privilege
-- severity: medium
-- confidence: 0.8
-- confidence-why: the command stands in a script that init runs
-- cwe: CWE-732
-- why: Any program on the device, however low its rights, can change the file; if root later runs or reads it, it takes all rights.
-- fix: Give the file to the account that needs it.
SELECT c.object, c.at, c.len, c.text AS subject, 'holds' AS verdict
  FROM script_call AS c
 WHERE c.pattern = 'chmod-world'
   AND c.text NOT LIKE '% /tmp%' AND c.text NOT LIKE '% /var/tmp%' AND c.text NOT LIKE '% /dev/%'
   AND c.text NOT LIKE '% /proc/%' AND c.text NOT LIKE '% /sys/%' AND c.text NOT LIKE '% /var/lock%'
   AND c.text NOT LIKE '% /run/%' AND c.text NOT LIKE '% /var/run/%'
   AND EXISTS (SELECT 1 FROM started AS s WHERE s.object = c.object AND s.runs IS NOT 0)
