/** An MSR that is read, and what of it stays: bits that software sets while it runs are none of the silicon's. */
export interface MsrToRead {
  readonly index: number;
  /** Whose CPUs have it; guests of either vendor may be given Intel's MSRs of vulnerabilities. */
  readonly vendors: 'all' | 'intel' | 'amd';
  /** Bits that are as reset and firmware left them; the rest is written as zero. Absent: all. */
  readonly keep?: bigint;
  /** Why bits are left out: who sets them, or whom they name. */
  readonly why?: string;
}

const NONE = 0n;
const ALL_BUT = (...bits: readonly number[]): bigint => bits.reduce((mask, bit) => mask & ~(1n << BigInt(bit)), (1n << 64n) - 1n);

/**
 * MSRs that decide features, vulnerabilities, KVM's offers and the loader (those that src/engine reads and src/data/bits names), and nothing else.
 * Never read: write-only commands (0x49, 0x10b, 0x79), serial numbers (PPIN: 0x4f, 0xc00102f1), APIC ids (0x802), SGX keys, clocks and counters.
 * Sources of `why`: cpu/bugs.c, cpu/tsx.c, cpu/intel.c, cpu/bus_lock.c, cpu/amd.c, kvm/svm/svm.c, arch/x86/kernel/process.c.
 */
// biome-ignore format: one line an MSR
export const msrsToRead: readonly MsrToRead[] = [
  { index: 0x17, vendors: 'intel', keep: 0b111n << 50n, why: 'the platform id alone' },
  { index: 0x1b, vendors: 'intel' },
  { index: 0x33, vendors: 'intel', keep: ALL_BUT(29), why: 'split lock detection is switched on by the kernel' },
  { index: 0x3a, vendors: 'intel' },
  { index: 0x48, vendors: 'all', keep: NONE, why: 'speculation control is written by mitigations' },
  { index: 0x4e, vendors: 'intel' },
  { index: 0x7b, vendors: 'intel' },
  { index: 0xbd, vendors: 'intel' },
  { index: 0xce, vendors: 'intel' },
  { index: 0xcf, vendors: 'all' },
  { index: 0x10a, vendors: 'all' },
  { index: 0x10f, vendors: 'intel', keep: NONE, why: 'TSX is hidden or made to abort by the kernel and perf' },
  { index: 0x122, vendors: 'all', keep: NONE, why: 'TSX is switched off and hidden by the kernel' },
  { index: 0x123, vendors: 'all', keep: 1n << 5n, why: 'SRBDS, GDS and TSX are controlled by the kernel, buffers by KVM; the lock is firmware\'s' },
  { index: 0x140, vendors: 'intel', keep: NONE, why: 'CPUID faulting belongs to processes' },
  { index: 0x1a0, vendors: 'intel' },
  { index: 0x345, vendors: 'intel' },
  { index: 0x480, vendors: 'intel' },
  { index: 0x481, vendors: 'intel' },
  { index: 0x482, vendors: 'intel' },
  { index: 0x483, vendors: 'intel' },
  { index: 0x484, vendors: 'intel' },
  { index: 0x485, vendors: 'intel' },
  { index: 0x486, vendors: 'intel' },
  { index: 0x487, vendors: 'intel' },
  { index: 0x488, vendors: 'intel' },
  { index: 0x489, vendors: 'intel' },
  { index: 0x48a, vendors: 'intel' },
  { index: 0x48b, vendors: 'intel' },
  { index: 0x48c, vendors: 'intel' },
  { index: 0x48d, vendors: 'intel' },
  { index: 0x48e, vendors: 'intel' },
  { index: 0x48f, vendors: 'intel' },
  { index: 0x490, vendors: 'intel' },
  { index: 0x491, vendors: 'intel' },
  { index: 0x492, vendors: 'intel' },
  { index: 0x982, vendors: 'intel' },
  { index: 0x14cf, vendors: 'intel' },
  { index: 0xc0000103, vendors: 'all', keep: NONE, why: 'the kernel keeps the number of the CPU there' },
  { index: 0xc0010010, vendors: 'amd' },
  { index: 0xc0010015, vendors: 'amd', keep: ALL_BUT(30, 35), why: 'the retired instructions counter and CPUID faulting are switched on by the kernel' },
  { index: 0xc0010055, vendors: 'amd' },
  { index: 0xc0010114, vendors: 'amd' },
  { index: 0xc001011f, vendors: 'amd', keep: NONE, why: 'store bypass is controlled by the kernel' },
  { index: 0xc0010132, vendors: 'amd' },
  { index: 0xc0010133, vendors: 'amd' },
  { index: 0xc0010136, vendors: 'amd' },
  { index: 0xc0010140, vendors: 'amd' },
  { index: 0xc0010141, vendors: 'amd' },
  { index: 0xc00102f0, vendors: 'amd' },
  { index: 0xc0011002, vendors: 'amd' },
  { index: 0xc0011004, vendors: 'amd' },
  { index: 0xc0011005, vendors: 'amd' },
  { index: 0xc001100c, vendors: 'amd', keep: ALL_BUT(0, 1, 2), why: 'the low bits number the node of this CPU' },
  { index: 0xc0011020, vendors: 'amd', keep: ALL_BUT(10, 33, 54), why: 'store bypass is controlled by the kernel, in another bit on each family' },
  { index: 0xc0011028, vendors: 'amd', keep: ALL_BUT(9), why: 'set by the kernel against the FPDSS bug' },
  { index: 0xc0011029, vendors: 'amd', keep: ALL_BUT(1, 9), why: 'serializing LFENCE and the Zenbleed workaround are set by the kernel' },
  { index: 0xc001102e, vendors: 'amd', keep: ALL_BUT(4, 5, 33), why: 'branch predictor workarounds are set by the kernel and KVM' },
  { index: 0xc00110e3, vendors: 'amd', keep: ALL_BUT(1), why: 'set by the kernel against Retbleed' },
];
