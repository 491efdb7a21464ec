import type { BitRow } from './types.ts';

/** Leaf 0x80000007: power management and RAS. Kernel names: asm/cpufeatures.h, scattered.c and kvm/reverse_cpuid.h of the three lines. */
// biome-ignore format: one line a bit
export const cpuid80000007Bits: readonly BitRow[] = [
  { ref: 'cpuid:80000007.0.ebx[0]', name: 'OVERFLOW_RECOV', linux: 'OVERFLOW_RECOV', libvirt: 'overflow-recov', qemu: 'overflow-recov', text: 'MCA overflow conditions not fatal' },
  { ref: 'cpuid:80000007.0.ebx[1]', name: 'SUCCOR', linux: 'SUCCOR', libvirt: 'succor', qemu: 'succor', text: 'Software containment of uncorrectable errors' },
  { ref: 'cpuid:80000007.0.ebx[2]', name: 'HW_ASSERT', linux: null, libvirt: null, qemu: null, text: 'Hardware assert MSRs' },
  { ref: 'cpuid:80000007.0.ebx[3]', name: 'SMCA', linux: 'SMCA', libvirt: null, qemu: null, text: 'Scalable MCA (MCAX MSRs)' },
  { ref: 'cpuid:80000007.0.edx[0]', name: 'DIGITAL_TEMP', linux: null, libvirt: null, qemu: null, text: 'Digital temperature sensor' },
  { ref: 'cpuid:80000007.0.edx[1]', name: 'POWERNOW_FREQ_ID', linux: null, libvirt: null, qemu: null, text: 'PowerNOW! frequency scaling' },
  { ref: 'cpuid:80000007.0.edx[2]', name: 'POWERNOW_VOLT_ID', linux: null, libvirt: null, qemu: null, text: 'PowerNOW! voltage scaling' },
  { ref: 'cpuid:80000007.0.edx[3]', name: 'THERMAL_TRIP', linux: null, libvirt: null, qemu: null, text: 'THERMTRIP (Thermal Trip)' },
  { ref: 'cpuid:80000007.0.edx[4]', name: 'HW_THERMAL_CONTROL', linux: null, libvirt: null, qemu: null, text: 'Hardware thermal control' },
  { ref: 'cpuid:80000007.0.edx[5]', name: 'SW_THERMAL_CONTROL', linux: null, libvirt: null, qemu: null, text: 'Software thermal control' },
  { ref: 'cpuid:80000007.0.edx[6]', name: 'X100MHZ_STEPS', linux: null, libvirt: null, qemu: null, text: '100 MHz multiplier control' },
  { ref: 'cpuid:80000007.0.edx[7]', name: 'HW_PSTATE', linux: 'HW_PSTATE', libvirt: null, qemu: null, text: 'Hardware P-state control' },
  { ref: 'cpuid:80000007.0.edx[8]', name: 'CONSTANT_TSC', linux: 'CONSTANT_TSC', libvirt: 'invtsc', qemu: 'invtsc', text: 'TSC ticks at constant rate across all P and C states' },
  { ref: 'cpuid:80000007.0.edx[9]', name: 'CPB', linux: 'CPB', libvirt: null, qemu: null, text: 'Core performance boost' },
  { ref: 'cpuid:80000007.0.edx[10]', name: 'EFF_FREQ_RO', linux: null, libvirt: null, qemu: null, text: 'Read-only effective frequency interface' },
  { ref: 'cpuid:80000007.0.edx[11]', name: 'PROC_FEEDBACK', linux: 'PROC_FEEDBACK', libvirt: null, qemu: null, text: 'Processor feedback interface (deprecated)' },
  { ref: 'cpuid:80000007.0.edx[12]', name: 'ACC_POWER', linux: null, libvirt: null, qemu: null, text: 'Processor power reporting interface' },
  { ref: 'cpuid:80000007.0.edx[13]', name: 'CONNECTED_STANDBY', linux: null, libvirt: null, qemu: null, text: 'CPU Connected Standby support' },
  { ref: 'cpuid:80000007.0.edx[14]', name: 'RAPL', linux: null, libvirt: null, qemu: null, text: 'Runtime Average Power Limit interface' },
  { ref: 'cpuid:80000007.0.edx[15]', name: 'AMD_FAST_CPPC', linux: 'AMD_FAST_CPPC', libvirt: null, qemu: null, text: 'CPPC answers fast enough for quick frequency changes' },
  { ref: 'cpuid:80000007.0.edx[16]', name: 'CPPC_PERF_PRIO', linux: 'CPPC_PERF_PRIO', libvirt: null, qemu: null, text: 'CPPC floor and priority control' },
];
