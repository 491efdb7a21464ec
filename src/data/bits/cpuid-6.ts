import type { BitRow } from './types.ts';

/** Leaf 6: thermal and power management. Kernel names: asm/cpufeatures.h, scattered.c and kvm/reverse_cpuid.h of the three lines. */
// biome-ignore format: one line a bit
export const cpuid6Bits: readonly BitRow[] = [
  { ref: 'cpuid:6.0.eax[0]', name: 'DTHERM', linux: 'DTHERM', libvirt: null, qemu: null, text: 'Digital temperature sensor' },
  { ref: 'cpuid:6.0.eax[1]', name: 'IDA', linux: 'IDA', libvirt: null, qemu: null, text: 'Intel Turbo Boost' },
  { ref: 'cpuid:6.0.eax[2]', name: 'ARAT', linux: 'ARAT', libvirt: 'arat', qemu: 'arat', text: 'Always-Running APIC Timer (not affected by p-state)' },
  { ref: 'cpuid:6.0.eax[4]', name: 'PLN', linux: 'PLN', libvirt: null, qemu: null, text: 'Power Limit Notification (PLN) event' },
  { ref: 'cpuid:6.0.eax[5]', name: 'ECMD', linux: null, libvirt: null, qemu: null, text: 'Clock modulation duty cycle extension' },
  { ref: 'cpuid:6.0.eax[6]', name: 'PTS', linux: 'PTS', libvirt: null, qemu: null, text: 'Package thermal management' },
  { ref: 'cpuid:6.0.eax[7]', name: 'HWP', linux: 'HWP', libvirt: null, qemu: null, text: 'HWP (Hardware P-states) base registers' },
  { ref: 'cpuid:6.0.eax[8]', name: 'HWP_NOTIFY', linux: 'HWP_NOTIFY', libvirt: null, qemu: null, text: 'HWP notification (IA32_HWP_INTERRUPT MSR)' },
  { ref: 'cpuid:6.0.eax[9]', name: 'HWP_ACT_WINDOW', linux: 'HWP_ACT_WINDOW', libvirt: null, qemu: null, text: 'HWP activity window (IA32_HWP_REQUEST[bits 41:32])' },
  { ref: 'cpuid:6.0.eax[10]', name: 'HWP_EPP', linux: 'HWP_EPP', libvirt: null, qemu: null, text: 'HWP Energy Performance Preference' },
  { ref: 'cpuid:6.0.eax[11]', name: 'HWP_PKG_REQ', linux: 'HWP_PKG_REQ', libvirt: null, qemu: null, text: 'HWP Package Level Request' },
  { ref: 'cpuid:6.0.eax[13]', name: 'HDC_BASE_REGS', linux: null, libvirt: null, qemu: null, text: 'HDC base registers' },
  { ref: 'cpuid:6.0.eax[14]', name: 'TURBO_BOOST_3_0', linux: null, libvirt: null, qemu: null, text: 'Intel Turbo Boost Max 3.0' },
  { ref: 'cpuid:6.0.eax[15]', name: 'HWP_HIGHEST_PERF_CHANGE', linux: 'HWP_HIGHEST_PERF_CHANGE', libvirt: null, qemu: null, text: 'HWP Highest Performance change' },
  { ref: 'cpuid:6.0.eax[16]', name: 'HWP_PECI_OVERRIDE', linux: null, libvirt: null, qemu: null, text: 'HWP PECI override' },
  { ref: 'cpuid:6.0.eax[17]', name: 'HWP_FLEXIBLE', linux: null, libvirt: null, qemu: null, text: 'Flexible HWP' },
  { ref: 'cpuid:6.0.eax[18]', name: 'HWP_FAST', linux: null, libvirt: null, qemu: null, text: 'IA32_HWP_REQUEST MSR fast access mode' },
  { ref: 'cpuid:6.0.eax[19]', name: 'HFI', linux: 'HFI', libvirt: null, qemu: null, text: 'HW_FEEDBACK MSRs' },
  { ref: 'cpuid:6.0.eax[20]', name: 'HWP_IGNORE_IDLE', linux: null, libvirt: null, qemu: null, text: 'Ignoring idle logical CPU HWP request is supported' },
  { ref: 'cpuid:6.0.eax[22]', name: 'HWP_CTL', linux: null, libvirt: null, qemu: null, text: 'IA32_HWP_CTL MSR' },
  { ref: 'cpuid:6.0.eax[23]', name: 'THREAD_DIRECTOR', linux: null, libvirt: null, qemu: null, text: 'Intel thread director' },
  { ref: 'cpuid:6.0.eax[24]', name: 'THERM_INTERRUPT_BIT25', linux: null, libvirt: null, qemu: null, text: 'IA32_THERM_INTERRUPT MSR bit 25' },
  { ref: 'cpuid:6.0.ecx[0]', name: 'APERFMPERF', linux: 'APERFMPERF', libvirt: null, qemu: null, text: 'MPERF/APERF MSRs (effective frequency interface)' },
  { ref: 'cpuid:6.0.ecx[3]', name: 'EPB', linux: 'EPB', libvirt: null, qemu: null, text: 'IA32_ENERGY_PERF_BIAS MSR' },
  { ref: 'cpuid:6.0.edx[0]', name: 'PERFCAP_REPORTING', linux: null, libvirt: null, qemu: null, text: 'Performance capability reporting' },
  { ref: 'cpuid:6.0.edx[1]', name: 'ENCAP_REPORTING', linux: null, libvirt: null, qemu: null, text: 'Energy efficiency capability reporting' },
];
