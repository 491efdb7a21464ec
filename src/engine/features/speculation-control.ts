import type { Boot } from '../boot/boot.ts';
import type { Cpu } from '../boot/cpu.ts';

/** CPUID bit of one vendor, and what the kernel calls the same thing for all vendors. */
const IMPLIES: readonly (readonly [bit: string, features: readonly string[], rule: string])[] = [
  ['SPEC_CTRL', ['IBRS', 'IBPB', 'MSR_SPEC_CTRL'], 'common/speculation-control/intel-spec-ctrl'],
  ['INTEL_STIBP', ['STIBP'], 'common/speculation-control/intel-stibp'],
  ['SPEC_CTRL_SSBD', ['SSBD'], 'common/speculation-control/intel-ssbd'],
  ['VIRT_SSBD', ['SSBD'], 'common/speculation-control/virt-ssbd'],
  ['AMD_IBRS', ['IBRS', 'MSR_SPEC_CTRL'], 'common/speculation-control/amd-ibrs'],
  ['AMD_IBPB', ['IBPB'], 'common/speculation-control/amd-ibpb'],
  ['AMD_STIBP', ['STIBP', 'MSR_SPEC_CTRL'], 'common/speculation-control/amd-stibp'],
  ['AMD_SSBD', ['SSBD', 'MSR_SPEC_CTRL'], 'common/speculation-control/amd-ssbd'],
];

/**
 * init_speculation_control(): one set of names over the bits of both vendors; a hypervisor may show AMD's bits on an
 * Intel CPU, so the vendor is not asked (cpu/common.c).
 */
export function initSpeculationControl(b: Boot, cpu: Cpu): void {
  for (const [bit, features, rule] of IMPLIES) {
    b.begin();
    if (!b.has(bit, cpu)) {
      for (const feature of features) b.leaveFeature(feature, rule, cpu);
      continue;
    }
    for (const feature of features) b.set(feature, rule, cpu);
    if (bit === 'AMD_SSBD') b.clear('VIRT_SSBD', 'common/speculation-control/amd-ssbd-over-virt', cpu);
  }
}
