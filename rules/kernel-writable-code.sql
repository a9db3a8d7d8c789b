-- id: kernel-writable-code
-- title: Kernel with writable code or executable data
-- kind: missing-hardening
-- severity: medium
-- confidence: 0.85
-- confidence-why: the configuration is the kernel's own or lies in the same image; another kernel may be started with it
-- cwe: CWE-693
-- why: Kernel memory is not divided into code that cannot be written and data that cannot be run, so one write is enough to run code in the kernel.
-- fix: Set CONFIG_STRICT_KERNEL_RWX and CONFIG_STRICT_MODULE_RWX (before 4.11: CONFIG_DEBUG_RODATA).
SELECT o.object, o.at, o.len,
       o.name || '=' || o.value AS subject,
       'holds' AS verdict
  FROM kernel_option AS o
 WHERE o.name IN ('CONFIG_STRICT_KERNEL_RWX', 'CONFIG_STRICT_MODULE_RWX', 'CONFIG_DEBUG_RODATA')
   AND o.value = 'n'
