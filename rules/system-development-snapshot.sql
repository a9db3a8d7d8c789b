-- id: system-development-snapshot
-- title: System built from a development branch
-- kind: unsupported-component
-- severity: low
-- confidence: 0.8
-- confidence-why: the system's own release files say so; a vendor may have tested this state alone
-- cwe: CWE-1104
-- why: Between releases a distribution's branch has states that nobody tested as a whole and for which no security advisories are published, so nobody can tell which fixes are in.
-- fix: Build from a release that is supported, and move with its maintenance updates.
SELECT r.object, r.at, r.len,
       COALESCE(p.path, r.format) AS subject,
       'holds' AS verdict,
       r.name || '=' || r.value AS note
  FROM property AS r
  LEFT JOIN place AS p ON p.id = (SELECT MIN(q.id) FROM place AS q WHERE q.object = r.object)
 WHERE (r.format = 'openwrt_release' AND r.name = 'DISTRIB_RELEASE' AND upper(r.value) LIKE '%SNAPSHOT%')
    OR (r.format = 'os-release' AND r.name IN ('VERSION', 'VERSION_ID') AND upper(r.value) LIKE '%SNAPSHOT%')
 ORDER BY r.object, r.at;
