/** A bit of CPUID or of an MSR. To every reader the two look alike: only the reference tells them apart. */
export interface BitRow {
  /** `cpuid:<leaf hex>.<subleaf hex>.<reg>[<bit>]` or `msr:<index hex>[<bit>]`, lower case, no leading zeros. */
  readonly ref: string;
  /** Upper case; the kernel's name where it has one, else the vendor's. Unique among CPUID bits, and within one MSR. */
  readonly name: string;
  /** Suffix of the X86_FEATURE macro (the newest line that has one), or null. Two bits may feed one feature. */
  readonly linux: string | null;
  /** Name in libvirt's CPU map, or null. */
  readonly libvirt: string | null;
  /** Name of QEMU's CPU property, or null. */
  readonly qemu: string | null;
  /** MSR bits: macro of asm/msr-index.h that means this bit, or null. */
  readonly macro?: string | null;
  /** What it says, in a few words. */
  readonly text: string;
}
