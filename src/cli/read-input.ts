import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { parseJson } from '../base/json.ts';
import { inFile, type Problem, type Result } from '../base/problem.ts';
import { builtInFile, builtInNames, type InputKind } from './built-in.ts';
import { didYouMean } from './suggest.ts';

/** Largest JSON document that is read, in bytes: a profile has about 20,000. */
export const JSON_BYTES = 16 * 1024 * 1024;

/** Largest microcode file that is read, in bytes: a whole vendor's folder in one image has about 21 million. */
export const BLOB_BYTES = 64 * 1024 * 1024;

export interface Input {
  /** As the user named it: what problems call it. */
  readonly file: string;
  /** Where it is; null for standard input. What the document names relative to itself starts here. */
  readonly path: string | null;
  readonly bytes: Uint8Array;
}

export interface JsonInput {
  readonly file: string;
  readonly path: string | null;
  readonly value: unknown;
}

const CHUNK = 1024 * 1024;
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'nothing of that name',
  EACCES: 'no permission',
  EPERM: 'no permission',
  EISDIR: 'a folder',
  ENOTDIR: 'a path through something that is no folder',
  ELOOP: 'a loop of links',
  ENAMETOOLONG: 'a name that is too long',
};

/** Standard input can be read once; the second `-` on a command line would get nothing and say nothing. */
let standardInputTaken = false;

function problem(file: string, expected: string, got: string, code = 'unreadable'): { value: null; problems: Problem[] } {
  return { value: null, problems: [{ code, file, path: '', expected, got }] };
}

function tooLarge(file: string, limit: number): { value: null; problems: Problem[] } {
  return problem(file, `at most ${limit / 1024 / 1024} MiB`, 'more', 'too-large');
}

function reason(error: unknown): string {
  const { code = 'unknown' } = error as NodeJS.ErrnoException;
  return REASONS[code] ?? `an error (${code})`;
}

async function readStandardInput(limit: number): Promise<Result<Input>> {
  const file = 'standard input';
  if (standardInputTaken) return problem(file, 'one - on the command line', 'a second one');
  standardInputTaken = true;
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of process.stdin) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      if (size > limit) return tooLarge(file, limit);
    }
  } catch (error) {
    return problem(file, 'something readable', reason(error));
  }
  return { value: { file, path: null, bytes: Buffer.concat(chunks) }, problems: [] };
}

/** Reads by chunks up to one byte over the limit: pipes and /proc files do not know their size, devices have no end. */
function readDescriptor(descriptor: number, limit: number): Buffer | null {
  const chunks: Buffer[] = [];
  let size = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(CHUNK);
    const got = readSync(descriptor, chunk, 0, CHUNK, null);
    if (got === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, got));
    size += got;
    if (size > limit) return null;
  }
}

function readFile(file: string, path: string, limit: number, hint: string): Result<Input> {
  let descriptor: number | null = null;
  try {
    descriptor = openSync(path, 'r');
    const status = fstatSync(descriptor);
    if (status.isDirectory()) return problem(file, 'a file', 'a folder');
    const bytes = status.isFile() && status.size > limit ? null : readDescriptor(descriptor, limit);
    return bytes === null ? tooLarge(file, limit) : { value: { file, path, bytes }, problems: [] };
  } catch (error) {
    return problem(file, 'a readable file', `${reason(error)}${hint}`);
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

/**
 * Reads what a command line names.
 * @param argument a NAME of `cpu-profiles/`, a file, or `-`; a file whose name is a NAME too is written `./NAME`
 * @param kind what a NAME may mean here; null where only files make sense
 * @param limit most bytes that are read
 * @returns the bytes, or why not, with names that come near
 */
export async function readBytes(argument: string, kind: InputKind | null, limit: number = BLOB_BYTES): Promise<Result<Input>> {
  if (argument === '-') return readStandardInput(limit);
  if (argument === '' || argument.includes('\0')) return problem(argument, 'the name of a file', argument === '' ? 'an empty text' : 'a NUL byte');
  const named = kind === null ? null : builtInFile(kind, argument);
  if (named !== null && existsSync(named)) return readFile(argument, named, limit, '');
  const hint = kind === null || named === null || existsSync(argument) ? '' : didYouMean(argument, builtInNames(kind));
  return readFile(argument, argument, limit, hint);
}

/**
 * Decodes a text that must be UTF-8.
 * @param input bytes and their name
 * @returns the text; for other encodings a problem that names the encoding when its mark tells
 */
export function decodeText(input: Input): Result<string> {
  const [first, second] = input.bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return problem(input.file, 'UTF-8 text', 'UTF-16', 'bad-encoding');
  try {
    return { value: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(input.bytes), problems: [] };
  } catch {
    return problem(input.file, 'UTF-8 text', 'bytes that are not', 'bad-encoding');
  }
}

/**
 * Reads a JSON document that a command line names.
 * @param argument as for readBytes()
 * @param kind as for readBytes()
 * @returns the value, not yet held against any schema, or every problem with the file's name on it
 */
export async function readJson(argument: string, kind: InputKind | null): Promise<Result<JsonInput>> {
  const input = await readBytes(argument, kind, JSON_BYTES);
  if (input.value === null) return input;
  const text = decodeText(input.value);
  if (text.value === null) return text;
  const { file, path } = input.value;
  const parsed = parseJson(text.value);
  if (parsed.problems.length > 0) return { value: null, problems: inFile(file, parsed.problems) };
  return { value: { file, path, value: parsed.value }, problems: [] };
}
