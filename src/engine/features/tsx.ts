import type { Boot } from '../boot/boot.ts';
import type { Cpu } from '../boot/cpu.ts';
import { featureEnabled } from './enabled.ts';
import { flipMsrBit } from './msr-access.ts';
import { tsxWord } from './parameters.ts';

const MSR_IA32_ARCH_CAPABILITIES = 0x10a;
const TSX_CTRL_MSR_BIT = 7;
const MSR_TSX_FORCE_ABORT = 0x10f;
const TFA_TSX_CPUID_CLEAR_BIT = 1;
const MSR_IA32_TSX_CTRL = 0x122;
const TSX_CTRL_RTM_DISABLE_BIT = 0;
const TSX_CTRL_CPUID_CLEAR_BIT = 1;
const MSR_IA32_MCU_OPT_CTRL = 0x123;
const RTM_ALLOW_BIT = 1;

/** tsx_disable() and tsx_enable(): transactions abort at once and CPUID hides them, or neither. */
function writeTsxCtrl(b: Boot, off: boolean, cpu: Cpu): void {
  flipMsrBit(b, MSR_IA32_TSX_CTRL, TSX_CTRL_RTM_DISABLE_BIT, off, cpu);
  flipMsrBit(b, MSR_IA32_TSX_CTRL, TSX_CTRL_CPUID_CLEAR_BIT, off, cpu);
}

/** tsx_clear_cpuid(): hides RTM and HLE in CPUID by the MSR that this CPU has. */
function clearCpuid(b: Boot, cpu: Cpu): void {
  if (b.has('RTM_ALWAYS_ABORT') && b.has('TSX_FORCE_ABORT')) flipMsrBit(b, MSR_TSX_FORCE_ABORT, TFA_TSX_CPUID_CLEAR_BIT, true, cpu);
  else if (b.has('MSR_TSX_CTRL')) flipMsrBit(b, MSR_IA32_TSX_CTRL, TSX_CTRL_CPUID_CLEAR_BIT, true, cpu);
}

/** tsx_dev_mode_disable(): development mode lets RTM through even where microcode locks it; it is taken back. */
function disableDevelopmentMode(b: Boot, cpu: Cpu): void {
  b.begin();
  if (!b.bug('TAA') || !featureEnabled(b, 'MSR_TSX_CTRL') || !featureEnabled(b, 'SRBDS_CTRL')) return;
  if (!b.msrBit(MSR_IA32_MCU_OPT_CTRL, RTM_ALLOW_BIT, cpu)) return;
  flipMsrBit(b, MSR_IA32_MCU_OPT_CTRL, RTM_ALLOW_BIT, false, cpu);
  b.force('RTM_ALWAYS_ABORT', 'tsx/dev-mode/rtm-allow');
}

/** What the command line and the configuration ask for. */
function wanted(b: Boot): string {
  if (b.trait('tsx-early-param')) return String(b.shared('tsx_ctrl_state')).slice('TSX_CTRL_'.length);
  // cmdline_find_option() takes the raw text: the last one counts, and the option alone counts for nothing. Its buffer holds four letters.
  const value = b.param('tsx');
  if (value !== null) return tsxWord(b, value.slice(0, 4));
  return b.config('CONFIG_X86_INTEL_TSX_MODE_AUTO') ? 'AUTO' : b.config('CONFIG_X86_INTEL_TSX_MODE_OFF') ? 'DISABLE' : 'ENABLE';
}

/**
 * tsx_init(): decides about TSX on the boot CPU, once the CPU is identified and before mitigations are chosen (cpu/tsx.c).
 * The decision is kept for CPUs that come later: a control that arrives by a late load is never used.
 */
export function tsxInit(b: Boot): void {
  disableDevelopmentMode(b, b.cpu);
  b.begin();
  if (b.has('RTM_ALWAYS_ABORT')) {
    b.share('tsx_ctrl_state', 'TSX_CTRL_RTM_ALWAYS_ABORT', 'tsx/init/always-abort');
    clearCpuid(b, b.cpu);
    for (const feature of ['RTM', 'HLE']) b.forceClear(feature, 'tsx/init/always-abort');
    return;
  }
  if (!b.has('ARCH_CAPABILITIES') || !b.msrBit(MSR_IA32_ARCH_CAPABILITIES, TSX_CTRL_MSR_BIT)) {
    b.share('tsx_ctrl_state', 'TSX_CTRL_NOT_SUPPORTED', 'tsx/init/no-control');
    for (const feature of ['RTM', 'HLE']) b.leaveFeature(feature, 'tsx/init/no-control');
    return;
  }
  b.force('MSR_TSX_CTRL', 'tsx/init/control');
  let state = wanted(b);
  if (state === 'AUTO') state = b.bug('TAA') ? 'DISABLE' : 'ENABLE';
  b.share('tsx_ctrl_state', `TSX_CTRL_${state}`, 'tsx/init/state');
  writeTsxCtrl(b, state === 'DISABLE', b.cpu);
  for (const feature of ['RTM', 'HLE'])
    if (state === 'DISABLE') b.forceClear(feature, 'tsx/init/disabled');
    else b.force(feature, 'tsx/init/enabled');
}

/** tsx_ap_init(): another CPU gets the boot CPU's decision. */
export function tsxApInit(b: Boot, cpu: Cpu): void {
  disableDevelopmentMode(b, cpu);
  b.begin();
  const state = b.shared('tsx_ctrl_state');
  if (state === 'TSX_CTRL_ENABLE' || state === 'TSX_CTRL_DISABLE') writeTsxCtrl(b, state === 'TSX_CTRL_DISABLE', cpu);
  else if (state === 'TSX_CTRL_RTM_ALWAYS_ABORT') clearCpuid(b, cpu);
}
