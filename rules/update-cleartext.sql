-- id: update-cleartext
-- title: Firmware is fetched without protection and written
-- kind: insecure-update
-- severity: high
-- confidence: 0.8
-- confidence-why: the script fetches over a protocol without authentication and writes flash or installs; a signature check inside the image is not excluded
-- cwe: CWE-494
-- why: Whoever sits on the path, or answers for the name, chooses the software of the device.
-- fix: Fetch over TLS with certificate checks, and verify a signature before writing.
SELECT f.object, f.at, f.len, f.url AS subject,
       CASE WHEN f.purpose = 'firmware' THEN 'holds' ELSE 'unknown' END AS verdict
  FROM fetch AS f
 WHERE f.flashes = 1
   AND NOT EXISTS (SELECT 1 FROM script_call AS c -- has a rule of its own: script-runs-fetched
                    WHERE c.object = f.object AND c.at = f.at AND c.pattern = 'fetch-run')
   AND f.scheme IN ('http', 'ftp', 'tftp')
   AND f.url NOT LIKE 'http://127.%' AND f.url NOT LIKE 'http://localhost%'
   AND f.object NOT IN (SELECT object FROM sample_object)
