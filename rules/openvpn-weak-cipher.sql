-- id: openvpn-weak-cipher
-- title: VPN with a broken cipher, or none
-- kind: weak-crypto
-- severity: medium
-- confidence: 0.85
-- confidence-why: the configuration names it; where both ends are newer they may agree on a better one
-- cwe: CWE-327
-- why: DES and RC2 are broken by trying all keys; 64-bit blocks (Blowfish, CAST5, 3DES) leak plain text in long sessions; "none" does not encrypt at all.
-- fix: Use AES-256-GCM or CHACHA20-POLY1305 (data-ciphers), and refuse older ends.
SELECT s.object, s.at, s.len, s.name || ' ' || s.value AS subject, 'holds' AS verdict
  FROM setting AS s
 WHERE s.daemon = 'openvpn'
   AND lower(s.name) IN ('cipher', 'data-ciphers', 'data-ciphers-fallback', 'ncp-ciphers', 'data_ciphers', 'ncp_ciphers')
   AND (upper(s.value) LIKE '%DES-%' OR upper(s.value) LIKE '%BF-CBC%' OR upper(s.value) LIKE '%RC2-%'
        OR upper(s.value) LIKE '%CAST5-%' OR lower(s.value) = 'none')
   AND s.object NOT IN (SELECT object FROM sample_object)
