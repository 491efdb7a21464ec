import type { Boot } from '../boot/boot.ts';
import { featureEnabled } from './enabled.ts';

/** Legacy area and header: what comes before the first extended component. */
const LEGACY_SIZE = 512 + 64;
const FIRST_EXTENDED = 2;
const MAX_COMPONENT = 20;
/** Components that every kernel of today enables once the CPU has them: AVX and AVX-512. The rest depends on kernel and options. */
const ALWAYS_ENABLED = 0b1110_0111;

/** Bytes of the kernel's structures; a CPU that says otherwise is warned about and used (check_xstate_against_struct()). */
const STRUCT_SIZES: Readonly<Record<number, number>> = { 2: 256, 3: 64, 4: 64, 5: 64, 6: 512, 7: 1024, 9: 8, 10: 8, 11: 16, 12: 24, 17: 64, 19: 128 };

interface Component {
  readonly number: number;
  readonly size: number;
  readonly offset: number;
  readonly supervisor: boolean;
  readonly aligned: boolean;
}

function components(b: Boot, mask: number): Component[] {
  const found: Component[] = [];
  for (let number = FIRST_EXTENDED; number < MAX_COMPONENT; number++) {
    if (((mask >>> number) & 1) === 0) continue;
    const { eax, ebx, ecx } = b.cpuid(0xd, number);
    found.push({ number, size: eax, offset: ebx, supervisor: (ecx & 1) === 1, aligned: (ecx & 2) === 2 });
  }
  return found;
}

/** xstate_calculate_size(): end of the last component, packed or at the offsets that CPUID gives. */
function calculatedSize(list: readonly Component[], compacted: boolean): number {
  let end = LEGACY_SIZE;
  if (!compacted) {
    for (const one of list) if (!one.supervisor) end = Math.max(end, one.offset + one.size);
    return end;
  }
  for (const one of list) end = (one.aligned ? Math.ceil(end / 64) * 64 : end) + one.size;
  return end;
}

/**
 * EBX of leaf 0xd is the size of what is enabled at the moment it is read. A profile holds the value of the kernel that ran
 * when it was taken, perhaps with other options or supervisor states: such a value is no contradiction, and the
 * CPU will answer for what this kernel enables. Out of reset only the legacy area is enabled.
 */
function explained(b: Boot, reported: number, enumerated: number, features: number, compacted: boolean): boolean {
  if (reported === 0 || reported === LEGACY_SIZE) return true;
  const all = components(b, enumerated | features);
  const fixed = all.filter((one) => (ALWAYS_ENABLED >>> one.number) & 1);
  const open = all.filter((one) => !((ALWAYS_ENABLED >>> one.number) & 1));
  for (let choice = 0; choice < 1 << open.length; choice++) {
    const list = [...fixed, ...open.filter((_, at) => (choice >>> at) & 1)].sort((one, other) => one.number - other.number);
    if (calculatedSize(list, compacted) === reported) return true;
  }
  return false;
}

/** Whether the profile has what is to be added up, and the sum; if not, that is noted and read. */
function sizesKnown(b: Boot, list: readonly Component[], compacted: boolean): boolean {
  const rows = [compacted ? 1 : 0, ...list.map(({ number }) => number)];
  const unknown = rows.filter((subleaf) => !b.knowsCpuid(0xd, subleaf, subleaf < FIRST_EXTENDED ? 'ebx' : 'eax', 0));
  for (const subleaf of unknown) b.cpuidBit(0xd, subleaf, subleaf < FIRST_EXTENDED ? 'ebx' : 'eax', 0);
  return unknown.length === 0;
}

/**
 * paranoid_xstate_size_valid(): the sum of the components must be what the CPU says it needs (fpu/xstate.c).
 * @param features components the kernel uses
 * @param enumerated components the CPU has
 * @returns false when XSAVE cannot be trusted
 */
export function sizesAgree(b: Boot, features: number, enumerated: number, compacted: boolean): boolean {
  const list = components(b, features);
  for (const one of list) {
    if (STRUCT_SIZES[one.number] !== undefined && STRUCT_SIZES[one.number] !== one.size) b.taint('WARN');
    if (one.supervisor && !featureEnabled(b, 'XSAVES')) {
      b.taint('WARN');
      return false;
    }
  }
  if (!sizesKnown(b, list, compacted)) return true;
  const reported = compacted ? b.cpuid(0xd, 1).ebx : b.cpuid(0xd, 0).ebx;
  b.trace.read(compacted ? 'cpuid:d.1.ebx' : 'cpuid:d.0.ebx', reported, -1);
  if (calculatedSize(list, compacted) === reported || explained(b, reported, enumerated, features, compacted)) return true;
  b.taint('WARN');
  return false;
}
