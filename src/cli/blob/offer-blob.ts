import type { Problem, Result } from '../../base/problem.ts';
import type { Blob } from '../../data/contract/blob.ts';
import type { Profile } from '../../data/contract/profile.ts';
import type { VerdictOfBytes } from '../../engine/loader/offered-file.ts';
import type { Description } from '../../microcode/describe.ts';
import type { Document } from '../documents.ts';
import type { ChosenKernel } from '../kernel-options.ts';
import type { BlobInput } from './blob-input.ts';

/** An update as a dry run takes it. */
export interface Offer {
  readonly blob: Blob;
  /** What stands in the real bytes: it decides whether the kernel takes them. Absent: the descriptor is believed. */
  readonly bytes?: VerdictOfBytes;
  /** Sentences for standard error. */
  readonly notes: readonly string[];
  /** What is wrong with the bytes: the kernel's answer to them is the result, but people want to know why. */
  readonly problems: readonly Problem[];
  /** Where the update was described from its revision: what is known, and what is not. */
  readonly description?: Description;
  /** Where a folder was offered and the newest update in it cannot be loaded straight: the way there, as a sentence. */
  readonly way?: string;
}

/**
 * Holds what `--blob` names against the CPU and the kernel.
 * @param target a revision to describe in place of the one that the kernel picks
 * @returns the update; problems where it cannot be told what the kernel would read
 */
export async function offerBlob(input: BlobInput, profile: Document<Profile>, kernel: ChosenKernel, target?: number): Promise<Result<Offer>> {
  if (input.kind === 'descriptor') {
    const blob = input.document.value;
    if (blob.file?.path === undefined || blob.file.state === 'absent') return { value: { blob, notes: [], problems: [] }, problems: [] };
    const { offerDescribedFile } = await import('./offer-described-file.ts');
    return offerDescribedFile(input.document, blob.file.path, profile, kernel);
  }
  const { loaderQuestion } = await import('./loader-question.ts');
  const question = loaderQuestion(profile, kernel.choice.line.line, kernel.spec);
  if (question.value === null) return question;
  if (input.kind === 'metadata') return (await import('./offer-metadata.ts')).offerMetadata(input, question.value);
  const { offerFolder, offerMicrocode } = await import('./offer-microcode.ts');
  if (input.kind === 'folder') return offerFolder(input, question.value, target);
  return { value: offerMicrocode(input.input, question.value, target), problems: [] };
}
