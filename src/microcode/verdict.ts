import { judgeAmdFile } from './judge-amd.ts';
import { judgeIntelFile } from './judge-intel.ts';
import type { KernelLine } from './loader-traits.ts';
import type { MicrocodeImage } from './summarize-file.ts';
import type { TurnDown } from './turn-down.ts';
import type { FoundFlaw, UpdateRecord } from './update-record.ts';

/** The CPU that the file is offered to. */
export interface LoaderCpu {
  readonly vendor: 'GenuineIntel' | 'AuthenticAMD';
  /** CPUID(1).EAX. */
  readonly signature: number;
  /** 0 to 7; null where nobody knows: flags are then taken to fit. */
  readonly platformId: number | null;
  /** Revision of the first CPU. */
  readonly revision: number;
  /** Bytes of last-level cache for each core (Broadwell-X erratum); null where nobody knows: the erratum is then left out. */
  readonly cacheBytesPerCore?: number | null;
}

export interface LoaderOptions {
  readonly line: KernelLine;
  /** `microcode.force_minrev`. */
  readonly forceMinrev?: boolean;
  /** Digests the kernel's list holds, by patch id; null or absent: digests are not judged. */
  readonly amdDigests?: ReadonlyMap<number, string> | null;
  /** `microcode.amd_sha_check=off` makes this false. */
  readonly shaCheck?: boolean;
}

/** What the loader answers when it has read the file: a safe or an unsafe update, nothing newer, no need, a bad file. */
export type FileResult = 'new-safe' | 'new' | 'fine-as-it-is' | 'not-found' | 'bad-file';

export interface JudgedUpdate {
  readonly update: UpdateRecord;
  /** Every reason against it; none: the loader takes it. */
  readonly reasons: readonly TurnDown[];
}

export interface FileVerdict {
  readonly result: FileResult;
  /** What the write to `reload` fails with because of this file; null where it succeeds or goes on to load. */
  readonly errno: 'ENOENT' | 'EBADFD' | 'EIO' | null;
  /** The update that would be loaded. An AMD patch whose digest is refused stays here, with errno EIO. */
  readonly chosen: UpdateRecord | null;
  readonly flaw: FoundFlaw | null;
  readonly updates: readonly JudgedUpdate[];
  /** Lines the kernel prints while it reads the file. */
  readonly log: readonly string[];
}

/**
 * What a kernel line's late loader makes of a file, from its bytes and the CPU alone: offline CPUs, a hypervisor, a CPU
 * that refuses the update are no part of this.
 * @param image the bytes of the file the loader opens, as `summarizeFile` gives them
 * @param cpu the CPU
 * @param options kernel line and its parameters
 * @returns the loader's answer, the update chosen, and every reason against every other
 * @source cpu/microcode/core.c load_late_locked(), intel.c parse_microcode_blobs(), amd.c load_microcode_amd()
 */
export function judgeFile(image: MicrocodeImage, cpu: LoaderCpu, options: LoaderOptions): FileVerdict {
  if (cpu.vendor === 'GenuineIntel') return judgeIntelFile(image.bytes, image.intel ?? undefined, cpu, options);
  return judgeAmdFile(image.bytes, image.amd ?? undefined, cpu, options);
}
