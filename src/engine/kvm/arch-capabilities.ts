import { ARCH_CAP_BITS, type ArchCap } from '../../data/bits/arch-capabilities.ts';
import type { Boot } from '../boot/boot.ts';
import type { Cpu } from '../boot/cpu.ts';
import type { Silicon } from '../silicon/silicon.ts';
import { gdsUcodeMitigated } from '../vulnerabilities/gds.ts';
import type { KvmState } from './kvm-state.ts';

const MSR_IA32_ARCH_CAPABILITIES = 0x10a;

const bit = (name: ArchCap): bigint => 1n << BigInt(ARCH_CAP_BITS[name]);

/** KVM_SUPPORTED_ARCH_CAP of kvm/x86.c. */
const SUPPORTED: readonly ArchCap[] = [
  'RDCL_NO',
  'IBRS_ALL',
  'RSBA',
  'SKIP_VMENTRY_L1DFLUSH',
  'SSB_NO',
  'MDS_NO',
  'PSCHANGE_MC_NO',
  'TSX_CTRL_MSR',
  'TAA_NO',
  'SBDR_SSDP_NO',
  'FBSDP_NO',
  'PSDP_NO',
  'FB_CLEAR',
  'RRSBA',
  'PBRSB_NO',
  'GDS_NO',
  'RFDS_NO',
  'RFDS_CLEAR',
  'BHI_NO',
  'ITS_NO',
];
const SUPPORTED_MASK = SUPPORTED.reduce((mask, name) => mask | bit(name), 0n);

/** Capabilities that KVM learnt of together with the bug they are about. */
const OF_BUG: readonly (readonly [bug: string, cap: ArchCap])[] = [
  ['GDS', 'GDS_NO'],
  ['RFDS', 'RFDS_NO'],
  ['RFDS', 'RFDS_CLEAR'],
  ['BHI', 'BHI_NO'],
  ['ITS', 'ITS_NO'],
];

/** What KVM adds by itself: a host without the bug can promise that its guests do not have it either. */
const PROMISED_WITHOUT_BUG: readonly (readonly [bug: string, cap: ArchCap])[] = [
  ['CPU_MELTDOWN', 'RDCL_NO'],
  ['SPEC_STORE_BYPASS', 'SSB_NO'],
  ['MDS', 'MDS_NO'],
  ['RFDS', 'RFDS_NO'],
  ['ITS', 'ITS_NO'],
];

/** The MSR as the host has it, if boot_cpu_data knows that there is one: without that bit KVM never reads it. */
export function hostArchCapabilities(b: Boot, now: Cpu): bigint {
  return b.has('ARCH_CAPABILITIES') ? (b.msr(MSR_IA32_ARCH_CAPABILITIES, now) ?? 0n) : 0n;
}

/**
 * kvm_get_arch_capabilities(): the host's MSR, masked, with what KVM adds from boot-time bugs and mitigations.
 * @param host the MSR as this line sees it: of this moment, or of the load
 */
export function guestArchCapabilities(b: Boot, host: bigint): bigint {
  let data = (host & SUPPORTED_MASK) | bit('PSCHANGE_MC_NO');
  if (b.shared('l1tf_vmx_mitigation') !== 'VMENTER_L1D_FLUSH_NEVER') data |= bit('SKIP_VMENTRY_L1DFLUSH');
  for (const [bug, cap] of PROMISED_WITHOUT_BUG) if (!b.bug(bug)) data |= bit(cap);
  // A guest without RTM cannot have TAA, whatever the host's TSX says.
  if (!b.has('RTM')) data &= ~bit('TAA_NO');
  else if (!b.bug('TAA')) data |= bit('TAA_NO');
  if (!b.bug('GDS') || gdsUcodeMitigated(b)) data |= bit('GDS_NO');
  for (const [bug, cap] of OF_BUG) if (b.bugBit(bug) < 0) data &= ~bit(cap);
  return data;
}

/**
 * MSR_IA32_ARCH_CAPABILITIES as KVM would offer it to a vCPU that is created now.
 * @param kvm the loaded module; lines with the trait `kvm-caches-arch-capabilities` answer from its load
 * @param siliconNow what RDMSR gives now
 */
export function archCapabilitiesOffered(b: Boot, kvm: KvmState, siliconNow: Silicon): bigint {
  b.begin();
  return guestArchCapabilities(b, kvm.hostArchCapabilities ?? hostArchCapabilities(b, { ...b.cpu, silicon: siliconNow }));
}
