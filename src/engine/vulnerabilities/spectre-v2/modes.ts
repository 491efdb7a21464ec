import type { Boot } from '../../boot/boot.ts';

/** spectre_v2_in_eibrs_mode(). */
export function inEibrsMode(mode: string): boolean {
  return mode === 'SPECTRE_V2_EIBRS' || mode === 'SPECTRE_V2_EIBRS_RETPOLINE' || mode === 'SPECTRE_V2_EIBRS_LFENCE';
}

/** spectre_v2_in_ibrs_mode(). */
export function inIbrsMode(mode: string): boolean {
  return inEibrsMode(mode) || mode === 'SPECTRE_V2_IBRS';
}

/** Intel's eIBRS keeps the threads apart by itself; older kernels believed that of IBRS too. */
export function stibpIsImplied(b: Boot): boolean {
  const mode = b.choice('spectre_v2');
  return (inEibrsMode(mode) && !b.has('AUTOIBRS')) || (inIbrsMode(mode) && b.trait('legacy-ibrs-without-stibp'));
}

/** retpoline_seq_enabled(): the genuine call-mov-ret sequence, not its LFENCE stand-in. */
export function retpolineSequence(b: Boot): boolean {
  return b.has('RETPOLINE') && !b.has('RETPOLINE_LFENCE');
}

/** unprivileged_ebpf_enabled(): before anybody writes the sysctl, the configuration decides. */
export function unprivilegedEbpf(b: Boot): boolean {
  return b.config('CONFIG_BPF_SYSCALL') && !b.config('CONFIG_BPF_UNPRIV_DEFAULT_OFF');
}

/** boot_cpu_data.x86_vendor is AMD or Hygon. */
export function amdOrHygon(b: Boot): boolean {
  return b.cpu.vendor === 'AMD' || b.cpu.vendor === 'HYGON';
}

/** cdt_possible() of 7.2: call depth tracking needs retpolines. */
export function callDepthPossible(b: Boot, mode: string): boolean {
  if (!b.config('CONFIG_MITIGATION_CALL_DEPTH_TRACKING') || !b.config('CONFIG_MITIGATION_RETPOLINE')) return false;
  return mode === 'SPECTRE_V2_RETPOLINE' || mode === 'SPECTRE_V2_EIBRS_RETPOLINE';
}
