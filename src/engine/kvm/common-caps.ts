import type { KvmTables } from '../../data/kernels/types.ts';
import type { Boot } from '../boot/boot.ts';
import { featureEnabled } from '../features/enabled.ts';
import { cpuidOf, type Silicon } from '../silicon/silicon.ts';
import { type CapWords, checkAndSet, clearCap, hasCap, initialCaps, setCap, setCapBit } from './cap-words.ts';

const MSR_TSC_AUX = 0xc0000103;
const LA57_BIT = 16;
/** Leaf 0x80000021 EAX; the oldest line has no names for these. */
const LFENCE_ALWAYS_SERIALIZING = 2;
const NULL_SEL_CLR_BASE = 6;
const NO_SMM_CTL_MSR = 9;

/** What the vendor module has settled before it asks for the common part. */
export interface CommonSetup {
  readonly tables: KvmTables;
  readonly silicon: Silicon;
  readonly tdpEnabled: boolean;
  readonly allowSmallerMaxphyaddr: boolean;
  readonly userReturnMsrs: readonly number[];
}

/** Bits that mean the same to Intel and AMD guests and have two places (the SPEC_CTRL family). */
function speculationCaps(b: Boot, caps: CapWords): void {
  if (b.trait('kvm-cap-kinds')) {
    if (b.has('AMD_IBPB_RET') && b.has('AMD_IBPB') && b.has('AMD_IBRS')) setCap(caps, 'SPEC_CTRL');
    if (b.has('IBPB') && b.has('SPEC_CTRL') && !b.bug('EIBRS_PBRSB')) setCap(caps, 'AMD_IBPB_RET');
  } else if (b.has('IBPB') && b.has('IBRS')) setCap(caps, 'SPEC_CTRL');
  if (b.has('STIBP')) setCap(caps, 'INTEL_STIBP');
  if (b.has('AMD_SSBD')) setCap(caps, 'SPEC_CTRL_SSBD');
  if (b.has('IBPB')) setCap(caps, 'AMD_IBPB');
  if (b.has('IBRS')) setCap(caps, 'AMD_IBRS');
  if (b.has('STIBP')) setCap(caps, 'AMD_STIBP');
  if (b.has('SPEC_CTRL_SSBD')) setCap(caps, 'AMD_SSBD');
  if (!b.bug('SPEC_STORE_BYPASS')) setCap(caps, 'AMD_SSB_NO');
  if (b.has('LS_CFG_SSBD') && !b.has('AMD_SSBD')) setCap(caps, 'VIRT_SSBD');
}

/** What the older lines write one by one; newer ones say it with the kind of the bit. */
function emulatedAndSynthesized(b: Boot, caps: CapWords, silicon: Silicon): void {
  for (const feature of ['X2APIC', 'TSC_ADJUST', 'ARCH_CAPABILITIES']) setCap(caps, feature);
  if ((cpuidOf(silicon, 7, 0).ecx >>> LA57_BIT) & 1) setCap(caps, 'LA57');
  const synthesized = ['SRSO_NO', 'VERW_CLEAR', 'TSA_SQ_NO', 'TSA_L1_NO', ...(b.trait('kvm-sbpb') ? ['SBPB', 'IBPB_BRTYPE'] : [])];
  for (const feature of synthesized) checkAndSet(b, caps, feature);
  if (featureEnabled(b, 'LFENCE_RDTSC')) setCapBit(caps, '80000021.eax', LFENCE_ALWAYS_SERIALIZING);
  setCapBit(caps, '80000021.eax', NO_SMM_CTL_MSR);
}

/**
 * The part of the capabilities that both vendor modules share (kvm/cpuid.c kvm_set_cpu_caps(), newer
 * kvm_initialize_cpu_caps()).
 */
export function commonCaps(b: Boot, setup: CommonSetup): CapWords {
  const caps = initialCaps(b, setup.tables, setup.silicon);
  if (!setup.tdpEnabled || !b.has('OSPKE')) clearCap(caps, 'PKU');
  if (!setup.tdpEnabled || setup.allowSmallerMaxphyaddr) clearCap(caps, 'SHSTK');
  if (setup.allowSmallerMaxphyaddr) clearCap(caps, 'IBT');
  if (!b.trait('kvm-cap-kinds')) emulatedAndSynthesized(b, caps, setup.silicon);
  speculationCaps(b, caps);
  if (!setup.tdpEnabled) setCap(caps, 'GBPAGES');
  if (!b.bug('NULL_SEG')) setCapBit(caps, '80000021.eax', NULL_SEL_CLR_BASE);
  // A guest that uses RDTSCP without MSR_TSC_AUX would crash.
  if ((hasCap(caps, 'RDTSCP') || hasCap(caps, 'RDPID')) && !setup.userReturnMsrs.includes(MSR_TSC_AUX)) {
    clearCap(caps, 'RDTSCP');
    clearCap(caps, 'RDPID');
  }
  return caps;
}
