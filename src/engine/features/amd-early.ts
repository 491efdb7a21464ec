import type { Boot } from '../boot/boot.ts';
import type { Cpu } from '../boot/cpu.ts';
import { modelListed } from './model-list.ts';

const MSR_IA32_PRED_CMD = 0x49;
const PRED_CMD_SBPB = 1n << 7n;
const MSR_AMD64_SYSCFG = 0xc0010010;
const SYSCFG_MEM_ENCRYPT_BIT = 23;
const MSR_K7_HWCR = 0xc0010015;
const HWCR_SMMLOCK_BIT = 0;
const MSR_AMD64_OSVW_ID_LENGTH = 0xc0010140;
const MSR_AMD64_OSVW_STATUS = 0xc0010141;

/** Invariant TSC and the power bits of leaf 0x80000007 that AMD and Hygon share. */
export function amdPower(b: Boot, cpu: Cpu): void {
  for (const [bit, features] of [
    [8, ['CONSTANT_TSC', 'NONSTOP_TSC']],
    [12, ['ACC_POWER']],
    [14, ['RAPL']],
  ] as const) {
    const value = ((cpu.power >>> bit) & 1) === 1;
    b.begin();
    b.trace.read(`cpuid:80000007.0.edx[${bit}]`, value, -1);
    b.knowsCpuid(0x8000_0007, 0, 'edx', bit, cpu);
    for (const feature of features)
      if (value) b.set(feature, 'amd/early-init/power', cpu);
      else b.leaveFeature(feature, 'amd/early-init/power', cpu);
  }
}

/** APIC IDs of eight bits: certain on newer families, told by the northbridge's configuration space on older ones. */
function extendedApicId(b: Boot, cpu: Cpu): void {
  b.begin();
  if (!b.config('CONFIG_PCI') || !b.has('APIC')) return;
  const extended = cpu.family > 0x16 || (cpu.family >= 0xf && b.behaviour('pciConfigReadsOnes', true, cpu));
  if (extended) b.set('EXTD_APICID', 'amd/early-init/extd-apicid', cpu);
}

/**
 * cpu_has_amd_erratum() of the oldest line: the CPU may answer itself through OSVW, else a list of models does.
 * @param id number of the erratum in OSVW, -1 for those that have none
 */
export function amdErratum(b: Boot, list: string, id: number, cpu: Cpu): boolean {
  if (id >= 0 && b.has('OSVW', cpu) && BigInt(id) < (b.msr(MSR_AMD64_OSVW_ID_LENGTH, cpu) ?? 0n)) return b.msrBit(MSR_AMD64_OSVW_STATUS, id, cpu);
  return modelListed(b, list, cpu) !== null;
}

/** Does this kernel encrypt its memory? sme_enable(): firmware allows it, and builder or user asked (mm/mem_encrypt_identity.c). */
function memoryIsEncrypted(b: Boot, cpu: Cpu): boolean {
  if (!b.config('CONFIG_AMD_MEM_ENCRYPT') || !b.has('SME', cpu) || b.has('HYPERVISOR', cpu)) return false;
  const asked = b.param('mem_encrypt');
  return asked === 'on' || (asked !== 'off' && b.config('CONFIG_AMD_MEM_ENCRYPT_ACTIVE_BY_DEFAULT'));
}

/** early_detect_mem_encrypt(): SME and SEV are shown only where firmware has switched memory encryption on (cpu/amd.c). */
function detectMemoryEncryption(b: Boot, cpu: Cpu): void {
  b.begin();
  if (!b.has('SME', cpu) && !b.has('SEV', cpu)) return;
  const clearSev = (rule: string): void => {
    b.forceClear('SEV', rule);
    b.forceClear('SEV_ES', rule);
    if (b.trait('snp-host')) b.forceClear('SEV_SNP', rule);
  };
  if (!b.msrBit(MSR_AMD64_SYSCFG, SYSCFG_MEM_ENCRYPT_BIT, cpu)) {
    b.forceClear('SME', 'amd/mem-encrypt/off-in-firmware');
    return clearSev('amd/mem-encrypt/off-in-firmware');
  }
  cpu.physBits -= (b.cpuid(0x8000_001f, 0, cpu).ebx >>> 6) & 0x3f;
  if (!memoryIsEncrypted(b, cpu)) b.forceClear('SME', 'amd/mem-encrypt/not-asked');
  if (!b.msrBit(MSR_K7_HWCR, HWCR_SMMLOCK_BIT, cpu)) clearSev('amd/mem-encrypt/smm-unlocked');
}

/** IBPB that also flushes branch types, and its selective sister, have no CPUID bit on many parts: the kernel tries the command. */
function probeBranchTypeFlush(b: Boot, cpu: Cpu): void {
  b.begin();
  if (b.has('HYPERVISOR', cpu) || b.has('IBPB_BRTYPE', cpu)) return;
  if (cpu.family === 0x17 && b.has('AMD_IBPB')) b.force('IBPB_BRTYPE', 'amd/early-init/zen2-ibpb');
  else if (cpu.family >= 0x19 && b.msrAccepts(MSR_IA32_PRED_CMD, PRED_CMD_SBPB, cpu)) {
    b.force('IBPB_BRTYPE', 'amd/early-init/sbpb-accepted');
    b.force('SBPB', 'amd/early-init/sbpb-accepted');
  } else for (const feature of ['IBPB_BRTYPE', 'SBPB']) b.leaveFeature(feature, 'amd/early-init/no-branch-type-flush', cpu);
}

/** early_init_amd(), AMD's c_early_init and the start of its c_init (cpu/amd.c). */
export function earlyInitAmd(b: Boot, cpu: Cpu): void {
  cpu.revision = cpu.silicon.revision;
  b.begin();
  if (cpu.family >= 0xf) b.set('K8', 'amd/early-init/k8', cpu);
  amdPower(b, cpu);
  b.begin();
  b.set('SYSCALL32', 'amd/early-init/syscall32', cpu);
  extendedApicId(b, cpu);
  b.begin();
  b.set('VMMCALL', 'amd/early-init/vmmcall', cpu);
  if (b.trait('amd-erratum-lists') && amdErratum(b, 'amd_erratum_400', 1, cpu)) b.setBug('AMD_E400', 'amd/early-init/erratum-400', cpu);
  detectMemoryEncryption(b, cpu);
  if (b.trait('sbpb-probed-at-init')) probeBranchTypeFlush(b, cpu);
}
