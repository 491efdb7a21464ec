import type { Boot } from '../boot/boot.ts';
import { isAffected, type Vulnerability } from '../vulnerabilities/_define.ts';
import { vulnerabilities } from '../vulnerabilities/index.ts';

/** One file of /sys/devices/system/cpu/vulnerabilities. */
export interface SysfsRow {
  readonly vulnerability: Vulnerability;
  readonly text: string;
  /** Step of the kernel's trace whose reads are behind the text. */
  readonly step: number;
}

const byFile = [...vulnerabilities].filter((one) => one.sysfs !== null).sort((one, other) => (one.sysfs! < other.sysfs! ? -1 : 1));

/**
 * cpu_show_common(): what `grep . /sys/devices/system/cpu/vulnerabilities/*` would print now, sorted by file (cpu/bugs.c).
 */
export function sysfsRows(b: Boot): SysfsRow[] {
  const rows: SysfsRow[] = [];
  for (const vulnerability of byFile) {
    if (b.spec.absent.has(vulnerability.id) || vulnerability.present?.(b) === false) continue;
    b.begin();
    const text = isAffected(b, vulnerability) ? (vulnerability.show?.(b) ?? 'Vulnerable') : 'Not affected';
    rows.push({ vulnerability, text, step: b.trace.step(`${vulnerability.id}/show`) });
  }
  return rows;
}
