import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Problem } from '../base/problem.ts';
import { bunzip2, isBzip2 } from '../importers/archive/bunzip2.ts';
import { isTar, untar } from '../importers/archive/tar.ts';
import { groupFiles } from '../importers/group.ts';
import type { ImportFile, ImportInput } from '../importers/index.ts';
import { readBytes } from './read-input.ts';

/** Largest file, and largest content of an archive. */
export const DUMP_BYTES = 128 * 1024 * 1024;
const FILES = 50_000;
const DEPTH = 32;

export interface DumpInputs {
  readonly inputs: ImportInput[];
  /** The user named a folder or archive, not this very file: what is no dump in there is passed over. */
  readonly inside: boolean;
  readonly problems: readonly Problem[];
}

/** Files of /proc and /sys do not know their size, so what counts is what comes out. */
function readRegular(path: string): Uint8Array {
  const descriptor = openSync(path, 'r');
  try {
    if (!fstatSync(descriptor).isFile()) return new Uint8Array();
    const chunks: Buffer[] = [];
    for (let size = 0; size <= DUMP_BYTES; ) {
      const chunk = Buffer.allocUnsafe(64 * 1024);
      const got = readSync(descriptor, chunk, 0, chunk.length, null);
      if (got === 0) break;
      chunks.push(chunk.subarray(0, got));
      size += got;
    }
    return Buffer.concat(chunks);
  } finally {
    closeSync(descriptor);
  }
}

/** A folder may hold thousands of files: each is read when an importer looks at it, and forgotten with it. */
function lazyFile(name: string, path: string): ImportFile {
  let bytes: Uint8Array | null = null;
  return {
    name,
    get bytes() {
      try {
        bytes ??= readRegular(path);
      } catch {
        // Not readable for this user: to the importers as good as empty. A file that is named itself is read by readBytes().
        bytes = new Uint8Array();
      }
      return bytes;
    },
  };
}

/** Links are not followed: /sys is full of circles. */
function walk(root: string): { files: ImportFile[]; problems: Problem[] } {
  const files: ImportFile[] = [];
  const problems: Problem[] = [];
  const visit = (path: string, name: string, depth: number): void => {
    let entries: ReturnType<typeof readDirectory>;
    try {
      entries = readDirectory(path);
    } catch (error) {
      problems.push({
        code: 'unreadable',
        file: path,
        path: '',
        expected: 'a readable folder',
        got: `an error (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`,
      });
      return;
    }
    for (const entry of entries) {
      const inner = name === '' ? entry.name : `${name}/${entry.name}`;
      if (entry.isDirectory() && depth < DEPTH && entry.name !== '.git') visit(join(path, entry.name), inner, depth + 1);
      else if (entry.isFile() && files.length < FILES) files.push(lazyFile(inner, join(path, entry.name)));
    }
  };
  visit(root, '', 0);
  return { files, problems };
}

function readDirectory(path: string) {
  return readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

interface Unpacked {
  readonly bytes: Uint8Array | null;
  readonly name: string;
  readonly problems: readonly Problem[];
}

function gunzip(file: ImportFile): Unpacked {
  try {
    return { bytes: gunzipSync(file.bytes, { maxOutputLength: DUMP_BYTES }), name: file.name.replace(/\.gz$/, '').replace(/\.tgz$/, '.tar'), problems: [] };
  } catch (error) {
    const got = (error as NodeJS.ErrnoException).code ?? 'something else';
    return { bytes: null, name: file.name, problems: [{ code: 'bad-gzip', path: '', expected: `gzip data of at most ${DUMP_BYTES} bytes`, got }] };
  }
}

const OTHER_COMPRESSION: readonly (readonly [name: string, mark: readonly number[]])[] = [
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
];

function decompress(file: ImportFile): Unpacked {
  const { bytes } = file;
  if (isBzip2(bytes)) {
    const { value, problems } = bunzip2(bytes, DUMP_BYTES);
    return { bytes: value, name: file.name.replace(/\.t?bz2$/, ''), problems };
  }
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return gunzip(file);
  const other = OTHER_COMPRESSION.find(([, mark]) => mark.every((byte, at) => bytes[at] === byte));
  if (!other) return { bytes, name: file.name, problems: [] };
  return {
    bytes: null,
    name: file.name,
    problems: [{ code: 'unknown-compression', path: '', expected: 'a file as it is, or in bzip2, gzip or tar', got: `${other[0]}: unpack it first` }],
  };
}

/**
 * Opens what may be a compressed file or an archive.
 * @param file a file
 * @returns the inputs in it: itself when it is neither
 */
export function unpack(file: ImportFile): DumpInputs {
  const { bytes, name, problems } = decompress(file);
  const named = problems.map((problem) => ({ file: file.name, ...problem }));
  if (bytes === null) return { inputs: [], inside: false, problems: named };
  if (!isTar(bytes)) return { inputs: [{ name, files: [bytes === file.bytes ? file : { name, bytes }] }], inside: false, problems: named };
  const content = untar(bytes);
  const damage = content.problems.map((problem) => ({ file: file.name, ...problem }));
  return { inputs: groupFiles(file.name, content.files), inside: true, problems: damage };
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/**
 * Finds the dumps that a word of the command line names.
 * @param argument a file, a folder, or - for standard input
 * @returns what is to be imported, in the order of names
 */
export async function dumpInputs(argument: string): Promise<DumpInputs> {
  if (argument !== '-' && !argument.includes('\0') && isFolder(argument)) {
    const { files, problems } = walk(argument);
    return { inputs: groupFiles(argument, files), inside: true, problems };
  }
  const { value, problems } = await readBytes(argument, null, DUMP_BYTES);
  if (value === null) return { inputs: [], inside: false, problems };
  return unpack({ name: argument, bytes: value.bytes });
}
