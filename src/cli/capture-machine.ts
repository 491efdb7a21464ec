import { execFileSync } from 'node:child_process';
import type { CaptureOutcome } from '../capture/capture-profile.ts';
import type { Fallback } from '../capture/cores.ts';
import type { EarlyRevision } from '../capture/microcode.ts';
import { failed, type Reader } from '../capture/reader.ts';
import type { Importer } from '../importers/types.ts';

export interface CaptureSource {
  /** `/` for this machine, or the folder of another's tree. */
  readonly root: string;
  readonly anonymous: boolean;
}

const TEXT_BYTES = 64 * 1024 * 1024;
/** Where sosreport leaves the output of the tool. */
const REPORTED = ['sos_commands/processor/cpuid_-r', 'sos_commands/hardware/cpuid_-r'];

/** The tool needs neither device nor root: it runs the instruction on each CPU in turn. */
function runCpuidTool(): Uint8Array | null {
  try {
    return execFileSync('cpuid', ['-r'], { timeout: 120_000, maxBuffer: TEXT_BYTES, stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return null;
  }
}

function fromText(importer: Importer, name: string, bytes: Uint8Array | string | null): ReturnType<Fallback['read']> {
  if (bytes === null || typeof bytes === 'string' || bytes.length === 0) return null;
  return importer.import({ name, files: [{ name, bytes }] }).profiles[0] ?? null;
}

function firstReport(reader: Reader): Uint8Array | null {
  for (const path of REPORTED) {
    const bytes = reader.read(path, TEXT_BYTES);
    if (!failed(bytes)) return bytes;
  }
  return null;
}

/** Rooms do not know each other: what the importers can read is handed to the capture here. */
async function fallbacks(root: string): Promise<Fallback[]> {
  const { etallen } = await import('../importers/etallen.ts');
  const { proc } = await import('../importers/proc.ts');
  return [
    { name: 'the output of cpuid -r', read: (reader) => fromText(etallen, 'cpuid -r', root === '/' ? runCpuidTool() : firstReport(reader)) },
    { name: 'the flags in /proc/cpuinfo', read: (reader) => fromText(proc, 'proc/cpuinfo', reader.read('proc/cpuinfo')) },
  ];
}

/** @returns what finds the newest update for a CPU in an early-load image (cpu/microcode/intel.c scan_microcode(), amd.c). */
async function earlyReader(): Promise<EarlyRevision> {
  const { summarizeFile } = await import('../microcode/summarize-file.ts');
  return (image, { vendor, signature, platformId }) => {
    const fits = summarizeFile(image, null, 'early.cpio').updates.filter(
      (update) =>
        update.vendor === vendor &&
        update.applies.some(
          (target) => target.signature === signature && (platformId === null || !target.platformFlags || ((target.platformFlags >>> platformId) & 1) === 1),
        ),
    );
    return fits.length === 0 ? null : Math.max(...fits.map(({ revision }) => revision));
  };
}

/**
 * Captures a machine: the one it runs on, or one whose files were copied or mounted.
 * @param source where the machine's files are, and whether it may be named
 */
export async function captureMachine({ root, anonymous }: CaptureSource): Promise<CaptureOutcome> {
  const { captureProfile } = await import('../capture/capture-profile.ts');
  const { nodeReader } = await import('../capture/node-reader.ts');
  return captureProfile(nodeReader(root), { anonymous, fallbacks: await fallbacks(root), earlyRevision: await earlyReader() });
}
