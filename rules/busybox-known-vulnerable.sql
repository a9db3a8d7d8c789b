-- id: busybox-known-vulnerable
-- title: BusyBox with published vulnerabilities
-- kind: known-vulnerability
-- severity: medium
-- confidence: 0.6
-- confidence-why: the version stands in the program; a distribution may have fixed it without changing the version, and an applet may not be built in
-- cwe: CWE-1395
-- why: BusyBox before 1.34.0 has memory errors in awk, ash, hush, man and the decompressors (CVE-2021-42373 to CVE-2021-42386, CVE-2021-28831) that crafted input reaches.
-- fix: Update to a current BusyBox, or take over the fixes.
SELECT c.object, c.at, c.len,
       c.name || ' ' || c.version AS subject,
       CASE WHEN maintained.n > 0 THEN 'unknown' ELSE 'holds' END AS verdict,
       CASE WHEN maintained.n > 0 THEN 'a distribution may have fixed it' END AS note
  FROM component AS c
  JOIN (SELECT count(*) AS n FROM package WHERE manager IN ('dpkg', 'rpm', 'apk')) AS maintained
 WHERE c.id = 'busybox'
   AND NOT EXISTS (SELECT 1 FROM knowledge_source) -- with an index each is looked up: known-vulnerability
   AND c.method = 'banner'
   AND c.version GLOB '[01].*'
   AND (c.version GLOB '0.*'
        OR c.version GLOB '1.[0-9]' OR c.version GLOB '1.[0-9].*'
        OR c.version GLOB '1.[12][0-9]' OR c.version GLOB '1.[12][0-9].*'
        OR c.version GLOB '1.3[0-3]' OR c.version GLOB '1.3[0-3].*')
