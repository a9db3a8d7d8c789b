-- id: script-query-eval
-- title: Web script runs text of the request
-- kind: unsafe-function-use
-- severity: critical
-- confidence: 0.9
-- confidence-why: the text of the request reaches the shell's parser by eval or -c
-- cwe: CWE-78
-- why: Anyone who can send the request runs any command with the web server's rights.
-- fix: Never give request text to eval; take parameters apart with a parser and compare them with what is allowed.
SELECT c.object, c.at, c.len, c.text AS subject, 'holds' AS verdict
  FROM script_call AS c
 WHERE c.pattern = 'query-eval'
   AND EXISTS (SELECT 1 FROM place AS p WHERE p.object = c.object AND p.name NOT LIKE '.%') -- hidden: web-shell
   AND c.object NOT IN (SELECT object FROM sample_object)
