import type { Vulnerability } from '../vulnerabilities/_define.ts';
import { parseMitigations } from '../vulnerabilities/_global.ts';
import { vulnerabilities } from '../vulnerabilities/index.ts';
import type { Boot } from './boot.ts';
import { listed } from './cpu-match.ts';
import { inOptionOrder } from './early-options.ts';

/** cpu_set_bug_bits(): forces the bug bits of what this CPU is affected by (cpu/common.c). */
export function setBugBits(b: Boot): void {
  // The kernel returns here for CPUs that do not speculate; two clauses stand above that line.
  const speculates = !listed(b, 'whitelist', 'NO_SPECULATION');
  for (const vulnerability of vulnerabilities) {
    if (!vulnerability.affected || (!speculates && !vulnerability.evenWithoutSpeculation)) continue;
    vulnerability.affected(b);
    for (const bug of [vulnerability.bug, vulnerability.alsoBug]) if (bug) b.leaveBug(bug, `${vulnerability.id}/affected/no`);
  }
}

/** What parse_early_param() hands to bugs.c and kernel/cpu.c; it runs after the bug bits and before identify_boot_cpu(). */
export function parseMitigationParameters(b: Boot): void {
  inOptionOrder(b, () => {
    parseMitigations(b);
    for (const vulnerability of vulnerabilities) vulnerability.initial?.(b);
  });
}

/**
 * cpu_select_mitigations() (6.1: check_bugs()): the steps in the kernel's own order, which nothing may sort.
 * @param of the vulnerabilities whose steps run; all, but for a policy that looks at some of them again
 */
export function selectMitigations(b: Boot, of: readonly Vulnerability[] = vulnerabilities): void {
  const shape = b.trait('phased-mitigations') ? 'phased' : 'single';
  const steps = new Map<string, (b: Boot) => void>();
  for (const vulnerability of of) for (const [name, step] of Object.entries(vulnerability[shape] ?? {})) steps.set(name, step);
  for (const name of b.tables.mitigationOrder) {
    b.begin();
    steps.get(name)?.(b);
  }
}

/** cpu_bugs_smt_update(): what follows a sibling thread that came or went. */
export function updateForSmt(b: Boot): void {
  for (const vulnerability of vulnerabilities) {
    b.begin();
    vulnerability.smtUpdate?.(b);
  }
}
