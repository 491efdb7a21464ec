import type { Boot } from '../boot/boot.ts';

/**
 * The signature a Zen patch or revision is for: the id holds family, model and stepping (cpu/microcode/amd.c ucode_rev_to_cpuid()).
 * @returns CPUID(1).EAX
 */
export function signatureOfRevision(revision: number): number {
  const stepping = (revision >>> 8) & 0xf;
  const model = (revision >>> 12) & 0xf;
  const extModel = (revision >>> 20) & 0xf;
  const extFamily = (revision >>> 24) & 0xff;
  return (stepping | (model << 4) | 0xf00 | (extModel << 16) | (extFamily << 20)) >>> 0;
}

/** @returns the lowest revision of a Zen part, which newer kernels take where the CPU reports 0 (amd.c cpuid_to_ucode_rev()). */
export function lowestRevision(signature: number): number {
  const stepping = signature & 0xf;
  const model = (signature >>> 4) & 0xf;
  const extModel = (signature >>> 16) & 0xf;
  const extFamily = (signature >>> 20) & 0xff;
  return ((stepping << 8) | (model << 12) | (extModel << 20) | (extFamily << 24)) >>> 0;
}

/** get_cutoff_revision(): the last revision of this part that was signed the old way; 0 where the line or the part has none. */
export function cutoffRevision(b: Boot, revision: number): number {
  return b.tables.amdCutoffs?.find(([patch]) => patch === revision >>> 8)?.[1] ?? 0;
}

/**
 * verify_patch(): a patch must stand on the same side of the signing cut-off as what runs now.
 * @returns whether the loader keeps the patch
 */
export function onSameSideOfCutoff(b: Boot, current: number, patch: number): boolean {
  const cutoff = cutoffRevision(b, current);
  return cutoff === 0 || current <= cutoff === patch <= cutoff;
}

/** cpu_has_entrysign(): parts whose signature check can be fooled (AMD-SB-7033). */
export function hasEntrysign(family: number, model: number): boolean {
  if (family === 0x17 || family === 0x19) return true;
  return family === 0x1a && (model <= 0x2f || (model >= 0x40 && model <= 0x4f) || (model >= 0x60 && model <= 0x7f));
}

/** What verify_sha256_digest() says to a patch, and what it prints. */
export interface DigestVerdict {
  readonly passes: boolean;
  readonly log: readonly string[];
  /** The patch's digest is not known and was taken for the listed one. */
  readonly assumed: boolean;
}

export interface DigestQuestion {
  readonly patch: number;
  readonly current: number;
  readonly sha256: string | null;
  readonly signature: number;
  /** Digests the user adds to the kernel's list. */
  readonly extra: readonly (readonly [patchId: number, sha256: string])[];
  /** Its bytes are known to be damaged. */
  readonly damaged: boolean;
}

/** `microcode.amd_sha_check=off`; the buffer of the kernel holds three characters, so what follows them does not matter. */
export function shaCheckOff(b: Boot): boolean {
  return b.tables.amdDigests !== null && (b.param('microcode.amd_sha_check') ?? '').startsWith('off');
}

/** verify_sha256_digest() and need_sha_check() of cpu/microcode/amd.c. */
export function verifyDigest(b: Boot, question: DigestQuestion): DigestVerdict {
  const { patch, signature } = question;
  // Without a revision the digest is asked for as if the part had its lowest one.
  const current = question.current || lowestRevision(signature);
  const list = b.tables.amdDigests;
  if (list === null || !hasEntrysign(b.cpu.family, b.cpu.model)) return { passes: true, log: [], assumed: false };
  const cutoff = cutoffRevision(b, current);
  if (cutoff !== 0 && current > cutoff) return { passes: true, log: [], assumed: false };
  const log =
    cutoff !== 0
      ? []
      : [
          'microcode: You should not be seeing this. Please send the following couple of lines to x86-<at>-kernel.org',
          `microcode: CPUID(1).EAX: 0x${signature.toString(16)}, current revision: 0x${current.toString(16)}`,
        ];
  if (shaCheckOff(b)) return { passes: true, log, assumed: false };
  const known = [...list, ...question.extra].filter(([id]) => id === patch).map(([, digest]) => digest.toLowerCase());
  const id = patch.toString(16);
  if (known.length === 0) return { passes: false, log: [...log, `microcode: No sha256 digest for patch ID: 0x${id} found`], assumed: false };
  if (!question.damaged && question.sha256 === null) return { passes: true, log, assumed: true };
  if (!question.damaged && known.includes(question.sha256 ?? '')) return { passes: true, log, assumed: false };
  return { passes: false, log: [...log, `microcode: Patch 0x${id} SHA256 digest mismatch!`], assumed: false };
}
