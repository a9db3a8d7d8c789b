-- id: script-runs-fetched
-- title: Script runs what it fetches, unseen
-- kind: insecure-update
-- severity: high
-- confidence: 0.9
-- confidence-why: the output of a fetch goes straight to a shell
-- cwe: CWE-494
-- why: Whoever controls the server, its name or the path to it runs any command on the device.
-- fix: Fetch to a file, verify a signature with a key in the image, then run it.
SELECT c.object, c.at, c.len, c.text AS subject, 'holds' AS verdict
  FROM script_call AS c
 WHERE c.pattern = 'fetch-run'
   AND c.object NOT IN (SELECT object FROM sample_object)
