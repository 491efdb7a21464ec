import { existsSync } from 'node:fs';
import type { Problem, Result } from '../../base/problem.ts';
import type { Blob, BlobEffect } from '../../data/contract/blob.ts';
import { builtInFile } from '../built-in.ts';
import { type Document, readBlob } from '../documents.ts';
import type { MicrocodeInput } from './read-microcode.ts';

/** What `--blob` names, read but not yet held against a CPU. */
export type BlobInput =
  | { readonly kind: 'descriptor'; readonly document: Document<Blob> }
  | { readonly kind: 'microcode'; readonly input: MicrocodeInput }
  | { readonly kind: 'folder'; readonly folder: string; readonly files: readonly MicrocodeInput[]; readonly problems: readonly Problem[] }
  | { readonly kind: 'metadata'; readonly file: string; readonly path: string | null; readonly effects: readonly BlobEffect[] };

/**
 * Reads what `--blob` names: a NAME of cpu-profiles/, a descriptor, a microcode file, a folder of them, an early-load image, Intel's old
 * text, the metadata text of April 2020, or `-`. What reads real files is loaded only where the name is not that of a descriptor.
 */
export async function readBlobInput(argument: string): Promise<Result<BlobInput>> {
  const named = builtInFile('blob', argument);
  if (argument.endsWith('.json') || (named !== null && existsSync(named))) {
    const { value, problems } = await readBlob(argument);
    return value === null ? { value, problems } : { value: { kind: 'descriptor', document: value }, problems };
  }
  const { openBlob } = await import('./open-blob.ts');
  return openBlob(argument);
}
