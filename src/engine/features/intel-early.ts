import type { Boot } from '../boot/boot.ts';
import type { Cpu } from '../boot/cpu.ts';
import { modelNumber } from './cpu-detect.ts';
import { modelListed } from './model-list.ts';
import { msrBitOr } from './msr-access.ts';

const MSR_IA32_MISC_ENABLE = 0x1a0;
const FAST_STRING_BIT = 0;
const MSR_IA32_TME_ACTIVATE = 0x982;
const BONNELL = 0x61c;
const PENTIUM_M_DOTHAN = 0x60d;
const CORE_YONAH = 0x60e;
const IVYBRIDGE = 0x63a;
const QUARK_X1000 = 0x509;
const P4_PRESCOTT = 0xf03;
const P4_CEDARMILL = 0xf06;
/** What the kernel does without on those revisions. */
export const SPECULATION_BITS = ['IBRS', 'IBPB', 'STIBP', 'SPEC_CTRL', 'MSR_SPEC_CTRL', 'INTEL_STIBP', 'SSBD', 'SPEC_CTRL_SSBD'] as const;

/**
 * The first microcode with Spectre v2 controls made machines crash: on those revisions the kernel does without them.
 * A guest is told any revision, so there they are believed (cpu/intel.c bad_spectre_microcode()).
 */
export function badSpectreRevision(b: Boot, cpu: Cpu): boolean {
  if (cpu.family !== 6 || b.has('HYPERVISOR', cpu)) return false;
  const row = b.tables.badSpectre.find(([model, stepping]) => model === cpu.model && stepping === cpu.stepping);
  return row !== undefined && b.olderThan(row[2] + 1, cpu);
}

function badSpectreMicrocode(b: Boot, cpu: Cpu): void {
  b.begin();
  if (!['SPEC_CTRL', 'INTEL_STIBP', 'IBRS', 'IBPB', 'STIBP'].some((feature) => b.has(feature, cpu))) return;
  if (!badSpectreRevision(b, cpu)) {
    for (const feature of SPECULATION_BITS) b.leaveFeature(feature, 'intel/early-init/good-spectre-microcode', cpu);
    return;
  }
  b.print('Intel Spectre v2 broken microcode detected; disabling Speculation Control');
  for (const feature of SPECULATION_BITS) b.forceClear(feature, 'intel/early-init/bad-spectre-microcode');
}

/** A TSC that runs at one rate, told by CPUID or known by model. */
function constantTsc(b: Boot, cpu: Cpu): void {
  b.begin();
  const model = modelNumber(cpu);
  const enumerated = (cpu.power >>> 8) & 1;
  b.knowsCpuid(0x8000_0007, 0, 'edx', 8, cpu);
  b.trace.read('cpuid:80000007.0.edx[8]', enumerated === 1, -1);
  const byModel = b.trait('constant-tsc-by-vfm')
    ? (model >= P4_PRESCOTT && model <= P4_CEDARMILL) || (model >= CORE_YONAH && model <= IVYBRIDGE)
    : (cpu.family === 0xf && cpu.model >= 3) || (cpu.family === 6 && cpu.model >= 0xe);
  if (enumerated || byModel) b.set('CONSTANT_TSC', enumerated ? 'intel/early-init/invariant-tsc' : 'intel/early-init/constant-tsc-model', cpu);
  if (enumerated) b.set('NONSTOP_TSC', 'intel/early-init/invariant-tsc', cpu);
  else for (const feature of ['CONSTANT_TSC', 'NONSTOP_TSC']) b.leaveFeature(feature, 'intel/early-init/no-invariant-tsc', cpu);
  const sleepless = modelListed(b, 'early_init_intel', cpu);
  if (sleepless) b.set(sleepless, 'intel/early-init/nonstop-tsc-s3', cpu);
}

/** Fast strings can be switched off by firmware; the kernel's string functions follow. */
function fastString(b: Boot, cpu: Cpu): void {
  b.begin();
  if (modelNumber(cpu) < PENTIUM_M_DOTHAN) return;
  if (msrBitOr(b, MSR_IA32_MISC_ENABLE, FAST_STRING_BIT, true, cpu)) {
    if (b.trait('rep-good-by-fast-string')) b.set('REP_GOOD', 'intel/early-init/fast-string', cpu);
    return;
  }
  b.print('Disabled fast string operations');
  b.forceClear('REP_GOOD', 'intel/early-init/no-fast-string');
  b.forceClear('ERMS', 'intel/early-init/no-fast-string');
}

/** detect_tme_early(): memory encryption takes address bits for its keys; newer kernels drop the flag where firmware left it off. */
function memoryEncryption(b: Boot, cpu: Cpu): void {
  b.begin();
  if (!b.has('TME', cpu)) return;
  const activate = b.msr(MSR_IA32_TME_ACTIVATE, cpu) ?? 0n;
  const enabled = (activate & 3n) === 3n;
  if (!enabled && b.trait('tme-cleared-when-off')) b.clear('TME', 'intel/early-init/tme-off', cpu);
  if (enabled) cpu.physBits -= Number((activate >> 32n) & 0xfn);
}

/** early_init_intel(), Intel's c_early_init and the start of its c_init (cpu/intel.c). */
export function earlyInitIntel(b: Boot, cpu: Cpu): void {
  if (cpu.family >= 6 && !b.has('IA64', cpu)) cpu.revision = cpu.silicon.revision;
  badSpectreMicrocode(b, cpu);
  b.begin();
  const model = modelNumber(cpu);
  if (model === BONNELL && cpu.stepping <= 2 && b.olderThan(0x20e, cpu)) {
    b.print('Atom PSE erratum detected, BIOS microcode update recommended');
    b.clear('PSE', 'intel/early-init/atom-pse-erratum', cpu);
  }
  b.begin();
  b.set('SYSENTER32', 'intel/early-init/sysenter32', cpu);
  if (model === P4_PRESCOTT && (cpu.stepping === 3 || cpu.stepping === 4)) cpu.physBits = 36;
  constantTsc(b, cpu);
  b.begin();
  if (cpu.family === 6 && model <= CORE_YONAH && (cpu.model > 0 || b.trait('pat-erratum-model-0'))) b.clear('PAT', 'intel/early-init/pat-erratum', cpu);
  fastString(b, cpu);
  b.begin();
  if (model === QUARK_X1000) b.forceClear('PGE', 'intel/early-init/quark-pge');
  // 6.1 compares the model alone, whatever the family.
  const snooped = modelListed(b, 'check_memory_type_self_snoop_errata', b.trait('self-snoop-any-family') ? { ...cpu, family: 6 } : cpu);
  if (snooped) b.forceClear(snooped, 'intel/early-init/self-snoop-erratum');
  memoryEncryption(b, cpu);
}
