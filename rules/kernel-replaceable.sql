-- id: kernel-replaceable
-- title: Kernel can be replaced while it runs (kexec)
-- kind: missing-hardening
-- severity: info
-- confidence: 0.8
-- confidence-why: the configuration is the kernel's own or lies in the same image; another kernel may be started with it
-- cwe: CWE-347
-- why: Root can start another kernel without the boot loader's checks.
-- fix: Clear CONFIG_KEXEC, or allow only signed images (CONFIG_KEXEC_FILE with CONFIG_KEXEC_SIG_FORCE).
SELECT o.object, o.at, o.len,
       o.name || '=' || o.value AS subject,
       'holds' AS verdict
  FROM kernel_option AS o
 WHERE o.name = 'CONFIG_KEXEC'
   AND o.value = 'y'
   AND NOT EXISTS (SELECT 1 FROM kernel_option AS f
                    WHERE f.object = o.object
                      AND f.name = 'CONFIG_KEXEC_SIG_FORCE' AND f.value = 'y')
