import { statSync } from 'node:fs';
import { parseJson } from '../../base/json.ts';
import { inFile, type Problem, type Result } from '../../base/problem.ts';
import type { Blob } from '../../data/contract/blob.ts';
import { detectFormat } from '../../microcode/detect-format.ts';
import { parseMetadata } from '../../microcode/metadata.ts';
import { validateBlob } from '../../schema/validate-blob.ts';
import { decodeText, type Input, JSON_BYTES, readBytes } from '../read-input.ts';
import type { BlobInput } from './blob-input.ts';
import { readMicrocode } from './read-microcode.ts';
import { summarizeBytes } from './summarize-bytes.ts';

/**
 * Reads what `--blob` names by its content: JSON is a descriptor, everything else has to be microcode or metadata.
 * @param argument a file, a folder or `-`
 * @returns the input, or every problem; damage inside microcode is none of them: what the kernel says to it is the answer
 */
export async function openBlob(argument: string): Promise<Result<BlobInput>> {
  if (argument !== '-' && isFolder(argument)) return openFolder(argument);
  const input = await readBytes(argument, 'blob');
  if (input.value === null) return input;
  const { file, bytes } = input.value;
  if (looksLikeJson(bytes)) return descriptor(input.value);
  const format = detectFormat(bytes, file);
  // A step that changes nothing metadata can say has an empty text.
  if (format === 'metadata' || (format === 'empty' && file.endsWith('.metadata'))) return metadata(input.value);
  if (format === 'unknown' || format === 'empty') return refused(file, format === 'empty' ? 'no bytes' : 'a file of another kind');
  const { value: summary, problems } = await summarizeBytes(file, bytes, 'amd');
  if (summary === null || summary.images.length === 0) return { value: null, problems };
  return { value: { kind: 'microcode', input: { file, summary } }, problems: [] };
}

function isFolder(path: string): boolean {
  return !path.includes('\0') && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function refused(file: string, got: string): { value: null; problems: Problem[] } {
  const expected = 'a blob descriptor (JSON), Intel or AMD microcode, an early-load image or metadata text';
  return { value: null, problems: [{ code: 'unknown-format', file, path: '', expected, got }] };
}

/** No microcode begins with a brace: headers begin with small numbers, archives and compressors with their magic. */
function looksLikeJson(bytes: Uint8Array): boolean {
  const first = bytes.subarray(0, 256).findIndex((byte) => byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d);
  return bytes[first] === 0x7b || bytes[first] === 0x5b;
}

function descriptor(input: Input): Result<BlobInput> {
  const { file, path, bytes } = input;
  if (bytes.length > JSON_BYTES) {
    return { value: null, problems: [{ code: 'too-large', file, path: '', expected: `at most ${JSON_BYTES / 1024 / 1024} MiB of JSON`, got: 'more' }] };
  }
  const text = decodeText(input);
  if (text.value === null) return text;
  const parsed = parseJson(text.value);
  const problems = inFile(file, parsed.problems.length > 0 ? parsed.problems : validateBlob(parsed.value));
  if (problems.length > 0) return { value: null, problems };
  return { value: { kind: 'descriptor', document: { value: parsed.value as Blob, file, path } }, problems };
}

function metadata(input: Input): Result<BlobInput> {
  const text = decodeText(input);
  if (text.value === null) return text;
  const { effects, problems } = parseMetadata(text.value);
  if (problems.length > 0) return { value: null, problems: inFile(input.file, problems) };
  return { value: { kind: 'metadata', file: input.file, path: input.path, effects }, problems: [] };
}

async function openFolder(folder: string): Promise<Result<BlobInput>> {
  const { files, problems } = await readMicrocode([folder], { digests: 'amd', keepBytes: true });
  if (files.length === 0) return { value: null, problems: [...problems] };
  return { value: { kind: 'folder', folder, files, problems }, problems: [] };
}
