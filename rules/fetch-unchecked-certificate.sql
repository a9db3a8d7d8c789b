-- id: fetch-unchecked-certificate
-- title: Fetch with certificate checks switched off
-- kind: insecure-update
-- severity: medium
-- confidence: 0.9
-- confidence-why: the option that switches the check off is on the command line or in the standing options
-- cwe: CWE-295
-- why: TLS without a check protects from nobody who can sit on the path; what is fetched can be replaced.
-- fix: Remove the option; put the issuing certificate into the image.
SELECT f.object, f.at, f.len, f.tool || COALESCE(' ' || f.url, '') AS subject, 'holds' AS verdict
  FROM fetch AS f
 WHERE f.verify = 'off' AND f.tool IN ('wget', 'curl', 'uclient-fetch', 'wget2')
   AND COALESCE(f.scheme, 'https') IN ('https', 'ftps')
   AND f.object NOT IN (SELECT object FROM sample_object)
