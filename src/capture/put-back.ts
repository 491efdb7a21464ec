import type { Notes } from './notes.ts';
import { type Core, cpuidBit, isAmd, type Msrs, type Row, rowOf, signatureParts, withBits } from './registers.ts';

const bit = (value: bigint | null | undefined, index: number): boolean => value != null && ((value >> BigInt(index)) & 1n) === 1n;

const RTM = 1 << 11;
const HLE = 1 << 4;
const RDSEED = 1 << 18;
const RDRAND = 1 << 30;
const OSXSAVE = 1 << 27;
const OSPKE = 1 << 4;
const MSR_IA32_ARCH_CAPABILITIES = 0x10a;
const MSR_TSX_FORCE_ABORT = 0x10f;
const MSR_IA32_TSX_CTRL = 0x122;
/** TSX_CTRL_CPUID_CLEAR and MSR_TFA_TSX_CPUID_CLEAR are the same bit of two MSRs. */
const CPUID_CLEAR_BIT = 1;
/** Out of reset only the legacy area of XSAVE and its header are enabled. */
const LEGACY_XSAVE_SIZE = 576;

const ARCH_CAP_TAA_NO_BIT = 8;

/**
 * A kernel that hides TSX because transactions abort always does so whether CPUID had RTM or not. Where it did, the CPU counts as
 * affected by TAA, unless it says itself that it is not (cpu/common.c cpu_set_bug_bits()).
 */
function neverHadRtm(core: Core, taa: string | null): boolean {
  return taa === 'Not affected' && !bit(core.msrs.get(MSR_IA32_ARCH_CAPABILITIES), ARCH_CAP_TAA_NO_BIT);
}

/** RTM and HLE behind TSX_CTRL or TSX_FORCE_ABORT: cpu/tsx.c tsx_disable(), tsx_clear_cpuid(). */
function putBackTsx(core: Core, taa: string | null, notes: Notes): readonly Row[] {
  const names: readonly (readonly [number, string])[] = [
    [MSR_IA32_TSX_CTRL, 'TSX_CTRL (MSR 0x122)'],
    [MSR_TSX_FORCE_ABORT, 'TSX_FORCE_ABORT (MSR 0x10f)'],
  ];
  const hiding = names.find(([index]) => bit(core.msrs.get(index), CPUID_CLEAR_BIT));
  if (!hiding || cpuidBit(core.rows, 7, 0, 'ebx', 11) || neverHadRtm(core, taa)) return core.rows;
  notes.say(`RTM and HLE are put back: the running kernel hides them by ${hiding[1]}; whether the CPU has HLE besides RTM cannot be seen behind it`);
  return withBits(core.rows, 7, 0, 'ebx', RTM | HLE);
}

interface Override {
  readonly msr: number;
  /** Bit of the MSR: the register that stands in its low half (EAX or EDX) or its high half (EBX or ECX). */
  readonly bit: number;
  readonly leaf: number;
  readonly register: 'ebx' | 'ecx';
  readonly mask: number;
  readonly name: string;
  /** The CPUs on which the kernel clears it itself: elsewhere firmware decided, and that stays. */
  readonly hidden: (family: number, model: number, stepping: number) => boolean;
}

const between = (value: number, low: number, high: number): boolean => value >= low && value <= high;

/** clear_rdrand_cpuid_bit() runs on all of families 0x15 and 0x16, but only the last models of each have the instruction. */
const hasRdrand = (family: number, model: number): boolean =>
  (family === 0x15 && between(model, 0x60, 0x7f)) || (family === 0x16 && between(model, 0x30, 0x3f));

/** cpu/amd.c clear_rdrand_cpuid_bit(), init_amd_zen5(), init_amd_zen2(). */
const OVERRIDES: readonly Override[] = [
  { msr: 0xc001_1004, bit: 62, leaf: 1, register: 'ecx', mask: RDRAND, name: 'RDRAND', hidden: hasRdrand },
  {
    msr: 0xc001_1002,
    bit: 18,
    leaf: 7,
    register: 'ebx',
    mask: RDSEED,
    name: 'RDSEED',
    hidden: (family, model, stepping) => family === 0x1a || (family === 0x17 && model === 0x47 && stepping === 0),
  },
];

/** Bits that AMD's CPUs let the kernel override in what CPUID answers. */
function putBackOverrides(core: Core, notes: Notes): { rows: readonly Row[]; msrs: Msrs } {
  let { rows, msrs } = core;
  if (!isAmd(rows)) return { rows, msrs };
  const { family, model, stepping } = signatureParts(rows);
  for (const override of OVERRIDES) {
    const value = msrs.get(override.msr);
    const register = rowOf(rows, override.leaf)?.[override.register];
    if (value == null || register === undefined || bit(value, override.bit) || (register & override.mask) !== 0) continue;
    if (!override.hidden(family, model, stepping)) continue;
    notes.say(`${override.name} is put back: the running kernel hides it by the override MSR 0x${override.msr.toString(16)} on this family`);
    rows = withBits(rows, override.leaf, 0, override.register, override.mask);
    msrs = new Map(msrs).set(override.msr, value | (1n << BigInt(override.bit)));
  }
  return { rows, msrs };
}

/** Bits and sizes that follow CR4, XCR0 and XSS, which the kernel writes. */
function resetEnabledState(rows: readonly Row[]): readonly Row[] {
  let found = withBits(rows, 1, 0, 'ecx', 0, OSXSAVE);
  found = withBits(found, 7, 0, 'ecx', 0, OSPKE);
  return found.map((row) => (row.leaf === 0xd && row.subleaf < 2 && row.ebx !== 0 ? { ...row, ebx: LEGACY_XSAVE_SIZE } : row));
}

/**
 * Makes of what a running kernel lets CPUID answer what the CPU answers out of reset.
 * @param core with MSRs as they were read
 * @param taa what the running kernel says in sysfs of tsx_async_abort; null where it does not
 * @param notes takes what was put back, and what hides it
 */
export function putBack(core: Core, taa: string | null, notes: Notes): Core {
  const rows = putBackTsx(core, taa, notes);
  const overridden = putBackOverrides({ ...core, rows }, notes);
  return { ...core, rows: resetEnabledState(overridden.rows), msrs: overridden.msrs };
}
