import type { Boot } from '../boot/boot.ts';
import { type Cpu, copyCpu } from '../boot/cpu.ts';
import { checkSmtTopology, type Place } from '../boot/topology.ts';
import type { Silicon } from '../silicon/silicon.ts';
import { addressSizes, cpuDetect, unlockCpuidLeaves } from './cpu-detect.ts';
import { featureEnabled } from './enabled.ts';
import { filterCpuidFeatures } from './filter.ts';
import { getCpuCap } from './get-cpu-cap.ts';
import { initPpin } from './ppin.ts';
import { setupArch } from './setup-arch.ts';
import { topologyAtEnd, topologyEarly, topologyWithVendor } from './topology-steps.ts';
import { tsxApInit, tsxInit } from './tsx.ts';
import { cpuDev } from './vendors.ts';

const MSR_IA32_VMX_BASIC = 0x480;
const VMCS_SIZE_RANGE = 1n << 13n;
const PAGE_SIZE = 4096n;

/** x86_init_rdrand(): a generator that repeats itself or fails is not used. Profiles can say so; normally it works. */
function initRdrand(b: Boot, cpu: Cpu): void {
  b.begin();
  if (!b.has('RDRAND', cpu) || b.behaviour('rdrandReliable', true, cpu)) return;
  b.clear('RDRAND', 'rdrand/self-test', cpu);
  b.clear('RDSEED', 'rdrand/self-test', cpu);
}

/** setup_pku(): the kernel switches protection keys on for user space, and then says OSPKE. */
function setupPku(b: Boot, cpu: Cpu): void {
  b.begin();
  if (cpu !== b.cpu || b.shared('pku_disabled') === true || !featureEnabled(b, 'PKU')) return;
  b.force('OSPKE', 'common/setup-pku/enabled');
}

/** setup_cet(): shadow stacks for user space have a flag of their own; indirect branch tracking stays only if it works. */
function setupCet(b: Boot, cpu: Cpu): void {
  b.begin();
  if (featureEnabled(b, 'SHSTK') && b.config('CONFIG_X86_CET') && b.config('CONFIG_X86_USER_SHADOW_STACK'))
    b.set('USER_SHSTK', 'common/setup-cet/user-shadow-stack', cpu);
  b.begin();
  if (!b.config('CONFIG_X86_KERNEL_IBT') || !featureEnabled(b, 'IBT') || b.behaviour('ibtWorks', true, cpu)) return;
  b.print('IBT selftest: Failed!');
  b.forceClear('IBT', 'common/setup-cet/selftest');
}

/** The words of boot_cpu_data hold what all CPUs share; its bugs are every CPU's bugs. */
function mergeWithBoot(b: Boot, cpu: Cpu): void {
  b.begin();
  const { words, origins } = b.cpu;
  const step = b.trace.step('common/identify-cpu/and-into-boot-cpu-data');
  for (let word = 0; word < b.tables.ncapints; word++) {
    const lost = words[word]! & ~cpu.words[word]!;
    if (lost === 0) continue;
    words[word] = words[word]! & cpu.words[word]!;
    for (let bit = 0; bit < 32; bit++) if ((lost >>> bit) & 1) origins[word * 32 + bit] = step;
  }
  for (let word = b.tables.ncapints; word < words.length; word++) {
    const gained = words[word]! & ~cpu.words[word]!;
    cpu.words[word] = cpu.words[word]! | words[word]!;
    for (let bit = 0; bit < 32; bit++) if ((gained >>> bit) & 1) cpu.origins[word * 32 + bit] = origins[word * 32 + bit]!;
  }
}

function resetCpu(b: Boot, cpu: Cpu): void {
  b.zero(cpu);
  cpu.vmx.fill(0);
  cpu.model = 0;
  cpu.stepping = 0;
  cpu.clflushSize = 64;
  cpu.physBits = 36;
  cpu.virtBits = 48;
}

/** identify_cpu(): everything again from zeroed words; only what was forced, or is set again here, survives (cpu/common.c). */
function identifyCpu(b: Boot, cpu: Cpu): void {
  resetCpu(b, cpu);
  cpuDetect(b, cpu);
  unlockCpuidLeaves(b, cpu);
  getCpuCap(b, cpu);
  addressSizes(b, cpu);
  topologyEarly(b, cpu);
  b.applyForced(cpu);
  b.begin();
  b.set('APIC_MSRS_FENCE', 'common/identify-cpu/apic-msrs-fence', cpu);
  const device = cpuDev(cpu);
  device.earlyInit?.(b, cpu);
  if (device.init) topologyWithVendor(b, cpu);
  device.init?.(b, cpu);
  filterCpuidFeatures(b, cpu);
  topologyAtEnd(b, cpu);
  initRdrand(b, cpu);
  setupPku(b, cpu);
  setupCet(b, cpu);
  b.applyForced(cpu);
  if (cpu !== b.cpu) mergeWithBoot(b, cpu);
  initPpin(b, cpu);
}

/**
 * x86_virt_init(): where the kernel itself, not KVM, owns VMX, a VMCS that does not fit into a page switches it off for all CPUs;
 * so does its absence on the boot CPU (virt/hw.c).
 */
function initVirtualization(b: Boot): void {
  b.begin();
  if (!b.trait('virtualization-in-core') || !b.config('CONFIG_KVM_INTEL')) return;
  const usable = b.has('VMX') && ((b.msr(MSR_IA32_VMX_BASIC) ?? 0n) >> 32n) % VMCS_SIZE_RANGE <= PAGE_SIZE;
  if (b.has('VMX') && (!usable || b.has('SVM'))) b.taint('WARN');
  if (!usable) b.forceClear('VMX', 'virt/init/no-vmx');
}

/**
 * identify_boot_cpu() with all that lies between parse_early_param() and it, tsx_init() included; then the core code learns
 * whether there are siblings (cpu/common.c arch_cpu_finalize_init()).
 * @param places the machine's logical CPUs, the boot CPU first
 */
export function identifyBootCpu(b: Boot, places: readonly Place[]): void {
  setupArch(b);
  identifyCpu(b, b.cpu);
  initVirtualization(b);
  tsxInit(b);
  checkSmtTopology(b, places);
}

/**
 * identify_secondary_cpu(): another CPU comes online, at boot, by hotplug or on resume. Its own features are read again;
 * boot_cpu_data loses what it lacks, and it gets the boot CPU's bugs and decisions.
 * @param b the kernel's memory, which is edited
 * @param silicon what that CPU answers now
 * @param number the CPU's number, for the record
 */
export function identifySecondary(b: Boot, silicon: Silicon, number: number): Cpu {
  b.trace.read('cpu', number, -1);
  const cpu: Cpu = { ...copyCpu(b.cpu), silicon };
  identifyCpu(b, cpu);
  tsxApInit(b, cpu);
  return cpu;
}
