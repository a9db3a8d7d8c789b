-- id: world-writable-program
-- title: File in the program and configuration folders that everyone may change
-- kind: excessive-privilege
-- severity: medium
-- confidence: 0.9
-- confidence-why: the mode bits in the image; file systems without permissions are left out
-- cwe: CWE-732
-- why: Any account replaces what others run or read.
-- fix: Take the write permission away.
SELECT p.object, NULL AS at, NULL AS len, p.path AS subject, 'holds' AS verdict, p.id AS place,
       printf('mode %04o', p.mode & 4095) AS note
  FROM place AS p
 WHERE p.kind IN ('file', 'dir') AND (p.mode & 2) <> 0 AND (p.kind = 'file' OR (p.mode & 512) = 0)
   AND (p.path GLOB '/bin/*' OR p.path GLOB '/sbin/*' OR p.path GLOB '/lib/*' OR p.path GLOB '/usr/*'
        OR p.path GLOB '/etc/*' OR p.path GLOB '/opt/*' OR p.path GLOB '/www/*')
   AND p.format NOT IN ('fat', 'zip')
   AND p.path NOT GLOB '*/tmp' AND p.path NOT GLOB '*/tmp/*'
