-- id: account-weak-hash
-- title: Password stored with a hash that is quick to guess
-- kind: weak-crypto
-- severity: medium
-- confidence: 0.95
-- confidence-why: the scheme is told by the form of the field
-- cwe: CWE-916
-- why: DES, MD5 and unsalted hashes are tried by the billion per second: who reads the file has most passwords within days, and a password of eight characters in DES for certain.
-- fix: Store passwords with yescrypt, bcrypt or SHA-512 crypt.
SELECT a.object, a.at, a.len,
       a.user || ' (' || a.scheme || ')' AS subject,
       'holds' AS verdict
  FROM account AS a
 WHERE a.scheme IN ('des', 'md5', 'sha1', 'apr1', 'nt')
   AND a.object NOT IN (SELECT object FROM sample_object)
