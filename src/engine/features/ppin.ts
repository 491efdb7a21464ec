import type { Boot } from '../boot/boot.ts';
import type { Cpu } from '../boot/cpu.ts';
import { matchIndex } from '../boot/cpu-match.ts';

const CONTROL = { INTEL_PPIN: 0x4e, AMD_PPIN: 0xc00102f0 } as const;
const LOCKED_OUT = 1n;
const ENABLED = 2n;

/**
 * ppin_init(): the processor's serial number, where reading it is allowed or can be allowed (cpu/common.c).
 * The newest line clears the feature for good, so that other CPUs do not show it either.
 */
export function initPpin(b: Boot, cpu: Cpu): void {
  b.begin();
  const rows = b.tables.matchTables.ppin_cpuids ?? [];
  const found = matchIndex(b, rows);
  if (found < 0) return;
  const feature = rows[found]![0].feature === 'AMD_PPIN' || rows[found]![0].vendor === 'AMD' ? 'AMD_PPIN' : 'INTEL_PPIN';
  const control = b.msr(CONTROL[feature], cpu);
  const readable = control !== null && (control & 3n) !== LOCKED_OUT && ((control & ENABLED) !== 0n || b.msrAccepts(CONTROL[feature], control | ENABLED, cpu));
  if (readable) {
    b.set(feature, 'common/ppin-init/readable', cpu);
    if (cpu === b.cpu) b.writeMsr(CONTROL[feature], control | ENABLED);
  } else if (b.trait('ppin-cleared-for-good')) b.forceClear(feature, 'common/ppin-init/locked');
  else b.clear(feature, 'common/ppin-init/locked', cpu);
}
