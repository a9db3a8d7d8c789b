-- id: library-copy-of-crypto
-- title: Cryptographic library copied into a program
-- kind: unsupported-component
-- severity: info
-- confidence: 0.7
-- confidence-why: the library's own text stands in a program
-- cwe: CWE-1104
-- why: An update of the system's library does not reach the copy.
-- fix: Link with the system's library, or list the copy among the components to watch.
SELECT c.object, c.at, c.len,
       (SELECT p.path FROM place AS p WHERE p.object = e.object ORDER BY p.id LIMIT 1) AS subject,
       'holds' AS verdict,
       c.name || ' ' || COALESCE(c.version, '') AS note
  FROM component AS c
  JOIN elf AS e ON e.object = c.object
 WHERE c.id IN ('openssl', 'mbedtls', 'wolfssl', 'gnutls', 'libgcrypt')
   AND c.method = 'banner'
   AND e.role = 'program'
