-- id: script-loads-module-from-tmp
-- title: Kernel module is loaded from a folder everyone may write to
-- kind: excessive-privilege
-- severity: high
-- confidence: 0.85
-- confidence-why: the path stands on the command line
-- cwe: CWE-426
-- why: Whoever can put a file there gets into the kernel.
-- fix: Load modules from the read-only part of the image.
SELECT c.object, c.at, c.len, c.text AS subject, 'holds' AS verdict
  FROM script_call AS c
 WHERE c.pattern = 'module-from-tmp'
   AND c.object NOT IN (SELECT object FROM sample_object)
