import type { KernelTables } from '../../data/kernels/types.ts';
import type { Boot } from '../boot/boot.ts';
import type { Cpu } from '../boot/cpu.ts';

const MSR = { PINBASED: 0x481, PROCBASED: 0x482, PROCBASED2: 0x48b, EPT_VPID: 0x48c, VMFUNC: 0x491, PROCBASED3: 0x492 } as const;
/** Words of c->vmx_capability (cpu/feat_ctl.c enum vmx_feature_leafs). */
const MISC = 0;
const PRIMARY = 1;
const SECONDARY = 2;
const TERTIARY_LOW = 3;
const TERTIARY_HIGH = 4;

/** EPT capabilities that have a name, and their bit in the low half of the MSR (asm/vmx.h). */
const EPT_BITS: readonly (readonly [feature: string, bit: number])[] = [
  ['EPT_EXECUTE_ONLY', 0],
  ['EPT_AD', 21],
  ['EPT_1GB', 17],
  ['EPT_5LEVEL', 7],
];

const cache = new WeakMap<KernelTables, ReadonlyMap<string, number>>();

function vmxBits(tables: KernelTables): ReadonlyMap<string, number> {
  const known = cache.get(tables) ?? new Map(tables.vmxFeatures.map(([name, bit]) => [name, bit]));
  cache.set(tables, known);
  return known;
}

function low(value: bigint | null): number {
  return Number((value ?? 0n) & 0xffff_ffffn);
}

function high(value: bigint | null): number {
  return Number((value ?? 0n) >> 32n);
}

/** X86_FEATURE names that older /proc/cpuinfo readers know, and where init_vmx_capabilities() looks for each: word, VMX_FEATURE name. */
const LEGACY_FLAGS: readonly (readonly [feature: string, word: number, vmx: string])[] = [
  ['TPR_SHADOW', PRIMARY, 'VIRTUAL_TPR'],
  ['FLEXPRIORITY', MISC, 'FLEXPRIORITY'],
  ['VNMI', MISC, 'VIRTUAL_NMIS'],
  ['EPT', SECONDARY, 'EPT'],
  ['EPT_AD', MISC, 'EPT_AD'],
  // The kernel looks for VPID's bit number in the word of virtual NMIs: both are bit 5.
  ['VPID', MISC, 'VPID'],
];

function readControls(b: Boot, cpu: Cpu): void {
  const ept = b.msr(MSR.EPT_VPID, cpu);
  const tertiary = b.msr(MSR.PROCBASED3, cpu);
  cpu.vmx[PRIMARY] = high(b.msr(MSR.PROCBASED, cpu));
  cpu.vmx[SECONDARY] = high(b.msr(MSR.PROCBASED2, cpu));
  cpu.vmx[TERTIARY_LOW] = low(tertiary);
  cpu.vmx[TERTIARY_HIGH] = high(tertiary);
  // MSR 0x491 is a mask of functions in 64 bits; the kernel takes the high half, as for the control MSRs.
  const functions = high(b.msr(MSR.VMFUNC, cpu));
  const pinBased = high(b.msr(MSR.PINBASED, cpu));
  // WARN_ON_ONCE(): bits for which the merged word has no room.
  if (pinBased >>> 16 !== 0 || functions >>> 4 !== 0) b.taint('WARN');
  cpu.vmx[MISC] = (pinBased & 0xffff) | ((high(ept) & 1) << 16) | ((functions & 0xf) << 28);
  const bits = vmxBits(b.tables);
  for (const [feature, bit] of EPT_BITS) {
    const at = bits.get(feature);
    if (at !== undefined && (low(ept) >>> bit) & 1) cpu.vmx[MISC]! |= 1 << (at & 31);
  }
}

/** init_vmx_capabilities(): what VMX can do, from its capability MSRs; allowed-1 settings count (cpu/feat_ctl.c). */
export function initVmxCapabilities(b: Boot, cpu: Cpu): void {
  if (!b.config('CONFIG_X86_VMX_FEATURE_NAMES')) return;
  b.begin();
  readControls(b, cpu);
  const bits = vmxBits(b.tables);
  const has = (word: number, name: string): boolean => ((cpu.vmx[word]! >>> ((bits.get(name) ?? 0) & 31)) & 1) === 1;
  const raise = (name: string): void => {
    cpu.vmx[MISC]! |= 1 << ((bits.get(name) ?? 0) & 31);
  };
  if (has(PRIMARY, 'VIRTUAL_TPR') && has(SECONDARY, 'VIRT_APIC_ACCESSES')) raise('FLEXPRIORITY');
  if (has(PRIMARY, 'VIRTUAL_TPR') && has(SECONDARY, 'APIC_REGISTER_VIRT') && has(SECONDARY, 'VIRT_INTR_DELIVERY') && has(MISC, 'POSTED_INTR')) raise('APICV');
  for (const [feature, word, vmx] of LEGACY_FLAGS)
    if (has(word, vmx)) b.set(feature, 'feat-ctl/vmx-capabilities', cpu);
    else b.leaveFeature(feature, 'feat-ctl/vmx-capabilities', cpu);
}
