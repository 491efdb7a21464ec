import { cpuid1Bits } from './cpuid-1.ts';
import { cpuid6Bits } from './cpuid-6.ts';
import { cpuid7Bits } from './cpuid-7.ts';
import { cpuid10Bits } from './cpuid-10.ts';
import { cpuid12Bits } from './cpuid-12.ts';
import { cpuid19Bits } from './cpuid-19.ts';
import { cpuid8000000ABits } from './cpuid-8000000a.ts';
import { cpuid8000001BBits } from './cpuid-8000001b.ts';
import { cpuid8000001FBits } from './cpuid-8000001f.ts';
import { cpuid80000001Bits } from './cpuid-80000001.ts';
import { cpuid80000007Bits } from './cpuid-80000007.ts';
import { cpuid80000008Bits } from './cpuid-80000008.ts';
import { cpuid80000020Bits } from './cpuid-80000020.ts';
import { cpuid80000021Bits } from './cpuid-80000021.ts';
import { cpuid80000022Bits } from './cpuid-80000022.ts';
import { cpuid80860001Bits } from './cpuid-80860001.ts';
import { cpuidABits } from './cpuid-a.ts';
import { cpuidDBits } from './cpuid-d.ts';
import { msrAmdBits } from './msr-amd.ts';
import { msrArchCapabilitiesBits } from './msr-arch-capabilities.ts';
import { msrCapabilitiesBits } from './msr-capabilities.ts';
import { msrFeatCtlBits } from './msr-feat-ctl.ts';
import { msrMiscEnableBits } from './msr-misc-enable.ts';
import { msrSpeculationBits } from './msr-speculation.ts';
import { msrTsxBits } from './msr-tsx.ts';
import type { BitRow } from './types.ts';

export { msrNames } from './msrs.ts';
export type { BitRow } from './types.ts';

/** Every CPUID bit that one of the kernel lines, KVM, libvirt or QEMU has a name for, and the vendors' others of the same leaves; by leaf. */
export const cpuidBits: readonly BitRow[] = [
  ...cpuid1Bits,
  ...cpuid6Bits,
  ...cpuid7Bits,
  ...cpuidABits,
  ...cpuidDBits,
  ...cpuid10Bits,
  ...cpuid12Bits,
  ...cpuid19Bits,
  ...cpuid80000001Bits,
  ...cpuid80000007Bits,
  ...cpuid80000008Bits,
  ...cpuid8000000ABits,
  ...cpuid8000001BBits,
  ...cpuid8000001FBits,
  ...cpuid80000020Bits,
  ...cpuid80000021Bits,
  ...cpuid80000022Bits,
  ...cpuid80860001Bits,
];

/** Bits of the MSRs that hold features, controls or their state. */
export const msrBits: readonly BitRow[] = [
  ...msrArchCapabilitiesBits,
  ...msrSpeculationBits,
  ...msrTsxBits,
  ...msrCapabilitiesBits,
  ...msrMiscEnableBits,
  ...msrFeatCtlBits,
  ...msrAmdBits,
];
