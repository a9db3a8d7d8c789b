-- id: build-identity
-- title: Binaries name the machine and account that built them
-- kind: non-reproducible-build
-- severity: low
-- confidence: 0.8
-- confidence-why: the text stands in the file; a build farm may use fixed names on purpose
-- cwe: CWE-497
-- why: The image tells how the maker's build machines are organised, and two builds of one source differ, so nobody can check that the binary belongs to the source.
-- fix: Build in a fixed folder, with -ffile-prefix-map, and set KBUILD_BUILD_USER and KBUILD_BUILD_HOST.
SELECT e.object, e.at, e.len,
       (SELECT p.path FROM place AS p WHERE p.object = e.object ORDER BY p.id LIMIT 1) AS subject,
       'holds' AS verdict,
       e.value AS note
  FROM build_trace AS e
 WHERE (e.kind = 'user-host' AND e.value NOT LIKE '%@lists.%' AND e.value NOT LIKE 'buildd@%'
        AND e.value NOT LIKE 'builder@buildhost' AND e.value NOT LIKE '%@localhost')
    OR (e.kind = 'build-path'
        AND (e.value GLOB '/home/*' OR e.value GLOB '/root/*' OR e.value GLOB '/Users/*'
             OR e.value LIKE '%/jenkins/%' OR e.value LIKE '%/workspace/%')
        AND e.value NOT GLOB '/root/.cargo/*')
