import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { hex, parseHex32 } from '../../base/hex.ts';
import { inFile, type Problem, type Result } from '../../base/problem.ts';
import type { Blob } from '../../data/contract/blob.ts';
import type { Profile } from '../../data/contract/profile.ts';
import { firmwareFile } from '../../microcode/cpu-signature.ts';
import { loaderBytes } from '../../microcode/loader-bytes.ts';
import { blobNotes } from '../../views/blob-notes.ts';
import type { Document } from '../documents.ts';
import type { ChosenKernel } from '../kernel-options.ts';
import { BLOB_BYTES } from '../read-input.ts';
import { loaderQuestion } from './loader-question.ts';
import type { Offer } from './offer-blob.ts';
import { imageFor, pickOf } from './offer-microcode.ts';
import { summarizeBytes } from './summarize-bytes.ts';

const REASONS: Readonly<Record<string, string>> = { ENOENT: 'nothing of that name', EACCES: 'no permission', EPERM: 'no permission', ELOOP: 'a loop of links' };

/** As the kernel's firmware loader looks: the plain name first, then its compressed forms. A pipe or a device is never opened. */
function readUpdate(path: string): { name: string; bytes: Uint8Array } | string {
  let why = 'nothing of that name';
  for (const name of [path, `${path}.zst`, `${path}.xz`]) {
    try {
      const status = statSync(name);
      if (!status.isFile()) return status.isDirectory() ? 'a folder' : 'no regular file';
      if (status.size > BLOB_BYTES) return `more than ${BLOB_BYTES / 1024 / 1024} MiB`;
      return { name, bytes: readFileSync(name) };
    } catch (error) {
      const { code = 'unknown' } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT') why = REASONS[code] ?? `an error (${code})`;
    }
  }
  return why;
}

function absent(blob: Blob, file: string, why: string): Result<Offer> {
  const notes = [blobNotes.unreadableBytes(file, why)];
  return { value: { blob: { ...blob, file: { ...blob.file, state: 'absent' } }, notes, problems: [] }, problems: [] };
}

/** Under this name the kernel reads the bytes, and by nothing else it knows what they should be. */
function kernelName(blob: Blob, profile: Profile): string {
  const row = profile.cpuid.find(({ leaf }) => parseHex32(leaf) === 1);
  return firmwareFile(blob.vendor, parseHex32(row?.eax ?? blob.applies?.[0]?.signature ?? '') ?? 0);
}

function bytesProblems(file: string, problems: readonly Problem[]): Problem[] {
  return inFile(
    file,
    problems.filter(({ code }) => code !== 'bad-date'),
  );
}

/**
 * A descriptor with a path: the bytes there decide whether the kernel takes the update, the descriptor what it does.
 * @param path relative to the descriptor; to the working folder where that came from standard input
 * @returns for bytes that cannot be read the update as the kernel would see it: not there
 */
export async function offerDescribedFile(
  { value: blob, path: base }: Document<Blob>,
  path: string,
  profile: Document<Profile>,
  kernel: ChosenKernel,
): Promise<Result<Offer>> {
  const found = path.includes('\0') ? 'a name with a NUL byte' : readUpdate(resolve(base === null ? '.' : dirname(base), path));
  if (typeof found === 'string') return absent(blob, path, found);
  const { value: summary, problems } = await summarizeBytes(found.name, found.bytes, 'amd', kernelName(blob, profile.value));
  if (summary === null) {
    // The kernel decompresses by itself: a program that is missing here says nothing about it.
    if (problems.some(({ code }) => code === 'no-decompressor')) return { value: null, problems };
    return absent(blob, path, 'a compressed file that is damaged');
  }
  const image = imageFor({ file: path, summary }, blob.vendor);
  if (image === null) return absent(blob, path, summary.format === 'empty' ? 'an empty file' : 'no microcode');
  const question = loaderQuestion(profile, kernel.choice.line.line, kernel.spec);
  // No loader for this vendor: that refuses every file alike.
  if (question.value === null) return { value: { blob, notes: [], problems: [] }, problems: [] };
  const held = pickOf(image, question.value);
  const differs = held !== null && blob.revision !== undefined && held.revision !== parseHex32(blob.revision);
  const notes = differs ? [blobNotes.otherRevision(path, hex(held.revision), blob.revision)] : [];
  return {
    value: { blob, bytes: loaderBytes(image, question.value.cpu, question.value.options), notes, problems: bytesProblems(path, problems) },
    problems: [],
  };
}
