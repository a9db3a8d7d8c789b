-- id: debug-server-started
-- title: Debugging server is started
-- kind: debug-interface
-- severity: high
-- confidence: 0.9
-- confidence-why: a start script, init table or unit names it; where the link that enables it cannot be seen the verdict stays open
-- cwe: CWE-489
-- why: Whoever reaches it runs any code with the rights of the debugged program, without a password.
-- fix: Remove the debugging server from production images.
SELECT c.object, c.at, c.len, c.text AS subject,
       CASE WHEN EXISTS (SELECT 1 FROM started AS s WHERE s.object = c.object AND s.runs = 1) THEN 'holds'
            ELSE 'unknown' END AS verdict
  FROM script_call AS c
 WHERE c.pattern = 'debug-server'
   AND EXISTS (SELECT 1 FROM started AS s WHERE s.object = c.object AND s.runs IS NOT 0)
   AND c.object NOT IN (SELECT object FROM sample_object)
