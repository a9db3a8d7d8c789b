-- id: kernel-unsigned-modules
-- title: Kernel loads modules without checking a signature
-- kind: missing-hardening
-- severity: low
-- confidence: 0.85
-- confidence-why: the configuration is the kernel's own or lies in the same image; another kernel may be started with it
-- cwe: CWE-347
-- why: Root can load any code into the kernel; a signed boot chain ends there.
-- fix: Set CONFIG_MODULE_SIG and CONFIG_MODULE_SIG_FORCE, or build without loadable modules.
SELECT o.object, o.at, o.len,
       o.name || '=' || o.value AS subject,
       'holds' AS verdict
  FROM kernel_option AS o
 WHERE o.name = 'CONFIG_MODULE_SIG'
   AND o.value = 'n'
   AND EXISTS (SELECT 1 FROM kernel_option AS m
                WHERE m.object = o.object AND m.name = 'CONFIG_MODULES' AND m.value = 'y')
