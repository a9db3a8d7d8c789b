-- id: ssh-weak-algorithms
-- title: SSH server offers broken algorithms
-- kind: weak-crypto
-- severity: medium
-- confidence: 0.9
-- confidence-why: the algorithms are named in the server's configuration; a release that dropped them refuses to start. Where no sshd is in what was reviewed, it is not decided: the file may be a left-over
-- cwe: CWE-327
-- why: Protocol 1, CBC and RC4 ciphers, MD5 and group1 key exchange let someone on the path recover or change what is sent.
-- fix: Remove the lines and keep the defaults of a current release.
SELECT s.object, s.at, s.len, s.name || ' ' || s.value AS subject,
       CASE WHEN s.daemon IN (SELECT name FROM program_name) THEN 'holds' ELSE 'unknown' END AS verdict
  FROM setting AS s
 WHERE s.daemon = 'sshd' AND s.value NOT LIKE '-%'
   AND ((lower(s.name) = 'protocol' AND s.value LIKE '%1%')
        OR (lower(s.name) = 'ciphers' AND (s.value LIKE '%-cbc%' OR s.value LIKE '%arcfour%'))
        OR (lower(s.name) = 'macs' AND s.value LIKE '%hmac-md5%')
        OR (lower(s.name) = 'kexalgorithms' AND s.value LIKE '%group1-sha1%'))
   AND s.object NOT IN (SELECT object FROM sample_object)
