import type { BitRow } from './types.ts';

/** Leaf 0x80000020: AMD resource control. Kernel names: asm/cpufeatures.h, scattered.c and kvm/reverse_cpuid.h of the three lines. */
// biome-ignore format: one line a bit
export const cpuid80000020Bits: readonly BitRow[] = [
  { ref: 'cpuid:80000020.0.ebx[1]', name: 'L80000020_MBA', linux: null, libvirt: null, qemu: null, text: 'Memory Bandwidth Allocation support' },
  { ref: 'cpuid:80000020.0.ebx[2]', name: 'SMBA', linux: 'SMBA', libvirt: null, qemu: null, text: 'Slow Memory Bandwidth Allocation support' },
  { ref: 'cpuid:80000020.0.ebx[3]', name: 'BMEC', linux: 'BMEC', libvirt: null, qemu: null, text: 'Bandwidth Monitoring Event Configuration support' },
  { ref: 'cpuid:80000020.0.ebx[4]', name: 'L3RR', linux: null, libvirt: null, qemu: null, text: 'L3 Range Reservation support' },
  { ref: 'cpuid:80000020.0.ebx[5]', name: 'ABMC', linux: 'ABMC', libvirt: null, qemu: null, text: 'Assignable Bandwidth Monitoring Counters' },
  { ref: 'cpuid:80000020.0.ebx[6]', name: 'SDCIAE', linux: 'SDCIAE', libvirt: null, qemu: null, text: 'Smart Data Cache Injection (SDCI) Allocation Enforcement' },
  { ref: 'cpuid:80000020.3.ecx[0]', name: 'BMEC_LOCAL_READS', linux: null, libvirt: null, qemu: null, text: 'Local NUMA reads can be tracked' },
  { ref: 'cpuid:80000020.3.ecx[1]', name: 'BMEC_REMOTE_READS', linux: null, libvirt: null, qemu: null, text: 'Remote NUMA reads can be tracked' },
  { ref: 'cpuid:80000020.3.ecx[2]', name: 'BMEC_LOCAL_NONTEMP_WR', linux: null, libvirt: null, qemu: null, text: 'Local NUMA non-temporal writes can be tracked' },
  { ref: 'cpuid:80000020.3.ecx[3]', name: 'BMEC_REMOTE_NONTEMP_WR', linux: null, libvirt: null, qemu: null, text: 'Remote NUMA non-temporal writes can be tracked' },
  { ref: 'cpuid:80000020.3.ecx[4]', name: 'BMEC_LOCAL_SLOW_MEM_RD', linux: null, libvirt: null, qemu: null, text: 'Local NUMA slow-memory reads can be tracked' },
  { ref: 'cpuid:80000020.3.ecx[5]', name: 'BMEC_REMOTE_SLOW_MEM_RD', linux: null, libvirt: null, qemu: null, text: 'Remote NUMA slow-memory reads can be tracked' },
  { ref: 'cpuid:80000020.3.ecx[6]', name: 'BMEC_ALL_DIRTY_VICTIMS', linux: null, libvirt: null, qemu: null, text: 'Dirty QoS victims to all types of memory can be tracked' },
];
