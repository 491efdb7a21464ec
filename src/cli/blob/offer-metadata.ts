import { statSync } from 'node:fs';
import { hex } from '../../base/hex.ts';
import type { Result } from '../../base/problem.ts';
import type { Blob, BlobEffect } from '../../data/contract/blob.ts';
import { describe } from '../../microcode/describe.ts';
import { loaderBytes } from '../../microcode/loader-bytes.ts';
import { blobNotes } from '../../views/blob-notes.ts';
import { readBytes } from '../read-input.ts';
import type { BlobInput } from './blob-input.ts';
import type { LoaderQuestion } from './loader-question.ts';
import type { Offer } from './offer-blob.ts';
import { imageFor, pickOf } from './offer-microcode.ts';
import { summarizeBytes } from './summarize-bytes.ts';

type MetadataInput = Extract<BlobInput, { kind: 'metadata' }>;

/** What the text form cannot say of any update, so that a description out of it is never complete. */
const FORM_GAP = 'the metadata form names CPUID bits and MSRs that come or go, no bits inside an MSR';

/** The update that the text belongs to: `06-55-04` for `06-55-04.metadata`. */
async function beside({ path }: MetadataInput): Promise<Parameters<typeof imageFor>[0] | null> {
  const file = path?.endsWith('.metadata') ? path.slice(0, -'.metadata'.length) : null;
  if (file === null || !statSync(file, { throwIfNoEntry: false })?.isFile()) return null;
  const bytes = (await readBytes(file, null)).value?.bytes;
  const summary = bytes === undefined ? null : (await summarizeBytes(file, bytes, 'amd')).value;
  return summary === null ? null : { file, summary };
}

/** The descriptor of an update that fits this CPU: the facts that the text lacks are taken from the profile. */
function assumed({ profile, cpu }: LoaderQuestion, effects: readonly BlobEffect[]): Blob {
  const target =
    cpu.vendor === 'GenuineIntel' && cpu.platformId !== null
      ? { platformFlags: hex(1 << cpu.platformId) }
      : cpu.vendor === 'GenuineIntel'
        ? { platformFlags: '0xff' }
        : {};
  const update = { vendor: cpu.vendor, revision: cpu.revision + 1, date: null, applies: [], minRevision: 0, sha256: null };
  const { blob } = describe(profile, update);
  return { ...blob, applies: [{ signature: hex(cpu.signature), ...target }], effects, unknownEffects: true };
}

/**
 * Offers an update that is known by its metadata text. Header facts come from the update that stands beside the text; without one
 * it is taken for an update that fits.
 */
export async function offerMetadata(input: MetadataInput, question: LoaderQuestion): Promise<Result<Offer>> {
  const effects = input.effects.map((effect): BlobEffect => ({ ...effect, source: `metadata ${input.file}` }));
  const gap = blobNotes.gap(FORM_GAP);
  const update = await beside(input);
  const image = update === null ? null : imageFor(update, question.cpu.vendor);
  const picked = image === null ? null : pickOf(image, question);
  if (update === null || image === null || picked === null) {
    const blob = assumed(question, effects);
    return { value: { blob, notes: [blobNotes.metadataAlone(blob.revision ?? ''), gap], problems: [] }, problems: [] };
  }
  const { blob } = describe(question.profile, picked);
  const notes = [blobNotes.metadataBeside(update.file, picked.revision), gap];
  return {
    value: { blob: { ...blob, effects, unknownEffects: true }, bytes: loaderBytes(image, question.cpu, question.options), notes, problems: [] },
    problems: [],
  };
}
