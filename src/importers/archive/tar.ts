import type { Problem } from '../../base/problem.ts';
import type { ImportFile } from '../types.ts';

const BLOCK = 512;
const FILES = 20_000;

const field = (bytes: Uint8Array, from: number, length: number): string => {
  const part = bytes.subarray(from, from + length);
  const end = part.indexOf(0);
  return new TextDecoder('latin1').decode(end < 0 ? part : part.subarray(0, end));
};

/** The checksum counts its own field as blanks. */
function checksumFits(header: Uint8Array): boolean {
  let sum = 0;
  for (let at = 0; at < BLOCK; at += 1) sum += at >= 148 && at < 156 ? 0x20 : (header[at] as number);
  return sum === Number.parseInt(field(header, 148, 8).trim(), 8);
}

/** `27 path=some/name\n` records in front of a file whose name does not fit. */
function paxPath(text: string): string | undefined {
  return /(?:^|\n)\d+ path=([^\n]*)/.exec(text)?.[1];
}

/** @returns whether the bytes are a tar archive: the first header's checksum fits. */
export function isTar(bytes: Uint8Array): boolean {
  return bytes.length >= BLOCK && bytes[0] !== 0 && checksumFits(bytes.subarray(0, BLOCK));
}

/**
 * Lists the files of a tar archive (ustar, GNU and pax names).
 * @param bytes the archive, decompressed
 * @returns the regular files, and a problem where the archive is damaged or too large
 */
export function untar(bytes: Uint8Array): { files: ImportFile[]; problems: Problem[] } {
  const files: ImportFile[] = [];
  const fail = (at: number, expected: string, got: string): { files: ImportFile[]; problems: Problem[] } => ({
    files,
    problems: [{ code: 'bad-tar', path: `offset 0x${at.toString(16)}`, expected, got }],
  });
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= bytes.length; ) {
    const header = bytes.subarray(at, at + BLOCK);
    if (header[0] === 0) return { files, problems: [] };
    if (!checksumFits(header)) return fail(at, 'a header whose checksum fits', 'something else');
    const size = Number.parseInt(field(header, 124, 12).trim() || '0', 8);
    if (!Number.isSafeInteger(size) || size < 0 || at + BLOCK + size > bytes.length) return fail(at + 124, 'a size inside the archive', field(header, 124, 12));
    const content = bytes.subarray(at + BLOCK, at + BLOCK + size);
    const type = field(header, 156, 1);
    if (type === 'L') longName = field(content, 0, Math.min(size, 4096));
    else if (type === 'x') longName = paxPath(new TextDecoder().decode(content.subarray(0, 65_536)));
    else {
      const prefix = field(header, 257, 5) === 'ustar' ? field(header, 345, 155) : '';
      const name = longName ?? (prefix === '' ? '' : `${prefix}/`) + field(header, 0, 100);
      if (type === '' || type === '0') files.push({ name: name.replace(/^\.\//, ''), bytes: content });
      if (files.length > FILES) return fail(at, `at most ${FILES} files`, 'more');
      longName = undefined;
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return { files, problems: [] };
}
