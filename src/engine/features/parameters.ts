import type { Boot } from '../boot/boot.ts';
import { forEachEarlyOption } from '../boot/early-options.ts';
import { smtDisable } from '../boot/smt.ts';
import { featureEnabled } from './enabled.ts';

/** Options that switch a feature off and take no value; with one they are malformed and do nothing. */
const WITHOUT_VALUE: readonly (readonly [option: string, feature: string])[] = [
  ['nopcid', 'PCID'],
  ['noinvpcid', 'INVPCID'],
];

/**
 * early_param() handlers outside bugs.c that change features or SMT, in parse_early_param()'s place
 * (cpu/common.c, cpu/feat_ctl.c, apic/apic.c, kernel/cpu.c, tsx.c, vsyscall_64.c).
 */
export function parseCpuParameters(b: Boot): void {
  for (const [option, feature] of WITHOUT_VALUE) {
    b.begin();
    forEachEarlyOption(b, [option], ({ value }) => {
      if (value !== null) return false;
      if (b.has(feature)) {
        b.forceClear(feature, `common/early-param/${option}`);
        b.print(`${option}: ${feature} feature disabled`);
      }
      return true;
    });
  }
  parseSmt(b);
  parseApic(b);
  b.begin();
  if (b.params('nosgx').length > 0) b.forceClear('SGX', 'feat-ctl/early-param/nosgx');
  if (b.trait('tsx-early-param')) parseTsx(b);
  parseVsyscall(b);
}

/** smt_cmdline_disable() of kernel/cpu.c, and what a kernel without the control says. */
function parseSmt(b: Boot): void {
  b.begin();
  if (!b.config('CONFIG_HOTPLUG_SMT')) {
    b.share('cpu_smt_control', 'notimplemented', 'smt/not-built');
    return;
  }
  b.share('cpu_smt_control', 'on', 'smt/default');
  forEachEarlyOption(b, ['nosmt'], ({ value }) => {
    smtDisable(b, value === 'force', 'smt/parameter');
    return true;
  });
}

const MSR_IA32_APICBASE = 0x1b;
const X2APIC_ENABLE_BIT = 10;
const MSR_IA32_XAPIC_DISABLE_STATUS = 0xbd;
const MSR_IA32_ARCH_CAPABILITIES = 0x10a;
const XAPIC_DISABLE_BIT = 21;

/** acpi_mps_check(): without ACPI only the MP table tells of APICs, and this kernel cannot read it (kernel/acpi/boot.c). */
function acpiRefused(b: Boot): boolean {
  if (b.config('CONFIG_X86_MPPARSE')) return false;
  const words = b.params('acpi').some((value) => value === 'off' || value === 'noirq');
  return words || b.params('pci').some((value) => value?.split(',').includes('noacpi'));
}

/** x2apic_hw_locked(): firmware switched x2APIC on and the CPU does not let it be switched off. */
function x2apicLocked(b: Boot): boolean {
  if (!b.msrBit(MSR_IA32_APICBASE, X2APIC_ENABLE_BIT)) return false;
  return b.has('ARCH_CAPABILITIES') && b.msrBit(MSR_IA32_ARCH_CAPABILITIES, XAPIC_DISABLE_BIT) && b.msrBit(MSR_IA32_XAPIC_DISABLE_STATUS, 0);
}

/** setup_nolapic(), parse_lapic(), setup_nox2apic(). x2APIC switched on by firmware can be switched off here too. */
function parseApic(b: Boot): void {
  b.begin();
  const off = b.params('nolapic').length > 0 || (b.trait('disableapic-option') && b.params('disableapic').length > 0);
  if (off) b.forceClear('APIC', 'apic/early-param/nolapic');
  b.begin();
  if (b.params('lapic').some((value) => value?.startsWith('notscdeadline'))) b.forceClear('TSC_DEADLINE_TIMER', 'apic/early-param/notscdeadline');
  b.begin();
  if (b.config('CONFIG_X86_X2APIC') && b.params('nox2apic').length > 0 && !x2apicLocked(b)) b.forceClear('X2APIC', 'apic/early-param/nox2apic');
  b.begin();
  if (acpiRefused(b)) b.forceClear('APIC', 'apic/acpi-mps-check/no-acpi');
  b.begin();
  // check_x2apic(): a kernel that cannot use what firmware has switched on does without the APIC.
  if (!b.config('CONFIG_X86_X2APIC') && b.msrBit(MSR_IA32_APICBASE, X2APIC_ENABLE_BIT)) b.forceClear('APIC', 'apic/check-x2apic/not-built');
}

/** tsx_parse_cmdline() of 7.2; the older lines read the option inside tsx_init(). */
export function parseTsx(b: Boot): void {
  b.begin();
  const built = b.config('CONFIG_X86_INTEL_TSX_MODE_AUTO') ? 'AUTO' : b.config('CONFIG_X86_INTEL_TSX_MODE_OFF') ? 'DISABLE' : 'ENABLE';
  b.share('tsx_ctrl_state', `TSX_CTRL_${built}`, 'tsx/default');
  forEachEarlyOption(b, ['tsx'], ({ value }) => {
    if (value !== null) b.share('tsx_ctrl_state', `TSX_CTRL_${tsxWord(b, value)}`, 'tsx/parameter');
    return value !== null;
  });
}

/** @returns what a value of `tsx=` asks for; a wrong word switches TSX off and says so (cpu/tsx.c). */
export function tsxWord(b: Boot, value: string): 'ENABLE' | 'DISABLE' | 'AUTO' {
  if (value === 'on') return 'ENABLE';
  if (value === 'auto') return 'AUTO';
  if (value !== 'off') b.print('tsx: invalid option, defaulting to off');
  return 'DISABLE';
}

/** LASS forbids what `vsyscall=emulate` has to do (entry/vsyscall/vsyscall_64.c). */
function parseVsyscall(b: Boot): void {
  b.begin();
  if (!b.params('vsyscall').includes('emulate') || !featureEnabled(b, 'LASS')) return;
  b.forceClear('LASS', 'vsyscall/early-param/emulate');
  b.print('x86/cpu: Disabling LASS due to vsyscall=emulate');
}

/** __setup() handlers: read after setup_arch(), before the boot CPU is identified (init/main.c obsolete_checksetup()). */
export function parseSetupOptions(b: Boot): void {
  b.begin();
  if (b.params('nofsgsbase').includes(null) && b.has('FSGSBASE')) {
    b.forceClear('FSGSBASE', 'common/setup/nofsgsbase');
    b.print('FSGSBASE disabled via kernel command line');
  }
  b.begin();
  if (b.config('CONFIG_X86_INTEL_MEMORY_PROTECTION_KEYS') && b.params('nopku').length > 0) {
    b.share('pku_disabled', true, 'common/setup/nopku');
    b.print("x86: 'nopku' specified, disabling Memory Protection Keys");
  }
  b.begin();
  if (b.params('ring3mwait').some((value) => value?.startsWith('disable'))) b.share('ring3mwait_disabled', true, 'intel/setup/ring3mwait');
  b.begin();
  if (b.config('CONFIG_X86_KERNEL_IBT') && b.params('ibt').includes('off')) b.forceClear('IBT', 'cet/setup/ibt');
  if (b.trait('tlbi-option') && b.params('tlbi').includes('ipi')) b.forceClear('INVLPGB', 'common/setup/tlbi');
  b.begin();
  if (b.trait('sev-nosnp-option') && b.params('sev').some((value) => value?.split(',').includes('nosnp')) && !b.has('HYPERVISOR'))
    b.forceClear('SEV_SNP', 'sev/setup/nosnp');
}
