import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import type { Problem } from '../../base/problem.ts';
import { detectFormat, isFirmwareName, type MicrocodeFormat } from '../../microcode/detect-format.ts';
import type { FileSummary } from '../../microcode/summarize-file.ts';
import { BLOB_BYTES, readBytes } from '../read-input.ts';
import { type Digests, summarizeBytes } from './summarize-bytes.ts';
import { walkFolder } from './walk-folder.ts';

export interface MicrocodeInput {
  readonly file: string;
  readonly summary: FileSummary;
}

export interface MicrocodeInputs {
  readonly files: readonly MicrocodeInput[];
  /** Everything wrong with the files, named; bad dates and the like among them. */
  readonly problems: readonly Problem[];
  /** Something that was asked for could not be read. */
  readonly unreadable: boolean;
  /** A file is not what its vendor made. */
  readonly damaged: boolean;
  /** Files below folders that are no microcode. */
  readonly passedOver: number;
}

export interface ReadOptions {
  readonly digests: Digests;
  /** Keep the bytes of each file with its summary; without it one buffer is used for all and nothing of it may be looked at later. */
  readonly keepBytes: boolean;
}

const HEAD = 256;
/** Holds the largest file that Intel ships today; memory that is not written to costs nothing. */
const FIRST_BUFFER = 4 * 1024 * 1024;

/** What `readMicrocode` fills. */
interface Reading {
  readonly options: ReadOptions;
  readonly files: MicrocodeInput[];
  readonly problems: Problem[];
  unreadable: boolean;
  damaged: boolean;
  passedOver: number;
  buffer: Buffer;
}

/**
 * Reads every microcode file that a command line names. In a folder only what is microcode counts, by name or content;
 * a file that is named itself has to be some.
 * @param names files, folders, or `-`
 * @param options digests, and whether the bytes are needed afterwards
 */
export async function readMicrocode(names: readonly string[], options: ReadOptions): Promise<MicrocodeInputs> {
  const reading: Reading = { options, files: [], problems: [], unreadable: false, damaged: false, passedOver: 0, buffer: Buffer.alloc(0) };
  for (const name of names) {
    if (name !== '-' && statSync(name, { throwIfNoEntry: false })?.isDirectory()) await readFolder(reading, name);
    else await readNamed(reading, name);
  }
  const { files, problems, unreadable, damaged, passedOver } = reading;
  return { files, problems, unreadable, damaged, passedOver };
}

async function readNamed(reading: Reading, name: string): Promise<void> {
  const { value, problems } = await readBytes(name, null);
  if (value === null) {
    reading.problems.push(...problems);
    reading.unreadable = true;
  } else await take(reading, value.file, value.bytes);
}

async function readFolder(reading: Reading, folder: string): Promise<void> {
  const { files, problems } = walkFolder(folder);
  reading.problems.push(...problems);
  reading.unreadable ||= problems.length > 0;
  let found = 0;
  for (const file of files) {
    const bytes = readIfMicrocode(reading, file);
    if (bytes === null) reading.passedOver++;
    else {
      found++;
      await take(reading, file, bytes);
    }
  }
  if (found === 0 && problems.length === 0) {
    reading.problems.push({ code: 'no-microcode', file: folder, path: '', expected: 'microcode files in the folder', got: `${files.length} other files` });
    reading.unreadable = true;
  }
}

/** A folder of firmware holds gigabytes that are no microcode: of those only the first bytes are read. */
function readIfMicrocode(reading: Reading, file: string): Buffer | null {
  let descriptor: number | null = null;
  try {
    descriptor = openSync(file, 'r');
    const { size } = fstatSync(descriptor);
    const buffer = bufferFor(reading, Math.min(size, BLOB_BYTES));
    const head = isFirmwareName(file) ? 0 : readSync(descriptor, buffer, 0, Math.min(size, HEAD), 0);
    if (head > 0 && !isMicrocode(detectFormat(buffer.subarray(0, head)), file)) return null;
    if (size === 0 && !isFirmwareName(file)) return null;
    if (size > BLOB_BYTES) return oversized(reading, file);
    return buffer.subarray(0, fill(descriptor, buffer, head, size));
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    reading.problems.push({ code: 'unreadable', file, path: '', expected: 'a readable file', got: `an error (${code})` });
    reading.unreadable = true;
    return null;
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

function fill(descriptor: number, buffer: Buffer, from: number, size: number): number {
  let at = from;
  while (at < size) {
    const got = readSync(descriptor, buffer, at, size - at, at);
    if (got === 0) return at;
    at += got;
  }
  return at;
}

function oversized(reading: Reading, file: string): null {
  reading.problems.push({ code: 'too-large', file, path: '', expected: `at most ${BLOB_BYTES / 1024 / 1024} MiB`, got: 'more' });
  reading.unreadable = true;
  return null;
}

/** Other compressed files of a folder are somebody else's. */
function isMicrocode(format: MicrocodeFormat, file: string): boolean {
  if (format === 'dat') return file.endsWith('.dat');
  return format === 'intel' || format === 'intel-scan' || format === 'amd' || format === 'cpio';
}

/** One buffer for a whole folder: fresh memory for every file costs more than reading it. */
function bufferFor(reading: Reading, size: number): Buffer {
  if (reading.options.keepBytes) return Buffer.allocUnsafeSlow(size);
  if (reading.buffer.length < size) reading.buffer = Buffer.allocUnsafeSlow(Math.max(size, FIRST_BUFFER));
  return reading.buffer;
}

async function take(reading: Reading, file: string, bytes: Uint8Array): Promise<void> {
  const { value: summary, problems } = await summarizeBytes(file, bytes, reading.options.digests);
  reading.problems.push(...problems);
  if (summary === null) {
    reading.unreadable = true;
    return;
  }
  reading.files.push({ file, summary: reading.options.keepBytes ? summary : withoutBytes(summary) });
  reading.damaged ||= summary.integrity !== 'valid';
}

function withoutBytes(summary: FileSummary): FileSummary {
  return { ...summary, images: summary.images.map((image) => ({ ...image, bytes: new Uint8Array() })) };
}
