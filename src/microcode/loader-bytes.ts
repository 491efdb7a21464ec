import { AMD_MAGIC } from './amd-container.ts';
import type { AmdFile } from './amd-file.ts';
import { amdLoaderWalk } from './amd-loader-walk.ts';
import { splitSignature } from './cpu-signature.ts';
import { type LoaderTraits, loaderTraits } from './loader-traits.ts';
import type { MicrocodeImage } from './summarize-file.ts';
import type { FoundFlaw, UpdateRecord } from './update-record.ts';
import type { LoaderCpu, LoaderOptions } from './verdict.ts';
import { u32 } from './words.ts';

/** The bytes of one image as a kernel line's loader reads them for a CPU: what the engine decides a load by. */
export interface LoaderBytes {
  readonly vendor: MicrocodeImage['vendor'];
  readonly updates: readonly UpdateRecord[];
  readonly flaw: FoundFlaw | null;
}

/**
 * Reads an image with a loader's eyes. For Intel all lines read alike; AMD's flaws depend on the CPU's family (Zen does without the
 * equivalence table) and on the line (6.1 does not).
 * @param image of `summarizeFile`
 * @returns its updates, and the flaw at which this loader stops
 */
export function loaderBytes({ vendor, bytes, intel, amd }: MicrocodeImage, cpu: LoaderCpu, options: LoaderOptions): LoaderBytes {
  if (amd === null || cpu.vendor !== vendor) {
    const { updates = [], firstFlaw = null } = intel ?? amd ?? {};
    return { vendor, updates, flaw: firstFlaw };
  }
  const traits = loaderTraits(options.line);
  const updates = traits.zenByPatchId ? amd.updates : amd.updates.map((update) => byTable(update, amd, cpu));
  return { vendor, updates, flaw: amdFlaw(bytes, amd, cpu, traits) };
}

/** A second container stops the late loader only; the engine, which asks for the early one too, knows that from the records. */
function amdFlaw(bytes: Uint8Array, { firstFlaw }: AmdFile, cpu: LoaderCpu, traits: LoaderTraits): FoundFlaw | null {
  const { flaw } = amdLoaderWalk(bytes, splitSignature(cpu.signature).family, traits);
  return flaw !== null && flaw.flaw === 'bad-section-type' && u32(bytes, flaw.offset) === AMD_MAGIC ? firstFlaw : flaw;
}

/**
 * Whether a patch is for the CPU, told by the equivalence table alone.
 * @source 6.1 cpu/microcode/amd.c find_equiv_id(), cache_find_patch(): the first row of a signature counts
 */
function byTable(update: UpdateRecord, { containers }: AmdFile, { signature }: LoaderCpu): UpdateRecord {
  const row = containers[0]?.table.find((target) => target.signature === signature);
  const others = update.applies.filter((target) => target.signature !== signature);
  return { ...update, applies: row !== undefined && row.equivalenceId === update.amd?.equivalenceId ? [row, ...others] : others };
}
