-- id: script-runs-decoded
-- title: Script decodes text and runs it
-- kind: backdoor-indicator
-- severity: high
-- confidence: 0.75
-- confidence-why: the output of a decoder goes to a shell; installers and self-extracting scripts do so too
-- cwe: CWE-506
-- why: Encoding hides from readers and scanners what the device does.
-- fix: Store the commands readably, or verify a signature before running them.
SELECT c.object, c.at, c.len, c.text AS subject, 'holds' AS verdict
  FROM script_call AS c
 WHERE c.pattern = 'eval-decoded'
   AND c.object NOT IN (SELECT object FROM sample_object)
