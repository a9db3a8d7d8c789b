-- id: script-adds-root
-- title: Script adds an account with all rights
-- kind: undocumented-access
-- severity: high
-- confidence: 0.85
-- confidence-why: the text written to the account database has user number 0
-- cwe: CWE-912
-- why: The account is not in the account database of the image and shows only when the script has run.
-- fix: Remove the line.
SELECT c.object, c.at, c.len, c.text AS subject, 'holds' AS verdict
  FROM script_call AS c
 WHERE c.pattern = 'account-add'
   AND (c.text LIKE '%:0:0:%' OR c.text LIKE '%-o -u 0%' OR c.text LIKE '%-ou 0%' OR c.text LIKE '%--uid 0 %')
   AND c.text NOT LIKE '%root:%'
   AND c.object NOT IN (SELECT object FROM sample_object)
