-- id: private-key-ssh-host
-- title: SSH host key in the image
-- kind: private-key
-- severity: high
-- confidence: 0.95
-- confidence-why: the file has the form and name under which SSH servers read their host key
-- cwe: CWE-321
-- why: All devices of the series show the same host key, and everyone with the image has it: an SSH session can be taken over unnoticed.
-- fix: Let the device make its host keys at first start.
SELECT k.object, k.at, k.len,
       k.format || ' ' || k.algorithm || ' ' || k.bits AS subject,
       'holds' AS verdict
  FROM key AS k
 WHERE k.part = 'private' AND k.parse = 'ok'
   AND (k.format = 'dropbear'
        OR EXISTS (SELECT 1 FROM place AS h WHERE h.object = k.object AND h.name LIKE 'ssh_host_%key'))
   AND k.object NOT IN (SELECT object FROM sample_object)
