-- id: web-shell
-- title: Hidden web page that runs what it is sent
-- kind: backdoor-indicator
-- severity: critical
-- confidence: 0.95
-- confidence-why: the text of the request reaches the shell's parser by eval or -c, and the file's name is hidden from listings
-- cwe: CWE-506
-- why: Anyone who knows the page's name runs any command with the web server's rights; the hidden name says it was not meant to be found.
-- fix: Remove the page; find out who put it there, and treat devices that served it as entered.
SELECT c.object, c.at, c.len, p.path || ': ' || c.text AS subject, 'holds' AS verdict, p.id AS place
  FROM script_call AS c
  JOIN place AS p ON p.object = c.object
 WHERE c.pattern = 'query-eval' AND p.name LIKE '.%'
