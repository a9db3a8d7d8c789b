-- id: package-feed-unsigned
-- title: Packages are installed without a signature check
-- kind: insecure-update
-- severity: high
-- confidence: 0.85
-- confidence-why: the package manager is told to trust the feed, or (opkg) no configuration switches signature checks on
-- cwe: CWE-347
-- why: Whoever answers for the feed's name chooses the software of the device.
-- fix: Sign the feed and switch the check on (opkg: option check_signature; apt: no trusted=yes).
SELECT f.object, f.at, f.len, f.tool || COALESCE(' ' || f.url, '') AS subject, 'holds' AS verdict
  FROM fetch AS f
 WHERE ((f.tool IN ('apt', 'apt-get', 'apk', 'rpm', 'yum', 'dnf') AND f.verify = 'off')
        OR (f.tool = 'opkg' AND f.verify = 'off')
        OR (f.tool = 'opkg' AND f.purpose = 'package-feed' AND f.scheme IN ('http', 'ftp')
            AND NOT EXISTS (SELECT 1 FROM setting AS s
                             WHERE s.daemon = 'opkg' AND s.name = 'check_signature' AND s.value <> '0')))
   AND f.object NOT IN (SELECT object FROM sample_object)
