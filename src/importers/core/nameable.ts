import { features as features61 } from '../../data/kernels/6.1/features.ts';
import { features as features612 } from '../../data/kernels/6.12/features.ts';
import { features as features72 } from '../../data/kernels/7.2/features.ts';
import type { FeatureRow } from '../../data/kernels/types.ts';
import { flagsKernelsHide } from '../../data/names/hidden-flags.ts';
import { xsaveComponents } from '../../data/names/xsave-components.ts';
import type { NameLookup } from './rebuild.ts';

const printed = (rows: readonly FeatureRow[]): string[] => rows.flatMap(([, , flag]) => (flag === null ? [] : [flag]));
const LINES: readonly (readonly [since: number, rows: readonly FeatureRow[]])[] = [
  [6.01, features61],
  [6.12, features612],
  [7.02, features72],
];
/** Older kernels know few of these flags, unless their vendor has brought them in. */
const FIRST_WITH_MOST = 4.19;

/** `6.12.107+deb13` as a number that orders releases. */
function releaseNumber(release: string | undefined): number | null {
  const match = /^(\d{1,2})\.(\d{1,2})/.exec(release ?? '');
  return match ? Number(match[1]) + Number(match[2]) / 100 : null;
}

/**
 * The flags that a kernel would print if the CPU had them: what of these is missing in its output, the CPU does not have.
 * @param release as `uname -r` says it; of an unknown one only what all modelled lines print is taken
 * @param knowsSpectre its `bugs` line names bugs of 2018 or later, so it is no older kernel than that
 */
export function nameableFlags(release: string | undefined, knowsSpectre: boolean): readonly string[] {
  const number = releaseNumber(release);
  if (number !== null && number < FIRST_WITH_MOST && !knowsSpectre) return [];
  const newest = LINES.findLast(([since]) => number !== null && number >= since);
  const everywhere = printed(features61).filter((flag) => [features612, features72].every((rows) => rows.some((row) => row[2] === flag)));
  return (newest ? printed(newest[1]) : everywhere).filter((flag) => !flagsKernelsHide.has(flag));
}

/** @returns the bits that would be named if they were set. */
export function nameableRefs(flags: readonly string[], lookup: NameLookup): string[] {
  return flags.flatMap((flag) => lookup.refs(flag));
}

/** Bits of a component's size, as references. */
function sizeRefs(component: number, bytes: number): string[] {
  const refs: string[] = [];
  for (let bit = 0; bit < 32; bit += 1) if ((bytes >>> bit) & 1) refs.push(`cpuid:d.${component}.eax[${bit}]`);
  return refs;
}

/**
 * Leaf 0xd from flags: a CPU that shows AVX-512 has its state components, in their architectural sizes.
 * @param flags that are printed
 * @param nameable that could be
 */
export function xsaveRefs(flags: ReadonlySet<string>, nameable: ReadonlySet<string>): { readonly refs: string[]; readonly nameable: string[] } {
  if (!flags.has('xsave')) return { refs: [], nameable: [] };
  const found = { refs: [] as string[], nameable: [] as string[] };
  for (const [component, bytes, flag] of xsaveComponents) {
    const bit = `cpuid:d.0.eax[${component}]`;
    if (flags.has(flag)) found.refs.push(bit, ...sizeRefs(component, bytes));
    if (flags.has(flag) && bytes > 0) for (let place = 0; place < 32; place += 1) found.nameable.push(`cpuid:d.${component}.eax[${place}]`);
    if (nameable.has(flag)) found.nameable.push(bit);
  }
  return found;
}
