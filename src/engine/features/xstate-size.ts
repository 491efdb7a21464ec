import type { Boot } from '../boot/boot.ts';
import { featureEnabled } from './enabled.ts';

/** Legacy area and header: what comes before the first extended component. */
const LEGACY_SIZE = 512 + 64;
const FIRST_EXTENDED = 2;
const COMPONENTS = 63;
/** Sums that are followed at once; what a CPU has makes some hundred, and only an invented leaf makes more. */
const SUMS = 10_000;

/** Bytes of the kernel's structures; a CPU that says otherwise is warned about and used (check_xstate_against_struct()). */
const STRUCT_SIZES: Readonly<Record<number, number>> = { 2: 256, 3: 64, 4: 64, 5: 64, 6: 512, 7: 1024, 9: 8, 10: 8, 11: 16, 12: 24, 17: 64, 19: 128 };

interface Component {
  readonly number: number;
  readonly size: number;
  readonly offset: number;
  readonly supervisor: boolean;
  readonly aligned: boolean;
}

/** @param mask of the components up to 31, and of those from 32 on */
function components(b: Boot, mask: number, high = 0): Component[] {
  const found: Component[] = [];
  for (let number = FIRST_EXTENDED; number < COMPONENTS; number++) {
    if ((((number < 32 ? mask : high) >>> (number & 31)) & 1) === 0) continue;
    const { eax, ebx, ecx } = b.cpuid(0xd, number);
    found.push({ number, size: eax, offset: ebx, supervisor: (ecx & 1) === 1, aligned: (ecx & 2) === 2 });
  }
  return found;
}

/** Where the state ends when one more component is enabled: packed behind the others, or at the offset that CPUID gives. */
function endWith(one: Component, end: number, compacted: boolean): number {
  if (compacted) return (one.aligned ? Math.ceil(end / 64) * 64 : end) + one.size;
  return one.supervisor ? end : Math.max(end, one.offset + one.size);
}

/** xstate_calculate_size(). */
function calculatedSize(list: readonly Component[], compacted: boolean): number {
  return list.reduce((end, one) => endWith(one, end, compacted), LEGACY_SIZE);
}

/**
 * EBX of leaf 0xd is the size of what is enabled at the moment it is read. A profile holds the value of the kernel that ran
 * when it was taken, perhaps another system's, with other options or supervisor states: such a value is no contradiction, and
 * the CPU will answer for what this kernel enables. Out of reset only the legacy area is enabled.
 * @returns whether some of the components that the CPU has make the size, or one of them is not known
 */
function explained(b: Boot, reported: number, compacted: boolean): boolean {
  if (reported === 0 || reported === LEGACY_SIZE) return true;
  const [user, supervisor] = [b.cpuid(0xd, 0), b.cpuid(0xd, 1)];
  const all = components(b, (user.eax | supervisor.ecx) >>> 0, (user.edx | supervisor.edx) >>> 0);
  if (!sizesKnown(b, all, compacted)) return true;
  const ends = new Set([LEGACY_SIZE]);
  for (const one of all) {
    for (const end of [...ends]) {
      const next = endWith(one, end, compacted);
      if (next <= reported && ends.size < SUMS) ends.add(next);
    }
  }
  return ends.has(reported);
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
 * @returns false when XSAVE cannot be trusted
 */
export function sizesAgree(b: Boot, features: number, compacted: boolean): boolean {
  const list = components(b, features);
  const known = sizesKnown(b, list, compacted);
  for (const one of list) {
    const { [one.number]: struct = one.size } = STRUCT_SIZES;
    if (struct !== one.size && b.knowsCpuid(0xd, one.number, 'eax', 0)) b.taint('WARN');
    if (one.supervisor && !featureEnabled(b, 'XSAVES')) {
      b.taint('WARN');
      return false;
    }
  }
  if (!known) return true;
  const reported = compacted ? b.cpuid(0xd, 1).ebx : b.cpuid(0xd, 0).ebx;
  b.trace.read(compacted ? 'cpuid:d.1.ebx' : 'cpuid:d.0.ebx', reported, -1);
  if (calculatedSize(list, compacted) === reported || explained(b, reported, compacted)) return true;
  b.taint('WARN');
  return false;
}
