import type { Boot } from '../boot/boot.ts';
import type { Part, Standing } from './_protection.ts';

/** A step of cpu_select_mitigations(), keyed by the kernel's function name so that it greps straight into bugs.c. */
export type Steps = Readonly<Record<string, (b: Boot) => void>>;

/**
 * One vulnerability: everything the kernel knows of it, in the shape in which bugs.c and common.c hold it.
 * Every function gets the booting kernel, asks it questions and writes its decision with the id of the rule.
 */
export interface Vulnerability {
  /** The kernel's own prefix, `mds`; the id of its choice. */
  readonly id: string;
  /** File in /sys/devices/system/cpu/vulnerabilities, or null for what speaks inside another line or not at all. */
  readonly sysfs: string | null;
  /** X86_BUG_ name that gates the file, or null. */
  readonly bug: string | null;
  /** A second bug that opens the same file (MMIO_UNKNOWN). */
  readonly alsoBug?: string;
  /** Whether this kernel line has the file at all; every line when absent. Of an erratum without file and bug: whether it concerns this CPU and kernel. */
  readonly present?: (b: Boot) => boolean;
  readonly title: string;
  readonly cves: readonly string[];
  /** Page under Documentation/admin-guide/hw-vuln, without its ending. */
  readonly document?: string;
  /** Options of the command line it listens to. */
  readonly parameters: readonly string[];
  /** Its clause stands above the line where cpu_set_bug_bits() is done with CPUs that do not speculate. */
  readonly evenWithoutSpeculation?: boolean;
  /** Its clause of cpu_set_bug_bits(). */
  readonly affected?: (b: Boot) => void;
  /** Compile-time default and early_param() parser. */
  readonly initial?: (b: Boot) => void;
  /** 6.1 and 6.12: one selection per vulnerability, which also applies it. */
  readonly single?: Steps;
  /** 7.2: select, update, apply. */
  readonly phased?: Steps;
  /** Its case in cpu_bugs_smt_update(): run whenever a sibling comes or goes. */
  readonly smtUpdate?: (b: Boot) => void;
  /** The sysfs line when the bug is present; `Not affected` is the caller's. */
  readonly show?: (b: Boot) => string;
  /** What protects in fact, means by means, when the running kernel has the bug; required of all that have a file. */
  readonly protection?: (standing: Standing) => readonly Part[];
  /** Whether microcode plays a part in the protection of this kernel at all; it does where this is absent. */
  readonly needsMicrocode?: (b: Boot) => boolean;
}

/** @returns the same object; only there so that the shape is checked where it is written. */
export function defineVulnerability(vulnerability: Vulnerability): Vulnerability {
  return vulnerability;
}

/** @returns the sysfs text of a choice, from the line's string table (`mds_strings`); a choice without a text is printed as `%s` prints a null pointer. */
export function textOf(b: Boot, table: string, choice: string): string {
  return b.tables.texts[table]?.[choice] ?? '(null)';
}

/** boot_cpu_has_bug() of the bug, or of either of two, that gates a vulnerability's file; an erratum without either concerns the CPU or does not. */
export function isAffected(b: Boot, vulnerability: Vulnerability): boolean {
  if (isErratum(vulnerability)) return vulnerability.present?.(b) ?? false;
  const { bug, alsoBug } = vulnerability;
  return (bug !== null && b.bug(bug)) || (alsoBug !== undefined && b.bug(alsoBug));
}

/** An erratum that has neither a file nor a bug bit: it shows only where an update changes something. */
export function isErratum({ sysfs, bug, protection }: Vulnerability): boolean {
  return sysfs === null && bug === null && protection !== undefined;
}
