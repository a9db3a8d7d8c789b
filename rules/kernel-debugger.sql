-- id: kernel-debugger
-- title: Kernel with a built-in debugger
-- kind: debug-interface
-- severity: low
-- confidence: 0.8
-- confidence-why: the configuration is the kernel's own or lies in the same image; another kernel may be started with it
-- cwe: CWE-489
-- why: Whoever reaches the serial console, or the magic key, can read and write all of the kernel's memory.
-- fix: Clear CONFIG_KGDB and CONFIG_KGDB_KDB in production.
SELECT o.object, o.at, o.len,
       o.name || '=' || o.value AS subject,
       'holds' AS verdict
  FROM kernel_option AS o
 WHERE o.name IN ('CONFIG_KGDB_KDB', 'CONFIG_KGDB_SERIAL_CONSOLE')
   AND o.value = 'y'
