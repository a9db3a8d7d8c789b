-- id: build-date
-- title: Binaries hold a date and time of building
-- kind: non-reproducible-build
-- severity: info
-- confidence: 0.5
-- confidence-why: the text has the shape the compiler gives it; a build with SOURCE_DATE_EPOCH has such a date and is still reproducible
-- cwe: CWE-1127
-- why: Two builds of one source may differ, so nobody can check that the binary belongs to the source.
-- fix: Do not use __DATE__ and __TIME__; set SOURCE_DATE_EPOCH and KBUILD_BUILD_TIMESTAMP.
SELECT e.object, e.at, e.len,
       (SELECT p.path FROM place AS p WHERE p.object = e.object ORDER BY p.id LIMIT 1) AS subject,
       'holds' AS verdict,
       e.value AS note
  FROM build_trace AS e
 WHERE e.kind IN ('date', 'time-macro')
