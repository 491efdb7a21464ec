import type { Boot } from '../boot/boot.ts';
import { matchValue } from '../boot/cpu-match.ts';
import { featureEnabled } from './enabled.ts';
import { modelListed } from './model-list.ts';
import { unknownMsr } from './msr-access.ts';

const MSR_AMD64_LS_CFG = 0xc0011020;
const MSR_AMD64_RMP_BASE = 0xc0010132;
const MSR_AMD64_RMP_END = 0xc0010133;
const MSR_AMD64_RMP_CFG = 0xc0010136;
const SEG_RMP_ENABLED_BIT = 0;
const RMP_SEGMENTS = 0x8000_0025;
const RMP_ADDRESS = ((1n << 52n) - 1n) & ~((1n << 13n) - 1n);

/**
 * SSBD by the chicken bit of LS_CFG on families 0x15 to 0x17 and on Hygon that have neither the real control nor the
 * hypervisor's. Every such part has the MSR, so an unknown one counts as there.
 */
export function lsCfgSsbd(b: Boot): void {
  b.begin();
  if (b.has('AMD_SSBD') || b.has('VIRT_SSBD')) return;
  const unknown = unknownMsr(b, MSR_AMD64_LS_CFG, b.cpu);
  // Only hypervisors are known to hide it: on a bare machine nothing is left open.
  if (!(unknown && !b.has('HYPERVISOR')) && b.msr(MSR_AMD64_LS_CFG) === null && !unknown) return;
  b.force('LS_CFG_SSBD', 'amd/bsp-init/ls-cfg-ssbd');
  b.force('SSBD', 'amd/bsp-init/ls-cfg-ssbd');
}

/** probe_segmented_rmptable_info(): the table in pieces, whose size CPUID allows (virt/svm/sev.c). */
function segmentedTable(b: Boot, base: bigint): boolean {
  if ((base & RMP_ADDRESS) === 0n) return false;
  if (((b.msr(MSR_AMD64_RMP_END) ?? 0n) & RMP_ADDRESS) !== 0n) b.taint('WARN');
  const limits = b.cpuidRegister(RMP_SEGMENTS, 0, 'eax');
  const shift = Number(((b.msr(MSR_AMD64_RMP_CFG) ?? 0n) >> 8n) & 0x3fn);
  return shift >= (limits & 0x3f) && shift <= ((limits >>> 6) & 0x3f);
}

/** snp_probe_rmptable_info(): firmware has set memory aside for the table that says who owns a page. */
function rmpTable(b: Boot): boolean {
  if (!b.config('CONFIG_KVM_AMD_SEV')) return false;
  const base = b.msr(MSR_AMD64_RMP_BASE) ?? 0n;
  if (b.has('SEGMENTED_RMP') && b.msrBit(MSR_AMD64_RMP_CFG, SEG_RMP_ENABLED_BIT)) return segmentedTable(b, base);
  const end = b.msr(MSR_AMD64_RMP_END) ?? 0n;
  return (base & RMP_ADDRESS) !== 0n && (end & RMP_ADDRESS) !== 0n && base <= end;
}

/** bsp_determine_snp(): a host keeps SEV-SNP only on parts whose table format is known, with the table there. */
function determineSnp(b: Boot): void {
  b.begin();
  if (!b.config('CONFIG_ARCH_HAS_CC_PLATFORM') || !b.has('SEV_SNP') || !b.trait('snp-host')) return;
  const known = b.trait('snp-by-zen') ? ['ZEN3', 'ZEN4', 'RMPREAD'].some((feature) => featureEnabled(b, feature)) : b.cpu.family >= 0x19;
  if (b.has('HYPERVISOR') || !known || !rmpTable(b)) b.forceClear('SEV_SNP', 'amd/bsp-init/no-snp-host');
}

/** tsa_init(): a revision with the VERW fix proves VERW_CLEAR without its CPUID bit; parts outside Zen 3 and 4 are immune. */
function initTsa(b: Boot): void {
  b.begin();
  if (b.has('HYPERVISOR')) return;
  const affected = b.trait('tsa-by-family') ? b.cpu.family === 0x19 : b.has('ZEN3') || b.has('ZEN4');
  if (!affected) {
    b.force('TSA_SQ_NO', 'amd/tsa-init/not-zen3-or-zen4');
    b.force('TSA_L1_NO', 'amd/tsa-init/not-zen3-or-zen4');
    return;
  }
  const fixed = matchValue(b, 'amd_tsa_microcode');
  if (fixed !== null && b.revision() >= fixed) b.force('VERW_CLEAR', 'amd/tsa-init/revision');
  else b.leaveFeature('VERW_CLEAR', 'amd/tsa-init/old-revision');
}

/** @returns the Zen generation of a family that has them, null for a model that the kernel does not know. */
function zenGeneration(b: Boot): string | null {
  const generation = modelListed(b, 'bsp_init_amd', b.cpu);
  if (generation) b.force(generation, 'amd/bsp-init/zen-generation');
  return generation;
}

/** bsp_init_amd(): once, on the boot CPU, before the bug bits (cpu/amd.c). */
export function bspInitAmd(b: Boot): void {
  const { family } = b.cpu;
  if (family >= 0x15 && family <= 0x17) lsCfgSsbd(b);
  b.begin();
  const listedFamily = (b.tables.modelRanges.bsp_init_amd ?? []).some(([one]) => one === family);
  if (zenGeneration(b) === null && listedFamily) {
    // WARN_ONCE(): an unknown model of a known family; what follows is left out.
    b.print(`Family 0x${family.toString(16)}, model: 0x${b.cpu.model.toString(16)}??`);
    b.taint('WARN');
    return;
  }
  determineSnp(b);
  initTsa(b);
  b.begin();
  if (b.has('GP_ON_USER_CPUID')) b.force('CPUID_FAULT', 'amd/bsp-init/gp-on-user-cpuid');
  else b.leaveFeature('CPUID_FAULT', 'amd/bsp-init/no-gp-on-user-cpuid');
}
