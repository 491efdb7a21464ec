import { AMD_MAGIC } from './amd-container.ts';
import type { AmdFile } from './amd-file.ts';
import { amdLoaderWalk } from './amd-loader-walk.ts';
import { splitSignature } from './cpu-signature.ts';
import { intelFlawLog } from './intel-flaw-log.ts';
import { bytesBehind, flawOnLine } from './intel-flaws.ts';
import { readIntelHeader } from './intel-header.ts';
import { type LoaderTraits, loaderTraits } from './loader-traits.ts';
import type { MicrocodeImage } from './summarize-file.ts';
import type { FoundFlaw, UpdateRecord } from './update-record.ts';
import type { LoaderCpu, LoaderOptions } from './verdict.ts';
import { u32 } from './words.ts';

const FIRST_ZEN_FAMILY = 0x17;

/** The bytes of one image as a kernel line's loader reads them for a CPU: what the engine decides a load by. */
export interface LoaderBytes {
  readonly vendor: MicrocodeImage['vendor'];
  readonly updates: readonly UpdateRecord[];
  readonly flaw: FoundFlaw | null;
  /** What the late loader prints where it stops; most of AMD's flaws are silent. */
  readonly flawLog: readonly string[];
  /** Bytes the loader has not read when it stops; 6.1 takes a flaw that leaves none for the end of the file. */
  readonly bytesBehind: number;
}

/**
 * Reads an image with a loader's eyes. AMD's flaws depend on the CPU's family (Zen does without the equivalence table) and on the line
 * (6.1 does not).
 * @param image of `summarizeFile`
 * @returns its updates, and the flaw at which this loader stops
 */
export function loaderBytes({ vendor, bytes, intel, amd }: MicrocodeImage, cpu: LoaderCpu, options: LoaderOptions): LoaderBytes {
  const traits = loaderTraits(options.line);
  if (amd === null || cpu.vendor !== vendor) return intelBytes(vendor, bytes, intel ?? amd ?? { updates: [], firstFlaw: null }, traits);
  const { family } = splitSignature(cpu.signature);
  const byId = traits.zenByPatchId && family >= FIRST_ZEN_FAMILY;
  const updates = byId ? amd.updates : amd.updates.map((update) => byTable(update, amd, cpu));
  const walk = amdLoaderWalk(bytes, family, traits);
  return { vendor, updates, flaw: amdFlaw(bytes, amd, walk.flaw), flawLog: walk.log, bytesBehind: 0 };
}

function intelBytes(vendor: MicrocodeImage['vendor'], bytes: Uint8Array, file: Pick<AmdFile, 'updates' | 'firstFlaw'>, traits: LoaderTraits): LoaderBytes {
  const { updates, firstFlaw } = file;
  if (firstFlaw === null || vendor !== 'GenuineIntel') return { vendor, updates, flaw: firstFlaw, flawLog: [], bytesBehind: 0 };
  const flaw = flawOnLine(bytes, firstFlaw, traits);
  const header = readIntelHeader(bytes, flaw.offset);
  return { vendor, updates, flaw, flawLog: intelFlawLog(flaw.flaw, header, traits), bytesBehind: bytesBehind(bytes, flaw) };
}

/** A second container stops the late loader only; the engine, which asks for the early one too, knows that from the records. */
function amdFlaw(bytes: Uint8Array, { firstFlaw }: AmdFile, flaw: FoundFlaw | null): FoundFlaw | null {
  return flaw !== null && flaw.flaw === 'bad-section-type' && u32(bytes, flaw.offset) === AMD_MAGIC ? firstFlaw : flaw;
}

/**
 * Whether a patch is for the CPU, told by the equivalence table of its container alone.
 * @source cpu/microcode/amd.c find_equiv_id(), cache_find_patch(): the first row of a signature counts
 */
function byTable(update: UpdateRecord, { containers }: AmdFile, { signature }: LoaderCpu): UpdateRecord {
  const row = containers[update.amd?.container ?? 0]?.table.find((target) => target.signature === signature);
  const others = update.applies.filter((target) => target.signature !== signature);
  return { ...update, applies: row !== undefined && row.equivalenceId === update.amd?.equivalenceId ? [row, ...others] : others };
}
