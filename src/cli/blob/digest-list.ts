import { shorten } from '../../base/escape.ts';
import { hex, parseHex32 } from '../../base/hex.ts';
import { inFile, type Problem, type Result } from '../../base/problem.ts';
import { decodeText, readBytes } from '../read-input.ts';

/** Digests that a user adds to the kernel's list of AMD patches: patch id, sha256 of the patch in lower case. */
export type DigestList = readonly (readonly [patchId: number, sha256: string])[];

/** The kernel's own list has some 200 lines. */
const LARGEST = 1024 * 1024;
const LINE = /^(?<id>\S+)\s+(?<digest>[0-9a-fA-F]{64})$/;

/**
 * Reads a list of digests: a line each, patch id and sha256; empty lines and what follows a `#` do not count.
 * @param argument a file, `-`, or undefined where none was asked for
 * @returns the list, empty where none was asked for; or a problem for each line that is none
 */
export async function readDigestList(argument: string | undefined): Promise<Result<DigestList>> {
  if (argument === undefined) return { value: [], problems: [] };
  const input = await readBytes(argument, null, LARGEST);
  if (input.value === null) return input;
  const text = decodeText(input.value);
  if (text.value === null) return text;
  const list: [number, string][] = [];
  const problems: Problem[] = [];
  for (const [index, line] of text.value.split('\n').entries()) {
    const content = line.replace(/#.*$/, '').trim();
    if (content === '') continue;
    const { id = '', digest = '' } = LINE.exec(content)?.groups ?? {};
    const patchId = parseHex32(id.toLowerCase());
    if (digest === '' || patchId === null) problems.push(problem(index + 1, content));
    else list.push([patchId, digest.toLowerCase()]);
  }
  return problems.length > 0 ? { value: null, problems: inFile(input.value.file, problems) } : { value: list, problems: [] };
}

function problem(line: number, got: string): Problem {
  const expected = `a patch id and a sha256 of 64 digits, as in ${hex(0xa0011de)} 0123...`;
  return { code: 'bad-digest-line', path: `line ${line}`, expected, got: shorten(got, 80) };
}
