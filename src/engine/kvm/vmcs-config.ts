import type { Boot } from '../boot/boot.ts';
import type { Cpu } from '../boot/cpu.ts';
import { unknownMsr } from '../features/msr-access.ts';
import { cpuidOf } from '../silicon/silicon.ts';
import type { VmcsConfig } from './kvm-state.ts';

/*
 * setup_vmcs_config() of kvm/vmx/vmx.c: which VMX controls KVM needs, which it would like, which the CPU has. Bit numbers are
 * those of the control fields (asm/vmx.h, asm/vmxfeatures.h).
 */

const MSR = { basic: 0x480, pin: 0x481, processor: 0x482, exit: 0x483, entry: 0x484, misc: 0x485, secondary: 0x48b, eptVpid: 0x48c, tertiary: 0x492 } as const;

export const PROCESSOR = { TERTIARY: 17, TPR_SHADOW: 21, SECONDARY: 31 } as const;
export const SECONDARY = {
  VIRT_APIC_ACCESSES: 0,
  EPT: 1,
  DESC_EXITING: 2,
  RDTSCP: 3,
  VIRTUAL_X2APIC: 4,
  VPID: 5,
  UNRESTRICTED_GUEST: 7,
  APIC_REGISTER_VIRT: 8,
  VIRT_INTR_DELIVERY: 9,
  INVPCID: 12,
  ENCLS_EXITING: 15,
  EPT_VIOLATION_VE: 18,
  XSAVES: 20,
  MODE_BASED_EPT_EXEC: 22,
  PT_USE_GPA: 24,
  USR_WAIT_PAUSE: 26,
} as const;
export const ENTRY = { PERF_GLOBAL_CTRL: 13, PAT: 14, EFER: 15, BNDCFGS: 16, RTIT_CTL: 18, CET: 20 } as const;
export const EPT_CAP = { WALK_4: 6, WRITE_BACK: 14, AD: 21, ADVANCED_EXIT_INFO: 22, INVEPT_GLOBAL: 26 } as const;
export const BASIC_NO_HW_ERROR_CODE = 56n;
export const MISC_INTEL_PT = 14n;

const PIN_NEEDED = [0, 3];
const PIN_WANTED = [5, 6, 7];
const PIN_POSTED_INTR = 7;
const PROCESSOR_NEEDED = [2, 3, 7, 9, 10, 11, 15, 16, 19, 20, 23, 24, 29];
const PROCESSOR_WANTED = [12, 17, 21, 22, 25, 27, 28, 30, 31];
const SECONDARY_WANTED = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 19, 20, 24, 25, 26, 30, 31];
const EXIT_NEEDED = [2, 9, 15];
const EXIT_WANTED = [12, 18, 19, 20, 21, 22, 23, 24, 25];
const EXIT_SAVE_PERF_GLOBAL_CTRL = 30;
const EXIT_CET = 28;
const ENTRY_NEEDED = [2, 9];
const ENTRY_WANTED = [13, 14, 15, 16, 17, 18];
const ENTRY_EXIT_PAIRS: readonly (readonly [entry: number, exit: number])[] = [
  [ENTRY.PERF_GLOBAL_CTRL, 12],
  [ENTRY.PAT, 19],
  [ENTRY.EFER, 21],
  [ENTRY.BNDCFGS, 23],
  [ENTRY.RTIT_CTL, 25],
];
const WRITE_BACK = 6n;

const maskOf = (bits: readonly number[]): number => bits.reduce((mask, bit) => mask | (1 << bit), 0) >>> 0;

/** @returns whether a control or capability bit is set. */
export function hasControl(word: number, bit: number): boolean {
  return ((word >>> bit) & 1) === 1;
}

/** Why kvm_intel does not load: a field that lacks a control KVM needs, or a contradiction. */
export interface VmcsFailure {
  readonly field: string;
}

interface Fields {
  pin: number;
  processor: number;
  secondary: number;
  exit: number;
  entry: number;
}

/** adjust_vmx_controls(): low half must be one, high half may be one. A profile without these MSRs counts as having everything. */
function adjust(b: Boot, now: Cpu, index: number, needed: readonly number[], wanted: readonly number[]): number | null {
  const need = maskOf(needed);
  const ask = (need | maskOf(wanted)) >>> 0;
  const value = b.msr(index, now);
  if (unknownMsr(b, index, now)) return ask;
  const low = Number((value ?? 0n) & 0xffffffffn);
  const high = Number((value ?? 0n) >> 32n);
  const control = ((ask & high) | low) >>> 0;
  return (need & ~control) === 0 ? control : null;
}

function wantedControls(b: Boot): { secondary: number[]; exit: number[]; entry: number[] } {
  const secondary = [...SECONDARY_WANTED];
  if (b.trait('kvm-ept-violation-ve') && b.config('CONFIG_KVM_INTEL_PROVE_VE')) secondary.push(SECONDARY.EPT_VIOLATION_VE);
  if (!b.trait('kvm-cet')) return { secondary, exit: EXIT_WANTED, entry: ENTRY_WANTED };
  return {
    secondary: [...secondary, SECONDARY.MODE_BASED_EPT_EXEC],
    exit: [...EXIT_WANTED, EXIT_CET, EXIT_SAVE_PERF_GLOBAL_CTRL],
    entry: [...ENTRY_WANTED, ENTRY.CET],
  };
}

function readFields(b: Boot, now: Cpu): Fields | VmcsFailure {
  const wanted = wantedControls(b);
  const processor = adjust(b, now, MSR.processor, PROCESSOR_NEEDED, PROCESSOR_WANTED);
  if (processor === null) return { field: 'processor' };
  const secondary = hasControl(processor, PROCESSOR.SECONDARY) ? adjust(b, now, MSR.secondary, [], wanted.secondary) : 0;
  const exit = adjust(b, now, MSR.exit, EXIT_NEEDED, wanted.exit);
  if (exit === null) return { field: 'exit' };
  const pin = adjust(b, now, MSR.pin, PIN_NEEDED, PIN_WANTED);
  if (pin === null) return { field: 'pin' };
  const entry = adjust(b, now, MSR.entry, ENTRY_NEEDED, wanted.entry);
  return entry === null ? { field: 'entry' } : { pin, processor, secondary: secondary ?? 0, exit, entry };
}

/** Controls that make no sense without another one. */
function dropDependent(fields: Fields, now: Cpu): void {
  const drop = (...bits: number[]): void => {
    fields.secondary = (fields.secondary & ~maskOf(bits)) >>> 0;
  };
  if (!hasControl(fields.processor, PROCESSOR.TPR_SHADOW)) drop(SECONDARY.APIC_REGISTER_VIRT, SECONDARY.VIRTUAL_X2APIC, SECONDARY.VIRT_INTR_DELIVERY);
  const sgx = cpuidOf(now.silicon, 0, 0).eax >= 0x12 && (cpuidOf(now.silicon, 0x12, 0).eax & 1) === 1;
  if (!sgx) drop(SECONDARY.ENCLS_EXITING);
  if (!hasControl(fields.secondary, SECONDARY.VIRT_INTR_DELIVERY)) fields.pin = (fields.pin & ~(1 << PIN_POSTED_INTR)) >>> 0;
}

/** EPT and VPID capabilities without their controls, or a load without its clear: KVM refuses, or with the parameter off makes do without. */
function contradiction(b: Boot, fields: Fields, caps: { ept: number; vpid: number }, strict: boolean): VmcsFailure | null {
  if (!hasControl(fields.secondary, SECONDARY.EPT) && caps.ept !== 0) {
    if (strict) return { field: 'ept' };
    caps.ept = 0;
  }
  if (!hasControl(fields.secondary, SECONDARY.VPID) && caps.vpid !== 0) {
    if (strict) return { field: 'vpid' };
    caps.vpid = 0;
  }
  const pairs = b.trait('kvm-cet') ? [...ENTRY_EXIT_PAIRS, [ENTRY.CET, EXIT_CET] as const] : ENTRY_EXIT_PAIRS;
  for (const [entry, exit] of pairs) {
    if (hasControl(fields.entry, entry) === hasControl(fields.exit, exit)) continue;
    if (strict) return { field: 'entry-exit-pair' };
    fields.entry = (fields.entry & ~(1 << entry)) >>> 0;
    fields.exit = (fields.exit & ~(1 << exit)) >>> 0;
  }
  return null;
}

/** Nehalem and Westmere lose counter bits at VM exit, so this pair is not used there. */
const PERF_GLOBAL_CTRL_BUG: readonly number[] = [0x1a, 0x1e, 0x25, 0x2c, 0x2e];

/**
 * @param now the boot CPU with the silicon of this moment
 * @param strict kvm-intel.error_on_inconsistent_vmcs_config
 * @returns the configuration, or what keeps the module from loading (-EIO)
 */
export function setupVmcsConfig(b: Boot, now: Cpu, strict: boolean): VmcsConfig | VmcsFailure {
  const fields = readFields(b, now);
  if ('field' in fields) return fields;
  const eptVpid = unknownMsr(b, MSR.eptVpid, now) ? (0xffffffffn << 32n) | 0xffffffffn : (b.msr(MSR.eptVpid, now) ?? 0n);
  const caps = { ept: Number(eptVpid & 0xffffffffn), vpid: Number(eptVpid >> 32n) };
  dropDependent(fields, now);
  const wrong = contradiction(b, fields, caps, strict);
  if (wrong) return wrong;
  if (b.trait('kvm-cet') && !hasControl(caps.ept, EPT_CAP.ADVANCED_EXIT_INFO))
    fields.secondary = (fields.secondary & ~(1 << SECONDARY.MODE_BASED_EPT_EXEC)) >>> 0;
  if (b.cpu.family === 6 && PERF_GLOBAL_CTRL_BUG.includes(b.cpu.model)) {
    fields.entry = (fields.entry & ~(1 << ENTRY.PERF_GLOBAL_CTRL)) >>> 0;
    fields.exit = (fields.exit & ~(1 << 12)) >>> 0;
  }
  const known = !unknownMsr(b, MSR.basic, now);
  const basic = b.msr(MSR.basic, now) ?? 0n;
  if (known && (((basic >> 32n) & 0x1fffn) > 4096n || ((basic >> 48n) & 1n) === 1n || ((basic >> 50n) & 15n) !== WRITE_BACK)) return { field: 'basic' };
  const third = hasControl(fields.processor, PROCESSOR.TERTIARY) ? (b.msr(MSR.tertiary, now) ?? 0n) & (1n << 4n) : 0n;
  return { ...fields, tertiary: third, basic: known ? basic : 1n << BASIC_NO_HW_ERROR_CODE, misc: b.msr(MSR.misc, now) ?? 0n, ept: caps.ept, vpid: caps.vpid };
}

/** @returns whether two configurations are the same, as KVM compares them byte by byte. */
export function sameVmcs(one: VmcsConfig, other: VmcsConfig): boolean {
  return (Object.keys(one) as (keyof VmcsConfig)[]).every((field) => one[field] === other[field]);
}
