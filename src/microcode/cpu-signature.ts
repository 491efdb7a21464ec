/** Family, model and stepping as the kernel counts them, out of CPUID leaf 1 EAX. */
export interface FamilyModelStepping {
  readonly family: number;
  readonly model: number;
  readonly stepping: number;
}

/**
 * Splits a CPU signature.
 * @param signature CPUID(1).EAX
 * @returns family, model and stepping
 * @source arch/x86/lib/cpu.c x86_family(), x86_model(), x86_stepping()
 */
export function splitSignature(signature: number): FamilyModelStepping {
  const base = (signature >>> 8) & 0xf;
  const family = base === 0xf ? base + ((signature >>> 20) & 0xff) : base;
  const low = (signature >>> 4) & 0xf;
  const model = family >= 6 ? low + (((signature >>> 16) & 0xf) << 4) : low;
  return { family, model, stepping: signature & 0xf };
}

const twoDigits = (value: number): string => value.toString(16).padStart(2, '0');

/**
 * The one firmware file that the late loader of a CPU opens.
 * @param vendor CPUID vendor string
 * @param signature CPUID(1).EAX
 * @returns path below the firmware folder, e.g. `intel-ucode/06-55-07`, `amd-ucode/microcode_amd_fam19h.bin`
 * @source cpu/microcode/intel.c request_microcode_fw(), amd.c request_microcode_amd()
 */
export function firmwareFile(vendor: 'GenuineIntel' | 'AuthenticAMD', signature: number): string {
  const { family, model, stepping } = splitSignature(signature);
  if (vendor === 'GenuineIntel') return `intel-ucode/${twoDigits(family)}-${twoDigits(model)}-${twoDigits(stepping)}`;
  return family >= 0x15 ? `amd-ucode/microcode_amd_fam${twoDigits(family)}h.bin` : 'amd-ucode/microcode_amd.bin';
}

/**
 * The CPU that a patch of Zen or later is for: its id holds family, model and stepping.
 * @param patchId AMD patch id, e.g. 0x0a0011de
 * @returns CPUID(1).EAX, e.g. 0x00a00f11
 * @source cpu/microcode/amd.c ucode_rev_to_cpuid()
 */
export function signatureOfPatchId(patchId: number): number {
  const stepping = (patchId >>> 8) & 0xf;
  const model = (patchId >>> 12) & 0xf;
  const extendedModel = (patchId >>> 20) & 0xf;
  const extendedFamily = (patchId >>> 24) & 0xff;
  return (stepping | (model << 4) | (0xf << 8) | (extendedModel << 16) | (extendedFamily << 20)) >>> 0;
}

/**
 * The lowest revision a Zen part could have: what 7.2 assumes where the CPU reports revision 0.
 * @param signature CPUID(1).EAX
 * @returns a revision whose last byte is 0
 * @source cpu/microcode/amd.c cpuid_to_ucode_rev()
 */
export function lowestZenRevision(signature: number): number {
  const stepping = signature & 0xf;
  const model = (signature >>> 4) & 0xf;
  const extendedModel = (signature >>> 16) & 0xf;
  const extendedFamily = (signature >>> 20) & 0xff;
  return ((stepping << 8) | (model << 12) | (extendedModel << 20) | (extendedFamily << 24)) >>> 0;
}

/**
 * The family an AMD patch is for, as the loader computes it.
 * @param equivalenceId `processor_rev_id` of the patch header
 * @returns the CPU family
 * @source cpu/microcode/amd.c verify_patch()
 */
export function familyOfEquivalenceId(equivalenceId: number): number {
  return 0xf + (equivalenceId >>> 12);
}
