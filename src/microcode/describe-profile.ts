import { bit32, bit64 } from '../base/bits.ts';
import { parseHex32, parseHex64 } from '../base/hex.ts';
import type { Profile } from '../data/contract/profile.ts';

/** What a profile says about a bit; `null`: it does not know. */
export type Known = boolean | null;

const CPUID_BIT = /^cpuid:([0-9a-f]+)\.([0-9a-f]+)\.(eax|ebx|ecx|edx)\[(\d+)\]$/;
const MSR_BIT = /^msr:([0-9a-f]+)\[(\d+)\]$/;
const ARCH_CAPABILITIES = 0x10a;

/** @returns CPUID(1).EAX of a profile, or null when it has no leaf 1. */
export function signatureOf(profile: Profile): number | null {
  return cpuidRegister(profile, 1, 0, 'eax');
}

/**
 * Reads a bit of CPUID or of an MSR out of a profile.
 * @param ref `cpuid:7.0.edx[10]` or `msr:10a[17]`, lower case
 * @returns null where the profile leaves it open: rebuilt from names, or an MSR that was not read
 */
export function profileBit(profile: Profile, ref: string): Known {
  const cpuid = CPUID_BIT.exec(ref);
  if (cpuid) {
    const [, leaf = '', subleaf = '', register = 'eax', bit = ''] = cpuid;
    const value = cpuidRegister(profile, Number.parseInt(leaf, 16), Number.parseInt(subleaf, 16), register as 'eax');
    // A profile rebuilt from names holds the set bits only
    return (value !== null && bit32(value, Number(bit))) || (profile.partial ? null : false);
  }
  const msr = MSR_BIT.exec(ref);
  if (!msr) return null;
  const value = msrValue(profile, Number.parseInt(msr[1] ?? '', 16));
  return typeof value === 'bigint' ? bit64(value, Number(msr[2])) : value === 'faults' ? false : null;
}

/**
 * @param index of the MSR
 * @returns whether reading it works on the profile's CPU, null where nobody knows
 */
export function profileHasMsr(profile: Profile, index: number): Known {
  const value = msrValue(profile, index);
  return value === 'unknown' ? null : value !== 'faults';
}

/** @returns whether writes to the MSR are known to accept all bits of the mask. */
export function profileWrites(profile: Profile, index: number, mask: bigint): boolean {
  const found = Object.entries(profile.msrWritable ?? {}).find(([key]) => Number(key) === index);
  const bits = found ? parseHex64(found[1]) : null;
  return bits !== null && (bits & mask) === mask;
}

function cpuidRegister(profile: Profile, leaf: number, subleaf: number, register: 'eax' | 'ebx' | 'ecx' | 'edx'): number | null {
  const row = profile.cpuid.find((candidate) => parseHex32(candidate.leaf) === leaf && parseHex32(candidate.subleaf) === subleaf);
  return row ? parseHex32(row[register]) : null;
}

function msrValue(profile: Profile, index: number): bigint | 'faults' | 'unknown' {
  const found = Object.entries(profile.msrs ?? {}).find(([key]) => parseHex32(key) === index);
  if (found) return found[1] === null ? 'faults' : (parseHex64(found[1]) ?? 'unknown');
  if (profile.absentMsrs === 'zero') return 0n;
  if (profile.absentMsrs === 'fault') return 'faults';
  // CPUID says whether ARCH_CAPABILITIES is there at all
  return index === ARCH_CAPABILITIES && profileBit(profile, 'cpuid:7.0.edx[29]') === false ? 'faults' : 'unknown';
}
