-- id: authorized-key
-- title: SSH key that may log in is built in
-- kind: backdoor-indicator
-- severity: high
-- confidence: 0.85
-- confidence-why: the key stands where the SSH server looks for keys that may log in; whether the server starts and allows keys is another fact
-- cwe: CWE-798
-- why: Its owner can log in to every device of the series, without a password and without a trace in the account files.
-- fix: Leave the file out of the image; let the operator put keys there.
SELECT a.object, a.at, a.len,
       COALESCE(a.user, 'unknown account') || ': ' || COALESCE(a.comment, a.type) AS subject,
       CASE WHEN a.options LIKE '%command=%' THEN 'unknown' ELSE 'holds' END AS verdict,
       a.type || ' ' || a.bits || COALESCE(', ' || a.options, '') AS note
  FROM authorized_key AS a
 WHERE a.object NOT IN (SELECT object FROM sample_object)
