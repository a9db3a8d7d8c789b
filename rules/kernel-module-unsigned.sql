-- id: kernel-module-unsigned
-- title: Kernel modules without signature
-- kind: missing-hardening
-- severity: info
-- confidence: 0.9
-- confidence-why: a signature is appended to the file or it is not; a kernel may check files by other means
-- cwe: CWE-347
-- why: The kernel cannot tell these modules from others.
-- fix: Build with CONFIG_MODULE_SIG_ALL, and do not strip modules afterwards.
SELECT e.object, e.at, e.len,
       e.name AS subject,
       'holds' AS verdict
  FROM kernel_module AS e
 WHERE e.has_signature = 0
