import type { Command } from 'commander';
import { hex, parseHex32 } from '../../base/hex.ts';
import type { Problem, Result } from '../../base/problem.ts';
import type { Blob } from '../../data/contract/blob.ts';
import { printMetadata } from '../../microcode/metadata.ts';
import { blobNotes, effectWords, METADATA_LACKS } from '../../views/blob-notes.ts';
import { deliver, jsonText, optionsOf, refuse } from '../common-options.ts';
import { readProfile } from '../documents.ts';
import type { ExitCode } from '../exit.ts';
import { kernelOf } from '../kernel-options.ts';
import { printProblems } from '../print-problems.ts';
import { sayNotes } from '../say-notes.ts';
import { readBlobInput } from './blob-input.ts';
import { type Offer, offerBlob } from './offer-blob.ts';

interface DescribeOptions {
  readonly profile: string;
  readonly kernel?: string;
  readonly target?: string;
}

/** A descriptor is about a sound update for this CPU; anything less is a wrong input. */
function described(name: string, offer: Offer, wanted: string | undefined): Result<Blob> {
  const { blob, bytes, problems } = offer;
  if ((bytes?.flaw ?? null) !== null) return { value: null, problems };
  const missing = blob.revision === undefined || (wanted !== undefined && blob.revision !== wanted);
  if (!missing) return { value: withoutState(blob), problems };
  const expected = wanted === undefined ? "an update for the profile's CPU" : `an update ${wanted} for the profile's CPU`;
  return { value: null, problems: [...problems, { code: 'no-such-update', file: name, path: '', expected, got: 'none' }] };
}

/** That the file has the wrong name for a late load is no fact about the update. */
function withoutState({ file, ...blob }: Blob): Blob {
  if (file === undefined) return blob;
  const { state: _state, ...facts } = file;
  return Object.keys(facts).length === 0 ? blob : { ...blob, file: facts };
}

function metadataText(blob: Blob): { text: string; notes: string[] } {
  const { text, notCarried } = printMetadata(blob.effects);
  return { text, notes: [METADATA_LACKS, ...notCarried.map(effectWords)].map(blobNotes.noPlaceFor) };
}

function target(text: string | undefined): Result<{ revision?: number }> {
  if (text === undefined) return { value: {}, problems: [] };
  const revision = parseHex32(text.toLowerCase());
  const problem: Problem = { code: 'bad-revision', path: '--target', expected: 'a revision such as 0xf0', got: text };
  return revision === null ? { value: null, problems: [problem] } : { value: { revision }, problems: [] };
}

/** Runs `cpueval blob describe`. */
export async function run(command: Command, name: string): Promise<ExitCode> {
  const options = optionsOf<DescribeOptions>(command);
  const [profile, input, wanted] = [await readProfile(options.profile), await readBlobInput(name), target(options.target)];
  if (profile.value === null || input.value === null || wanted.value === null) return refuse([...profile.problems, ...input.problems, ...wanted.problems]);
  const kernel = await kernelOf({ ...options, config: [] }, profile.value.value);
  if (kernel.value === null) return refuse(kernel.problems);
  const { revision } = wanted.value;
  const offer = await offerBlob(input.value, profile.value, kernel.value, revision);
  if (offer.value === null) return refuse(offer.problems);
  const { value: blob, problems } = described(name, offer.value, revision === undefined ? undefined : hex(revision));
  if (blob === null) return refuse(problems);
  printProblems(problems);
  const metadata = options.format === 'metadata' ? metadataText(blob) : null;
  if (!options.quiet) sayNotes([...offer.value.notes, ...(metadata?.notes ?? [])]);
  return deliver(metadata?.text ?? jsonText(blob), options);
}
